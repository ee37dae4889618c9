// Creatives as cards.
import { Link } from 'wouter-preact';
import { Checkbox } from '~/parts/Field';
import { t } from '~/words';
import { StateBadges } from './Badges';
import { MarkedTitle, MatchLine } from './Marks';
import { Still } from './Still';
import type { Creative } from './shapes';
import { platformName } from './wish';
import { failureTold } from './Failures';

interface GridProps {
  creatives: Creative[];
  /** Undefined where nothing can be done with them. */
  ticked?: ReadonlySet<string>;
  onTick: (id: string, on: boolean) => void;
}

export function Grid({ creatives, ticked, onTick }: GridProps) {
  return (
    <ul class="creative-grid" aria-label={t('creatives.title')}>
      {creatives.map((creative) => (
        <li key={creative.id} class={ticked?.has(creative.id) ? 'creative-card creative-ticked' : 'creative-card'}>
          <Still creative={creative} />
          {ticked && (
            <div class="creative-tick">
              <Checkbox label={t('creatives.tick_one', { title: creative.title })} labelHidden checked={ticked.has(creative.id)} onValue={(on) => onTick(creative.id, on)} />
            </div>
          )}
          <CardWords creative={creative} />
        </li>
      ))}
    </ul>
  );
}

function CardWords({ creative }: { creative: Creative }) {
  const { ads, active_ads } = creative.used_in;
  return (
    <div class="creative-words">
      <h2 class="creative-title">
        <Link href={`/creatives/${creative.id}`} dir="auto">
          <MarkedTitle creative={creative} />
        </Link>
      </h2>
      <div class="creative-badges">
        <StateBadges creative={creative} />
      </div>
      {creative.match && <MatchLine creative={creative} match={creative.match} />}
      {creative.failure && (
        <p class="bad creative-cause">{failureTold(creative.failure).title}</p>
      )}
      <p class="soft">
        {platformName(creative.platform)}
        {creative.direction_name && (
          <>
            {' · '}
            <bdi>{creative.direction_name}</bdi>
          </>
        )}
      </p>
      <p class="soft">{ads ? t('creatives.used_in', { n: ads, active: active_ads }) : t('creatives.unused')}</p>
      <TagLine tags={creative.tags} />
    </div>
  );
}

export function TagLine({ tags }: { tags: string[] }) {
  if (!tags.length) return null;
  return (
    <ul class="tag-line" aria-label={t('creatives.tags')}>
      {tags.map((tag) => (
        <li key={tag} dir="auto">
          {tag}
        </li>
      ))}
    </ul>
  );
}

// How a creative is, in a few words: its state, copies of it, what was found.
import { number } from '~/format';
import { Badge } from '~/parts/Show';
import { t } from '~/words';
import { hasFailed, looksLike, type Creative } from './shapes';
import { platformName } from './wish';

function State({ creative }: { creative: Creative }) {
  const platform = platformName(creative.platform);
  const why = creative.failure?.cause;
  if (creative.status === 'failed') return <Badge tone="bad" why={why}>{t('creatives.state_failed')}</Badge>;
  if (creative.status === 'processing') return <Badge tone="info">{t('creatives.state_processing')}</Badge>;
  switch (creative.push_state) {
    case 'failed':
      return <Badge tone="bad" why={why}>{t('creatives.state_refused', { platform })}</Badge>;
    case 'sending':
      return (
        <Badge tone="info">
          {creative.percent_sent === null ? t('creatives.state_sending', { platform }) : t('creatives.state_sending_percent', { platform, percent: number(creative.percent_sent) })}
        </Badge>
      );
    case 'waiting':
      return <Badge tone="soft" why={creative.push_text ?? undefined}>{t('creatives.state_waiting', { platform })}</Badge>;
    case 'ready':
      return <Badge tone="good">{t('creatives.state_ready')}</Badge>;
    default:
      return <Badge tone="good" why={t('creatives.state_here_why')}>{t('creatives.state_here')}</Badge>;
  }
}

export function StateBadges({ creative }: { creative: Creative }) {
  const { errors, recommendations } = creative.findings;
  return (
    <>
      <State creative={creative} />
      {creative.duplicate_of && <Badge tone="warn" why={t('creatives.duplicate_why')}>{t('creatives.duplicate')}</Badge>}
      {looksLike(creative) && <Badge tone="warn" why={t('creatives.near_duplicate_why')}>{t('creatives.near_duplicate')}</Badge>}
      {errors > 0 && !hasFailed(creative) && <Badge tone="bad">{t('creatives.errors', { n: errors })}</Badge>}
      {recommendations > 0 && <Badge tone="soft">{t('creatives.recommendations', { n: recommendations })}</Badge>}
    </>
  );
}

// Each pixel: what was told of the last days, what waits, its breaker, the last error in the platform's own words.
import { Link } from 'wouter-preact';
import { ago, instant, number } from '~/format';
import { LinkButton } from '~/parts/Button';
import { ProblemNote } from '~/parts/Problem';
import { Badge, Card, EmptyState, Figure, Missing, Skeleton } from '~/parts/Show';
import { t, tOr } from '~/words';
import { COUNTED, healthOf, healthTone, usePixels, type EventPixel } from './pixels';
import { PIXEL_DAYS } from './requests';

const counts = ['sent', 'waiting', 'refused', 'skipped', 'retried'] as const;

export function PixelHealth({ pixel }: { pixel: EventPixel }) {
  const health = healthOf(pixel);
  return (
    <Badge tone={healthTone[health]} why={t(`events.health_${health}_why`, { when: pixel.breaker.again_at ? ago(pixel.breaker.again_at) : '', n: pixel.breaker.failures })}>
      {t(`events.health_${health}`)}
    </Badge>
  );
}

/** What the platform said last, verbatim, and what was not said by it. */
export function LastError({ pixel }: { pixel: EventPixel }) {
  const last = pixel.last_error;
  if (!last) return null;
  return (
    <div class="pixel-error">
      <p class="soft">
        <span title={instant(last.at)}>{ago(last.at)}</span> · <code dir="ltr">{last.event_name}</code> · {tOr(`events.outcome_${last.outcome}`, last.outcome)}
        {last.error?.platform_code ? (
          <>
            {' '}
            · {t('events.code')} <bdi>{last.error.platform_code}</bdi>
          </>
        ) : null}
      </p>
      {last.error && (
        <blockquote class="verbatim" dir="auto">
          {last.error.platform_message || last.error.text}
        </blockquote>
      )}
    </div>
  );
}

function One({ pixel }: { pixel: EventPixel }) {
  return (
    <Card
      class="pixel"
      title={
        <>
          {t(`common.platform_${pixel.platform}`)} {pixel.pixel_code ? <code dir="ltr">{pixel.pixel_code}</code> : t('events.no_pixel')}
        </>
      }
      actions={<PixelHealth pixel={pixel} />}
    >
      <dl class="figures">
        {counts.map((name) => (
          <Figure key={name} label={t(name === 'sent' ? 'events.accepted' : name === 'retried' ? 'events.retried' : `events.state_${name}`)} value={number(pixel[name])} />
        ))}
      </dl>
      {pixel.more && <p class="soft">{t('events.more', { n: number(COUNTED) })}</p>}
      <dl class="facts">
        <div>
          <dt>{t('events.last_accepted')}</dt>
          <dd>{pixel.last_sent_at ? <span title={instant(pixel.last_sent_at)}>{ago(pixel.last_sent_at)}</span> : <Missing reason={t('events.none_accepted', { n: PIXEL_DAYS })} />}</dd>
        </div>
        {pixel.oldest_waiting_at && (
          <div>
            <dt>{t('events.oldest_waiting')}</dt>
            <dd title={instant(pixel.oldest_waiting_at)}>{ago(pixel.oldest_waiting_at)}</dd>
          </div>
        )}
        {pixel.pixel_code && (
          <div>
            <dt>{t('events.breaker')}</dt>
            <dd>
              {t(`events.breaker_${pixel.breaker.state}`)}
              {pixel.breaker.failures > 0 && <span class="soft"> · {t('events.failures', { n: pixel.breaker.failures })}</span>}
            </dd>
          </div>
        )}
        {pixel.platform === 'facebook' && pixel.pixel_code && (
          <div>
            <dt>{t('events.match_quality')}</dt>
            <dd>
              <Missing reason={t('events.match_quality_why')} /> <span class="soft">{t('events.match_quality_why')}</span>
            </dd>
          </div>
        )}
      </dl>
      {pixel.directions.length > 0 && (
        <ul class="pixel-uses">
          {pixel.directions.map((one) => (
            <li key={one.id}>
              <Link href={`/directions/${one.id}`}>
                <bdi>{one.name}</bdi>
              </Link>{' '}
              <span class="soft">
                {t(`events.source_${one.source}`)}
                {!one.is_active && ` · ${t('events.switched_off')}`}
              </span>
              {one.blocked_text && (
                <blockquote class="verbatim" dir="auto">
                  {one.blocked_text}
                </blockquote>
              )}
            </li>
          ))}
        </ul>
      )}
      {pixel.last_error && <h3>{t('events.last_error')}</h3>}
      <LastError pixel={pixel} />
    </Card>
  );
}

export function Pixels() {
  const pixels = usePixels();
  if (pixels.isPending) return <Skeleton block />;
  if (pixels.isError) return <ProblemNote error={pixels.error} onRetry={() => void pixels.refetch()} />;
  if (pixels.data.data.length === 0)
    return (
      <EmptyState icon="upload" title={t('events.no_pixels')} actions={<LinkButton href="/directions">{t('events.to_directions')}</LinkButton>}>
        {t('events.none_hint')}
      </EmptyState>
    );
  return (
    <>
      <p class="soft">{t('events.pixels_text', { n: PIXEL_DAYS })}</p>
      <div class="columns">
        {pixels.data.data.map((pixel) => (
          <One key={`${pixel.platform} ${pixel.pixel_code}`} pixel={pixel} />
        ))}
      </div>
    </>
  );
}

// Where a creative is used, and its copies on the platforms.
import { Link } from 'wouter-preact';
import { day, instant, money, number } from '~/format';
import { Badge, Card, Figure, Missing, type Tone } from '~/parts/Show';
import { t, tOr } from '~/words';
import { useCreative } from './library';
import type { WholeCreative } from './shapes';
import { platformName } from './wish';

const tones: Record<string, Tone> = { enabled: 'good', paused: 'soft', disabled: 'soft', deleted: 'soft', rejected: 'bad' };

export function UsageCard({ creative }: { creative: WholeCreative }) {
  const { usage } = creative;
  const unused = !usage.ads_count && !usage.launches.length && !usage.carousels.length;
  return (
    <Card title={t('creatives.usage')}>
      {unused && <p class="soft">{t('creatives.unused')}</p>}
      {creative.direction_id && (
        <p>
          {t('common.direction')}:{' '}
          <Link href={`/directions/${creative.direction_id}`} dir="auto">
            {creative.direction_name ?? creative.direction_id}
          </Link>
        </p>
      )}
      {usage.metrics.map((one) => (
        <section key={one.currency} class="stack" aria-label={one.currency}>
          <dl class="figures">
            <Figure label={t('creatives.spend')} value={money(one.spend_micros, one.currency)} />
            <Figure label={t('creatives.impressions')} value={number(one.impressions)} />
            <Figure label={t('creatives.clicks')} value={number(one.clicks)} />
            <Figure label={t('creatives.conversions')} value={number(one.conversions)} />
            <Figure label={t('creatives.leads')} value={number(usage.leads)} />
          </dl>
          <p class="soft">{t('creatives.figures_of', { from: day(one.first_day), to: day(one.last_day) })}</p>
        </section>
      ))}
      {usage.ads.length > 0 && (
        <ul class="uses" aria-label={t('creatives.column_ads')}>
          {usage.ads.map((ad) => (
            <li key={ad.ad_id}>
              <Link href={`/campaigns?tab=ads&creative=${creative.id}&q=${encodeURIComponent(ad.name)}`} dir="auto">
                {ad.name}
              </Link>
              <Badge tone={tones[ad.status] ?? 'soft'}>{tOr(`creatives.ad_${ad.status}`, ad.status)}</Badge>
              {ad.launch_id && <Link href={`/launches/${ad.launch_id}`}>{t('creatives.the_launch')}</Link>}
            </li>
          ))}
        </ul>
      )}
      {usage.ads_count > usage.ads.length && <p class="soft">{t('creatives.and_more', { n: usage.ads_count - usage.ads.length })}</p>}
      {usage.launches.length > 0 && (
        <ul class="uses" aria-label={t('creatives.launches')}>
          {usage.launches.map((launch) => (
            <li key={launch.launch_id}>
              <Link href={`/launches/${launch.launch_id}`}>{t('creatives.launch_of', { when: instant(launch.created_at) })}</Link>
              <Badge tone="info">{tOr(`creatives.launch_${launch.state}`, launch.state)}</Badge>
            </li>
          ))}
        </ul>
      )}
      {usage.carousels.length > 0 && (
        <ul class="uses" aria-label={t('creatives.media_carousel')}>
          {usage.carousels.map((id) => (
            <CarouselUse key={id} id={id} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function CarouselUse({ id }: { id: string }) {
  const { data } = useCreative(id);
  return (
    <li>
      <Link href={`/creatives/${id}`} dir="auto">
        {data?.title ?? id}
      </Link>
      <Badge>{t('creatives.media_carousel')}</Badge>
    </li>
  );
}

export function CopiesCard({ creative }: { creative: WholeCreative }) {
  const { copies, siblings } = creative;
  return (
    <Card title={t('creatives.copies')}>
      {!copies.length && <p class="soft">{t('creatives.no_copies')}</p>}
      <ul class="uses">
        {copies.map((copy) => (
          <li key={copy.platform + copy.advertiser_id}>
            <strong>{platformName(copy.platform)}</strong>
            <Badge tone={copy.usable ? 'good' : 'info'}>{t(copy.usable ? 'creatives.usable' : 'creatives.not_usable')}</Badge>
            <dl class="copy-facts">
              <div>
                <dt>{t('creatives.advertiser')}</dt>
                <dd>
                  <code>{copy.advertiser_id}</code>
                </dd>
              </div>
              <div>
                <dt>{copy.video_id || !copy.image_id ? t('creatives.video_id') : t('creatives.image_id')}</dt>
                <dd>{copy.video_id || copy.image_id ? <code>{copy.video_id ?? copy.image_id}</code> : <Missing reason={t('creatives.not_usable')} />}</dd>
              </div>
              <div>
                <dt>{t('creatives.sent_at')}</dt>
                <dd>{copy.uploaded_at ? <bdi>{instant(copy.uploaded_at)}</bdi> : <Missing reason={t('creatives.not_usable')} />}</dd>
              </div>
            </dl>
          </li>
        ))}
      </ul>
      {siblings.length > 0 && (
        <>
          <h3>{t('creatives.siblings')}</h3>
          <ul class="uses">
            {siblings.map((one) => (
              <li key={one.id}>
                <Link href={`/creatives/${one.id}`}>{platformName(one.platform)}</Link>
                <Badge tone={one.status === 'ready' ? 'good' : one.status === 'failed' ? 'bad' : 'info'}>{tOr(`creatives.state_${one.status}`, one.status)}</Badge>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

// Whether the platforms hear of what their ads brought: each pixel in a line.
import { Link } from 'wouter-preact';
import { number } from '~/format';
import { ProblemNote } from '~/parts/Problem';
import { Card, Skeleton } from '~/parts/Show';
import { t } from '~/words';
import type { Where } from '../autopilot/shapes';
import { LastError, PixelHealth } from '../settings/Pixels';
import { COUNTED, usePixels, type EventPixel } from '../settings/pixels';
import { PIXEL_DAYS } from '../settings/requests';

function Line({ pixel }: { pixel: EventPixel }) {
  return (
    <li class="conversion">
      <p class="conversion-head">
        <span>
          {t(`common.platform_${pixel.platform}`)} {pixel.pixel_code ? <code dir="ltr">{pixel.pixel_code}</code> : t('events.no_pixel')}
        </span>
        <PixelHealth pixel={pixel} />
      </p>
      <p>{t('dashboard.conversions_line', { sent: number(pixel.sent), waiting: number(pixel.waiting), refused: number(pixel.refused), retried: number(pixel.retried) })}</p>
      {pixel.more && <p class="soft">{t('events.more', { n: number(COUNTED) })}</p>}
      <LastError pixel={pixel} />
    </li>
  );
}

export function Conversions({ where }: { where: Where }) {
  const pixels = usePixels(where);
  return (
    <Card title={t('dashboard.conversions')} actions={<Link href="/settings/events?view=pixels">{t('dashboard.look')}</Link>}>
      {pixels.isPending ? (
        <Skeleton lines={3} />
      ) : pixels.isError ? (
        <ProblemNote error={pixels.error} onRetry={() => void pixels.refetch()} />
      ) : pixels.data.data.length === 0 ? (
        <p class="soft">{t('dashboard.conversions_none')}</p>
      ) : (
        <>
          <p class="soft">{t('events.pixels_text', { n: PIXEL_DAYS })}</p>
          <ul class="conversions">
            {pixels.data.data.map((pixel) => (
              <Line key={`${pixel.platform} ${pixel.pixel_code}`} pixel={pixel} />
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

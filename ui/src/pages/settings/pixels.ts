// How the conversions of each pixel fare, as the API tells it.
import { get, type Page } from '~/api/client';
import { useQuery } from '~/api/query';
import type { PlatformName } from '~/api/types';
import type { Tone } from '~/parts/Show';
import { pixelsOf } from './requests';

export interface AttemptError {
  kind: string;
  text: string;
  hint?: string | null;
  field?: string | null;
  platform_code?: number;
  platform_message?: string;
  platform_request_id?: string;
}
export interface EventPixel {
  platform: PlatformName;
  /** null: their directions have no pixel yet. */
  pixel_code: string | null;
  directions: { id: string; name: string; source: 'web' | 'crm'; is_active: boolean; blocked_text: string | null }[];
  sent: number;
  waiting: number;
  refused: number;
  skipped: number;
  retried: number;
  /** Not all were counted. */
  more: boolean;
  last_sent_at: string | null;
  oldest_waiting_at: string | null;
  breaker: { state: 'closed' | 'open' | 'half_open'; failures: number; opened_at: string | null; again_at: string | null };
  last_error: { at: string; event_name: string; outcome: string; error: AttemptError | null } | null;
}

/** So many of a state are counted at most. */
export const COUNTED = 10_000;

type Pixels = Page<EventPixel> & { since_at: string };
export const pixelsQuery = (where: { platform?: string; account?: string }) => ({
  queryKey: ['events', 'pixels', where.platform ?? '', where.account ?? ''],
  queryFn: () => get<Pixels>(pixelsOf(where)),
});
export const usePixels = (where: { platform?: string; account?: string } = {}) => useQuery({ ...pixelsQuery(where), placeholderData: (before?: Pixels) => before });

export type Health = 'refused' | 'resting' | 'probing' | 'off' | 'none' | 'quiet' | 'well';
export const healthTone: Record<Health, Tone> = { refused: 'bad', resting: 'warn', probing: 'warn', off: 'soft', none: 'soft', quiet: 'soft', well: 'good' };

/** The one word for a pixel: what stands in the way first. */
export function healthOf(pixel: EventPixel): Health {
  if (!pixel.pixel_code) return 'none';
  if (pixel.directions.some((one) => one.is_active && one.blocked_text)) return 'refused';
  if (pixel.breaker.state === 'open') return 'resting';
  if (pixel.breaker.state === 'half_open') return 'probing';
  if (!pixel.directions.some((one) => one.is_active)) return 'off';
  return pixel.sent + pixel.waiting + pixel.refused > 0 ? 'well' : 'quiet';
}

// What the dashboard asks for; begun by start.ts while the page's files are on their way.
import { path } from '~/api/client';
import { lengthOf, rangeOf, type Range } from '~/parts/range';
import { AUTOPILOT, INBOX, pageOf, whereOf } from '../autopilot/requests';
import type { Where } from '../autopilot/shapes';
import { pixelsOf } from '../settings/requests';

export const INBOX_ENTRIES = 5;

/** Days until today are counted by the server: which day it is in the ad account's zone is not known here at first. */
export function dashboardOf(where: Where, range: Range) {
  const days = lengthOf(range.preset);
  const asked = days ? { days } : { from: range.from, to: range.to };
  return path('/api/dashboard', { platform: where.platform, ad_account_id: where.account, ...asked, compare: range.compare });
}
export const alertsOf = (where: Where) => path('/api/alerts', { platform: where.platform, ad_account_id: where.account });

/** What takes longest comes first. */
export function requestsOf(query: URLSearchParams): string[] {
  const where = whereOf(query);
  return [alertsOf(where), dashboardOf(where, rangeOf(query)), pageOf(INBOX, where, INBOX_ENTRIES), pixelsOf(where), '/api/ad-accounts', AUTOPILOT, '/api/launches?limit=1'];
}

// What the dashboard asks for; begun by start.ts while the page's files are on their way.
import { path } from '~/api/client';
import { rangeOf, type Range } from '~/parts/range';
import { AUTOPILOT, INBOX, pageOf, whereOf } from '../autopilot/requests';
import type { Where } from '../autopilot/shapes';

export const INBOX_ENTRIES = 5;

export const dashboardOf = (where: Where, range: Range) =>
  path('/api/dashboard', { platform: where.platform, ad_account_id: where.account, from: range.from, to: range.to, compare: range.compare });
export const alertsOf = (where: Where) => path('/api/alerts', { platform: where.platform, ad_account_id: where.account });

/** All of it, where it is the same day in the account's time zone and here; what takes longest first. */
export function requestsOf(query: URLSearchParams): string[] {
  const where = whereOf(query);
  return [alertsOf(where), dashboardOf(where, rangeOf(query)), pageOf(INBOX, where, INBOX_ENTRIES), '/api/ad-accounts', AUTOPILOT, '/api/launches?limit=1'];
}

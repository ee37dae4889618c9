// Addresses that are asked for before the pages' files have come.
import { path } from '~/api/client';
import type { Where } from './shapes';

/** Which platform and which ad account the reader looks at, as the page's address says. */
export const whereOf = (query: URLSearchParams): Where => ({ platform: query.get('platform') ?? '', account: query.get('account') ?? '' });

export const pageOf = (base: string, where: Where, limit: number, cursor = '') =>
  path(base, { platform: where.platform, ad_account_id: where.account, limit, cursor });

export const INBOX = '/api/autopilot/actions';
export const AUTOPILOT = '/api/autopilot';

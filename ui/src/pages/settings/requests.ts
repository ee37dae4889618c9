// Addresses that are asked for before the pages' files have come.
import { path } from '~/api/client';

export const PIXEL_DAYS = 7;
export const pixelsOf = (where: { platform?: string; account?: string }) =>
  path('/api/events/pixels', { days: PIXEL_DAYS, platform: where.platform, account_id: where.account });

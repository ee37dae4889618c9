import type { PlatformName } from '~/api/types';

export interface Advertiser {
  id: string;
  name: string;
  currency: string;
  time_zone: string;
  country: string | null;
  status: string;
  deliverable: boolean;
}
export interface Identity {
  id: string;
  type: string;
  display_name: string;
  usable: boolean;
  why_not: string | null;
  chosen: boolean;
}
export interface Link {
  status: 'connected' | 'not_connected' | 'disconnected' | 'revoked';
  tiktok_business_id?: string | null;
  facebook_ad_account_id?: string | null;
  advertiser_name?: string;
  currency?: string;
  time_zone?: string;
  country?: string | null;
  tiktok_account_id?: string | null;
  facebook_page_id?: string | null;
  identity_name?: string | null;
  connected_at?: string | null;
  token_expires_at?: string | null;
  last_sync_at?: string | null;
  last_error?: string | null;
  lead_webhook?: { state: 'pending' | 'subscribed' | 'failed' | 'off'; why: string | null; seen_at: string | null };
  advertisers?: Advertiser[];
}
export interface Account {
  id: string;
  name: string;
  is_default: boolean;
  autopilot_tiktok: boolean;
  autopilot_facebook: boolean;
  schedule_hour: number;
  daily_cap_micros: number;
  created_at: string;
  connections: Partial<Record<PlatformName, Link>>;
}

/** How the API names a platform's advertiser and identity on the card. */
export const fieldsOf = {
  tiktok: { advertiser: 'tiktok_business_id', identity: 'tiktok_account_id' },
  facebook: { advertiser: 'facebook_ad_account_id', identity: 'facebook_page_id' },
} as const;
export const advertiserOf = (link: Link, platform: PlatformName) => link[fieldsOf[platform].advertiser] ?? '';

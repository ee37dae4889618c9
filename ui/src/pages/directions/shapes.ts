// Shapes of the API of directions: the list, the form, what ads are aimed at.
import type { PlatformName } from '~/api/types';

export interface Figures {
  from: string;
  to: string;
  creatives: number;
  ads: number;
  ads_enabled: number;
  leads: number;
  qualified: number;
  spend_micros: number | null;
  no_spend: 'not_collected' | 'not_offered' | null;
}

/** The default ad settings, as they are kept. */
export interface Settings {
  locations?: (string | number)[];
  cities?: (string | number)[];
  location_ids?: (string | number)[];
  interests?: (string | number)[];
  languages?: (string | number)[];
  locales?: (string | number)[];
  target_names?: Record<string, string>;
  age_min?: number;
  age_max?: number;
  gender?: string;
  landing_page_url?: string;
  site_url?: string;
  utm_tag?: string;
  ad_text?: string;
  description?: string;
  call_to_action?: string;
  pixel_id?: string;
  lead_form_id?: string;
  instagram_url?: string;
  app_store_url?: string;
  app_id?: string;
  app_os?: string;
  [more: string]: unknown;
}

export interface DirectionRow {
  id: string;
  name: string;
  platform: PlatformName;
  ad_account_id: string;
  objective: string;
  currency: string;
  daily_budget_micros: number;
  target_cpl_micros: number;
  is_active: boolean;
  default_settings: Settings;
  tiktok_adgroup_mode?: string;
  tiktok_pixel_id?: string | null;
  tiktok_optimization_event?: string | null;
  tiktok_instant_page_id?: string | null;
  tiktok_campaign_id?: string | null;
  created_at: string;
  updated_at: string;
  archived_at: string | null;
  figures?: Figures;
}

export interface Objective {
  name: string;
  needs: string[];
  destination: string;
  call_to_action: string;
}
export interface PlatformForm {
  status: string;
  launches: boolean;
  advertiser_name: string | null;
  country: string | null;
  currency: string | null;
  minimum_daily_budget_micros: number | null;
  objectives: Objective[];
  calls_to_action: string[];
  optimization_events: string[];
  ad_text_most: number | null;
  ad_text_emoji: boolean;
  targets_whole: boolean;
}
export interface FormFacts {
  ad_account_id: string;
  directions_active: number;
  directions_most: number;
  platforms: Partial<Record<PlatformName, PlatformForm>>;
}

export interface Target {
  id: string;
  name: string;
  kind: string;
  within: string | null;
}
export interface TargetAnswer {
  source: 'platform' | 'table';
  read_at: string | null;
  stale: boolean;
  why: string | null;
  data: Target[];
}

// Creatives as the API tells them.
import type { PlatformName } from '~/api/types';
import type { Says } from '~/words/say';

export interface Finding {
  level: 'error' | 'recommendation';
  field: string;
  measured: string;
  measured_says?: Says;
  allowed: string;
  allowed_says?: Says;
  mend: string;
  mend_says?: Says;
  command?: string | null;
  source: string;
  mendable: boolean;
}
export interface Poster {
  position: number;
  source: 'frame' | PlatformName;
  at_ms: number;
  chosen: boolean;
  url: string;
}
export interface Segment {
  start_ms: number;
  end_ms: number;
  text: string;
}
export interface Transcript {
  state: 'waiting' | 'done' | 'failed' | 'off';
  reason: string | null;
  says?: Says;
  language: string | null;
  provider: string | null;
  text: string;
  segments?: Segment[];
}
export interface Match {
  field: 'title' | 'transcript' | 'tags' | 'ad_text';
  text: string;
  cut_before: boolean;
  cut_after: boolean;
  marks: { start: number; length: number }[];
  at_ms: number | null;
}
export interface Failure {
  step: string | null;
  kind?: string | null;
  cause: string;
  says?: Says;
  hint: string | null;
  retriable: boolean;
}
export interface Copy {
  platform: PlatformName;
  advertiser_id: string;
  video_id: string | null;
  image_id: string | null;
  usable: boolean;
  sent_bytes: number;
  uploaded_at: string | null;
}
export interface Facts {
  container?: string;
  video_codec?: string;
  frame_rate?: number;
  bit_rate?: number;
  has_audio?: boolean;
  audio_codec?: string;
}

export interface Creative {
  id: string;
  direction_id: string | null;
  direction_name: string | null;
  ad_account_id: string | null;
  platform: PlatformName | null;
  creative_group_id: string | null;
  title: string;
  media_type: 'video' | 'image' | 'carousel';
  status: 'processing' | 'ready' | 'failed';
  error_text: string | null;
  size_bytes: number;
  duration_ms: number;
  width: number;
  height: number;
  probe: { facts?: Facts; findings?: Finding[] } | null;
  ad_text: string | null;
  call_to_action: string | null;
  landing_page_url: string | null;
  version: number;
  created_at: string;
  updated_at: string;
  duplicate_of: string | null;
  video_url: string | null;
  original_url: string | null;
  thumbnail_url: string | null;
  posters: Poster[];
  push_state: 'waiting' | 'sending' | 'ready' | 'failed' | null;
  push_text: string | null;
  percent_sent: number | null;
  failure: Failure | null;
  tags: string[];
  siblings: { id: string; platform: PlatformName | null; status: string }[];
  copies: Copy[];
  transcript: Transcript | null;
  findings: { errors: number; recommendations: number };
  used_in: { ads: number; active_ads: number; campaigns: number };
  match?: Match;
}

export interface Step {
  name: string;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'off';
  percent: number | null;
  attempts: number;
  reason: string | null;
  says?: Says;
  since: string | null;
}
export interface Usage {
  ads_count: number;
  ads: { ad_id: string; platform: PlatformName; name: string; status: string; adgroup_id: string; campaign_id: string; direction_id: string | null; launch_id: string | null }[];
  launches: { launch_id: string; state: string; created_at: string }[];
  carousels: string[];
  leads: number;
  metrics: {
    currency: string;
    first_day: string;
    last_day: string;
    spend_micros: number;
    impressions: number;
    clicks: number;
    conversions: number;
    platform_leads: number;
  }[];
}
export interface Card {
  creative_id: string;
  title: string | null;
  landing_page_url: string | null;
}
/** One creative with everything. */
export interface WholeCreative extends Creative {
  steps: Step[];
  usage: Usage;
  cards?: Card[];
}

/** Where creatives are launched with: the page knows their direction where all have the same. */
export function launchHref(creatives: Creative[]) {
  const directions = new Set(creatives.map((one) => one.direction_id));
  const [direction] = directions;
  const ids = `creatives=${creatives.map((one) => one.id).join(',')}`;
  return directions.size === 1 && direction ? `/launch?direction=${direction}&${ids}` : `/launch?${ids}`;
}

export const isVideo = (creative: Creative) => creative.media_type === 'video';
/** Still on its way here or to the platform: what is shown will change by itself. */
export const isMoving = (creative: Creative) =>
  creative.status === 'processing' || creative.push_state === 'sending' || creative.transcript?.state === 'waiting';
export const hasFailed = (creative: Creative) => creative.status === 'failed' || creative.push_state === 'failed';

/** The creative that this one looks like, when the check found one. */
export function looksLike(creative: Creative): string | null {
  const finding = creative.probe?.findings?.find((one) => one.field === 'near_duplicate');
  return (finding && /creative ([\w-]+)$/.exec(finding.measured)?.[1]) ?? null;
}

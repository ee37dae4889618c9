// Launches: what one would do, starting it, how far it is.
import { get, path, post, type Page } from '~/api/client';
import { useRefetchInterval } from '~/api/live';
import { useInfiniteQuery, useQuery } from '~/api/query';
import type { Direction } from '~/api/types';
import type { Says } from '~/words/say';

export interface Call {
  step: string;
  method: string;
  path: string;
  body: unknown;
}
export interface LaunchPreview {
  way: 'new_campaign' | 'new_adgroup' | 'existing_adgroup';
  direction_id: string;
  direction_name: string;
  objective: string;
  campaign_name: string;
  adgroup_name: string;
  creatives: { id: string; title: string; needs_upload: boolean }[];
  calls: Call[];
  estimated_spend: { daily_micros: number; direction_running_micros: number; currency: string; starts_at: string | null; zone: string };
  sentence: string;
  warnings: { code: string; text: string }[];
}
export interface LaunchError {
  kind: string;
  text: string;
  hint?: string | null;
  field?: string | null;
  says?: Says;
  platform_code?: number;
  platform_message?: string;
  platform_request_id?: string;
}
export interface AutoResult {
  direction_id: string;
  direction_name: string;
  preview?: LaunchPreview;
  launch_id?: string | null;
  error?: LaunchError;
}
export interface LaunchInput {
  mode?: string;
  way?: string;
  direction_id?: string;
  direction_name?: string;
  creative_ids?: string[];
  daily_budget_micros?: number;
  currency?: string;
  start_paused?: boolean;
  /** Of a change of switches. */
  enabled?: boolean;
}
export interface LaunchHead {
  id: string;
  kind: string;
  state: 'running' | 'done' | 'failed' | 'undoing' | 'undone';
  input: LaunchInput | null;
  output: { campaign_id?: string; adgroup_id?: string; published?: boolean; ads_created?: number; refused?: { creative_id: string; error: LaunchError | null }[] } | null;
  error: LaunchError | null;
  created_at: string;
  updated_at: string;
}
export interface Step {
  name: string;
  state: 'sending' | 'uncertain' | 'done' | 'failed';
  attempt: number;
  request: { path?: string; body?: string } | null;
  result: unknown;
  error: LaunchError | null;
  started_at: string | null;
  finished_at: string | null;
}
export interface Launch extends LaunchHead {
  steps: Step[];
  plan: { name: string; creative_id: string | null; creative_title: string | null }[];
}
export interface LaunchDirection extends Direction {
  objective: string;
  currency: string;
  daily_budget_micros: number;
  is_active: boolean;
}
export interface ReadyCreative {
  id: string;
  title: string;
  duration_ms: number;
  created_at: string;
}

const BUILDER = '/api/tiktok-campaign-builder';
export interface ManualWish {
  direction_id: string;
  creative_ids: string[];
  daily_budget?: number;
  objective?: string;
  start_paused: boolean;
}
export const previewManual = (wish: ManualWish, signal?: AbortSignal) => post<LaunchPreview>(`${BUILDER}/manual-launch?dry_run=1`, wish, { signal });
export const startManual = (wish: ManualWish, key: string) =>
  post<{ launch_id: string }>(`${BUILDER}/manual-launch?wait=0`, wish, { headers: { 'Idempotency-Key': key } });
export interface AutoWish {
  direction_ids: string[];
  start_paused: boolean;
}
export const previewAuto = (wish: AutoWish, signal?: AbortSignal) => post<{ results: AutoResult[] }>(`${BUILDER}/auto-launch?dry_run=1`, wish, { signal });
export const startAuto = (wish: AutoWish, key: string) => post<{ results: AutoResult[] }>(`${BUILDER}/auto-launch?wait=0`, wish, { headers: { 'Idempotency-Key': key } });
export const publish = (id: string) => post<{ launch_id: string }>(`/api/launches/${id}/publish`);

export function useReadyCreatives(direction_id: string) {
  return useQuery({
    queryKey: ['creatives', 'ready', direction_id],
    queryFn: () => get<{ creatives: ReadyCreative[] }>(path(`${BUILDER}/available-creatives`, { direction_id })).then((answer) => answer.creatives),
    enabled: !!direction_id,
  });
}
export function useLaunches() {
  return useInfiniteQuery({
    queryKey: ['launches'],
    queryFn: ({ pageParam }) => get<Page<LaunchHead>>(path('/api/launches', { limit: 20, cursor: pageParam })),
    initialPageParam: '',
    getNextPageParam: (last: Page<LaunchHead>) => last.next_cursor ?? undefined,
  });
}
export function useLaunch(id: string) {
  const slow = useRefetchInterval(3000);
  return useQuery({
    queryKey: ['launches', id],
    queryFn: () => get<Launch>(`/api/launches/${id}`),
    // Steps go by faster than live events tell of them.
    refetchInterval: (query) => (query.state.data && ['running', 'undoing'].includes(query.state.data.state) ? 1000 : slow),
  });
}

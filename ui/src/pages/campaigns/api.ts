// Campaigns, ad groups and ads with their figures; changes of them.
import { get, path, post, type Page } from '~/api/client';
import { queries, useInfiniteQuery } from '~/api/query';
import type { PlatformName } from '~/api/types';
import type { Says } from '~/words/say';

export type Level = 'campaigns' | 'ad-groups' | 'ads';
export const levels: Level[] = ['campaigns', 'ad-groups', 'ads'];

export interface Figures {
  /** Why the platform's figures are unknown; null when they are known. */
  missing: 'never_collected' | 'no_days' | 'several_currencies' | null;
  spend_micros: number | null;
  impressions: number | null;
  clicks: number | null;
  platform_leads: number | null;
  ctr: number | null;
  cpc_micros: number | null;
  cpm_micros: number | null;
  leads: number;
  qualified: number;
  cpl_micros: number | null;
  cpql_micros: number | null;
}
export interface Thing {
  id: string;
  platform: PlatformName;
  ad_account_id: string;
  ad_account_name: string;
  name: string;
  status: 'enabled' | 'disabled' | 'deleted';
  delivery: string;
  platform_status: string | null;
  objective: string | null;
  direction_id: string | null;
  direction_name: string | null;
  campaign_id?: string | null;
  campaign_name?: string | null;
  adgroup_id?: string | null;
  adgroup_name?: string | null;
  creative_id?: string | null;
  creative_title?: string | null;
  daily_budget_micros?: number | null;
  adgroups_budget_micros?: number;
  ads?: number;
  adgroups?: number;
  currency: string;
  launch_id: string | null;
  created_at: string;
  figures: Figures;
}
export interface ThingPage extends Page<Thing> {
  count: number;
  total: { currency: string | null; daily_budget_micros: number | null; figures: Figures };
  from: string;
  to: string;
  leads_elsewhere: number;
  collected_at: string | null;
}

const PAGE = 500;

export function useThings(level: Level, filters: Record<string, string>) {
  return useInfiniteQuery({
    queryKey: [level, filters],
    queryFn: ({ pageParam, signal }) => get<ThingPage>(path(`/api/${level}`, { ...filters, limit: PAGE, cursor: pageParam }), { signal }),
    initialPageParam: '',
    getNextPageParam: (last: ThingPage) => last.next_cursor ?? undefined,
    placeholderData: (before: { pages: ThingPage[]; pageParams: string[] } | undefined, query) => (query?.queryKey[0] === level ? before : undefined),
  });
}

/** Every row of the filter, page by page, however many are loaded; each once. */
export async function fetchAll(level: Level, filters: Record<string, string>, far: (rows: number, all: number) => void): Promise<Thing[]> {
  const found = new Map<string, Thing>();
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: ThingPage = await get<ThingPage>(path(`/api/${level}`, { ...filters, limit: 1000, cursor }));
    for (const thing of page.data) found.set(thing.id, thing);
    cursor = page.next_cursor;
    far(found.size, page.count);
  }
  return [...found.values()];
}

/** Names of a few, for chips and the path to them. */
export function fetchNames(level: Level, ids: string) {
  return get<ThingPage>(path(`/api/${level}`, { ids, limit: 20 }));
}

/* --- changes --- */

export type Verb = 'pause' | 'resume' | 'budget';
export interface Wish {
  type: string;
  params: Record<string, string | number>;
}
export interface State {
  status: string | null;
  budget_micros: number | null;
}
export interface Refusal {
  kind: string;
  text: string;
  hint?: string | null;
  says?: Says;
  platform_code?: number;
  platform_message?: string;
  platform_request_id?: string;
}
export interface Forecast {
  position: number;
  type: string;
  object_id: string;
  name: string | null;
  before: State;
  after: State;
  changes: boolean;
  allowed: boolean;
  why: Refusal | null;
  daily_change_micros: number;
}
export interface Preview {
  currency: string;
  daily_before_micros: number;
  daily_after_micros: number;
  actions: Forecast[];
}
export interface Action {
  id: string;
  action_batch_id: string;
  type: string;
  object_id: string;
  state: 'waiting' | 'sending' | 'uncertain' | 'done' | 'refused' | 'failed';
  reason: string;
  source: string;
  actor: string;
  before: State | null;
  after: State | null;
  error: Refusal | null;
  undo_of: string | null;
  undone_by: string | null;
  created_at: string;
  finished_at: string | null;
}
export interface Batch {
  action_batch_id: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  actions: Action[];
}

const words: Record<Level, { verb: string; id: string }> = {
  campaigns: { verb: 'Campaign', id: 'campaign_id' },
  'ad-groups': { verb: 'AdGroup', id: 'adgroup_id' },
  ads: { verb: 'Ad', id: 'ad_id' },
};

export function wishFor(level: Level, id: string, verb: Verb, budget_micros = 0): Wish {
  const word = words[level];
  if (verb === 'budget') return { type: 'TikTok.UpdateAdGroupBudget', params: { adgroup_id: id, new_budget: budget_micros / 1_000_000 } };
  return { type: `TikTok.${verb === 'pause' ? 'Pause' : 'Resume'}${word.verb}`, params: { [word.id]: id } };
}

export const preview = (ad_account_id: string, actions: Wish[]) => post<Preview>('/api/actions/preview', { ad_account_id, actions });
export const ask = (ad_account_id: string, actions: Wish[]) =>
  post<{ action_batch_id: string }>('/api/actions', { ad_account_id, actions, source: 'console', idempotencyKey: crypto.randomUUID() });
export const retry = (batch: string) => post<{ action_batch_id: string }>(`/api/action-batches/${batch}/retry`);
export const undoBatch = (batch: string) => post<{ action_batch_id: string }>(`/api/action-batches/${batch}/undo`);
export const undoAction = (action: string) => post<{ action_batch_id: string }>(`/api/actions/${action}/undo`);

export function lookAgain() {
  for (const level of levels) void queries.invalidateQueries({ queryKey: [level] });
  void queries.invalidateQueries({ queryKey: ['actions'] });
}

const over = (batch: Batch) => batch.state === 'done' || batch.state === 'failed';
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks at a batch until it is over; `seen` hears of each look. */
export async function follow(id: string, seen?: (batch: Batch) => void): Promise<Batch> {
  for (let pause = 250; ; pause = Math.min(pause * 1.4, 3000)) {
    const batch = await get<Batch>(`/api/actions/${id}`);
    seen?.(batch);
    if (over(batch)) {
      lookAgain();
      return batch;
    }
    await wait(pause);
  }
}

// The autopilot's shapes, and where they come from.
import { get, type Page } from '~/api/client';
import { useInfiniteQuery, useQuery } from '~/api/query';
import type { PlatformName } from '~/api/types';
import type { Says } from '~/words/say';
import { AUTOPILOT, INBOX, pageOf } from './requests';

export interface Window {
  known: boolean;
  spend_micros: number;
  impressions: number;
  clicks: number;
  results: number;
  cost_micros: number | null;
}
/** What a decision was made from; of an ad group, or of an action about it. */
export interface Decision {
  cause?: string;
  reason?: string[];
  /** Why, as a code and its values. */
  says?: Says;
  name?: string;
  currency?: string;
  from_micros?: number;
  to_micros?: number;
  result?: string;
  health?: string;
  score?: number;
  target_micros?: number;
  windows?: Record<'today' | 'yesterday' | 'days3' | 'days7' | 'days30', Window>;
}
export interface Limit {
  guardrail: string;
  words: string;
  says?: Says;
}
export interface Group extends Decision {
  id: string;
  name: string;
  decision: 'hold' | 'raise' | 'lower' | 'pause';
  reason: string[];
  limit: Limit | null;
  deferred: boolean;
  trace?: { factor: string; value: string; points: number; reason: string; says?: Says }[];
}
export interface Action {
  id: string;
  action_batch_id: string;
  execution_id: string | null;
  type: string;
  object_id: string;
  reason: string;
  decision: Decision | null;
  state: string;
  before: { budget_micros?: number; status?: string } | null;
  after: { budget_micros?: number; status?: string } | null;
  error: { text?: string; kind?: string; platform_message?: string; says?: Says } | null;
  undo_of: string | null;
  undone_by: string | null;
  created_at: string;
  finished_at: string | null;
}
export interface Shown {
  object_name: string | null;
  ad_account_id: string;
  account_name: string | null;
  platform: PlatformName;
  action: Action;
}
export interface Execution {
  id: string;
  ad_account_id: string;
  platform: PlatformName;
  trigger: string;
  state: string;
  error: string | null;
  dispatched: boolean;
  policy: string | null;
  decisions_hash: string | null;
  as_of_at: string | null;
  started_at: string;
  finished_at: string | null;
  counts: { groups: number; held: number; changed: number; actions: number; deferred: number; gates: number } | null;
  currency?: string;
  before_micros?: number;
  after_micros?: number;
}
export interface ExecutionWhole extends Execution {
  inputs: Record<string, unknown> | null;
  decisions: {
    day: string;
    currency: string;
    cap_micros: number;
    gates: { name: string; holds: string; reason: string; says?: Says }[];
    groups: Group[];
    deferred: { type: string; object_id: string; reason: string; says?: Says }[];
  } | null;
  actions: Action[];
}
export interface Report {
  id: string;
  execution_id: string;
  ad_account_id: string;
  platform: PlatformName;
  day: string | null;
  report_data: { text: string; actions_planned?: number; actions_done?: number } | null;
  created_at: string;
}
export interface Autopilot {
  stopped: { since_at: string; actor: string; reason: string | null } | null;
  accounts: ({ ad_account_id: string; name: string; schedule_hour: number } & Partial<Record<PlatformName, 'act' | 'observe' | null>>)[];
}

export interface Where {
  platform: string;
  account: string;
}

export const autopilotQuery = { queryKey: ['autopilot'], queryFn: () => get<Autopilot>(AUTOPILOT) };
export const useAutopilot = () => useQuery(autopilotQuery);

function listQuery<T>(key: string, base: string, where: Where, limit: number) {
  return {
    queryKey: [key, 'autopilot', where.platform, where.account, limit],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }: { pageParam: string; signal: AbortSignal }) => get<Page<T>>(pageOf(base, where, limit, pageParam), { signal }),
    getNextPageParam: (page: Page<T>) => page.next_cursor,
  };
}
export const inboxQuery = (where: Where, limit: number) => listQuery<Shown>('actions', INBOX, where, limit);
export const useInbox = (where: Where, limit: number) => useInfiniteQuery(inboxQuery(where, limit));
export const useExecutions = (where: Where) => useInfiniteQuery(listQuery<Execution>('executions', '/api/autopilot/executions', where, 50));
export const useReports = (where: Where) => useInfiniteQuery(listQuery<Report>('reports', '/api/autopilot/reports', where, 20));

export function useExecution(id: string) {
  return useQuery({ queryKey: ['executions', id], queryFn: ({ signal }) => get<ExecutionWhole>(`/api/autopilot/executions/${encodeURIComponent(id)}`, { signal }) });
}

// Leads as the API tells them, and what can be done with one.
import { get, path, post, type Page } from '~/api/client';
import { queries, useInfiniteQuery, useMutation, useQuery } from '~/api/query';
import type { QueryState } from '~/parts/url';
import type { Says } from '~/words/say';

export type Stage = 'interest' | 'qualified' | 'scheduled' | 'purchase' | 'lost';
export const stages: Stage[] = ['interest', 'qualified', 'scheduled', 'purchase', 'lost'];

/** Which moves a person may make; `purchase` is set by a sale alone. */
export const moves: Record<Stage, Stage[]> = {
  interest: ['qualified', 'scheduled', 'lost'],
  qualified: ['scheduled', 'lost'],
  scheduled: ['qualified', 'lost'],
  lost: ['qualified', 'scheduled', 'interest'],
  purchase: [],
};

export interface Lead {
  id: string;
  platform: 'tiktok' | 'facebook' | null;
  source: string;
  platform_lead_id: string;
  state: string;
  stage: Stage;
  name: string;
  phone: string | null;
  email: string | null;
  has_contact: boolean;
  revealed: boolean;
  direction_id: string | null;
  creative_id: string | null;
  link_cause: string;
  /** The parts of it as codes. */
  link_says?: (Says | null)[];
  ad_account_id: string | null;
  campaign_id: string | null;
  ad_id: string | null;
  page_id: string | null;
  form_id: string | null;
  duplicate_of: string | null;
  duplicate_deliveries: number;
  spam_score: number;
  spam_reasons: string[];
  spam_says?: (Says | null)[];
  is_test: boolean;
  assigned_to: string | null;
  recovered_by: string | null;
  arrived_by: string;
  delay_ms: number;
  created_at: string;
  received_at: string;
  erased_at: string | null;
}
export interface WholeLead extends Lead {
  phone_typed?: string | null;
  email_typed?: string | null;
  answers?: { field: string; value: string }[];
  transitions: { sequence: number; at: string; actor: string; kind: 'state' | 'stage'; from: string | null; to: string; cause: string; says?: Says }[];
  notes: { id: string; actor: string; at: string; text: string | null }[];
  touch: {
    has_ttclid: boolean;
    has_fbc: boolean;
    address: string | null;
    user_agent: string | null;
    page_url: string | null;
    referrer: string | null;
    utm?: Record<string, string>;
    consent: string | null;
  } | null;
  events: { id: string; stage: string; name: string | null; state: string; reason: string | null; at: string; sent_at: string | null }[];
  purchases: { id: string; external_id: string; kind: string; amount_micros: number; currency: string; paid_at: string }[];
  handoffs?: { id: string; event: string; state: string; endpoint_name: string | null; endpoint_kind: string | null; error?: string | null; at?: string }[];
}

/** The filters that the address holds, as the API names them. */
export const filterNames = ['platform', 'account', 'direction', 'stage', 'state', 'source', 'assigned', 'spam', 'recovered', 'duplicates', 'test', 'q', 'from', 'to'] as const;

const DAY_MS = 86_400_000;

export function filtersOf(state: QueryState, timeZoneStart: (day: string) => string): Record<string, string> {
  const to = state.get('to');
  return {
    platform: state.get('platform'),
    account_id: state.get('account'),
    direction_id: state.get('direction'),
    stage: state.get('stage'),
    state: state.get('state'),
    source: state.get('source'),
    assigned_to: state.get('assigned'),
    spam_above: state.get('spam'),
    recovered: state.get('recovered'),
    duplicates: state.get('duplicates'),
    is_test: state.get('test'),
    q: state.get('q'),
    from: state.get('from') && timeZoneStart(state.get('from')),
    to: to && new Date(new Date(timeZoneStart(to)).getTime() + DAY_MS).toISOString(),
  };
}

export const PAGE = 100;
export function useLeads(filters: Record<string, string>, limit = PAGE) {
  return useInfiniteQuery({
    queryKey: ['leads', filters, limit],
    queryFn: ({ pageParam, signal }) => get<Page<Lead>>(path('/api/leads', { ...filters, limit, cursor: pageParam }), { signal }),
    initialPageParam: '',
    getNextPageParam: (last: Page<Lead>) => last.next_cursor ?? undefined,
    placeholderData: (before) => before,
  });
}
export function useLeadCount(filters: Record<string, string>) {
  return useQuery({
    queryKey: ['leads', 'count', filters],
    queryFn: ({ signal }) => get<{ count: number; more: boolean }>(path('/api/leads/count', filters), { signal }),
    placeholderData: (before) => before,
  });
}
export function useLead(id: string, revealed: boolean) {
  return useQuery({
    queryKey: ['leads', 'one', id, revealed],
    queryFn: ({ signal }) => get<WholeLead>(path(`/api/leads/${id}`, { reveal: revealed ? 1 : '' }), { signal }),
    placeholderData: (before) => before,
  });
}

export interface Member {
  id: string;
  email: string;
  role: string;
}
/** Names for "assigned to"; only an owner may list them, the others see who they are themselves. */
export function useMembers(enabled: boolean) {
  return useQuery({ queryKey: ['users'], queryFn: () => get<Page<Member>>('/api/users').then((page) => page.data), enabled, staleTime: 300_000 });
}

const again = () => queries.invalidateQueries({ queryKey: ['leads'] });

export function useStageChange() {
  return useMutation({
    mutationFn: ({ id, stage, cause }: { id: string; stage: Stage; cause?: string }) => post(`/api/leads/${id}/stage`, { stage, ...(cause ? { cause } : {}) }),
    onSettled: again,
  });
}
export function useLeadDeed<Body>(deed: string) {
  return useMutation({ mutationFn: ({ id, ...body }: { id: string } & Body) => post(`/api/leads/${id}/${deed}`, body), onSettled: again });
}

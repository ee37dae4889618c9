// The ROI report as the API tells it.
import { get, path, type Page } from '~/api/client';
import { useInfiniteQuery, useQuery } from '~/api/query';

export interface Share {
  events: number;
  value: number | null;
  low: number;
  high: number;
}
export interface RoiRow {
  creative_id?: string | null;
  title?: string | null;
  direction_id?: string | null;
  direction_name?: string | null;
  platform?: string | null;
  [figure: string]: number | string | Share | null | undefined;
}
interface Window {
  first_day: string;
  last_day: string;
  zone: string;
  basis: string;
  model: string;
}
export interface MissingRate {
  from?: string;
  to?: string;
  base?: string;
  quote?: string;
  days?: number;
  [more: string]: unknown;
}
export interface Report {
  currency: string;
  window: Window;
  goods_percent: number;
  made_at: string;
  metrics_collected_at: string | null;
  metrics_age_ms: number | null;
  formulas: Record<string, string>;
  missing_rates: MissingRate[];
  unknown: string[];
  data: RoiRow[];
  unattributed: RoiRow | null;
  total: RoiRow;
  previous?: { window: Window; total: RoiRow };
}
export interface Cohort {
  week: string;
  spend_micros: number | null;
  leads: number;
  qualified: number;
  customers: number;
  cac_micros: number | null;
  revenue_micros: number;
  roi: number | null;
  revenue_by_week_micros: number[];
  whole_weeks: number;
  ltv_micros: Record<string, number | null>;
  break_even_day: number | null;
}
export interface Cohorts {
  currency: string;
  window: Window;
  metrics_age_ms: number | null;
  formulas: Record<string, string>;
  missing_rates: MissingRate[];
  data: Cohort[];
}
export interface Explanation {
  figure: string;
  unit: string;
  value: number | Share | null;
  unknown_because: string | null;
  unknown_code?: string;
  currency: string;
  formula: string | null;
  meaning: string;
  rows: number | null;
  inputs: { figure: string; value: number | null; rows?: number | null; unit?: string }[];
  window: Window;
  made_at: string;
  metrics_collected_at: string | null;
}

/** What the whole page asks for; the names are the API's. */
export type Question = Record<'platform' | 'account_id' | 'direction_id' | 'first_day' | 'last_day' | 'basis' | 'model' | 'currency' | 'goods_percent', string>;

export function useReport(question: Question, compare: boolean) {
  return useQuery({
    queryKey: ['roi', 'report', question, compare],
    queryFn: ({ signal }) => get<Report>(path('/api/roi', { ...question, compare: compare ? 'previous' : '' }), { signal }),
    placeholderData: (before) => before,
  });
}
export function useCohorts(question: Question, enabled: boolean) {
  return useQuery({
    queryKey: ['roi', 'cohorts', question],
    queryFn: ({ signal }) => get<Cohorts>(path('/api/roi/cohorts', question), { signal }),
    placeholderData: (before) => before,
    enabled,
  });
}
/** Of one creative, of what has none, or of all. */
export type Part = { creative_id: string } | { unattributed: 'true' } | Record<string, never>;

export function useExplanation(question: Question, part: Part, figure: string) {
  return useQuery({
    queryKey: ['roi', 'explain', question, part, figure],
    queryFn: ({ signal }) => get<Explanation>(path('/api/roi/explain', { ...question, ...part, figure }), { signal }),
  });
}
export type DetailRow = Record<string, string | number | boolean | null>;
export function useRows(question: Question, part: Part, figure: string, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: ['roi', 'rows', question, part, figure],
    queryFn: ({ pageParam, signal }) => get<Page<DetailRow>>(path('/api/roi/rows', { ...question, ...part, figure, limit: 100, cursor: pageParam }), { signal }),
    initialPageParam: '',
    getNextPageParam: (last: Page<DetailRow>) => last.next_cursor ?? undefined,
    enabled,
  });
}

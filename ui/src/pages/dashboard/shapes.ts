// The dashboard's shapes, and where they come from.
import { get, type Page } from '~/api/client';
import { useQuery } from '~/api/query';
import type { PlatformName } from '~/api/types';
import type { Range } from '~/parts/range';
import type { Where } from '../autopilot/shapes';
import { alertsOf, dashboardOf } from './requests';

export interface FigureValue {
  value: number | null;
  reason: string | null;
}
export type FigureName =
  | 'spend_micros'
  | 'impressions'
  | 'clicks'
  | 'ctr'
  | 'cpc_micros'
  | 'leads'
  | 'duplicate_leads'
  | 'qualified'
  | 'cpl_micros'
  | 'cpql_micros'
  | 'sales'
  | 'cac_micros'
  | 'revenue_micros'
  | 'profit_micros'
  | 'roas'
  | 'roi';
export interface Day {
  day: string;
  partial: boolean;
  spend_micros: number | null;
  impressions: number | null;
  clicks: number | null;
  leads: number;
  qualified: number;
  sales: number;
  revenue_micros: number | null;
}
export interface Side {
  from: string;
  to: string;
  figures: Record<FigureName, FigureValue>;
  days: Day[];
}
export interface Dashboard {
  currency: string;
  time_zone: string;
  today: string;
  includes_today: boolean;
  metrics_collected_at: string | null;
  metrics_age_ms: number | null;
  measured_days: number;
  compare: string;
  now: Side;
  before: Side | null;
  rates?: { from: string; to: string; first_day: string; last_day: string }[];
  missing_rates?: { from: string; to: string; first_day: string; last_day: string }[];
}

export interface Alert {
  id: string;
  kind: string;
  severity: 'info' | 'warning' | 'critical';
  object: { kind: string; id: string | null; name: string | null };
  ad_account_id: string | null;
  platform: PlatformName | null;
  since_at: string | null;
  count: number;
  detail: string | null;
  budget_micros?: number;
  spend_micros?: number;
  currency?: string;
  usual_gap_ms?: number;
  why: string;
  act: string;
  dismissed_until_at: string | null;
}

interface Asked {
  signal: AbortSignal;
}
export const dashboardQuery = (where: Where, range: Range) => ({
  queryKey: ['dashboard', dashboardOf(where, range)],
  queryFn: ({ signal }: Asked) => get<Dashboard>(dashboardOf(where, range), { signal }),
});
export const useDashboard = (where: Where, range: Range) => useQuery({ ...dashboardQuery(where, range), placeholderData: (previous?: Dashboard) => previous });

export const alertsQuery = (where: Where) => ({
  queryKey: ['alerts', where.platform, where.account],
  queryFn: ({ signal }: Asked) => get<Page<Alert>>(alertsOf(where), { signal }).then((page) => page.data),
});
export const useAlerts = (where: Where) => useQuery(alertsQuery(where));

// The figures of the report: how each is written, and which are shown unasked.
import { money, number, percent } from '~/format';
import type { RoiRow, Share } from './api';

export type Unit = 'money' | 'count' | 'ratio' | 'times' | 'share';
export interface FigureKind {
  id: string;
  unit: Unit;
  optional?: boolean;
  more_is_better?: boolean | null;
}

export const figures: FigureKind[] = [
  { id: 'spend', unit: 'money', more_is_better: null },
  { id: 'impressions', unit: 'count', more_is_better: null },
  { id: 'clicks', unit: 'count', more_is_better: true },
  { id: 'ctr', unit: 'ratio', more_is_better: true },
  { id: 'cpc', unit: 'money', more_is_better: false },
  { id: 'leads', unit: 'count', more_is_better: true },
  { id: 'cpl', unit: 'money', more_is_better: false },
  { id: 'qualified', unit: 'count', more_is_better: true },
  { id: 'cpql', unit: 'money', more_is_better: false },
  { id: 'sales', unit: 'count', more_is_better: true },
  { id: 'revenue', unit: 'money', more_is_better: true },
  { id: 'roi', unit: 'ratio', more_is_better: true },
  { id: 'roas', unit: 'times', more_is_better: true },
  { id: 'qualified_share', unit: 'share', optional: true },
  { id: 'sold_share', unit: 'share', optional: true },
  { id: 'cac', unit: 'money', optional: true },
  { id: 'profit', unit: 'money', optional: true },
  { id: 'margin', unit: 'money', optional: true },
  { id: 'romi', unit: 'ratio', optional: true },
  { id: 'platform_leads', unit: 'count', optional: true },
  { id: 'duplicate_leads', unit: 'count', optional: true },
  { id: 'refunds', unit: 'money', optional: true },
];
export const kindOf = new Map(figures.map((kind) => [kind.id, kind]));

const isShare = (value: unknown): value is Share => typeof value === 'object' && value !== null && 'low' in value;

/** The figure as a number: for sorting, CSV and comparing; money in whole units. */
export function valueOf(row: RoiRow, kind: FigureKind): number | null {
  const value = row[kind.unit === 'money' ? `${kind.id}_micros` : kind.id];
  if (isShare(value)) return value.value;
  if (typeof value !== 'number') return null;
  return kind.unit === 'money' ? value / 1_000_000 : value;
}

export function textOf(row: RoiRow, kind: FigureKind, currency: string): string | null {
  const value = row[kind.unit === 'money' ? `${kind.id}_micros` : kind.id];
  return written(value, kind.unit, currency);
}

export function written(value: unknown, unit: Unit, currency: string): string | null {
  if (isShare(value)) return value.value === null ? `${percent(value.low, 0)} – ${percent(value.high, 0)}` : percent(value.value);
  if (typeof value !== 'number') return null;
  if (unit === 'money') return money(value, currency);
  if (unit === 'ratio') return percent(value);
  if (unit === 'times') return `${number(value, 2)}×`;
  return number(value);
}

// Ranges of days, as an address names them.

export type Preset = 'today' | 'yesterday' | '7' | '14' | '30' | '90' | 'month' | 'last_month' | 'custom';
export type Compare = 'none' | 'previous' | 'weekdays' | 'year';
export interface Range {
  preset: Preset;
  from: string;
  to: string;
  compare: Compare;
}

export const presets: Preset[] = ['today', 'yesterday', '7', '14', '30', '90', 'month', 'last_month', 'custom'];

const two = (n: number) => String(n).padStart(2, '0');

/** Today's metric day in a time zone; without one, here. */
export function today(timeZone?: string) {
  const now = new Date();
  if (!timeZone) return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  // By parts: the order in which a locale writes them is not the same in every browser.
  const parts = new Intl.DateTimeFormat('en', { timeZone, calendar: 'gregory', year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value;
  return `${part('year')}-${part('month')}-${part('day')}`;
}
export function addDays(text: string, n: number) {
  const date = new Date(`${text}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + n);
  return date.toISOString().slice(0, 10);
}

/** How many days until today a preset is; null where it is something else. */
export function lengthOf(preset: Preset): number | null {
  return preset === 'today' ? 1 : Number(preset) || null;
}

function spanOf(preset: Preset, now: string): [string, string] {
  switch (preset) {
    case 'yesterday':
      return [addDays(now, -1), addDays(now, -1)];
    case 'month':
      return [`${now.slice(0, 7)}-01`, now];
    case 'last_month': {
      const end = addDays(`${now.slice(0, 7)}-01`, -1);
      return [`${end.slice(0, 7)}-01`, end];
    }
    default:
      return [addDays(now, 1 - (lengthOf(preset) ?? 1)), now];
  }
}

/** ?range=30 or ?from=&to=, and ?compare=. */
export function rangeOf(query: URLSearchParams, timeZone?: string, usual: Preset = '14'): Range {
  const named = query.get('range') as Preset;
  const from = query.get('from');
  const to = query.get('to');
  const compare = (query.get('compare') || 'previous') as Compare;
  if (from && to) return { preset: 'custom', from, to, compare };
  const preset = presets.includes(named) && named !== 'custom' ? named : usual;
  const [first, last] = spanOf(preset, today(timeZone));
  return { preset, from: first, to: last, compare };
}

// How figures, money and instants are written.  No data is a dash: never a zero.
import { localeTag } from '~/words';

export const DASH = '—';
type Maybe = number | null | undefined;

// To make a formatter takes far longer than to use it.
const numbers = new Map<string, Intl.NumberFormat>();
function numberFormat(options: Intl.NumberFormatOptions) {
  const key = localeTag() + JSON.stringify(options);
  let made = numbers.get(key);
  if (!made) numbers.set(key, (made = new Intl.NumberFormat(localeTag(), options)));
  return made;
}

export function number(value: Maybe, fraction = 0) {
  if (value === null || value === undefined) return DASH;
  return numberFormat({ maximumFractionDigits: fraction, minimumFractionDigits: fraction }).format(value);
}

/** 12,345 -> 12K: for axes and small places. */
export function shortNumber(value: Maybe) {
  if (value === null || value === undefined) return DASH;
  return numberFormat({ notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

/** Money of the API: micros and a currency.  Whole units for currencies that are written so. */
export function money(micros: Maybe, currency: string | null | undefined, options: { exact?: boolean } = {}) {
  if (micros === null || micros === undefined) return DASH;
  const units = micros / 1_000_000;
  if (!currency) return number(units, 2);
  const whole = !options.exact && (Math.abs(units) >= 1000 || ['KZT', 'RUB', 'JPY', 'KRW', 'UZS'].includes(currency));
  return numberFormat({
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    ...(whole ? { maximumFractionDigits: 0, minimumFractionDigits: 0 } : {}),
  }).format(units);
}

export function shortMoney(micros: Maybe, currency: string | null | undefined) {
  if (micros === null || micros === undefined) return DASH;
  if (!currency) return shortNumber(micros / 1_000_000);
  return numberFormat({ style: 'currency', currency, currencyDisplay: 'narrowSymbol', notation: 'compact', maximumFractionDigits: 1 }).format(
    micros / 1_000_000,
  );
}

/** 0.1234 -> 12.3%. */
export function percent(ratio: Maybe, fraction = 1) {
  if (ratio === null || ratio === undefined) return DASH;
  return numberFormat({ style: 'percent', maximumFractionDigits: fraction, minimumFractionDigits: fraction }).format(ratio);
}
/** +12.3%, for changes. */
export function change(ratio: Maybe) {
  if (ratio === null || ratio === undefined) return DASH;
  return numberFormat({ style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' }).format(ratio);
}

/** +7.5, -30, 0: points. */
export const signed = (value: number) => numberFormat({ maximumFractionDigits: 1, signDisplay: 'exceptZero' }).format(value);

export function bytes(n: Maybe) {
  if (n === null || n === undefined) return DASH;
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  let step = 0;
  let value = n;
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000;
    step++;
  }
  return numberFormat({ style: 'unit', unit: units[step], unitDisplay: 'short', maximumFractionDigits: value < 10 && step ? 1 : 0 }).format(value);
}

const dates = new Map<string, Intl.DateTimeFormat>();
function dateFormat(options: Intl.DateTimeFormatOptions) {
  const key = localeTag() + JSON.stringify(options);
  let made = dates.get(key);
  if (!made) dates.set(key, (made = new Intl.DateTimeFormat(localeTag(), options)));
  return made;
}

/** A metric day, "2026-03-01": already in the account's time zone. */
export function day(text: string | null | undefined, options: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' }) {
  if (!text) return DASH;
  return dateFormat({ ...options, timeZone: 'UTC' }).format(new Date(`${text.slice(0, 10)}T00:00:00Z`));
}

/** An instant of the API, in the time zone of the account (or the browser's). */
export function instant(text: string | null | undefined, timeZone?: string) {
  if (!text) return DASH;
  return dateFormat({ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone }).format(new Date(text));
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const relatives = new Map<string, Intl.RelativeTimeFormat>();
function relativeFormat() {
  const key = localeTag();
  let made = relatives.get(key);
  if (!made) relatives.set(key, (made = new Intl.RelativeTimeFormat(key, { numeric: 'auto' })));
  return made;
}

/** "3 hours ago". */
export function ago(text: string | null | undefined, now = Date.now()) {
  if (!text) return DASH;
  const seconds = (new Date(text).getTime() - now) / 1000;
  const format = relativeFormat();
  for (const [unit, size] of steps) if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  return format.format(Math.round(seconds), 'second');
}

/** 75,000 ms -> 1:15. */
export function duration(milliseconds: Maybe) {
  if (milliseconds === null || milliseconds === undefined) return DASH;
  const seconds = Math.round(milliseconds / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

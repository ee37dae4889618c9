// From and to, by presets or by hand, and what to compare with.  Days are of the ad account's time zone.
import { useMemo } from 'preact/hooks';
import { day } from '~/format';
import { t, type WordKey } from '~/words';
import { Field, Select } from './Field';
import { useQueryState } from './url';

export type Preset = 'today' | 'yesterday' | '7' | '14' | '30' | '90' | 'month' | 'last_month' | 'custom';
export type Compare = 'none' | 'previous' | 'weekdays' | 'year';
export interface Range {
  preset: Preset;
  from: string;
  to: string;
  compare: Compare;
}

const presets: Preset[] = ['today', 'yesterday', '7', '14', '30', '90', 'month', 'last_month', 'custom'];

/** Today's metric day in a time zone. */
export function today(timeZone?: string) {
  // By parts: the order in which a locale writes them is not the same in every browser.
  const parts = new Intl.DateTimeFormat('en', { timeZone, calendar: 'gregory', year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(new Date());
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value;
  return `${part('year')}-${part('month')}-${part('day')}`;
}
export function addDays(text: string, n: number) {
  const date = new Date(`${text}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + n);
  return date.toISOString().slice(0, 10);
}

function spanOf(preset: Preset, now: string): [string, string] {
  switch (preset) {
    case 'today':
      return [now, now];
    case 'yesterday':
      return [addDays(now, -1), addDays(now, -1)];
    case 'month':
      return [`${now.slice(0, 7)}-01`, now];
    case 'last_month': {
      const end = addDays(`${now.slice(0, 7)}-01`, -1);
      return [`${end.slice(0, 7)}-01`, end];
    }
    default:
      return [addDays(now, 1 - Number(preset)), now];
  }
}

/** The range that the address names: ?range=30 or ?from=&to=, and ?compare=. */
export function useRange(timeZone?: string, usual: Preset = '14'): Range {
  const state = useQueryState();
  const named = state.get('range') as Preset;
  const from = state.get('from');
  const to = state.get('to');
  const compare = (state.get('compare') || 'previous') as Compare;
  return useMemo(() => {
    if (from && to) return { preset: 'custom', from, to, compare };
    const preset = presets.includes(named) && named !== 'custom' ? named : usual;
    const [first, last] = spanOf(preset, today(timeZone));
    return { preset, from: first, to: last, compare };
  }, [named, from, to, compare, timeZone, usual]);
}

export function DateRange({ range, timeZone, comparing }: { range: Range; timeZone?: string; comparing?: boolean }) {
  const state = useQueryState();

  function choose(preset: string) {
    if (preset === 'custom') state.set({ range: null, from: range.from, to: range.to });
    else state.set({ range: preset, from: null, to: null });
  }
  return (
    <div class="date-range" role="group" aria-label={t('range.label')}>
      <Select
        label={t('range.label')}
        value={range.preset}
        options={presets.map((preset) => ({ value: preset, label: t(`range.preset_${preset}` as WordKey) }))}
        onValue={choose}
      />
      {range.preset === 'custom' && (
        <>
          <Field label={t('range.from')} type="date" value={range.from} max={range.to} onValue={(from) => from && state.set({ from, to: range.to })} />
          <Field label={t('range.to')} type="date" value={range.to} min={range.from} onValue={(to) => to && state.set({ from: range.from, to })} />
        </>
      )}
      {comparing && (
        <Select
          label={t('range.compare')}
          value={range.compare}
          options={(['none', 'previous', 'weekdays', 'year'] as const).map((one) => ({ value: one, label: t(`range.compare_${one}`) }))}
          onValue={(compare) => state.set({ compare: compare === 'previous' ? null : compare })}
        />
      )}
      <p class="date-range-note soft">
        <bdi>{range.from === range.to ? day(range.from) : `${day(range.from)} – ${day(range.to)}`}</bdi>
        {timeZone && (
          <>
            {' · '}
            <bdi>{timeZone}</bdi>
          </>
        )}
      </p>
    </div>
  );
}

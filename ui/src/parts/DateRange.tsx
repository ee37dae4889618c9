// From and to, by presets or by hand, and what to compare with.  Days are of the ad account's time zone.
import { useMemo } from 'preact/hooks';
import { day } from '~/format';
import { t, type WordKey } from '~/words';
import { Field, Select } from './Field';
import { presets, rangeOf, type Preset, type Range } from './range';
import { useQueryState } from './url';

/** The range that the address names: ?range=30 or ?from=&to=, and ?compare=. */
export function useRange(timeZone?: string, usual?: Preset): Range {
  const { all } = useQueryState();
  return useMemo(() => rangeOf(all, timeZone, usual), [all, timeZone, usual]);
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

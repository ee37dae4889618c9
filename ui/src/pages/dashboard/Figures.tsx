// Key figures with their change and sparkline; spend against leads, day by day.
import { useMemo } from 'preact/hooks';
import { money, number, percent, shortMoney, shortNumber } from '~/format';
import { Chart, Sparkline, type Series } from '~/parts/Chart';
import { Card, Figure } from '~/parts/Show';
import { t, tOr, useLanguage } from '~/words';
import type { Dashboard, Day, FigureName } from './shapes';

interface Shown {
  name: FigureName;
  better: boolean | null;
  kind: 'money' | 'count' | 'share' | 'times';
  line?: (day: Day) => number | null;
}

const per = (a: number | null, b: number) => (a === null || b === 0 ? null : a / b);
const shown: Shown[] = [
  { name: 'spend_micros', better: null, kind: 'money', line: (day) => day.spend_micros },
  { name: 'leads', better: true, kind: 'count', line: (day) => day.leads },
  { name: 'cpl_micros', better: false, kind: 'money', line: (day) => per(day.spend_micros, day.leads) },
  { name: 'qualified', better: true, kind: 'count', line: (day) => day.qualified },
  { name: 'cpql_micros', better: false, kind: 'money', line: (day) => per(day.spend_micros, day.qualified) },
  { name: 'sales', better: true, kind: 'count', line: (day) => day.sales },
  { name: 'revenue_micros', better: true, kind: 'money', line: (day) => day.revenue_micros },
  { name: 'roas', better: true, kind: 'times' },
  { name: 'impressions', better: null, kind: 'count', line: (day) => day.impressions },
  { name: 'clicks', better: true, kind: 'count', line: (day) => day.clicks },
  { name: 'ctr', better: true, kind: 'share', line: (day) => (day.impressions ? per(day.clicks, day.impressions) : null) },
];

function written(kind: Shown['kind'], value: number, currency: string) {
  if (kind === 'money') return Math.abs(value) >= 1e8 * 1e6 ? shortMoney(value, currency) : money(value, currency);
  if (kind === 'share') return percent(value, 2);
  if (kind === 'times') return t('dashboard.times', { value: number(value, 2) });
  return number(value);
}

export function Figures({ data }: { data: Dashboard }) {
  return (
    <dl class="figures">
      {shown.map((one) => {
        const now = data.now.figures[one.name];
        const before = data.before?.figures[one.name];
        const known = now.value !== null && before?.value != null;
        const changed = known && before.value !== 0 ? (now.value! - before.value!) / Math.abs(before.value!) : null;
        return (
          <Figure
            key={one.name}
            label={t(`dashboard.figure_${one.name}`)}
            value={now.value === null ? null : written(one.kind, now.value, data.currency)}
            reason={now.reason ? tOr(`dashboard.reason_${now.reason}`, now.reason) : undefined}
            changed={changed}
            more_is_better={one.better}
            before={known ? written(one.kind, before.value!, data.currency) : undefined}
            formula={tOr(`dashboard.formula_${one.name}`, '') || undefined}
          >
            {one.line && <Sparkline values={data.now.days.map(one.line)} />}
          </Figure>
        );
      })}
    </dl>
  );
}

export function SpendAndLeads({ data }: { data: Dashboard }) {
  const language = useLanguage();
  const days = useMemo(() => data.now.days.map((one) => one.day), [data]);
  const series = useMemo<Series[]>(
    () => [
      {
        label: t('dashboard.figure_spend_micros'),
        values: data.now.days.map((one) => one.spend_micros),
        shape: 'bars',
        colour: 1,
        format: (value) => shortMoney(value, data.currency),
      },
      { label: t('dashboard.figure_leads'), values: data.now.days.map((one) => one.leads), colour: 2, right: true, format: (value) => shortNumber(value) },
    ],
    [data, language],
  );
  return (
    <Card title={t('dashboard.spend_and_leads')}>
      <Chart label={t('dashboard.spend_and_leads')} days={days} series={series} partial={data.includes_today} />
    </Card>
  );
}

/** Of what comes after a lead: shown where there are leads to judge. */
export function Quality({ data }: { data: Dashboard }) {
  const { leads, qualified, sales, duplicate_leads: duplicates } = data.now.figures;
  const share = (part: number | null, whole: number | null) => (part === null || !whole ? null : part / whole);
  const rows: [string, number | null][] = [
    [t('dashboard.quality_qualified'), share(qualified.value, leads.value)],
    [t('dashboard.quality_sold'), share(sales.value, qualified.value)],
    [t('dashboard.quality_again'), share(duplicates.value, (leads.value ?? 0) + (duplicates.value ?? 0))],
  ];
  return (
    <Card title={t('dashboard.quality')}>
      <dl class="facts">
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value === null ? <span title={t('dashboard.reason_no_leads')}>—</span> : <bdi>{percent(value)}</bdi>}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

import './roi.css';
import { useMemo, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { useAdAccounts, useDirections } from '~/api/session';
import { ago } from '~/format';
import { LinkButton } from '~/parts/Button';
import { DataTable, type Column } from '~/parts/DataTable';
import { DateRange, useRange } from '~/parts/DateRange';
import { Field, Select } from '~/parts/Field';
import { EmptyState, Figure, Missing, Note, PageHead } from '~/parts/Show';
import { Tabs } from '~/parts/Tabs';
import { useQueryState } from '~/parts/url';
import { Views } from '~/parts/Views';
import { t, tOr, useLanguage, type WordKey } from '~/words';
import { useReport, type Part, type Question, type Report, type RoiRow } from './api';
import { CohortTriangle } from './Cohorts';
import { Detail } from './Detail';
import { figures, textOf, valueOf, type FigureKind } from './figures';

interface Asked {
  part: Part;
  figure: string;
  name: string;
}

const bases = ['lead', 'payment', 'click', 'impression'] as const;
const models = ['lead', 'first', 'last'] as const;
const currencies = ['USD', 'EUR', 'KZT', 'RUB', 'AED', 'SAR'];

export default function Roi() {
  const state = useQueryState();
  const platform = state.get('platform') || 'tiktok';
  const accounts = useAdAccounts().data ?? [];
  const account = accounts.find((one) => one.id === state.get('account'));
  const connection = account?.connections[platform === 'facebook' ? 'facebook' : 'tiktok'];
  const range = useRange(connection?.time_zone ?? undefined, '30');
  const tab = state.get('tab') || 'creatives';
  const [asked, setAsked] = useState<Asked | null>(null);
  const question: Question = {
    platform: platform === 'all' ? '' : platform,
    account_id: state.get('account'),
    direction_id: state.get('direction'),
    first_day: range.from,
    last_day: range.to,
    basis: state.get('basis'),
    model: state.get('model'),
    currency: state.get('currency'),
    goods_percent: state.get('goods'),
  };
  const report = useReport(question, range.compare !== 'none');

  return (
    <>
      <PageHead
        title={t('roi.title')}
        beside={report.data?.metrics_collected_at && <span class="soft">{t('roi.read', { when: ago(report.data.metrics_collected_at) })}</span>}
        actions={<Views page="roi" />}
      />
      <Tabs
        label={t('common.platform')}
        name="platform"
        value={platform}
        tabs={[
          { value: 'tiktok', label: t('common.platform_tiktok') },
          { value: 'facebook', label: t('common.platform_facebook') },
          { value: 'all', label: t('roi.both') },
        ]}
      />
      <Filters timeZone={connection?.time_zone ?? undefined} currency={report.data?.currency} />
      {report.data && report.data.missing_rates.length > 0 && <MissingRates report={report.data} />}
      {report.data && (
        <dl class="figures">
          {['spend', 'leads', 'cpl', 'qualified', 'sales', 'revenue', 'roi'].map((id) => {
            const kind = figures.find((one) => one.id === id);
            return kind && <Total key={id} kind={kind} report={report.data as Report} />;
          })}
        </dl>
      )}
      <Tabs
        label={t('roi.view')}
        value={tab}
        tabs={[
          { value: 'creatives', label: t('roi.by_creative') },
          { value: 'cohorts', label: t('roi.cohorts') },
        ]}
      />
      {tab === 'cohorts' ? <CohortTriangle question={question} /> : <Creatives report={report} onAsk={setAsked} />}
      {asked && <Detail question={question} {...asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function Filters({ timeZone, currency }: { timeZone?: string; currency?: string }) {
  const state = useQueryState();
  const range = useRange(timeZone, '30');
  const accounts = useAdAccounts().data ?? [];
  const directions = useDirections().data ?? [];
  const platform = state.get('platform') || 'tiktok';
  const shown = directions.filter((one) => platform === 'all' || one.platform === platform);
  const known = [...new Set([...(currency ? [currency] : []), ...currencies])];

  return (
    <div class="filters">
      <DateRange range={range} timeZone={timeZone} />
      {accounts.length > 1 && (
        <Select
          label={t('common.ad_account')}
          value={state.get('account')}
          options={[{ value: '', label: t('common.all_ad_accounts') }, ...accounts.map((one) => ({ value: one.id, label: one.name }))]}
          onValue={(account) => state.set({ account })}
        />
      )}
      <Select
        label={t('common.direction')}
        value={state.get('direction')}
        options={[{ value: '', label: t('common.all_directions') }, ...shown.map((one) => ({ value: one.id, label: one.name }))]}
        onValue={(direction) => state.set({ direction })}
      />
      <Select
        label={t('roi.basis')}
        value={state.get('basis') || 'lead'}
        options={bases.map((one) => ({ value: one, label: t(`roi.basis_${one}`) }))}
        onValue={(basis) => state.set({ basis: basis === 'lead' ? null : basis })}
      />
      <Select
        label={t('roi.model')}
        value={state.get('model') || 'lead'}
        options={models.map((one) => ({ value: one, label: t(`roi.model_${one}`) }))}
        onValue={(model) => state.set({ model: model === 'lead' ? null : model })}
      />
      <Select
        label={t('roi.currency')}
        value={state.get('currency')}
        options={[{ value: '', label: t('roi.own_currency') }, ...known.map((one) => ({ value: one, label: one }))]}
        onValue={(value) => state.set({ currency: value })}
      />
      <Field label={t('roi.goods')} type="number" min={0} max={100} value={state.get('goods')} onValue={(goods) => state.set({ goods })} />
    </div>
  );
}

function MissingRates({ report }: { report: Report }) {
  return (
    <Note tone="warn">
      <p>
        <strong>{t('roi.missing_rates')}</strong>
      </p>
      <ul>
        {report.missing_rates.slice(0, 5).map((one, i) => (
          <li key={i}>
            <bdi dir="ltr">
              {Object.values(one)
                .filter((value) => typeof value !== 'object')
                .join(' · ')}
            </bdi>
          </li>
        ))}
      </ul>
    </Note>
  );
}

function Total({ kind, report }: { kind: FigureKind; report: Report }) {
  const now = valueOf(report.total, kind);
  const before = report.previous ? valueOf(report.previous.total, kind) : null;
  const changed = now !== null && before !== null && before !== 0 && kind.unit !== 'ratio' ? (now - before) / Math.abs(before) : null;
  return (
    <Figure
      label={t(`roi.figure_${kind.id}` as WordKey)}
      value={textOf(report.total, kind, report.currency)}
      reason={t('roi.not_known')}
      formula={tOr(`roi.formula_${kind.id}`, report.formulas[kind.id] ?? '')}
      changed={changed}
      more_is_better={kind.more_is_better ?? null}
      before={before === null || !report.previous ? undefined : (textOf(report.previous.total, kind, report.currency) ?? undefined)}
    />
  );
}

function Creatives({ report, onAsk }: { report: ReturnType<typeof useReport>; onAsk: (asked: Asked) => void }) {
  const language = useLanguage();
  const state = useQueryState();
  const data = report.data;
  const rows = useMemo(() => (data ? [...data.data, ...(data.unattributed ? [data.unattributed] : [])] : undefined), [data]);

  const columns = useMemo<Column<RoiRow>[]>(() => {
    if (!data) return [];
    const partOf = (row: RoiRow): Part => (row.creative_id ? { creative_id: row.creative_id } : { unattributed: 'true' });
    const nameOf = (row: RoiRow) => (row.creative_id ? row.title || row.creative_id : t('roi.unattributed'));
    const figure = (row: RoiRow, kind: FigureKind, part: Part, name: string) => {
      const text = textOf(row, kind, data.currency);
      if (text === null) return <Missing reason={t('roi.not_known')} />;
      return (
        <button type="button" class="roi-cell" onClick={() => onAsk({ part, figure: kind.id, name })} aria-label={`${t(`roi.figure_${kind.id}` as WordKey)}: ${text}. ${t('roi.ask')}`}>
          <bdi>{text}</bdi>
        </button>
      );
    };
    return [
      {
        id: 'title',
        label: t('shell.creative'),
        value: nameOf,
        cell: (row) =>
          row.creative_id ? (
            <Link href={`/creatives/${row.creative_id}`}>
              <bdi>{nameOf(row)}</bdi>
            </Link>
          ) : (
            <span class="soft">{t('roi.unattributed')}</span>
          ),
        total: t('table.total'),
      },
      { id: 'direction', label: t('common.direction'), value: (row) => row.direction_name ?? null, cell: (row) => <bdi>{row.direction_name ?? t('common.dash')}</bdi>, optional: true },
      { id: 'platform', label: t('common.platform'), value: (row) => (row.platform ? tOr(`common.platform_${row.platform}`, row.platform) : null), optional: true },
      ...figures.map(
        (kind): Column<RoiRow> => ({
          id: kind.id,
          label: t(`roi.figure_${kind.id}` as WordKey),
          numeric: true,
          optional: kind.optional,
          formula: tOr(`roi.formula_${kind.id}`, data.formulas[kind.id] ?? ''),
          value: (row) => valueOf(row, kind),
          cell: (row) => figure(row, kind, partOf(row), nameOf(row)),
          total: figure(data.total, kind, {}, t('table.total')),
        }),
      ),
    ];
  }, [data, language]);

  return (
    <DataTable
      label={t('roi.by_creative')}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.creative_id ?? 'unattributed'}
      loading={report.isFetching}
      error={report.error}
      onRetry={() => void report.refetch()}
      defaultSort="-spend"
      count={rows && t('table.rows', { n: rows.length })}
      empty={
        <EmptyState
          icon="roi"
          title={t('roi.none')}
          actions={state.get('direction') ? <LinkButton href="/roi">{t('roi.all_directions')}</LinkButton> : <LinkButton href="/launch">{t('shell.launch')}</LinkButton>}
        >
          {t('roi.none_hint')}
        </EmptyState>
      }
    />
  );
}

// The columns of the three levels: what they show, what they sort by, how figures are made.
import { Link } from 'wouter-preact';
import { instant, money, number, percent } from '~/format';
import type { Column } from '~/parts/DataTable';
import { Switch } from '~/parts/Field';
import { Missing } from '~/parts/Show';
import { t, tOr, type WordKey } from '~/words';
import type { Figures, Level, Thing, ThingPage } from './api';
import { Budget, Delivery, budgetOf, shownFigure } from './shown';

interface Deeds {
  maySpend: boolean;
  busy: ReadonlySet<string>;
  onSwitch: (thing: Thing, on: boolean) => void;
  onBudget: (thing: Thing, micros: number) => void;
  onDetails: (thing: Thing) => void;
}

const units = (micros: number | null | undefined) => (micros === null || micros === undefined ? null : micros / 1_000_000);

/** A figure of the answer as a column with its total. */
function figure(
  id: string,
  pick: (figures: Figures) => number | null,
  write: (value: number, currency: string | null) => string,
  total: ThingPage['total'] | undefined,
  more: Partial<Column<Thing>> = {},
): Column<Thing> {
  const shown = (figures: Figures, currency: string | null) => {
    const value = pick(figures);
    return shownFigure(figures, value === null ? null : write(value, currency));
  };
  return {
    id,
    label: t(`campaigns.${id}` as WordKey),
    numeric: true,
    value: (thing) => pick(thing.figures),
    cell: (thing) => shown(thing.figures, thing.currency),
    total: total && shown(total.figures, total.currency),
    ...more,
  };
}
function moneyFigure(id: string, pick: (figures: Figures) => number | null, total: ThingPage['total'] | undefined, more: Partial<Column<Thing>> = {}) {
  return figure(id, pick, (value, currency) => money(value, currency), total, { value: (thing) => units(pick(thing.figures)), ...more });
}

function nameColumn(level: Level, deeds: Deeds): Column<Thing> {
  return {
    id: 'name',
    label: t('campaigns.name'),
    width: 220,
    value: (thing) => thing.name,
    cell: (thing) => (
      <span class="thing-name">
        {level === 'ads' && (thing.creative_id ? <img class="thing-poster" src={`/api/creatives/${thing.creative_id}/poster`} alt="" loading="lazy" width={27} height={40} /> : <span class="thing-poster" />)}
        <button type="button" class="link-button" title={thing.name} onClick={() => deeds.onDetails(thing)}>
          <bdi>{thing.name}</bdi>
        </button>
      </span>
    ),
  };
}

function above(id: 'campaign' | 'adgroup', optional = false): Column<Thing> {
  return {
    id,
    label: t(`campaigns.${id}`),
    value: (thing) => thing[`${id}_name`],
    cell: (thing) => <bdi class="cell-cut">{thing[`${id}_name`] ?? t('common.dash')}</bdi>,
    sortable: false,
    optional,
  };
}

export function columnsOf(level: Level, page: ThingPage | undefined, deeds: Deeds): Column<Thing>[] {
  const total = page?.total;
  const columns: (Column<Thing> | false)[] = [
    nameColumn(level, deeds),
    {
      id: 'status',
      label: t('campaigns.status'),
      value: (thing) => (thing.status === 'enabled' ? t('campaigns.on') : t('campaigns.off')),
      cell: (thing) => (
        <span title={thing.platform === 'tiktok' ? undefined : t('campaigns.only_tiktok')}>
          <Switch
            label={`${t('campaigns.status')}: ${thing.name}`}
            labelHidden
            checked={thing.status === 'enabled'}
            disabled={!deeds.maySpend || deeds.busy.has(thing.id) || thing.status === 'deleted' || thing.platform !== 'tiktok'}
            onValue={(on) => deeds.onSwitch(thing, on)}
          />
        </span>
      ),
    },
    { id: 'delivery', label: t('campaigns.delivery'), value: (thing) => tOr(`campaigns.delivery_${thing.delivery}`, thing.delivery), cell: (thing) => <Delivery thing={thing} /> },
    level !== 'ads' && {
      id: 'budget',
      label: t('campaigns.budget'),
      numeric: true,
      value: (thing) => units(budgetOf(thing)),
      cell: (thing) => <Budget thing={thing} mayEdit={deeds.maySpend && thing.platform === 'tiktok' && thing.status !== 'deleted'} busy={deeds.busy.has(thing.id)} onSave={(micros) => deeds.onBudget(thing, micros)} />,
      total: total && (total.daily_budget_micros === null ? <Missing reason={t('campaigns.missing_several_currencies')} /> : money(total.daily_budget_micros, total.currency)),
    },
    moneyFigure('spend', (figures) => figures.spend_micros, total),
    figure('leads', (figures) => figures.leads, (value) => number(value), total, { formula: t('campaigns.leads_formula') }),
    moneyFigure('cpl', (figures) => figures.cpl_micros, total, { formula: t('campaigns.cpl_formula') }),
    figure('qualified', (figures) => figures.qualified, (value) => number(value), total),
    moneyFigure('cpql', (figures) => figures.cpql_micros, total, { formula: t('campaigns.cpql_formula') }),
    figure('impressions', (figures) => figures.impressions, (value) => number(value), total),
    figure('clicks', (figures) => figures.clicks, (value) => number(value), total),
    figure('ctr', (figures) => figures.ctr, (value) => percent(value, 2), total, { formula: t('campaigns.ctr_formula') }),
    moneyFigure('cpc', (figures) => figures.cpc_micros, total, { formula: t('campaigns.cpc_formula') }),
    moneyFigure('cpm', (figures) => figures.cpm_micros, total, { formula: t('campaigns.cpm_formula'), optional: true, sortable: false }),
    figure('platform_leads', (figures) => figures.platform_leads, (value) => number(value), total, { optional: true, sortable: false }),
    level === 'campaigns' && { id: 'adgroups', label: t('campaigns.adgroups'), numeric: true, value: (thing) => thing.adgroups, optional: true, sortable: false },
    level !== 'ads' && { id: 'ads', label: t('campaigns.ads'), numeric: true, value: (thing) => thing.ads, optional: true, sortable: false },
    level === 'ads' && above('adgroup', true),
    level !== 'campaigns' && above('campaign', true),
    level === 'ads' && {
      id: 'creative',
      label: t('campaigns.creative'),
      value: (thing) => thing.creative_title,
      cell: (thing) =>
        thing.creative_id ? (
          <Link href={`/creatives/${thing.creative_id}`}>
            <bdi>{thing.creative_title ?? thing.creative_id}</bdi>
          </Link>
        ) : (
          <Missing reason={t('campaigns.no_creative')} />
        ),
      optional: true,
      sortable: false,
    },
    { id: 'direction', label: t('common.direction'), value: (thing) => thing.direction_name, cell: (thing) => <bdi>{thing.direction_name ?? t('common.dash')}</bdi>, sortable: false, optional: level === 'ads' },
    { id: 'account', label: t('common.ad_account'), value: (thing) => thing.ad_account_name, cell: (thing) => <bdi>{thing.ad_account_name}</bdi>, sortable: false, optional: true },
    { id: 'objective', label: t('campaigns.objective'), value: (thing) => thing.objective && tOr(`launch.objective_${thing.objective}`, thing.objective), sortable: false, optional: true },
    { id: 'created', label: t('campaigns.created'), value: (thing) => thing.created_at, cell: (thing) => instant(thing.created_at), optional: true },
    { id: 'id', label: t('campaigns.id'), value: (thing) => thing.id, cell: (thing) => <code dir="ltr">{thing.id}</code>, sortable: false, optional: true },
  ];
  return columns.filter((column): column is Column<Thing> => !!column);
}

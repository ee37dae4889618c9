// The directions with what became of them; switched, copied, archived and brought back here.
import { useMemo } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { del, get, patch, path, post, type Page } from '~/api/client';
import { useQuery, useQueryClient } from '~/api/query';
import { useAdAccounts, useRight } from '~/api/session';
import { instant, money, number } from '~/format';
import { LinkButton } from '~/parts/Button';
import { DataTable, type Column } from '~/parts/DataTable';
import { DateRange, useRange } from '~/parts/DateRange';
import { Select, Switch } from '~/parts/Field';
import { Menu } from '~/parts/Menu';
import { EmptyState, Missing, PageHead } from '~/parts/Show';
import { Tabs } from '~/parts/Tabs';
import { toast, toastError } from '~/parts/Toast';
import { useQueryState } from '~/parts/url';
import { t, tOr } from '~/words';
import type { DirectionRow } from './shapes';

const cplOf = (row: DirectionRow) => {
  const spend = row.figures?.spend_micros;
  return spend && row.figures?.leads ? spend / row.figures.leads : null;
};

/** Deeds on a direction: each tells what it did and can be undone. */
function useDeeds() {
  const client = useQueryClient();
  const again = () => client.invalidateQueries({ queryKey: ['directions'] });
  const restore = (row: DirectionRow, is_active: boolean) => post(`/api/directions/${row.id}/restore`, { is_active }).then(again);

  async function set(row: DirectionRow, is_active: boolean) {
    await patch(`/api/directions/${row.id}`, { is_active });
    await again();
  }
  return {
    turn(row: DirectionRow, on: boolean) {
      return set(row, on)
        .then(() => toast(t(on ? 'directions.switched_on' : 'directions.switched_off', { name: row.name }), { undo: () => set(row, !on) }))
        .catch(toastError);
    },
    archive(row: DirectionRow) {
      return del(`/api/directions/${row.id}`)
        .then(again)
        .then(() => toast(t('directions.archived_toast', { name: row.name }), { undo: () => restore(row, row.is_active) }))
        .catch(toastError);
    },
    restore(row: DirectionRow) {
      return restore(row, false)
        .then(() =>
          toast(t('directions.restored_toast', { name: row.name }), { undo: () => del(`/api/directions/${row.id}`).then(again) }),
        )
        .catch(toastError);
    },
  };
}

export function DirectionList() {
  const state = useQueryState();
  const [, navigate] = useLocation();
  const archived = state.get('tab') === 'archived';
  const platform = state.get('platform');
  const account = state.get('account');
  const accounts = useAdAccounts();
  const named = accounts.data?.find((one) => one.id === account);
  const zone = named?.connections.tiktok?.time_zone ?? named?.connections.facebook?.time_zone ?? undefined;
  const range = useRange(zone, '30');
  const mayEdit = useRight('edit');
  const maySpend = useRight('spend');
  const deeds = useDeeds();
  const list = useQuery({
    queryKey: ['directions', 'figures', archived, platform, account, range.from, range.to],
    queryFn: () =>
      get<Page<DirectionRow>>(
        path('/api/directions', { figures: 1, archived: archived ? 1 : undefined, platform, accountId: account, from: range.from, to: range.to }),
      ).then((page) => page.data),
    placeholderData: (before) => before,
  });

  function act(row: DirectionRow, what: string) {
    if (what === 'edit') navigate(`/directions/${row.id}`);
    else if (what === 'copy') navigate(`/directions/new?from=${row.id}`);
    else if (what === 'launch') navigate(`/launch?direction=${row.id}`);
    else if (what === 'archive') void deeds.archive(row);
    else void deeds.restore(row);
  }

  const columns = useMemo<Column<DirectionRow>[]>(() => {
    const accountName = (id: string) => accounts.data?.find((one) => one.id === id)?.name ?? id;
    const spend = (row: DirectionRow) =>
      row.figures?.spend_micros == null ? (
        <Missing reason={t(row.figures?.no_spend === 'not_offered' ? 'directions.spend_not_offered' : 'directions.spend_not_collected')} />
      ) : (
        money(row.figures.spend_micros, row.currency)
      );
    const all: (Column<DirectionRow> | false)[] = [
      {
        id: 'name',
        label: t('directions.name'),
        value: (row) => row.name,
        cell: (row) => (
          <span class="direction-name">
            <span>{archived ? <bdi>{row.name}</bdi> : <Link href={`/directions/${row.id}`}><bdi>{row.name}</bdi></Link>}</span>
            <small class="soft">
              {t(`common.platform_${row.platform}`)} · {tOr(`directions.obj_${row.objective}`, row.objective)}
            </small>
          </span>
        ),
        width: 200,
      },
      !archived && {
        id: 'state',
        label: t('directions.state'),
        value: (row) => t(row.is_active ? 'directions.active' : 'directions.paused'),
        cell: (row) => (
          <Switch
            label={t('directions.switch_label', { name: row.name })}
            labelHidden
            checked={row.is_active}
            disabled={!mayEdit}
            onValue={(on) => void deeds.turn(row, on)}
          />
        ),
      },
      { id: 'budget', label: t('directions.budget'), numeric: true, value: (row) => row.daily_budget_micros, cell: (row) => money(row.daily_budget_micros, row.currency) },
      { id: 'spend', label: t('directions.spend'), numeric: true, value: (row) => row.figures?.spend_micros ?? null, cell: spend },
      { id: 'leads', label: t('directions.leads'), numeric: true, value: (row) => row.figures?.leads, cell: (row) => <Link href={`/leads?direction=${row.id}`}>{number(row.figures?.leads)}</Link> },
      {
        id: 'cpl',
        label: t('directions.cpl'),
        numeric: true,
        value: cplOf,
        cell: (row) => (cplOf(row) === null ? <Missing reason={t('directions.cpl_none')} /> : money(cplOf(row), row.currency)),
      },
      {
        id: 'target',
        label: t('directions.target'),
        numeric: true,
        optional: true,
        value: (row) => row.target_cpl_micros || null,
        cell: (row) => (row.target_cpl_micros ? money(row.target_cpl_micros, row.currency) : <Missing reason={t('directions.target_default')} />),
      },
      { id: 'qualified', label: t('directions.qualified'), numeric: true, optional: true, value: (row) => row.figures?.qualified, cell: (row) => number(row.figures?.qualified) },
      { id: 'creatives', label: t('directions.creatives'), numeric: true, value: (row) => row.figures?.creatives, cell: (row) => <Link href={`/creatives?direction=${row.id}`}>{number(row.figures?.creatives)}</Link> },
      { id: 'ads', label: t('directions.ads'), numeric: true, value: (row) => row.figures?.ads_enabled, cell: (row) => number(row.figures?.ads_enabled) },
      { id: 'account', label: t('common.ad_account'), optional: (accounts.data?.length ?? 0) < 2, value: (row) => accountName(row.ad_account_id) },
      { id: 'updated', label: t('directions.updated'), optional: true, value: (row) => row.updated_at, cell: (row) => instant(row.updated_at) },
      archived && { id: 'archived', label: t('directions.archived_at'), value: (row) => row.archived_at, cell: (row) => instant(row.archived_at) },
      {
        id: 'acts',
        label: t('directions.acts_head'),
        sortable: false,
        value: () => '',
        cell: (row) => (
          <Menu
            label={t('directions.acts', { name: row.name })}
            items={
              archived
                ? [
                    { value: 'restore', label: t('directions.restore'), icon: 'undo', disabled: !mayEdit },
                  ]
                : [
                    { value: 'edit', label: t('directions.edit'), icon: 'edit' },
                    { value: 'launch', label: t('directions.launch'), icon: 'launch', disabled: !maySpend || row.platform !== 'tiktok' },
                    { value: 'copy', label: t('directions.duplicate'), icon: 'copy', disabled: !mayEdit },
                    { value: 'archive', label: t('directions.archive'), icon: 'archive', danger: true, disabled: !mayEdit },
                  ]
            }
            onSelect={(what) => act(row, what)}
          />
        ),
      },
    ];
    return all.filter((column): column is Column<DirectionRow> => column !== false);
  }, [archived, accounts.data, mayEdit, maySpend, list.data]);

  return (
    <>
      <PageHead
        title={t('directions.title')}
        actions={
          mayEdit && (
            <LinkButton look="main" icon="plus" href={path('/directions/new', { account })}>
              {t('directions.new')}
            </LinkButton>
          )
        }
      />
      <Tabs
        label={t('directions.title')}
        tabs={[
          { value: 'listed', label: t('directions.tab_listed') },
          { value: 'archived', label: t('directions.tab_archived') },
        ]}
        value={archived ? 'archived' : 'listed'}
      />
      <div class="filters direction-filters">
        <Select
          label={t('common.platform')}
          value={platform}
          options={[
            { value: '', label: t('common.all') },
            { value: 'tiktok', label: t('common.platform_tiktok') },
            { value: 'facebook', label: t('common.platform_facebook') },
          ]}
          onValue={(value) => state.set({ platform: value })}
        />
        {(accounts.data?.length ?? 0) > 1 && (
          <Select
            label={t('common.ad_account')}
            value={account}
            options={[{ value: '', label: t('common.all_ad_accounts') }, ...(accounts.data ?? []).map((one) => ({ value: one.id, label: one.name }))]}
            onValue={(value) => state.set({ account: value })}
          />
        )}
        <DateRange range={range} timeZone={zone} />
      </div>
      <DataTable
        label={t('directions.title')}
        columns={columns}
        rows={list.data}
        keyOf={(row) => row.id}
        loading={list.isFetching}
        error={list.error}
        onRetry={() => void list.refetch()}
        count={list.data && t('directions.count', { n: list.data.length })}
        onOpen={archived ? undefined : (row) => navigate(`/directions/${row.id}`)}
        defaultSort="name"
        empty={
          archived ? (
            <EmptyState icon="archive" title={t('directions.none_archived')}>
              {t('directions.none_archived_hint')}
            </EmptyState>
          ) : (
            <EmptyState
              icon="directions"
              title={t('directions.none')}
              actions={
                mayEdit && (
                  <LinkButton look="main" icon="plus" href="/directions/new">
                    {t('directions.new')}
                  </LinkButton>
                )
              }
            >
              {t('directions.none_hint')}
            </EmptyState>
          )
        }
      />
    </>
  );
}

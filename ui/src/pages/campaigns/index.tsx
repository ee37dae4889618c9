// Campaigns > ad groups > ads.  What is ticked on one level narrows the levels below it.
import './campaigns.css';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { useQuery } from '~/api/query';
import { useAdAccounts, useDirections, useRight } from '~/api/session';
import { ago, money } from '~/format';
import { Button, LinkButton } from '~/parts/Button';
import { DataTable } from '~/parts/DataTable';
import { DateRange, useRange } from '~/parts/DateRange';
import { Field, Select } from '~/parts/Field';
import { Icon } from '~/parts/Icon';
import { EmptyState, Note, PageHead } from '~/parts/Show';
import { Tabs } from '~/parts/Tabs';
import { toast, toastError } from '~/parts/Toast';
import { useQueryState } from '~/parts/url';
import { told } from '~/parts/trouble';
import { Views } from '~/parts/Views';
import { t, useLanguage } from '~/words';
import { ask, fetchAll, fetchNames, follow, levels, undoBatch, useThings, wishFor, type Level, type Thing, type Verb, type Wish } from './api';
import { BulkDialog } from './Bulk';
import { ChangesDialog } from './Changes';
import { columnsOf } from './columns';
import { Details } from './Details';
import { deliveries } from './shown';

const paramOf: Record<Level, string> = { campaigns: 'campaign_id', 'ad-groups': 'adgroup_id', ads: 'ad_id' };
/** More than these do not fit into an address: then the levels below show everything. */
const MOST_IN_ADDRESS = 100;
const filterNames = ['account', 'platform', 'direction', 'q', 'status', 'delivery', 'campaign_id', 'adgroup_id', 'creative'] as const;

function useFilters(level: Level) {
  const state = useQueryState();
  const account = state.get('account');
  const accounts = useAdAccounts().data;
  const zone = Object.values(accounts?.find((one) => !account || one.id === account)?.connections ?? {})[0]?.time_zone ?? undefined;
  const range = useRange(zone ?? undefined, '7');
  const sort = state.get('sort') || '-spend';
  const filters: Record<string, string> = {
    account_id: account,
    platform: state.get('platform'),
    direction_id: state.get('direction'),
    creative_id: state.get('creative'),
    q: state.get('q'),
    status: state.get('status'),
    delivery: state.get('delivery'),
    campaign_id: level === 'campaigns' ? '' : state.get('campaign_id'),
    adgroup_id: level === 'ads' ? state.get('adgroup_id') : '',
    sort: sort.replace(/^-/, ''),
    order: sort.startsWith('-') ? 'desc' : 'asc',
    from: range.from,
    to: range.to,
  };
  return { state, filters, range, zone: zone ?? undefined };
}

/** Ticks of each level live as long as the page, and in the address while they fit. */
function useTicks(level: Level) {
  const state = useQueryState();
  const [ticks, setTicks] = useState<Record<Level, Set<string>>>(() => ({
    campaigns: new Set(state.get('campaign_id').split(',').filter(Boolean)),
    'ad-groups': new Set(state.get('adgroup_id').split(',').filter(Boolean)),
    ads: new Set(state.get('ad_id').split(',').filter(Boolean)),
  }));
  function tick(keys: Set<string>, at: Level = level) {
    setTicks((now) => ({ ...now, [at]: keys }));
    state.set({ [paramOf[at]]: keys.size && keys.size <= MOST_IN_ADDRESS ? [...keys].join(',') : null });
  }
  return [ticks, tick] as const;
}

export default function Campaigns() {
  useLanguage();
  const [open, setOpen] = useState<Verb | 'changes' | null>(null);
  const [shown, setShown] = useState<Thing | null>(null);
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const maySpend = useRight('spend');
  const query = useQueryState();
  const level = (levels.includes(query.get('tab') as Level) ? query.get('tab') : 'campaigns') as Level;
  const { state, filters, range, zone } = useFilters(level);
  const [ticks, tick] = useTicks(level);
  const things = useThings(level, filters);
  const rows = useMemo(() => {
    const seen = new Set<string>();
    return things.data?.pages.flatMap((page) => page.data).filter((thing) => !seen.has(thing.id) && seen.add(thing.id));
  }, [things.data]);
  const page = things.data?.pages[0];
  const ticked = ticks[level];
  const chosen = useMemo(() => (rows ?? []).filter((thing) => ticked.has(thing.id)), [rows, ticked]);
  const changeable = chosen.filter((thing) => thing.platform === 'tiktok');

  async function change(thing: Thing, wish: Wish, said: string) {
    setBusy((now) => new Set(now).add(thing.id));
    try {
      const batch = await follow((await ask(thing.ad_account_id, [wish])).action_batch_id);
      const action = batch.actions[0];
      if (action?.state === 'done') toast(said, { undo: () => undoBatch(batch.action_batch_id).then((made) => follow(made.action_batch_id)) });
      else toast((action?.error && [told(action.error).title, action.error.platform_message].filter(Boolean).join(' · ')) || t('campaigns.state_failed'), { bad: true });
    } catch (error) {
      toastError(error);
    }
    setBusy((now) => {
      const next = new Set(now);
      next.delete(thing.id);
      return next;
    });
  }
  const deeds = {
    maySpend,
    busy,
    onDetails: setShown,
    onSwitch: (thing: Thing, on: boolean) =>
      void change(thing, wishFor(level, thing.id, on ? 'resume' : 'pause'), t(on ? 'campaigns.switched_on' : 'campaigns.switched_off', { name: thing.name })),
    onBudget: (thing: Thing, micros: number) =>
      void change(thing, wishFor(level, thing.id, 'budget', micros), t('campaigns.budget_set', { name: thing.name, amount: money(micros, thing.currency) })),
  };
  const columns = columnsOf(level, page, deeds);
  const filtered = filterNames.some((name) => state.get(name) && name !== paramOf[level]);

  function drill(thing: Thing) {
    if (level === 'ads') return setShown(thing);
    tick(new Set([thing.id]));
    state.set({ tab: level === 'campaigns' ? 'ad-groups' : 'ads', [paramOf[level]]: thing.id }, { push: true });
  }

  return (
    <>
      <PageHead
        title={t('campaigns.title')}
        beside={page?.collected_at && <span class="soft">{t('campaigns.data_age', { when: ago(page.collected_at) })}</span>}
        actions={
          <>
            <Views page="campaigns" />
            <Button icon="list" onClick={() => setOpen('changes')}>
              {t('campaigns.changes')}
            </Button>
            {maySpend && (
              <LinkButton look="main" icon="launch" href="/launch">
                {t('campaigns.go_launch')}
              </LinkButton>
            )}
          </>
        }
      />
      <Filters filters={filters} range={range} zone={zone} />
      <LevelTabs level={level} ticks={ticks} />
      <Crumbs level={level} />
      {page && page.leads_elsewhere > 0 && !filtered && <Note tone="soft">{t('campaigns.leads_elsewhere', { n: page.leads_elsewhere })}</Note>}
      {maySpend && rows?.some((thing) => thing.platform !== 'tiktok') && <Note tone="soft">{t('campaigns.facebook_read_only')}</Note>}
      <DataTable<Thing>
        label={t(`campaigns.level_${level === 'ad-groups' ? 'adgroups' : level}`)}
        columns={columns}
        rows={rows}
        keyOf={(thing) => thing.id}
        loading={things.isFetching}
        error={things.error}
        onRetry={() => void things.refetch()}
        serverSorted
        defaultSort="-spend"
        ticked={ticked}
        onTicked={tick}
        onOpen={drill}
        count={page && (rows && rows.length < page.count ? t('campaigns.loaded', { n: rows.length, all: page.count }) : t('campaigns.count', { n: page.count }))}
        onMore={things.hasNextPage ? () => void things.fetchNextPage() : undefined}
        moreLoading={things.isFetchingNextPage}
        moreByItself
        allRows={things.hasNextPage ? (far) => fetchAll(level, filters, far) : undefined}
        tools={
          chosen.length > 0 && (
            <span class="bulk-tools">
              <strong>{t('campaigns.ticked', { n: chosen.length })}</strong>
              {maySpend && (
                <>
                  <Button small icon="pause" disabled={!changeable.length} onClick={() => setOpen('pause')}>
                    {t('campaigns.pause')}
                  </Button>
                  <Button small icon="play" disabled={!changeable.length} onClick={() => setOpen('resume')}>
                    {t('campaigns.resume')}
                  </Button>
                  {level === 'ad-groups' && (
                    <Button small icon="edit" disabled={!changeable.length} onClick={() => setOpen('budget')}>
                      {t('campaigns.change_budget')}
                    </Button>
                  )}
                </>
              )}
              <Button small look="quiet" icon="close" onClick={() => tick(new Set())}>
                {t('campaigns.untick')}
              </Button>
            </span>
          )
        }
        empty={
          <EmptyState
            icon="campaigns"
            title={t(filtered ? 'campaigns.none_fit' : 'campaigns.none')}
            actions={
              filtered ? (
                <Button onClick={() => state.set(Object.fromEntries(filterNames.map((name) => [name, null])))}>{t('campaigns.clear')}</Button>
              ) : (
                <LinkButton look="main" href="/launch">
                  {t('campaigns.go_launch')}
                </LinkButton>
              )
            }
          >
            {!filtered && t('campaigns.none_hint')}
          </EmptyState>
        }
      />
      {(open === 'pause' || open === 'resume' || open === 'budget') && <BulkDialog level={level} verb={open} things={changeable} onClose={() => setOpen(null)} />}
      {open === 'changes' && (
        <ChangesDialog
          filters={{ account_id: filters.account_id ?? '', platform: filters.platform ?? '' }}
          currency={page?.total.currency ?? rows?.[0]?.currency ?? ''}
          mayUndo={maySpend}
          onClose={() => setOpen(null)}
        />
      )}
      {shown && <Details thing={rows?.find((thing) => thing.id === shown.id) ?? shown} onClose={() => setShown(null)} />}
    </>
  );
}

function Filters({ filters, range, zone }: { filters: Record<string, string>; range: ReturnType<typeof useRange>; zone: string | undefined }) {
  const state = useQueryState();
  const accounts = useAdAccounts().data ?? [];
  const directions = (useDirections().data ?? []).filter((one) => (!filters.account_id || one.ad_account_id === filters.account_id) && (!filters.platform || one.platform === filters.platform));
  const [text, setText] = useState(state.get('q'));
  useEffect(() => {
    if (text === state.get('q')) return;
    const timer = setTimeout(() => state.set({ q: text }), 300);
    return () => clearTimeout(timer);
  }, [text]);

  const choose = (name: string) => (value: string) => state.set({ [name]: value });
  return (
    <div class="filters" role="search">
      <Field label={t('campaigns.find')} type="search" value={text} onValue={setText} />
      {accounts.length > 1 && (
        <Select
          label={t('common.ad_account')}
          value={state.get('account')}
          onValue={choose('account')}
          options={[{ value: '', label: t('common.all_ad_accounts') }, ...accounts.map((one) => ({ value: one.id, label: one.name }))]}
        />
      )}
      <Select
        label={t('common.platform')}
        value={state.get('platform')}
        onValue={choose('platform')}
        options={[
          { value: '', label: t('common.all') },
          { value: 'tiktok', label: t('common.platform_tiktok') },
          { value: 'facebook', label: t('common.platform_facebook') },
        ]}
      />
      <Select
        label={t('common.direction')}
        value={state.get('direction')}
        onValue={choose('direction')}
        options={[{ value: '', label: t('common.all_directions') }, ...directions.map((one) => ({ value: one.id, label: one.name }))]}
      />
      <Select
        label={t('campaigns.status')}
        value={state.get('status')}
        onValue={choose('status')}
        options={[
          { value: '', label: t('campaigns.status_any') },
          { value: 'enabled', label: t('campaigns.status_enabled') },
          { value: 'disabled', label: t('campaigns.status_disabled') },
          { value: 'deleted', label: t('campaigns.status_deleted') },
        ]}
      />
      <Select
        label={t('campaigns.delivery')}
        value={state.get('delivery')}
        onValue={choose('delivery')}
        options={[{ value: '', label: t('campaigns.delivery_any') }, ...deliveries.map((one) => ({ value: one, label: t(`campaigns.delivery_${one}`) }))]}
      />
      <DateRange range={range} timeZone={zone} />
    </div>
  );
}

function LevelTabs({ level, ticks }: { level: Level; ticks: Record<Level, Set<string>> }) {
  const label = (one: Level) => t(`campaigns.level_${one === 'ad-groups' ? 'adgroups' : one}`);
  return (
    <Tabs
      label={t('campaigns.levels')}
      value={level}
      tabs={levels.map((one) => ({
        value: one,
        label: (
          <>
            {label(one)}
            {ticks[one].size > 0 && <span class="tab-ticked">{t('campaigns.ticked', { n: ticks[one].size })}</span>}
          </>
        ),
      }))}
    />
  );
}

/** The way down: All campaigns > Spring sale > Almaty. */
function Crumbs({ level }: { level: Level }) {
  const state = useQueryState();
  const campaigns = level === 'campaigns' ? '' : state.get('campaign_id');
  const adgroups = level === 'ads' ? state.get('adgroup_id') : '';
  if (!campaigns && !adgroups) return null;
  const hrefOf = (changes: Record<string, string>) => {
    const next = new URLSearchParams(state.all);
    for (const [name, value] of Object.entries(changes))
      if (value) next.set(name, value);
      else next.delete(name);
    return `/campaigns?${next.toString()}`;
  };
  return (
    <nav class="crumbs" aria-label={t('campaigns.levels')}>
      <Link href={hrefOf({ tab: '' })}>{t('campaigns.level_campaigns')}</Link>
      {campaigns && (
        <>
          <Icon name="forward" size={16} />
          <Crumb level="campaigns" ids={campaigns} href={level === 'ads' ? hrefOf({ tab: 'ad-groups' }) : undefined} onClear={() => state.set({ campaign_id: null })} />
        </>
      )}
      {adgroups && (
        <>
          <Icon name="forward" size={16} />
          <Crumb level="ad-groups" ids={adgroups} onClear={() => state.set({ adgroup_id: null })} />
        </>
      )}
    </nav>
  );
}

function Crumb({ level, ids, href, onClear }: { level: Level; ids: string; href?: string; onClear: () => void }) {
  const names = useQuery({ queryKey: [level, 'names', ids], queryFn: () => fetchNames(level, ids), staleTime: 300_000 });
  const count = ids.split(',').length;
  const first = names.data?.data[0]?.name ?? '…';
  const text = count > 1 ? t('campaigns.and_more', { names: first, n: count - 1 }) : first;
  return (
    <span class="chip">
      {href ? (
        <Link href={href}>
          <bdi>{text}</bdi>
        </Link>
      ) : (
        <bdi>{text}</bdi>
      )}
      <button type="button" aria-label={t('common.remove_one', { name: text })} onClick={onClear}>
        <Icon name="close" size={16} />
      </button>
    </span>
  );
}

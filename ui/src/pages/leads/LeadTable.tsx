import { useMemo, useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { useDirections, useMe, useRight } from '~/api/session';
import { instant } from '~/format';
import { ConfirmDialog } from '~/parts/Dialog';
import { DataTable, type Column } from '~/parts/DataTable';
import { Menu } from '~/parts/Menu';
import { EmptyState } from '~/parts/Show';
import { toast } from '~/parts/Toast';
import { LinkButton } from '~/parts/Button';
import { useQueryState } from '~/parts/url';
import { post } from '~/api/client';
import { queries } from '~/api/query';
import { troubleLine } from '~/parts/trouble';
import { t, tOr, useLanguage } from '~/words';
import { moves, stages, useLeadCount, useLeads, type Lead, type Stage } from './api';
import { Marks, StageBadge, nameOf } from './shown';

export function LeadTable({ filters, filtered }: { filters: Record<string, string>; filtered: boolean }) {
  const leads = useLeads(filters);
  const count = useLeadCount(filters).data;
  const language = useLanguage();
  const mayEdit = useRight('edit');
  const [ticked, setTicked] = useState<Set<string>>(new Set());
  const [, navigate] = useLocation();
  const state = useQueryState();
  const directions = useDirections().data;
  const rows = useMemo(() => leads.data?.pages.flatMap((page) => page.data), [leads.data]);

  const columns = useMemo<Column<Lead>[]>(() => {
    const directionOf = new Map(directions?.map((one) => [one.id, one.name]));
    return [
      { id: 'name', label: t('leads.name'), value: nameOf, cell: (lead) => <Link href={hrefOf(lead, state.all)}><bdi>{nameOf(lead)}</bdi></Link>, sortable: false },
      { id: 'phone', label: t('leads.phone'), value: (lead) => lead.phone, cell: (lead) => <bdi dir="ltr">{lead.phone ?? t('common.dash')}</bdi>, sortable: false },
      { id: 'stage', label: t('leads.stage'), value: (lead) => t(`leads.stage_${lead.stage}`), cell: (lead) => <StageBadge stage={lead.stage} />, sortable: false },
      { id: 'marks', label: t('leads.marks'), value: (lead) => [lead.is_test && t('leads.test'), lead.duplicate_of && t('leads.duplicate'), lead.recovered_by && t('leads.recovered')].filter(Boolean).join(', '), cell: (lead) => <Marks lead={lead} />, sortable: false },
      { id: 'created', label: t('leads.left'), value: (lead) => lead.created_at, cell: (lead) => instant(lead.created_at), sortable: false },
      { id: 'direction', label: t('common.direction'), value: (lead) => (lead.direction_id ? (directionOf.get(lead.direction_id) ?? lead.direction_id) : null), cell: (lead) => <bdi>{lead.direction_id ? (directionOf.get(lead.direction_id) ?? t('common.dash')) : t('common.dash')}</bdi>, sortable: false },
      { id: 'source', label: t('leads.source'), value: (lead) => tOr(`leads.source_${lead.source}`, lead.source), sortable: false },
      { id: 'email', label: t('leads.email'), value: (lead) => lead.email, cell: (lead) => <bdi dir="ltr">{lead.email ?? t('common.dash')}</bdi>, optional: true, sortable: false },
      { id: 'spam', label: t('leads.spam_score'), value: (lead) => lead.spam_score, numeric: true, optional: true, sortable: false },
      { id: 'ad', label: t('leads.ad'), value: (lead) => lead.ad_id, cell: (lead) => <bdi dir="ltr">{lead.ad_id ?? t('common.dash')}</bdi>, optional: true, sortable: false },
      { id: 'received', label: t('leads.arrived'), value: (lead) => lead.received_at, cell: (lead) => instant(lead.received_at), optional: true, sortable: false },
    ];
  }, [directions, language, state.all]);

  return (
    <DataTable
      label={t('leads.title')}
      columns={columns}
      rows={rows}
      keyOf={(lead) => lead.id}
      loading={leads.isFetching}
      error={leads.error}
      onRetry={() => void leads.refetch()}
      serverSorted
      csv={false}
      ticked={ticked}
      onTicked={mayEdit ? setTicked : undefined}
      onOpen={(lead) => navigate(hrefOf(lead, state.all))}
      count={count && (count.more ? t('leads.count_more', { n: count.count }) : t('leads.count', { n: count.count }))}
      tools={ticked.size > 0 && rows ? <Bulk leads={rows.filter((lead) => ticked.has(lead.id))} onDone={() => setTicked(new Set())} /> : undefined}
      onMore={leads.hasNextPage ? () => void leads.fetchNextPage() : undefined}
      moreLoading={leads.isFetchingNextPage}
      empty={
        filtered ? (
          <EmptyState icon="filter" title={t('leads.none_fit')}>
            {t('leads.none_fit_hint')}
          </EmptyState>
        ) : (
          <EmptyState icon="leads" title={t('leads.none')} actions={<LinkButton href="/settings/lead-sources">{t('leads.set_up_sources')}</LinkButton>}>
            {t('leads.none_hint')}
          </EmptyState>
        )
      }
    />
  );
}

export function hrefOf(lead: Lead, query: URLSearchParams) {
  const text = query.toString();
  return `/leads/${lead.id}${text ? `?${text}` : ''}`;
}

type Deed = { stage: Stage } | { assign: 'me' | '' } | { test: boolean };

/** Many at once: what will change is told before; what failed is listed after. */
function Bulk({ leads, onDone }: { leads: Lead[]; onDone: () => void }) {
  const [deed, setDeed] = useState<Deed | null>(null);
  const me = useMe().data;
  const items = [
    ...stages.filter((stage) => stage !== 'purchase').map((stage) => ({ value: `stage:${stage}`, label: t('leads.to_stage', { stage: t(`leads.stage_${stage}`) }) })),
    ...(me?.user_id ? [{ value: 'me', label: t('leads.assign_me') }] : []),
    { value: 'nobody', label: t('leads.assign_nobody') },
    { value: 'test', label: t('leads.mark_test') },
  ];
  function choose(value: string) {
    if (value.startsWith('stage:')) setDeed({ stage: value.slice(6) as Stage });
    else if (value === 'test') setDeed({ test: true });
    else setDeed({ assign: value === 'me' ? 'me' : '' });
  }
  return (
    <>
      <span>{t('table.ticked', { n: leads.length })}</span>
      <Menu label={t('leads.with_ticked')} text={t('leads.with_ticked')} icon="down" look="plain" items={items} onSelect={choose} />
      {deed && <BulkDialog leads={leads} deed={deed} onClose={() => setDeed(null)} onDone={onDone} />}
    </>
  );
}

function BulkDialog({ leads, deed, onClose, onDone }: { leads: Lead[]; deed: Deed; onClose: () => void; onDone: () => void }) {
  const can = 'stage' in deed ? leads.filter((lead) => moves[lead.stage].includes(deed.stage)) : leads;
  const cannot = leads.length - can.length;
  const says = 'stage' in deed ? t('leads.to_stage', { stage: t(`leads.stage_${deed.stage}`) }) : 'test' in deed ? t('leads.mark_test') : deed.assign ? t('leads.assign_me') : t('leads.assign_nobody');

  async function act() {
    const failed: string[] = [];
    for (const lead of can) {
      const [verb, body] = 'stage' in deed ? ['stage', { stage: deed.stage }] : 'test' in deed ? ['test', { is_test: deed.test }] : ['assign', { user_id: deed.assign }];
      await post(`/api/leads/${lead.id}/${verb}`, body).catch((error: unknown) => failed.push(`${nameOf(lead)}: ${troubleLine(error)}`));
    }
    void queries.invalidateQueries({ queryKey: ['leads'] });
    if (failed.length) throw new Error(failed.join('\n'));
    toast(t('leads.changed', { n: can.length }));
    onDone();
  }
  return (
    <ConfirmDialog title={says} act={says} onAct={act} onClose={onClose}>
      <p>{t('leads.will_change', { n: can.length })}</p>
      {cannot > 0 && <p class="soft">{t('leads.will_not_change', { n: cannot })}</p>}
      <ul class="lead-before-after">
        {can.slice(0, 20).map((lead) => (
          <li key={lead.id}>
            <bdi>{nameOf(lead)}</bdi>
            {'stage' in deed && (
              <span class="soft">
                {t(`leads.stage_${lead.stage}`)} → {t(`leads.stage_${deed.stage}`)}
              </span>
            )}
          </li>
        ))}
      </ul>
    </ConfirmDialog>
  );
}

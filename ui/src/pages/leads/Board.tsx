// Leads by stage; a card is moved by dragging it or by its menu.
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { useRight } from '~/api/session';
import { ago } from '~/format';
import { Button } from '~/parts/Button';
import { Menu } from '~/parts/Menu';
import { ProblemNote } from '~/parts/Problem';
import { Skeleton } from '~/parts/Show';
import { toast, toastError } from '~/parts/Toast';
import { useQueryState } from '~/parts/url';
import { t } from '~/words';
import { moves, stages, useLeadCount, useLeads, useStageChange, type Lead, type Stage } from './api';
import { hrefOf } from './LeadTable';
import { Marks, nameOf } from './shown';

const COLUMN = 30;

export function Board({ filters }: { filters: Record<string, string> }) {
  const [dragged, setDragged] = useState<Lead | null>(null);
  const change = useStageChange();

  function move(lead: Lead, stage: Stage) {
    if (lead.stage === stage) return;
    const before = lead.stage;
    change.mutate(
      { id: lead.id, stage },
      {
        onError: toastError,
        onSuccess: () =>
          toast(t('leads.moved', { name: nameOf(lead), stage: t(`leads.stage_${stage}`) }), moves[stage].includes(before) ? { undo: () => change.mutateAsync({ id: lead.id, stage: before }) } : {}),
      },
    );
  }
  return (
    <div class="board" role="list" aria-label={t('leads.board')} tabIndex={0}>
      {stages.map((stage) => (
        <BoardColumn key={stage} stage={stage} filters={{ ...filters, stage }} dragged={dragged} onDrag={setDragged} onMove={move} />
      ))}
    </div>
  );
}

interface ColumnProps {
  stage: Stage;
  filters: Record<string, string>;
  dragged: Lead | null;
  onDrag: (lead: Lead | null) => void;
  onMove: (lead: Lead, stage: Stage) => void;
}

function BoardColumn({ stage, filters, dragged, onDrag, onMove }: ColumnProps) {
  const leads = useLeads(filters, COLUMN);
  const count = useLeadCount(filters).data;
  const takes = !!dragged && moves[dragged.stage].includes(stage);
  const rows = leads.data?.pages.flatMap((page) => page.data);

  return (
    <section
      role="listitem"
      class={takes ? 'board-column board-takes' : 'board-column'}
      aria-label={t(`leads.stage_${stage}`)}
      onDragOver={(event) => takes && event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        if (dragged && takes) onMove(dragged, stage);
        onDrag(null);
      }}
    >
      <h2 class="board-head">
        {t(`leads.stage_${stage}`)} {count && <bdi class="soft">{count.more ? `${count.count}+` : count.count}</bdi>}
      </h2>
      {leads.error && <ProblemNote error={leads.error} onRetry={() => void leads.refetch()} />}
      {!rows && !leads.error && <Skeleton lines={4} />}
      <ul class="board-cards">
        {rows?.map((lead) => <BoardCard key={lead.id} lead={lead} onDrag={onDrag} onMove={onMove} />)}
      </ul>
      {rows?.length === 0 && <p class="soft board-none">{t('leads.none_here')}</p>}
      {leads.hasNextPage && (
        <Button small look="quiet" busy={leads.isFetchingNextPage} onClick={() => void leads.fetchNextPage()}>
          {t('table.more')}
        </Button>
      )}
    </section>
  );
}

function BoardCard({ lead, onDrag, onMove }: { lead: Lead; onDrag: (lead: Lead | null) => void; onMove: (lead: Lead, stage: Stage) => void }) {
  const mayEdit = useRight('edit');
  const query = useQueryState().all;
  const legal = moves[lead.stage];
  return (
    <li class="board-card" draggable={mayEdit && legal.length > 0} onDragStart={() => onDrag(lead)} onDragEnd={() => onDrag(null)}>
      <div class="board-card-head">
        <Link href={hrefOf(lead, query)} class="board-name">
          <bdi>{nameOf(lead)}</bdi>
        </Link>
        {mayEdit && legal.length > 0 && (
          <Menu
            label={t('leads.move_one', { name: nameOf(lead) })}
            items={legal.map((stage) => ({ value: stage, label: t('leads.to_stage', { stage: t(`leads.stage_${stage}`) }) }))}
            onSelect={(stage) => onMove(lead, stage as Stage)}
          />
        )}
      </div>
      <p class="soft">
        <bdi dir="ltr">{lead.phone ?? lead.email ?? t('leads.no_contact')}</bdi> · {ago(lead.created_at)}
      </p>
      <Marks lead={lead} />
    </li>
  );
}

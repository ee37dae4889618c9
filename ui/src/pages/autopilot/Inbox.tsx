// What the autopilot did, why, and undo.
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { post } from '~/api/client';
import { queries } from '~/api/query';
import { useRight } from '~/api/session';
import { ago, instant } from '~/format';
import { Button } from '~/parts/Button';
import { ConfirmDialog } from '~/parts/Dialog';
import { ProblemNote } from '~/parts/Problem';
import { Badge, EmptyState, Skeleton, type Tone } from '~/parts/Show';
import { toast } from '~/parts/Toast';
import { t } from '~/words';
import { errorOf, stateWord, whatOf, whyOf } from './sentences';
import { useInbox, type Action, type Shown, type Where } from './shapes';

const tones: Record<string, Tone> = { done: 'good', waiting: 'info', sending: 'info', uncertain: 'warn', refused: 'warn', failed: 'bad' };

export function ActionState({ action }: { action: Action }) {
  if (action.undone_by) return <Badge tone="soft">{t('autopilot.undone')}</Badge>;
  return (
    <Badge tone={tones[action.state] ?? 'soft'} why={action.error ? errorOf(action.error) : undefined}>
      {stateWord(action.state)}
    </Badge>
  );
}

export function UndoButton({ action, name }: { action: Action; name: string }) {
  const [asking, setAsking] = useState(false);
  const mayUndo = useRight('spend') && action.state === 'done' && !action.undone_by && !action.undo_of;
  if (!mayUndo) return null;
  return (
    <>
      <Button small icon="undo" onClick={() => setAsking(true)} aria-label={t('autopilot.undo_of', { name })}>
        {t('common.undo')}
      </Button>
      {asking && (
        <ConfirmDialog
          title={t('autopilot.undo_title')}
          act={t('autopilot.undo_act')}
          onClose={() => setAsking(false)}
          onAct={async () => {
            await post(`/api/actions/${action.id}/undo`);
            toast(t('autopilot.undoing'));
            await queries.invalidateQueries({ queryKey: ['actions'] });
            void queries.invalidateQueries({ queryKey: ['executions'] });
          }}
        >
          <p>
            <strong>
              <bdi>{name}</bdi>
            </strong>
          </p>
          <p>{whatOf(action)}</p>
          <p class="soft">{t('autopilot.undo_note')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function Entry({ shown, zone }: { shown: Shown; zone?: string }) {
  const { action } = shown;
  const name = shown.object_name ?? action.decision?.name ?? action.object_id;
  const why = action.decision?.cause ? whyOf({ ...action.decision, reason: action.reason.split('\n') }) : action.reason.split('\n').slice(1).join('. ');
  return (
    <li class="inbox-entry">
      <div class="inbox-head">
        <strong class="inbox-name">
          <bdi>{name}</bdi>
        </strong>
        <ActionState action={action} />
        <span class="soft inbox-when" title={instant(action.created_at, zone)}>
          {ago(action.created_at)}
        </span>
      </div>
      <p class="inbox-what">{whatOf(action)}</p>
      <p class="soft">{why}</p>
      {action.error?.text && action.state !== 'done' && (
        <p class="inbox-error" dir="auto">
          {errorOf(action.error)}
        </p>
      )}
      <p class="inbox-foot">
        <span class="soft">
          {t(`common.platform_${shown.platform}`)}
          {shown.account_name && (
            <>
              {' · '}
              <bdi>{shown.account_name}</bdi>
            </>
          )}
        </span>
        {action.execution_id && <Link href={`/autopilot/${action.execution_id}`}>{t('autopilot.whole_execution')}</Link>}
        <UndoButton action={action} name={name} />
      </p>
    </li>
  );
}

export function Inbox({ where, limit = 20, zone, short }: { where: Where; limit?: number; zone?: string; short?: boolean }) {
  const list = useInbox(where, limit);
  if (list.isPending) return <Skeleton lines={5} />;
  if (list.isError) return <ProblemNote error={list.error} onRetry={() => void list.refetch()} />;
  const entries = list.data.pages.flatMap((page) => page.data);
  if (entries.length === 0)
    return (
      <EmptyState icon="autopilot" title={t('autopilot.inbox_empty')}>
        {t('autopilot.inbox_empty_hint')}
      </EmptyState>
    );
  return (
    <>
      <ol class="inbox">
        {entries.map((shown) => (
          <Entry key={shown.action.id} shown={shown} zone={zone} />
        ))}
      </ol>
      {!short && list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t('autopilot.more')}
        </Button>
      )}
    </>
  );
}

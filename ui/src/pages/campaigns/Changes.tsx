// What was changed lately, by whom, what became of it, and undo.
import { get, path, type Page } from '~/api/client';
import { useQuery } from '~/api/query';
import { instant } from '~/format';
import { Button } from '~/parts/Button';
import { Dialog } from '~/parts/Dialog';
import { ProblemNote } from '~/parts/Problem';
import { Badge, EmptyState, Skeleton } from '~/parts/Show';
import { toast, toastError } from '~/parts/Toast';
import { t, tOr } from '~/words';
import { follow, undoAction, type Action } from './api';
import { ActionState, Why, kindText, stateText } from './shown';

export function useChanges(filters: Record<string, string>) {
  return useQuery({ queryKey: ['actions', filters], queryFn: () => get<Page<Action>>(path('/api/actions', { ...filters, limit: 50 })) });
}

export function ChangeList({ filters, currency, mayUndo }: { filters: Record<string, string>; currency: string; mayUndo: boolean }) {
  const changes = useChanges(filters);
  if (changes.error) return <ProblemNote error={changes.error} />;
  if (!changes.data) return <Skeleton lines={5} />;
  if (!changes.data.data.length) return <EmptyState icon="list" title={t('campaigns.changes_none')} />;

  async function undo(action: Action) {
    try {
      const made = await undoAction(action.id);
      toast(t('campaigns.undone'));
      await follow(made.action_batch_id);
    } catch (error) {
      toastError(error);
    }
  }
  return (
    <ul class="changes">
      {changes.data.data.map((action) => {
        const budget = action.type.includes('Budget');
        const undoable = mayUndo && action.state === 'done' && !action.undo_of && !action.undone_by && !action.type.includes('Get');
        return (
          <li key={action.id} class="change">
            <div class="change-head">
              <strong>{kindText(action.type)}</strong>
              <code dir="ltr">{action.object_id}</code>
              {action.before && action.after && !action.type.startsWith('Direction') && (
                <span>
                  <bdi>{stateText(action.before, currency, budget ? 'budget' : 'switch')}</bdi> → <bdi>{stateText(action.after, currency, budget ? 'budget' : 'switch')}</bdi>
                </span>
              )}
              <ActionState state={action.state} />
              {action.undone_by && <Badge tone="soft">{t('campaigns.was_undone')}</Badge>}
            </div>
            {action.reason && <p dir="auto">{action.reason}</p>}
            {action.error && <Why why={action.error} />}
            <p class="soft">
              {instant(action.created_at)} · {tOr(`campaigns.by_${action.source.split(':')[0]}`, action.source)}
            </p>
            {undoable && (
              <Button small icon="undo" onClick={() => void undo(action)}>
                {t('common.undo')}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

export function ChangesDialog({ filters, currency, mayUndo, onClose }: { filters: Record<string, string>; currency: string; mayUndo: boolean; onClose: () => void }) {
  return (
    <Dialog side title={t('campaigns.changes')} onClose={onClose}>
      <ChangeList filters={filters} currency={currency} mayUndo={mayUndo} />
    </Dialog>
  );
}

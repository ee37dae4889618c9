// What in a chat means which stage: the org's rules, in their order.
import { useEffect, useState } from 'preact/hooks';
import { get, put } from '~/api/client';
import { useQuery, useQueryClient } from '~/api/query';
import { useRight } from '~/api/session';
import { Button, IconButton } from '~/parts/Button';
import { Field, Select, TextArea } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { Card, EmptyState, Skeleton } from '~/parts/Show';
import { toast } from '~/parts/Toast';
import { useDeed } from '~/parts/useDeed';
import { t } from '~/words';
import type { DialogRule } from './shapes';

interface Draft {
  stage: DialogRule['stage'];
  sender: NonNullable<DialogRule['sender']>;
  any: string;
  all: string;
  none: string;
  messages: string;
  answerField: string;
  answerAny: string;
}
const MOST = 50;
const lines = (text: string) => text.split('\n').map((line) => line.trim()).filter(Boolean);
const text = (list: string[] | undefined) => (list ?? []).join('\n');

const drafted = (rule: DialogRule): Draft => ({
  stage: rule.stage,
  sender: rule.sender ?? 'person',
  any: text(rule.any),
  all: text(rule.all),
  none: text(rule.none),
  messages: rule.messages ? String(rule.messages) : '',
  answerField: rule.answer?.field ?? '',
  answerAny: text(rule.answer?.any),
});
/** Parts that are empty are no part of the rule. */
function undrafted(draft: Draft): DialogRule {
  const rule: DialogRule = { stage: draft.stage };
  for (const part of ['any', 'all', 'none'] as const) if (lines(draft[part]).length) rule[part] = lines(draft[part]);
  if (draft.sender !== 'person') rule.sender = draft.sender;
  if (Number(draft.messages) > 0) rule.messages = Number(draft.messages);
  if (draft.answerField.trim()) rule.answer = { field: draft.answerField.trim(), any: lines(draft.answerAny) };
  return rule;
}
const fresh: Draft = { stage: 'qualified', sender: 'person', any: '', all: '', none: '', messages: '', answerField: '', answerAny: '' };

function RuleCard({
  draft,
  number,
  last,
  readOnly,
  onValue,
  onMove,
  onRemove,
}: {
  draft: Draft;
  number: number;
  last: boolean;
  readOnly: boolean;
  onValue: (draft: Draft) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}) {
  const change = (more: Partial<Draft>) => onValue({ ...draft, ...more });
  return (
    <Card
      title={t('dialogs.rule', { number })}
      actions={
        !readOnly && (
          <>
            <IconButton small icon="up" label={t('dialogs.earlier')} disabled={number === 1} onClick={() => onMove(-1)} />
            <IconButton small icon="down" label={t('dialogs.later')} disabled={last} onClick={() => onMove(1)} />
            <IconButton small icon="trash" label={t('common.remove_one', { name: t('dialogs.rule', { number }) })} onClick={onRemove} />
          </>
        )
      }
    >
      <fieldset class="stack" disabled={readOnly}>
        <legend class="visually-hidden">{t('dialogs.rule', { number })}</legend>
        <div class="rule-line">
          <Select
            label={t('dialogs.becomes')}
            value={draft.stage}
            options={(['qualified', 'scheduled', 'lost'] as const).map((value) => ({ value, label: t(`events.stage_${value}`) }))}
            onValue={(stage) => change({ stage: stage as Draft['stage'] })}
          />
          <Select
            label={t('dialogs.sender')}
            value={draft.sender}
            options={(['person', 'us', 'anyone'] as const).map((value) => ({ value, label: t(`dialogs.sender_${value}`) }))}
            onValue={(sender) => change({ sender: sender as Draft['sender'] })}
          />
          <Field label={t('dialogs.messages')} type="number" min={0} max={1000} inputMode="numeric" value={draft.messages} onValue={(messages) => change({ messages })} />
        </div>
        <div class="rule-line">
          <TextArea label={t('dialogs.any')} hint={t('dialogs.one_a_line')} dir="auto" value={draft.any} onValue={(any) => change({ any })} />
          <TextArea label={t('dialogs.all')} hint={t('dialogs.one_a_line')} dir="auto" value={draft.all} onValue={(all) => change({ all })} />
          <TextArea label={t('dialogs.none')} hint={t('dialogs.one_a_line')} dir="auto" value={draft.none} onValue={(none) => change({ none })} />
        </div>
        <details open={draft.answerField !== ''}>
          <summary>{t('dialogs.answer')}</summary>
          <div class="rule-line">
            <Field label={t('dialogs.answer_field')} dir="auto" value={draft.answerField} onValue={(answerField) => change({ answerField })} />
            <TextArea label={t('dialogs.answer_any')} hint={t('dialogs.one_a_line')} dir="auto" value={draft.answerAny} onValue={(answerAny) => change({ answerAny })} />
          </div>
        </details>
      </fieldset>
    </Card>
  );
}

export function DialogRules() {
  const client = useQueryClient();
  const mayEdit = useRight('edit');
  const rules = useQuery({
    queryKey: ['dialog-rules'],
    queryFn: () => get<{ rules: DialogRule[] }>('/api/dialog-rules').then((answer) => answer.rules),
    // What is being typed is not replaced behind the writer's back.
    refetchOnWindowFocus: false,
    staleTime: Infinity,
  });
  const [drafts, setDrafts] = useState<Draft[] | null>(null);
  const deed = useDeed();
  useEffect(() => {
    if (rules.data) setDrafts(rules.data.map(drafted));
  }, [rules.data]);
  const stored = JSON.stringify(rules.data ?? []);
  const wanted = (drafts ?? []).map(undrafted);
  const changed = drafts !== null && JSON.stringify(wanted.map(drafted)) !== JSON.stringify((JSON.parse(stored) as DialogRule[]).map(drafted));

  const save = () =>
    deed.run(async () => {
      const answer = await put<{ rules: DialogRule[] }>('/api/dialog-rules', { rules: wanted });
      client.setQueryData(['dialog-rules'], answer.rules);
      toast(t('common.saved'));
    });
  function move(at: number, by: 1 | -1) {
    const next = [...(drafts ?? [])];
    const [one] = next.splice(at, 1);
    if (one) next.splice(at + by, 0, one);
    setDrafts(next);
  }
  return (
    <>
      <div class="settings-head">
        <p class="soft">{t('dialogs.intro')}</p>
        {mayEdit && drafts && (
          <Button icon="plus" disabled={drafts.length >= MOST} onClick={() => setDrafts([...drafts, fresh])}>
            {t('dialogs.add')}
          </Button>
        )}
      </div>
      {rules.isPending && <Skeleton lines={6} />}
      {rules.error && <ProblemNote error={rules.error} onRetry={() => void rules.refetch()} />}
      {drafts?.length === 0 && (
        <EmptyState icon="chat" title={t('dialogs.none_yet')}>
          {t('dialogs.none_hint')}
        </EmptyState>
      )}
      {drafts?.map((draft, i) => (
        <RuleCard
          key={i}
          draft={draft}
          number={i + 1}
          last={i === drafts.length - 1}
          readOnly={!mayEdit}
          onValue={(next) => setDrafts(drafts.map((one, at) => (at === i ? next : one)))}
          onMove={(by) => move(i, by)}
          onRemove={() => setDrafts(drafts.filter((_, at) => at !== i))}
        />
      ))}
      {deed.problem !== null && <ProblemNote error={deed.problem} />}
      {mayEdit && drafts && (drafts.length > 0 || changed) && (
        <div class="row settings-save">
          <Button look="main" busy={deed.busy} disabled={!changed} onClick={() => void save()}>
            {t('common.save')}
          </Button>
          {changed && <Button onClick={() => setDrafts((rules.data ?? []).map(drafted))}>{t('common.undo')}</Button>}
        </div>
      )}
    </>
  );
}

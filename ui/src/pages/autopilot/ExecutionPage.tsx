// One run: what it saw, what it decided for each ad group and why, what became of its actions.
import { useState } from 'preact/hooks';
import { post } from '~/api/client';
import { queries } from '~/api/query';
import { useRight } from '~/api/session';
import { day, instant, money, number, signed } from '~/format';
import { Button, LinkButton } from '~/parts/Button';
import { ConfirmDialog } from '~/parts/Dialog';
import { ProblemNote } from '~/parts/Problem';
import { Badge, Card, CopyText, Note, PageHead, Skeleton, type Tone } from '~/parts/Show';
import { toast } from '~/parts/Toast';
import { t, tOr } from '~/words';
import { say } from '~/words/say';
import { stateTones, useAccountName } from './Executions';
import { ActionState, UndoButton } from './Inbox';
import { useZone } from './Scope';
import { errorOf, limitOf, stateWord, triggerWord, whatOf, whatOfGroup, whyOf } from './sentences';
import { useExecution, type ExecutionWhole, type Group, type Window } from './shapes';

const tones: Record<string, Tone> = { raise: 'good', lower: 'warn', pause: 'bad', hold: 'soft' };
const spans = ['today', 'yesterday', 'days3', 'days7', 'days30'] as const;

function Windows({ group, currency }: { group: Group; currency: string }) {
  const windows = group.windows;
  if (!windows) return null;
  const cell = (window: Window, value: string) => (window.known ? <bdi>{value}</bdi> : <span title={t('autopilot.unknown_days')}>—</span>);
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={t('autopilot.inputs_of', { name: group.name })}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t('autopilot.days')}</th>
            {(['spend', 'impressions', 'clicks', 'results', 'cost'] as const).map((one) => (
              <th key={one} scope="col" class="numeric">
                {t(`autopilot.column_${one}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {spans.map((span) => (
            <tr key={span}>
              <th scope="row">{t(`autopilot.span_${span}`)}</th>
              <td class="numeric">{cell(windows[span], money(windows[span].spend_micros, currency))}</td>
              <td class="numeric">{cell(windows[span], number(windows[span].impressions))}</td>
              <td class="numeric">{cell(windows[span], number(windows[span].clicks))}</td>
              <td class="numeric">{cell(windows[span], number(windows[span].results))}</td>
              <td class="numeric">{cell(windows[span], money(windows[span].cost_micros, currency))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Deferred = NonNullable<ExecutionWhole['decisions']>['deferred'];

function deferredOf(group: Group, deferred: Deferred) {
  const one = deferred.find((each) => each.object_id === group.id);
  return say('brain', one?.says, one?.reason ?? t('autopilot.deferred'));
}

function GroupCard({ group, currency, deferred }: { group: Group; currency: string; deferred: Deferred }) {
  return (
    <li class="decision">
      <div class="inbox-head">
        <strong class="inbox-name">
          <bdi>{group.name || group.id}</bdi>
        </strong>
        <Badge tone={tones[group.decision] ?? 'soft'}>{t(`autopilot.decision_${group.decision}`)}</Badge>
      </div>
      <p class="inbox-what">{whatOfGroup(group, currency)}</p>
      <p class="soft">{whyOf(group, currency)}</p>
      {group.limit && <p class="soft">{t('autopilot.limited', { guard: limitOf(group.limit) })}</p>}
      {group.deferred && <p class="soft">{deferredOf(group, deferred)}</p>}
      {group.windows && (
        <details>
          <summary>{t('autopilot.inputs')}</summary>
          <Windows group={group} currency={currency} />
          {group.trace && (
            <ul class="trace">
              {group.trace.map((part) => (
                <li key={part.factor}>
                  <strong>{tOr(`brain.factor_${part.factor}`, part.factor)}</strong> <bdi>{signed(part.points)}</bdi>{' '}
                  <span lang={part.says ? undefined : 'en'} dir={part.says ? undefined : 'ltr'}>
                    {say('brain', part.says, part.reason)}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </details>
      )}
    </li>
  );
}

function UndoAll({ execution }: { execution: ExecutionWhole }) {
  const [asking, setAsking] = useState(false);
  const n = execution.actions.filter((one) => one.state === 'done' && !one.undone_by && !one.undo_of).length;
  const may = useRight('spend') && n > 0;
  if (!may) return null;
  return (
    <>
      <Button icon="undo" onClick={() => setAsking(true)}>
        {t('autopilot.undo_all')}
      </Button>
      {asking && (
        <ConfirmDialog
          title={t('autopilot.undo_all_title')}
          act={t('autopilot.undo_all')}
          onClose={() => setAsking(false)}
          onAct={async () => {
            const done = await post<{ undoing: number; skipped: number }>(`/api/autopilot/executions/${execution.id}/undo`);
            toast(t('autopilot.undoing_many', { n: done.undoing }));
            await queries.invalidateQueries({ queryKey: ['executions'] });
            void queries.invalidateQueries({ queryKey: ['actions'] });
          }}
        >
          <p>{t('autopilot.undo_all_note', { n })}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function Facts({ execution, zone }: { execution: ExecutionWhole; zone?: string }) {
  const name = useAccountName();
  const facts: [string, string][] = [
    [t('common.ad_account'), name(execution.ad_account_id)],
    [t('common.platform'), t(`common.platform_${execution.platform}`)],
    [t('autopilot.trigger'), triggerWord(execution.trigger)],
    [t('autopilot.mode'), !execution.decisions ? '—' : execution.dispatched ? t('autopilot.acted') : t('autopilot.observed')],
    [t('autopilot.started'), instant(execution.started_at, zone)],
    [t('autopilot.as_of'), instant(execution.as_of_at, zone)],
    [t('autopilot.budgets'), execution.after_micros === undefined ? '—' : `${money(execution.before_micros, execution.currency)} → ${money(execution.after_micros, execution.currency)}`],
    [t('autopilot.policy'), execution.policy ?? '—'],
  ];
  return (
    <dl class="facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function ExecutionPage({ id }: { id: string }) {
  const found = useExecution(id);
  const execution = found.data;
  const decisions = execution?.decisions;
  const usual = useZone({ platform: execution?.platform ?? '', account: execution?.ad_account_id ?? '' });
  const zone = typeof execution?.inputs?.zone === 'string' ? execution.inputs.zone : usual;
  if (found.isError) return <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  if (!execution) return <Skeleton lines={10} />;
  const order = ['pause', 'lower', 'raise', 'hold'];
  const groups = [...(decisions?.groups ?? [])].sort((a, b) => order.indexOf(a.decision) - order.indexOf(b.decision));
  return (
    <>
      <PageHead
        title={t('autopilot.execution_of', { day: decisions ? day(decisions.day) : instant(execution.started_at, zone) })}
        beside={<Badge tone={stateTones[execution.state] ?? 'soft'}>{stateWord(execution.state)}</Badge>}
        actions={
          <>
            <UndoAll execution={execution} />
            <LinkButton href="/autopilot?tab=executions" icon="back">
              {t('autopilot.executions')}
            </LinkButton>
          </>
        }
      />
      {execution.error && (
        <Note tone="bad">
          <p dir="auto">{execution.error}</p>
        </Note>
      )}
      <Card>
        <Facts execution={execution} zone={zone} />
        {execution.decisions_hash && (
          <>
            <p class="soft">{t('autopilot.replay_note')}</p>
            <CopyText label={t('autopilot.replay')} text={`adwright brain replay ${execution.id}`} />
          </>
        )}
      </Card>
      {decisions && decisions.gates.length > 0 && (
        <Note tone="warn">
          {decisions.gates.map((gate) => (
            <p key={gate.name}>{say('brain', gate.says, tOr(`autopilot.cause_${gate.name}`, gate.reason))}</p>
          ))}
        </Note>
      )}
      {execution.actions.length > 0 && (
        <Card title={t('autopilot.actions')}>
          <ol class="inbox">
            {execution.actions.map((action) => (
              <li key={action.id} class="inbox-entry">
                <div class="inbox-head">
                  <strong class="inbox-name">
                    <bdi>{action.decision?.name ?? action.object_id}</bdi>
                  </strong>
                  <ActionState action={action} />
                </div>
                <p class="inbox-what">{whatOf(action)}</p>
                {action.error?.text && action.state !== 'done' && (
                  <p class="inbox-error" dir="auto">
                    {errorOf(action.error)}
                  </p>
                )}
                <p class="inbox-foot">
                  <UndoButton action={action} name={action.decision?.name ?? action.object_id} />
                </p>
              </li>
            ))}
          </ol>
        </Card>
      )}
      {decisions && (
        <Card title={t('autopilot.decisions')}>
          <ol class="inbox">
            {groups.map((group) => (
              <GroupCard key={group.id} group={group} currency={decisions.currency} deferred={decisions.deferred} />
            ))}
          </ol>
        </Card>
      )}
    </>
  );
}

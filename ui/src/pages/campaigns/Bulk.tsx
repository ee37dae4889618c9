// Many at once: what each change would do, which are left out and why, the money before and
// after; then the progress row by row, another try for what failed, and undo.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { change, money } from '~/format';
import { Button } from '~/parts/Button';
import { Dialog } from '~/parts/Dialog';
import { Field, Select } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { Progress, Skeleton } from '~/parts/Show';
import { toast } from '~/parts/Toast';
import { t } from '~/words';
import { ask, follow, preview, retry, undoBatch, wishFor, type Action, type Batch, type Forecast, type Level, type Preview, type Thing, type Verb, type Wish } from './api';
import { ActionState, Why, stateText } from './shown';

const MOST_A_BATCH = 50;
type How = 'set' | 'raise' | 'lower';

interface Part {
  account: string;
  things: Thing[];
}
/** A batch is of one ad account, and of fifty at most. */
function partsOf(things: Thing[]): Part[] {
  const parts: Part[] = [];
  for (const thing of things) {
    let part = parts.find((one) => one.account === thing.ad_account_id && one.things.length < MOST_A_BATCH);
    if (!part) parts.push((part = { account: thing.ad_account_id, things: [] }));
    part.things.push(thing);
  }
  return parts;
}

/** Whole units of the currency's money, as people write budgets. */
function budgetFor(thing: Thing, how: How, amount: number) {
  const now = thing.daily_budget_micros ?? 0;
  const micros = how === 'set' ? amount * 1_000_000 : now * (1 + ((how === 'raise' ? 1 : -1) * amount) / 100);
  return Math.round(micros / 1_000_000) * 1_000_000;
}

interface Row {
  thing: Thing;
  wish: Wish;
  forecast: Forecast;
  action?: Action;
}

export function BulkDialog({ level, verb, things: chosen, onClose }: { level: Level; verb: Verb; things: Thing[]; onClose: () => void }) {
  // As they were when the dialog opened: the list behind it follows what happens.
  const [things] = useState(chosen);
  const [how, setHow] = useState<How>('raise');
  const [amount, setAmount] = useState('20');
  const [previews, setPreviews] = useState<{ part: Part; wishes: Wish[]; seen: Preview }[] | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const [batches, setBatches] = useState<Record<string, Batch>>({});
  const parts = useMemo(() => partsOf(things), [things]);

  useEffect(() => {
    if (verb === 'budget' && !(Number(amount) > 0)) return;
    let here = true;
    const timer = setTimeout(
      () =>
        void Promise.all(
          parts.map(async (part) => {
            const wishes = part.things.map((thing) => wishFor(level, thing.id, verb, budgetFor(thing, how, Number(amount))));
            return { part, wishes, seen: await preview(part.account, wishes) };
          }),
        ).then(
          (made) => {
            if (!here) return;
            setProblem(null);
            setPreviews(made);
          },
          (error) => here && setProblem(error),
        ),
      verb === 'budget' ? 250 : 0,
    );
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [parts, level, verb, how, amount]);

  const actions = useMemo(() => {
    const latest = new Map<string, Action>();
    for (const batch of Object.values(batches)) for (const action of batch.actions) latest.set(action.object_id, action);
    return latest;
  }, [batches]);
  const rows: Row[] = (previews ?? []).flatMap(({ part, wishes, seen }) =>
    part.things.map((thing, i) => ({ thing, wish: wishes[i]!, forecast: seen.actions[i]!, action: actions.get(thing.id) })),
  );
  const wanted = rows.filter((row) => row.forecast.allowed && row.forecast.changes);
  const started = Object.keys(batches).length > 0;
  const settled = [...actions.values()].filter((action) => ['done', 'refused', 'failed'].includes(action.state));
  const failed = settled.filter((action) => action.state !== 'done');
  const allOver = started && !running;

  async function followAll(ids: string[]) {
    setRunning(true);
    try {
      await Promise.all(ids.map((id) => follow(id, (batch) => setBatches((now) => ({ ...now, [id]: batch })))));
    } catch (error) {
      setProblem(error);
    }
    setRunning(false);
  }
  async function go() {
    setProblem(null);
    setRunning(true);
    const ids: string[] = [];
    try {
      for (const { part, wishes, seen } of previews ?? []) {
        const chosen = wishes.filter((_, i) => seen.actions[i]?.allowed && seen.actions[i]?.changes);
        if (chosen.length) ids.push((await ask(part.account, chosen)).action_batch_id);
      }
    } catch (error) {
      setProblem(error);
    }
    await followAll(ids);
  }
  async function again() {
    const broken = Object.values(batches).filter((batch) => batch.actions.some((action) => ['refused', 'failed'].includes(action.state)));
    try {
      const made = await Promise.all(broken.map((batch) => retry(batch.action_batch_id)));
      await followAll(made.map((one) => one.action_batch_id));
    } catch (error) {
      setProblem(error);
    }
  }
  async function undo() {
    const done = Object.values(batches).filter((batch) => batch.actions.some((action) => action.state === 'done'));
    for (const batch of done) void follow((await undoBatch(batch.action_batch_id)).action_batch_id);
    toast(t('campaigns.undone'));
    onClose();
  }

  const title = t(`campaigns.${verb}_title`, { n: things.length });
  return (
    <Dialog
      wide
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{started ? t('common.close') : t('common.cancel')}</Button>
          {allOver && failed.length > 0 && (
            <Button icon="retry" onClick={() => void again()}>
              {t('campaigns.retry_failed')}
            </Button>
          )}
          {allOver && failed.length < settled.length && (
            <Button icon="undo" onClick={() => void undo().catch(setProblem)}>
              {t('campaigns.undo_all')}
            </Button>
          )}
          {!started && (
            <Button look={verb === 'pause' ? 'danger' : 'main'} busy={running} disabled={!wanted.length} onClick={() => void go()}>
              {t(`campaigns.${verb}_title`, { n: wanted.length })}
            </Button>
          )}
        </>
      }
    >
      {verb === 'budget' && !started && (
        <div class="filters">
          <Select
            label={t('campaigns.how')}
            value={how}
            onValue={(value) => setHow(value as How)}
            options={[
              { value: 'raise', label: t('campaigns.how_raise') },
              { value: 'lower', label: t('campaigns.how_lower') },
              { value: 'set', label: t('campaigns.how_set') },
            ]}
          />
          <Field label={how === 'set' ? t('campaigns.amount') : t('campaigns.percent')} type="number" min="0" step="any" value={amount} onValue={setAmount} />
        </div>
      )}
      {problem !== null && <ProblemNote error={problem} />}
      {!previews && problem === null && <Skeleton lines={6} />}
      {previews && <Money previews={previews.map((one) => one.seen)} />}
      {started ? (
        <>
          <p role="status">{t('campaigns.progress', { done: settled.length, all: actions.size })}</p>
          <Progress label={title} value={settled.length} max={Math.max(1, actions.size)} />
        </>
      ) : (
        previews && (
          <p role="status">
            {t('campaigns.allowed', { n: wanted.length })}
            {rows.length > wanted.length && ` · ${t('campaigns.refused', { n: rows.length - wanted.length })}`}
          </p>
        )
      )}
      {rows.length > 0 && <Rows rows={rows} verb={verb} started={started} title={title} />}
    </Dialog>
  );
}

function Money({ previews }: { previews: Preview[] }) {
  const byCurrency = new Map<string, { before: number; moved: number }>();
  const seen = new Set<string>();
  for (const one of previews) {
    const sum = byCurrency.get(one.currency) ?? { before: 0, moved: 0 };
    // Batches of the same account begin from the same money.
    const key = `${one.currency} ${one.daily_before_micros}`;
    if (!seen.has(key)) sum.before += one.daily_before_micros;
    seen.add(key);
    sum.moved += one.daily_after_micros - one.daily_before_micros;
    byCurrency.set(one.currency, sum);
  }
  return (
    <>
      {[...byCurrency].map(([currency, sum]) => (
        <p key={currency} class="bulk-money">
          {t('campaigns.money_before_after', {
            before: money(sum.before, currency),
            after: money(sum.before + sum.moved, currency),
            change: sum.before ? change(sum.moved / sum.before) : money(sum.moved, currency),
          })}
        </p>
      ))}
    </>
  );
}

function Rows({ rows, verb, started, title }: { rows: Row[]; verb: Verb; started: boolean; title: string }) {
  const kind = verb === 'budget' ? 'budget' : 'switch';
  return (
    <div class="table-frame">
      <div class="table-scroll" tabIndex={0} role="region" aria-label={title}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t('campaigns.object')}</th>
              <th scope="col">{t('campaigns.now')}</th>
              <th scope="col">{t('campaigns.then')}</th>
              <th scope="col" class="numeric">
                {t('campaigns.money_a_day')}
              </th>
              <th scope="col">{t('campaigns.change_state')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ thing, forecast, action }) => (
              <tr key={thing.id}>
                <th scope="row" class="pinned">
                  <bdi>{thing.name}</bdi>
                </th>
                <td>
                  <bdi>{stateText(forecast.before, thing.currency, kind)}</bdi>
                </td>
                <td>
                  <bdi>{stateText(action?.after ?? forecast.after, thing.currency, kind)}</bdi>
                </td>
                <td class="numeric">
                  <bdi>{forecast.daily_change_micros ? money(forecast.daily_change_micros, thing.currency) : t('common.dash')}</bdi>
                </td>
                <td class="bulk-state">
                  {action ? (
                    <>
                      <ActionState state={action.state} />
                      {action.error && <Why why={action.error} />}
                    </>
                  ) : forecast.why ? (
                    <>
                      <strong>{t('campaigns.left_out')}</strong> <Why why={forecast.why} />
                    </>
                  ) : !forecast.changes ? (
                    t('campaigns.no_change')
                  ) : (
                    started && t('campaigns.state_waiting')
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

// A new launch: by hand for one direction, or automatic for several.  What it would do stands beside it.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { ApiError } from '~/api/client';
import { queries } from '~/api/query';
import { useDirections, useRight } from '~/api/session';
import { duration, money } from '~/format';
import { Button, LinkButton } from '~/parts/Button';
import { Checkbox, Field, Segments, Select } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { Card, EmptyState, Note, Skeleton } from '~/parts/Show';
import { useQueryState } from '~/parts/url';
import { t, tOr } from '~/words';
import { previewAuto, previewManual, startAuto, startManual, useReadyCreatives, type AutoResult, type AutoWish, type LaunchDirection, type LaunchPreview, type ManualWish } from './api';
import { PreviewOf } from './Preview';
import { Trouble } from './shown';

const objectives = ['traffic', 'conversions', 'lead_generation', 'reach', 'video_views', 'engagement', 'app_promotion'];
const MOST_CREATIVES = 20;

/** Asks again, a moment after the last change; an answer to an older question is dropped. */
function usePreview<Wish, Answer>(wish: Wish | null, askFor: (wish: Wish, signal: AbortSignal) => Promise<Answer>) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [asking, setAsking] = useState(false);
  const key = wish && JSON.stringify(wish);
  useEffect(() => {
    setProblem(null);
    if (!key || !wish) {
      setAnswer(null);
      return;
    }
    const abort = new AbortController();
    setAsking(true);
    const timer = setTimeout(
      () =>
        askFor(wish, abort.signal)
          .then(setAnswer, (error) => {
            if (abort.signal.aborted) return;
            setAnswer(null);
            setProblem(error);
          })
          .finally(() => !abort.signal.aborted && setAsking(false)),
      300,
    );
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [key]);
  return { answer, problem, asking };
}

function useTikTokDirections() {
  const directions = useDirections();
  const list = useMemo(() => (directions.data as LaunchDirection[] | undefined)?.filter((one) => one.platform === 'tiktok' && one.is_active), [directions.data]);
  return { list, error: directions.error };
}

export function NewLaunch() {
  const state = useQueryState();
  const mode = state.get('mode') === 'auto' ? 'auto' : 'manual';
  const { list, error } = useTikTokDirections();
  if (error) return <ProblemNote error={error} />;
  if (!list) return <Skeleton lines={6} />;
  if (!list.length)
    return (
      <EmptyState
        icon="directions"
        title={t('launch.no_directions')}
        actions={
          <LinkButton look="main" href="/directions/new">
            {t('launch.new_direction')}
          </LinkButton>
        }
      >
        {t('launch.no_directions_hint')}
      </EmptyState>
    );
  return (
    <>
      <div class="launch-mode">
        <Segments
        label={t('launch.mode')}
        value={mode}
        onValue={(value) => state.set({ mode: value === 'auto' ? 'auto' : null })}
        options={[
          { value: 'manual', label: t('launch.manual') },
          { value: 'auto', label: t('launch.auto') },
        ]}
        />
      </div>
      {mode === 'auto' ? <Auto directions={list} /> : <Manual directions={list} />}
    </>
  );
}

function Manual({ directions }: { directions: LaunchDirection[] }) {
  const state = useQueryState();
  const [, navigate] = useLocation();
  const maySpend = useRight('spend');
  const direction = directions.find((one) => one.id === state.get('direction')) ?? (directions.length === 1 ? directions[0] : undefined);
  const chosen = useMemo(() => state.get('creatives').split(',').filter(Boolean), [state.get('creatives')]);
  const [budget, setBudget] = useState(state.get('budget'));
  const [objective, setObjective] = useState('');
  const [paused, setPaused] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [key] = useState(() => crypto.randomUUID());

  const wish: ManualWish | null =
    direction && chosen.length
      ? { direction_id: direction.id, creative_ids: chosen, start_paused: paused, ...(Number(budget) > 0 && { daily_budget: Number(budget) }), ...(objective && { objective }) }
      : null;
  const preview = usePreview<ManualWish, LaunchPreview>(wish, previewManual);
  const wrong = preview.problem instanceof ApiError ? preview.problem : null;

  async function go() {
    if (!wish) return;
    setBusy(true);
    setProblem(null);
    try {
      const made = await startManual(wish, key);
      void queries.invalidateQueries({ queryKey: ['launches'] });
      navigate(`/launches/${made.launch_id}`);
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  }
  return (
    <div class="launch">
      <form
        class="launch-form"
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <Select
          label={t('launch.direction')}
          value={direction?.id ?? ''}
          onValue={(value) => state.set({ direction: value, creatives: null })}
          options={[...(direction ? [] : [{ value: '', label: t('launch.choose_direction') }]), ...directions.map((one) => ({ value: one.id, label: one.name }))]}
        />
        {direction && <Creatives direction={direction.id} chosen={chosen} onChosen={(ids) => state.set({ creatives: ids.join(',') })} />}
        {direction && (
          <div class="launch-two">
            <Field
              label={t('launch.budget', { currency: direction.currency })}
              name="daily_budget"
              type="number"
              min="0"
              step="any"
              inputMode="decimal"
              value={budget}
              onValue={setBudget}
              error={wrong}
              hint={t('launch.budget_hint', { amount: money(direction.daily_budget_micros, direction.currency) })}
            />
            <Select
              label={t('launch.objective')}
              name="objective"
              value={objective}
              onValue={setObjective}
              error={wrong}
              options={[
                { value: '', label: t('launch.objective_of_direction', { objective: tOr(`launch.objective_${direction.objective}`, direction.objective) }) },
                ...objectives.filter((one) => one !== direction.objective).map((one) => ({ value: one, label: tOr(`launch.objective_${one}`, one) })),
              ]}
            />
          </div>
        )}
        {direction && <Checkbox label={t('launch.start_paused')} checked={paused} onValue={setPaused} />}
        {problem !== null && <ProblemNote error={problem} />}
        {maySpend && (
          <div class="launch-go">
            <Button type="submit" look="main" icon="launch" busy={busy} disabled={!preview.answer || preview.asking}>
              {t(paused ? 'launch.go_paused' : 'launch.go')}
            </Button>
          </div>
        )}
      </form>
      <Card title={t('launch.preview')}>
        <div aria-live="polite" aria-busy={preview.asking ? 'true' : undefined}>
          {preview.problem !== null && <ProblemNote error={preview.problem} />}
          {preview.answer ? (
            <PreviewOf preview={preview.answer} budget_micros={Number(budget) > 0 ? Number(budget) * 1_000_000 : (direction?.daily_budget_micros ?? 0)} />
          ) : preview.asking && preview.problem === null ? (
            <Skeleton lines={5} />
          ) : (
            preview.problem === null && <p class="soft">{t('launch.preview_hint')}</p>
          )}
        </div>
      </Card>
    </div>
  );
}

function Creatives({ direction, chosen, onChosen }: { direction: string; chosen: string[]; onChosen: (ids: string[]) => void }) {
  const creatives = useReadyCreatives(direction);
  if (creatives.error) return <ProblemNote error={creatives.error} />;
  if (!creatives.data) return <Skeleton lines={4} />;
  if (!creatives.data.length)
    return (
      <EmptyState icon="creatives" title={t('launch.no_creatives')} actions={<LinkButton href={`/creatives?direction=${direction}`}>{t('launch.upload')}</LinkButton>}>
        {t('launch.no_creatives_hint')}
      </EmptyState>
    );
  return (
    <fieldset class="launch-pick">
      <legend>
        {t('launch.creatives')} <small class="soft">{chosen.length ? t('launch.chosen', { n: chosen.length }) : t('launch.creatives_hint')}</small>
      </legend>
      <div class="launch-posters">
        {creatives.data.map((one) => {
          const on = chosen.includes(one.id);
          return (
            <label key={one.id} class={on ? 'launch-poster launch-poster-on' : 'launch-poster'}>
              <input
                type="checkbox"
                checked={on}
                disabled={!on && chosen.length >= MOST_CREATIVES}
                onChange={() => onChosen(on ? chosen.filter((id) => id !== one.id) : [...chosen, one.id])}
              />
              <img src={`/api/creatives/${one.id}/poster`} alt="" loading="lazy" />
              <span class="launch-poster-name">
                <bdi>{one.title}</bdi>
                <small class="soft">{duration(one.duration_ms)}</small>
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

function Auto({ directions }: { directions: LaunchDirection[] }) {
  const [, navigate] = useLocation();
  const maySpend = useRight('spend');
  const [off, setOff] = useState<ReadonlySet<string>>(new Set());
  const [paused, setPaused] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [started, setStarted] = useState<AutoResult[] | null>(null);
  const [key] = useState(() => crypto.randomUUID());
  const chosen = directions.filter((one) => !off.has(one.id));
  const wish: AutoWish | null = chosen.length ? { direction_ids: chosen.map((one) => one.id), start_paused: paused } : null;
  const preview = usePreview<AutoWish, { results: AutoResult[] }>(wish, previewAuto);
  const ready = preview.answer?.results.filter((one) => one.preview) ?? [];
  const currencies = new Set(ready.map((one) => one.preview?.estimated_spend.currency));
  const together = ready.reduce((sum, one) => sum + (one.preview?.estimated_spend.daily_micros ?? 0), 0);

  async function go() {
    setBusy(true);
    setProblem(null);
    try {
      const made = await startAuto({ direction_ids: ready.map((one) => one.direction_id), start_paused: paused }, key);
      void queries.invalidateQueries({ queryKey: ['launches'] });
      const only = made.results.length === 1 ? made.results[0]?.launch_id : null;
      if (only) navigate(`/launches/${only}`);
      else setStarted(made.results);
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  }
  return (
    <div class="launch">
      <div class="launch-form">
        <p>{t('launch.auto_text')}</p>
        <fieldset class="launch-pick">
          <legend>{t('launch.direction')}</legend>
          {directions.map((one) => (
            <Checkbox
              key={one.id}
              label={
                <>
                  <bdi>{one.name}</bdi> <small class="soft">{money(one.daily_budget_micros, one.currency)}</small>
                </>
              }
              checked={!off.has(one.id)}
              onValue={(on) => {
                const next = new Set(off);
                if (on) next.delete(one.id);
                else next.add(one.id);
                setOff(next);
              }}
            />
          ))}
        </fieldset>
        <Checkbox label={t('launch.start_paused')} checked={paused} onValue={setPaused} />
        {problem !== null && <ProblemNote error={problem} />}
        {started?.map((one) => (
          <Note key={one.direction_id} tone={one.launch_id ? 'good' : 'bad'}>
            <bdi>{one.direction_name}</bdi>{' '}
            {one.launch_id ? (
              <LinkButton small href={`/launches/${one.launch_id}`}>
                {t('launch.started')}
              </LinkButton>
            ) : (
              one.error && <Trouble error={one.error} />
            )}
          </Note>
        ))}
        {maySpend && !started && (
          <div class="launch-go">
            <Button look="main" icon="launch" busy={busy} disabled={!ready.length || preview.asking} onClick={() => void go()}>
              {t('launch.go_all', { n: ready.length })}
            </Button>
          </div>
        )}
      </div>
      <Card title={t('launch.preview')}>
        <div aria-live="polite" aria-busy={preview.asking ? 'true' : undefined}>
          {preview.problem !== null && <ProblemNote error={preview.problem} />}
          {!preview.answer && preview.problem === null && (preview.asking ? <Skeleton lines={5} /> : <p class="soft">{t('launch.preview_auto_hint')}</p>)}
          {together > 0 && currencies.size === 1 && <p class="launch-money">{t('launch.spends_all', { amount: money(together, [...currencies][0]) })}</p>}
          {preview.answer?.results.map((one) =>
            one.preview ? (
              <PreviewOf key={one.direction_id} heading preview={one.preview} budget_micros={directions.find((other) => other.id === one.direction_id)?.daily_budget_micros ?? 0} />
            ) : (
              <section key={one.direction_id} class="launch-preview">
                <h3>
                  <bdi>{one.direction_name}</bdi>
                </h3>
                <p>{t('launch.not_launched')}</p>
                {one.error && <Trouble error={one.error} />}
              </section>
            ),
          )}
        </div>
      </Card>
    </div>
  );
}

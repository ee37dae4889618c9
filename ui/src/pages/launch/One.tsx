// A launch as it goes: each step, the platform's own error beside what to do, publishing, another try.
import { useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { get, path, type Page } from '~/api/client';
import { queries, useQuery } from '~/api/query';
import { useRight } from '~/api/session';
import { ago, instant, money } from '~/format';
import { Button, LinkButton } from '~/parts/Button';
import { ConfirmDialog } from '~/parts/Dialog';
import { Icon, type IconName } from '~/parts/Icon';
import { ProblemNote } from '~/parts/Problem';
import { Card, Note, PageHead, Progress, Skeleton } from '~/parts/Show';
import { toast } from '~/parts/Toast';
import { t } from '~/words';
import { publish, useLaunch, type Launch, type Step } from './api';
import { LaunchState, Trouble, stepText } from './shown';

type Seen = Step['state'] | 'waiting' | 'skipped';
const icons: Record<Seen, IconName> = { waiting: 'more', sending: 'retry', uncertain: 'search', done: 'check', failed: 'alert', skipped: 'close' };

interface Line {
  name: string;
  title: string;
  state: Seen;
  step?: Step;
}
/** What was planned with what was done of it, then what came besides: the undoing. */
function linesOf(launch: Launch): Line[] {
  const going = ['running', 'undoing'].includes(launch.state);
  const titles = new Map(launch.plan.map((one) => [one.creative_id ?? '', one.creative_title ?? '']));
  const begun = new Map(launch.steps.map((step) => [step.name, step]));
  const planned = launch.plan.map((one): Line => {
    const step = begun.get(one.name);
    begun.delete(one.name);
    return { name: one.name, title: one.creative_title ?? '', state: step?.state ?? (going ? 'waiting' : 'skipped'), step };
  });
  const besides = launch.steps.filter((step) => begun.has(step.name)).map((step): Line => ({ name: step.name, title: titles.get(step.name.split(':')[1] ?? '') ?? '', state: step.state, step }));
  return [...planned, ...besides];
}

function againHref(launch: Launch) {
  const input = launch.input;
  const query = new URLSearchParams();
  if (input?.mode === 'auto') query.set('mode', 'auto');
  if (input?.direction_id) query.set('direction', input.direction_id);
  if (input?.creative_ids?.length) query.set('creatives', input.creative_ids.join(','));
  if (input?.daily_budget_micros) query.set('budget', String(input.daily_budget_micros / 1_000_000));
  return `/launch?${query.toString()}`;
}

/** Made paused, and its ad group has not been switched on since. */
function useStandsStill(launch: Launch | undefined) {
  const made = launch?.state === 'done' && launch.output?.published === false ? launch.output : null;
  const groups = useQuery({
    queryKey: ['ad-groups', 'of-campaign', made?.campaign_id],
    queryFn: () => get<Page<{ id: string; status: string }>>(path('/api/ad-groups', { campaign_id: made?.campaign_id, limit: 200 })),
    enabled: !!made?.campaign_id,
  }).data;
  return !!made && groups?.data.find((group) => group.id === made.adgroup_id)?.status !== 'enabled';
}

export function LaunchPage({ id }: { id: string }) {
  const launch = useLaunch(id);
  const paused = useStandsStill(launch.data);
  const maySpend = useRight('spend');
  const [publishing, setPublishing] = useState(false);
  const [, navigate] = useLocation();
  if (launch.error && !launch.data) return <ProblemNote error={launch.error} onRetry={() => void launch.refetch()} />;
  if (!launch.data) return <Skeleton lines={8} />;

  const data = launch.data;
  const lines = linesOf(data);
  const done = lines.filter((line) => line.state === 'done').length;
  const going = ['running', 'undoing'].includes(data.state);
  const refused = data.output?.refused ?? [];
  const isLaunch = data.kind === 'launch';
  return (
    <>
      <PageHead
        title={isLaunch ? t('launch.of_direction', { name: data.input?.direction_name ?? '' }) : t('launch.change_of_switch')}
        beside={<LaunchState state={data.state} />}
        actions={
          <>
            <LinkButton icon="list" href="/launches">
              {t('launch.launches')}
            </LinkButton>
            {data.output?.campaign_id && (
              <LinkButton icon="campaigns" href={`/campaigns?tab=ads&campaign_id=${data.output.campaign_id}${data.output.adgroup_id ? `&adgroup_id=${data.output.adgroup_id}` : ''}`}>
                {t('launch.see_campaign')}
              </LinkButton>
            )}
            {maySpend && paused && (
              <Button look="main" icon="launch" onClick={() => setPublishing(true)}>
                {t('launch.publish')}
              </Button>
            )}
            {maySpend && isLaunch && !going && data.state !== 'done' && (
              <LinkButton look="main" icon="retry" href={againHref(data)}>
                {t('launch.again')}
              </LinkButton>
            )}
          </>
        }
      />
      <p class="soft">
        {t('launch.began', { when: instant(data.created_at) })}
        {!!data.input?.daily_budget_micros && (
          <>
            {' · '}
            {t('campaigns.budget')}: <bdi>{money(data.input.daily_budget_micros, data.input.currency)}</bdi>
          </>
        )}
        {data.input?.direction_id && (
          <>
            {' · '}
            <Link href={`/directions/${data.input.direction_id}`}>{data.input.direction_name}</Link>
          </>
        )}
      </p>
      {data.error && (
        <div class="note note-bad" role="alert">
          <Icon name="alert" />
          <Trouble error={data.error} />
        </div>
      )}
      {data.state === 'undone' && <Note>{t('launch.undone_text')}</Note>}
      {data.state === 'failed' && isLaunch && <Note tone="warn">{t('launch.failed_text')}</Note>}
      {isLaunch && data.state === 'done' && <Note tone={paused ? 'info' : 'good'}>{t(paused ? 'launch.done_paused_text' : 'launch.done_text')}</Note>}
      {refused.length > 0 && (
        <Card title={t('launch.refused_creatives', { n: refused.length })}>
          {refused.map((one) => (
            <div key={one.creative_id}>
              <p>
                <Link href={`/creatives/${one.creative_id}`}>{data.plan.find((line) => line.creative_id === one.creative_id)?.creative_title ?? one.creative_id}</Link>
              </p>
              {one.error && <Trouble error={one.error} />}
            </div>
          ))}
        </Card>
      )}
      <Card>
        <p role="status">{t('launch.progress', { done, all: lines.length })}</p>
        <Progress label={t('launch.progress', { done, all: lines.length })} value={done} max={Math.max(1, lines.length)} />
        <ol class="launch-steps">
          {lines.map((line) => (
            <StepLine key={line.name} line={line} text={isLaunch ? stepText(line.name, line.title) : switchText(line.name, data.input?.enabled ?? true)} />
          ))}
        </ol>
      </Card>
      {publishing && (
        <ConfirmDialog
          title={t('launch.publish')}
          act={t('launch.publish')}
          onClose={() => setPublishing(false)}
          onAct={async () => {
            const made = await publish(id);
            toast(t('launch.published'));
            void queries.invalidateQueries({ queryKey: ['launches'] });
            navigate(`/launches/${made.launch_id}`);
          }}
        >
          <p>{t('launch.publish_text', { amount: money(data.input?.daily_budget_micros, data.input?.currency) })}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function pretty(value: unknown) {
  const body = value && typeof value === 'object' && 'body' in value && typeof value.body === 'string' ? { ...value, body: readable(value.body) } : value;
  return JSON.stringify(body, null, 2);
}
function readable(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A change of a switch has the object's own word as its step. */
function switchText(name: string, on: boolean) {
  const object = ({ campaign: 'Campaign', adgroup: 'AdGroup', ad: 'Ad' } as const)[name.split(':')[0] ?? ''];
  return object ? t(`campaigns.kind_${on ? 'Resume' : 'Pause'}${object}`) : name;
}

function StepLine({ line, text }: { line: Line; text: string }) {
  const step = line.step;
  return (
    <li class={`launch-step launch-step-${line.state}`}>
      <span class="launch-step-mark">
        <Icon name={icons[line.state]} size={18} />
      </span>
      <div class="launch-step-text">
        <p>
          <strong>{text}</strong> <span class="soft">{t(`launch.step_state_${line.state}`)}</span>
          {step && step.attempt > 1 && <span class="soft"> · {t('launch.attempt', { n: step.attempt })}</span>}
          {step?.finished_at && <span class="soft"> · {ago(step.finished_at)}</span>}
        </p>
        {step?.error && <Trouble error={step.error} />}
        {step && (step.request || step.result) ? (
          <details class="launch-calls">
            <summary>{step.request?.path ? <code dir="ltr">{step.request.path}</code> : t('launch.request')}</summary>
            <p class="soft">{t('launch.request')}</p>
            <pre dir="ltr" tabIndex={0}>
              {pretty(step.request)}
            </pre>
            <p class="soft">{t('launch.result')}</p>
            <pre dir="ltr" tabIndex={0}>
              {pretty(step.result)}
            </pre>
          </details>
        ) : null}
      </div>
    </li>
  );
}

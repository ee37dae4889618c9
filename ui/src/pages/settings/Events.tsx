// Conversions sent back: what each stage is called there, how the events fare, every attempt.
import { useEffect, useState } from 'preact/hooks';
import { get, path, post, put, type Page } from '~/api/client';
import { useInfiniteQuery, useQuery, useQueryClient } from '~/api/query';
import { useDirections, useRight } from '~/api/session';
import type { PlatformName } from '~/api/types';
import { instant, money, number, ago } from '~/format';
import { Button, LinkButton } from '~/parts/Button';
import { DataTable, type Column } from '~/parts/DataTable';
import { Dialog } from '~/parts/Dialog';
import { Field, Segments } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { Badge, Card, EmptyState, Figure, Missing, Note, Skeleton, type Tone } from '~/parts/Show';
import { toast, toastError } from '~/parts/Toast';
import { useParam } from '~/parts/url';
import { useDeed } from '~/parts/useDeed';
import { t, tOr } from '~/words';
import { JsonText } from './JsonText';
import { Pixels } from './Pixels';
import { stages, type EventAttempt, type EventNames, type EventSummary, type SentEvent, type Stage } from './shapes';

const tones: Record<SentEvent['state'], Tone> = { waiting: 'info', sent: 'good', refused: 'bad', skipped: 'soft' };

function Names({ platform }: { platform: PlatformName }) {
  const client = useQueryClient();
  const admin = useRight('admin');
  const key = ['event-names', platform];
  const names = useQuery({ queryKey: key, queryFn: () => get<EventNames>(path('/api/event-names', { platform })) });
  const [drafts, setDrafts] = useState<Partial<Record<Stage, string>>>({});
  const deed = useDeed();
  useEffect(() => setDrafts({}), [names.data]);
  const changed = Object.keys(drafts).length > 0;

  const store = (body: unknown) =>
    deed.run(async () => {
      client.setQueryData(key, await put<EventNames>(path('/api/event-names', { platform }), body));
      toast(t('common.saved'));
    });
  return (
    <Card
      title={t(`common.platform_${platform}`)}
      actions={
        admin && (
          <>
            <Button small busy={deed.busy} onClick={() => void store({ preset: 'founding' })}>
              {t('events.founding')}
            </Button>
            <Button small busy={deed.busy} onClick={() => void store({ preset: 'current' })}>
              {t('events.current')}
            </Button>
          </>
        )
      }
    >
      {names.isPending && <Skeleton lines={5} />}
      {names.error && <ProblemNote error={names.error} onRetry={() => void names.refetch()} />}
      {names.data && (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void store({ names: Object.fromEntries(Object.entries(drafts).map(([stage, name]) => [stage, name.trim() || null])) });
          }}
        >
          <div class="event-names">
            {stages.map((stage) => (
              <Field
                key={stage}
                label={t(`events.stage_${stage}`)}
                dir="ltr"
                maxLength={50}
                disabled={!admin}
                placeholder={t('events.not_told')}
                value={drafts[stage] ?? names.data.names[stage] ?? ''}
                onValue={(name) => setDrafts({ ...drafts, [stage]: name })}
              />
            ))}
          </div>
          {deed.problem !== null && <ProblemNote error={deed.problem} />}
          {admin && (
            <div class="row">
              <Button look="main" type="submit" busy={deed.busy} disabled={!changed}>
                {t('common.save')}
              </Button>
              {changed && <Button onClick={() => setDrafts({})}>{t('common.cancel')}</Button>}
            </div>
          )}
        </form>
      )}
    </Card>
  );
}

function Summary() {
  const summary = useQuery({ queryKey: ['events', 'summary'], queryFn: () => get<EventSummary>('/api/events/summary') });
  if (summary.error) return <ProblemNote error={summary.error} onRetry={() => void summary.refetch()} />;
  const counts = summary.data;
  if (!counts) return <Skeleton lines={2} />;
  return (
    <>
      <dl class="figures">
        {(['sent', 'waiting', 'refused', 'skipped'] as const).map((state) => (
          <Figure key={state} label={t(`events.state_${state}`)} value={number(counts[state])} />
        ))}
      </dl>
      {counts.oldest_waiting_at && <p class="soft">{t('events.oldest', { when: ago(counts.oldest_waiting_at) })}</p>}
      {counts.open_breakers > 0 && <Note tone="warn">{t('events.resting', { n: counts.open_breakers })}</Note>}
      {counts.blocked_directions > 0 && <Note tone="bad">{t('events.blocked', { n: counts.blocked_directions })}</Note>}
    </>
  );
}

function Outbox() {
  const client = useQueryClient();
  const mayEdit = useRight('edit');
  const directions = useDirections().data ?? [];
  const [state, setState] = useParam('state', 'all');
  const events = useInfiniteQuery({
    queryKey: ['events', 'list', state],
    queryFn: ({ pageParam }: { pageParam: string }) => get<Page<SentEvent>>(path('/api/events', { state: state === 'all' ? '' : state, limit: 50, cursor: pageParam })),
    initialPageParam: '',
    getNextPageParam: (page: Page<SentEvent>) => page.next_cursor ?? undefined,
  });
  async function again(event: SentEvent) {
    try {
      await post(`/api/events/${event.id}/replay`);
      toast(t('events.replayed'));
      await client.invalidateQueries({ queryKey: ['events'] });
    } catch (error) {
      toastError(error);
    }
  }
  const columns: Column<SentEvent>[] = [
    { id: 'at', label: t('events.happened'), value: (one) => one.event_at, cell: (one) => <bdi>{instant(one.event_at)}</bdi> },
    {
      id: 'name',
      label: t('events.name'),
      value: (one) => one.event_name,
      cell: (one) => (one.event_name ? <code dir="ltr">{one.event_name}</code> : <Missing reason={t('events.not_told')} />),
    },
    { id: 'stage', label: t('events.stage'), value: (one) => (one.stage ? tOr(`events.stage_${one.stage}`, one.stage) : null) },
    { id: 'platform', label: t('common.platform'), value: (one) => t(`common.platform_${one.platform}`) },
    { id: 'direction', label: t('common.direction'), value: (one) => directions.find((direction) => direction.id === one.direction_id)?.name },
    {
      id: 'state',
      label: t('settings.state'),
      value: (one) => t(`events.state_${one.state}`),
      cell: (one) => <Badge tone={tones[one.state]}>{t(`events.state_${one.state}`)}</Badge>,
    },
    {
      id: 'reason',
      label: t('events.reason'),
      value: (one) => one.reason,
      cell: (one) =>
        one.reason ? (
          <span class="settings-cut" dir="auto" title={one.reason}>
            {one.reason}
          </span>
        ) : null,
    },
    { id: 'value', label: t('events.value'), value: (one) => one.value_micros, cell: (one) => (one.currency ? money(one.value_micros, one.currency) : null), numeric: true },
    { id: 'attempts', label: t('handing.attempts'), value: (one) => one.attempts, numeric: true },
    { id: 'sent', label: t('events.sent_at'), value: (one) => one.sent_at, cell: (one) => (one.sent_at ? <bdi>{instant(one.sent_at)}</bdi> : one.next_at ? <bdi>{ago(one.next_at)}</bdi> : null) },
    { id: 'event_id', label: t('events.event_id'), value: (one) => one.event_id, optional: true, cell: (one) => <code dir="ltr">{one.event_id}</code> },
    { id: 'pixel', label: t('events.pixel'), value: (one) => one.pixel_code, optional: true, cell: (one) => <code dir="ltr">{one.pixel_code}</code> },
    {
      id: 'act',
      label: t('settings.acts'),
      value: () => null,
      sortable: false,
      cell: (one) => (
        <span class="settings-acts">
          {one.lead_id && <LinkButton small look="quiet" icon="leads" href={`/leads/${one.lead_id}`} aria-label={t('handing.open_lead')} title={t('handing.open_lead')} />}
          {mayEdit && one.state === 'refused' && (
            <Button small icon="retry" onClick={() => void again(one)}>
              {t('handing.replay')}
            </Button>
          )}
        </span>
      ),
    },
  ];
  return (
    <>
      <Summary />
      <DataTable
        label={t('events.outbox')}
        columns={columns}
        rows={events.data?.pages.flatMap((page) => page.data)}
        keyOf={(one) => one.id}
        loading={events.isPending}
        error={events.error}
        onRetry={() => void events.refetch()}
        empty={<EmptyState icon="upload" title={t('events.none')}>{t('events.none_hint')}</EmptyState>}
        onMore={events.hasNextPage ? () => void events.fetchNextPage() : undefined}
        moreLoading={events.isFetchingNextPage}
        tools={
          <Segments
            label={t('settings.state')}
            options={(['all', 'sent', 'waiting', 'refused', 'skipped'] as const).map((value) => ({
              value,
              label: value === 'all' ? t('common.all') : t(`events.state_${value}`),
            }))}
            value={state}
            onValue={setState}
          />
        }
      />
    </>
  );
}

function Attempts() {
  const [open, setOpen] = useState<EventAttempt | null>(null);
  const log = useInfiniteQuery({
    queryKey: ['events', 'log'],
    queryFn: ({ pageParam }: { pageParam: string }) => get<Page<EventAttempt>>(path('/api/events/log', { limit: 50, cursor: pageParam })),
    initialPageParam: '',
    getNextPageParam: (page: Page<EventAttempt>) => page.next_cursor ?? undefined,
  });
  const columns: Column<EventAttempt>[] = [
    { id: 'at', label: t('handing.when'), value: (one) => one.at, cell: (one) => <bdi>{instant(one.at)}</bdi> },
    { id: 'name', label: t('events.name'), value: (one) => one.event_name, cell: (one) => <code dir="ltr">{one.event_name}</code> },
    { id: 'platform', label: t('common.platform'), value: (one) => t(`common.platform_${one.platform}`) },
    {
      id: 'outcome',
      label: t('events.outcome'),
      value: (one) => one.outcome,
      cell: (one) => <Badge tone={one.outcome === 'sent' ? 'good' : one.outcome === 'refused' ? 'bad' : 'warn'}>{tOr(`events.state_${one.outcome}`, one.outcome)}</Badge>,
    },
    { id: 'duration', label: t('events.took'), value: (one) => one.duration_ms, cell: (one) => number(one.duration_ms), numeric: true },
    { id: 'retries', label: t('events.retries'), value: (one) => one.retries, numeric: true },
    { id: 'batch', label: t('events.batch'), value: (one) => one.batch_size, numeric: true },
    { id: 'pixel', label: t('events.pixel'), value: (one) => one.pixel_code, cell: (one) => <code dir="ltr">{one.pixel_code}</code> },
  ];
  return (
    <>
      <p class="soft">{t('events.log_text')}</p>
      <DataTable
        label={t('events.log')}
        columns={columns}
        rows={log.data?.pages.flatMap((page) => page.data)}
        keyOf={(one) => one.id}
        loading={log.isPending}
        error={log.error}
        onRetry={() => void log.refetch()}
        onOpen={setOpen}
        empty={<EmptyState icon="list" title={t('events.none')} />}
        onMore={log.hasNextPage ? () => void log.fetchNextPage() : undefined}
        moreLoading={log.isFetchingNextPage}
      />
      {open && (
        <Dialog title={open.event_name} side onClose={() => setOpen(null)}>
          <p>
            <bdi>{instant(open.at)}</bdi> · {t('handing.took', { milliseconds: open.duration_ms })}
          </p>
          {open.error !== null && <JsonText title={t('events.error')} value={open.error} />}
          <JsonText title={t('events.request')} value={open.request} />
          {open.answer !== null && <JsonText title={t('handing.answer')} value={open.answer} />}
        </Dialog>
      )}
    </>
  );
}

const views = ['outbox', 'pixels', 'names', 'log'] as const;

export function Events() {
  const [view, setView] = useParam('view', 'outbox');
  return (
    <>
      <div class="settings-head">
        <p class="soft">{t('events.intro')}</p>
        <Segments label={t('settings.events')} options={views.map((value) => ({ value, label: t(`events.${value}`) }))} value={view} onValue={setView} />
      </div>
      {view === 'names' ? (
        <>
          <p class="soft">{t('events.names_text')}</p>
          <div class="columns">
            <Names platform="tiktok" />
            <Names platform="facebook" />
          </div>
        </>
      ) : view === 'log' ? (
        <Attempts />
      ) : view === 'pixels' ? (
        <Pixels />
      ) : (
        <Outbox />
      )}
    </>
  );
}

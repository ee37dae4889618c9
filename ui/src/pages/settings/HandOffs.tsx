// Where leads are handed on to, and what became of each hand-off.
import { useState } from 'preact/hooks';
import { del, get, path, post, type Page } from '~/api/client';
import { useInfiniteQuery, useQuery, useQueryClient } from '~/api/query';
import { useRight } from '~/api/session';
import { instant, ago } from '~/format';
import { Button, LinkButton } from '~/parts/Button';
import { DataTable, type Column } from '~/parts/DataTable';
import { ConfirmDialog, Dialog } from '~/parts/Dialog';
import { Segments } from '~/parts/Field';
import { Menu } from '~/parts/Menu';
import { ProblemNote } from '~/parts/Problem';
import { Badge, Card, EmptyState, Missing, Note, Skeleton, type Tone } from '~/parts/Show';
import { toast, toastError } from '~/parts/Toast';
import { useParam } from '~/parts/url';
import { t } from '~/words';
import { EndpointDialog, SecretDialog, topicWord } from './EndpointDialog';
import { JsonText } from './JsonText';
import type { Endpoint, Handoff, TestResult } from './shapes';

const tones: Record<Handoff['state'], Tone> = { waiting: 'info', delivered: 'good', dead: 'bad' };

function TestDialog({ result, onClose }: { result: TestResult; onClose: () => void }) {
  return (
    <Dialog title={t('handing.test')} onClose={onClose} actions={<Button look="main" onClick={onClose}>{t('common.done')}</Button>}>
      <Note tone={result.delivered ? 'good' : 'bad'}>
        <p>
          <strong>{result.delivered ? t('handing.test_good') : t('handing.test_bad')}</strong>
        </p>
        <p>
          {result.status > 0 && (
            <>
              HTTP <bdi>{result.status}</bdi> ·{' '}
            </>
          )}
          {t('handing.took', { milliseconds: result.duration_ms })}
        </p>
      </Note>
      {result.answer && <JsonText title={t('handing.answer')} value={result.answer} />}
      <JsonText title={t('handing.sent')} value={result.sent} />
    </Dialog>
  );
}

type Asked = { deed: 'remove' | 'renew' | 'replay'; endpoint: Endpoint };

function EndpointCard({ endpoint, dead }: { endpoint: Endpoint; dead: number }) {
  const client = useQueryClient();
  const admin = useRight('admin');
  const mayEdit = useRight('edit');
  const [editing, setEditing] = useState(false);
  const [asked, setAsked] = useState<Asked['deed'] | null>(null);
  const [testing, setTesting] = useState(false);
  const [result, setResult] = useState<TestResult | null>(null);
  const [secret, setSecret] = useState('');

  async function test() {
    setTesting(true);
    try {
      setResult(await post<TestResult>(`/api/endpoints/${endpoint.id}/test`));
    } catch (error) {
      toastError(error);
    }
    setTesting(false);
  }
  async function act() {
    if (asked === 'remove') await del(`/api/endpoints/${endpoint.id}`);
    else if (asked === 'renew') setSecret((await post<{ secret: string }>(`/api/endpoints/${endpoint.id}/secret`)).secret);
    else {
      const { replayed } = await post<{ replayed: number }>(`/api/endpoints/${endpoint.id}/replay`);
      toast(t('handing.replayed', { n: replayed }));
    }
    await Promise.all([client.invalidateQueries({ queryKey: ['endpoints'] }), client.invalidateQueries({ queryKey: ['handoffs'] })]);
  }
  const state = endpoint.stopped_text ? 'stopped' : endpoint.is_active ? 'on' : 'off';
  return (
    <Card
      title={<bdi>{endpoint.name}</bdi>}
      actions={
        <>
          <Badge tone={state === 'on' ? 'good' : state === 'stopped' ? 'bad' : 'soft'}>{t(`handing.state_${state}`)}</Badge>
          {admin && (
            <>
              <Button small icon="play" busy={testing} onClick={() => void test()}>
                {t('handing.test')}
              </Button>
              <Menu
                label={t('handing.acts_of', { name: endpoint.name })}
                items={[
                  { value: 'edit', label: t('common.edit'), icon: 'edit' },
                  ...(endpoint.kind === 'webhook' ? [{ value: 'renew', label: t('handing.renew'), icon: 'retry' as const }] : []),
                  { value: 'remove', label: t('common.remove'), icon: 'trash', danger: true },
                ]}
                onSelect={(value) => (value === 'edit' ? setEditing(true) : setAsked(value as Asked['deed']))}
              />
            </>
          )}
        </>
      }
    >
      <dl class="facts">
        <div>
          <dt>{t('handing.kind')}</dt>
          <dd>{t(`handing.kind_${endpoint.kind}`)}</dd>
        </div>
        <div>
          <dt>{endpoint.kind === 'telegram' ? t('handing.chat') : t('handing.address')}</dt>
          <dd>
            <code dir="ltr">{endpoint.address}</code>
          </dd>
        </div>
        <div>
          <dt>{t('handing.topics')}</dt>
          <dd>{endpoint.topics.map(topicWord).join(' · ')}</dd>
        </div>
        {endpoint.kind === 'webhook' && (
          <div>
            <dt>{t('handing.mapping')}</dt>
            <dd>{endpoint.mapping ? t('handing.fields', { n: endpoint.mapping.length }) : t('handing.whole_lead')}</dd>
          </div>
        )}
        {endpoint.old_secret_until && (
          <div>
            <dt>{t('handing.old_secret')}</dt>
            <dd>
              <bdi>{ago(endpoint.old_secret_until)}</bdi>
            </dd>
          </div>
        )}
      </dl>
      {endpoint.stopped_text && (
        <Note tone="bad">
          <p dir="auto">{endpoint.stopped_text}</p>
          <p>{t('handing.stopped_hint')}</p>
        </Note>
      )}
      {dead > 0 && (
        <Note tone="warn">
          <p>{t('handing.dead_count', { n: dead })}</p>
          {mayEdit && (
            <p>
              <Button small icon="retry" onClick={() => setAsked('replay')}>
                {t('handing.replay_all')}
              </Button>
            </p>
          )}
        </Note>
      )}
      {editing && <EndpointDialog endpoint={endpoint} onClose={() => setEditing(false)} />}
      {result && <TestDialog result={result} onClose={() => setResult(null)} />}
      {secret && <SecretDialog secret={secret} renewed onClose={() => setSecret('')} />}
      {asked && (
        <ConfirmDialog
          title={asked === 'remove' ? t('common.remove') : asked === 'renew' ? t('handing.renew') : t('handing.replay_all')}
          act={asked === 'remove' ? t('common.remove') : asked === 'renew' ? t('handing.renew') : t('handing.replay_all')}
          danger={asked === 'remove'}
          onAct={act}
          onClose={() => setAsked(null)}
        >
          <p>{t(`handing.${asked}_text`, { name: endpoint.name })}</p>
        </ConfirmDialog>
      )}
    </Card>
  );
}

function Queue({ endpoints }: { endpoints: Endpoint[] }) {
  const client = useQueryClient();
  const mayEdit = useRight('edit');
  const [state, setState] = useParam('state', 'dead');
  const handoffs = useInfiniteQuery({
    queryKey: ['handoffs', state],
    queryFn: ({ pageParam }: { pageParam: string }) => get<Page<Handoff>>(path('/api/handoffs', { state: state === 'all' ? '' : state, limit: 50, cursor: pageParam })),
    initialPageParam: '',
    getNextPageParam: (page: Page<Handoff>) => page.next_cursor ?? undefined,
  });
  const nameOf = (id: string) => endpoints.find((one) => one.id === id)?.name ?? id;

  async function replay(handoff: Handoff) {
    try {
      await post(`/api/endpoints/${handoff.endpoint_id}/replay`, { handoff_id: handoff.id });
      toast(t('handing.replayed', { n: 1 }));
      await client.invalidateQueries({ queryKey: ['handoffs'] });
    } catch (error) {
      toastError(error);
    }
  }
  const columns: Column<Handoff>[] = [
    { id: 'created', label: t('handing.when'), value: (one) => one.created_at, cell: (one) => <bdi>{instant(one.created_at)}</bdi> },
    { id: 'endpoint', label: t('handing.to'), value: (one) => nameOf(one.endpoint_id), cell: (one) => <bdi>{nameOf(one.endpoint_id)}</bdi> },
    { id: 'topic', label: t('handing.what'), value: (one) => topicWord(one.topic) },
    {
      id: 'lead',
      label: t('shell.lead'),
      value: (one) => one.lead_id,
      sortable: false,
      cell: (one) => <LinkButton small look="quiet" icon="leads" href={`/leads/${one.lead_id}`} aria-label={t('handing.open_lead')} title={t('handing.open_lead')} />,
    },
    {
      id: 'state',
      label: t('settings.state'),
      value: (one) => t(`handing.handoff_${one.state}`),
      cell: (one) => <Badge tone={tones[one.state]}>{t(`handing.handoff_${one.state}`)}</Badge>,
    },
    { id: 'attempts', label: t('handing.attempts'), value: (one) => one.attempts, numeric: true },
    {
      id: 'error',
      label: t('handing.last_answer'),
      value: (one) => one.last_error,
      cell: (one) =>
        one.last_error ? (
          <span class="settings-cut" dir="auto" title={one.last_error}>
            {one.last_error}
          </span>
        ) : (
          <Missing reason={t('handing.no_answer')} />
        ),
    },
    {
      id: 'next',
      label: t('handing.next'),
      value: (one) => one.next_at ?? one.delivered_at,
      cell: (one) => (one.next_at ? <bdi>{ago(one.next_at)}</bdi> : one.delivered_at ? <bdi>{instant(one.delivered_at)}</bdi> : <Missing reason={t('handing.given_up')} />),
    },
    {
      id: 'act',
      label: t('settings.acts'),
      value: () => null,
      sortable: false,
      cell: (one) =>
        mayEdit && one.state === 'dead' ? (
          <Button small icon="retry" onClick={() => void replay(one)}>
            {t('handing.replay')}
          </Button>
        ) : null,
    },
  ];
  return (
    <>
      <h2>{t('handing.queue')}</h2>
      <DataTable
        label={t('handing.queue')}
        columns={columns}
        rows={handoffs.data?.pages.flatMap((page) => page.data)}
        keyOf={(one) => one.id}
        loading={handoffs.isPending}
        error={handoffs.error}
        onRetry={() => void handoffs.refetch()}
        empty={<p class="settings-none soft">{state === 'dead' ? t('handing.no_dead') : t('common.nothing_found')}</p>}
        onMore={handoffs.hasNextPage ? () => void handoffs.fetchNextPage() : undefined}
        moreLoading={handoffs.isFetchingNextPage}
        tools={
          <Segments
            label={t('settings.state')}
            options={(['dead', 'waiting', 'delivered', 'all'] as const).map((value) => ({
              value,
              label: value === 'all' ? t('common.all') : t(`handing.handoff_${value}`),
            }))}
            value={state}
            onValue={setState}
          />
        }
      />
    </>
  );
}

export function HandOffs() {
  const admin = useRight('admin');
  const [adding, setAdding] = useState(false);
  const endpoints = useQuery({ queryKey: ['endpoints'], queryFn: () => get<Page<Endpoint>>('/api/endpoints').then((page) => page.data) });
  const dead = useQuery({ queryKey: ['handoffs', 'dead', 'count'], queryFn: () => get<Page<Handoff>>(path('/api/handoffs', { state: 'dead', limit: 200 })).then((page) => page.data) });
  const add = admin && (
    <Button look="main" icon="plus" onClick={() => setAdding(true)}>
      {t('handing.add')}
    </Button>
  );
  return (
    <>
      <div class="settings-head">
        <p class="soft">{t('handing.intro')}</p>
        {add}
      </div>
      {endpoints.isPending && <Skeleton lines={5} />}
      {endpoints.error && <ProblemNote error={endpoints.error} onRetry={() => void endpoints.refetch()} />}
      {endpoints.data?.length === 0 && (
        <EmptyState icon="link" title={t('handing.none')}>
          {t('handing.none_hint')}
        </EmptyState>
      )}
      {!!endpoints.data?.length && (
        <>
          <div class="columns">
            {endpoints.data.map((endpoint) => (
              <EndpointCard key={endpoint.id} endpoint={endpoint} dead={dead.data?.filter((one) => one.endpoint_id === endpoint.id).length ?? 0} />
            ))}
          </div>
          <Queue endpoints={endpoints.data} />
        </>
      )}
      {adding && <EndpointDialog endpoint={null} onClose={() => setAdding(false)} />}
    </>
  );
}

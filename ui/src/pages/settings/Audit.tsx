// Who did what: newest first, filtered by who, what and to which thing.
import { useEffect, useState } from 'preact/hooks';
import { get, path, type Page } from '~/api/client';
import { useInfiniteQuery } from '~/api/query';
import { instant } from '~/format';
import { Button } from '~/parts/Button';
import { DataTable, type Column } from '~/parts/DataTable';
import { Dialog } from '~/parts/Dialog';
import { Field, Select } from '~/parts/Field';
import { EmptyState } from '~/parts/Show';
import { useQueryState } from '~/parts/url';
import { t, tOr } from '~/words';
import { JsonText } from './JsonText';
import type { AuditLine } from './shapes';

/** The first word of an action is the thing. */
const things = [
  'action', 'ad_account', 'api_key', 'blocked_contact', 'creative', 'currency_rate', 'delivery', 'dialog', 'dialog_rules', 'direction', 'endpoint',
  'event', 'event_names', 'event_source', 'handoff', 'invitation', 'launch', 'lead', 'lead_key', 'org', 'purchase', 'session', 'user',
];
const SCREEN = 30; // lines
const actorKinds = ['user', 'key', 'brain', 'job', 'cli'];

const thingName = (thing: string) => tOr(`audit.thing_${thing}`, thing);
/** "user:…" by name where there is one, else the kind of actor. */
function actorName(line: AuditLine) {
  const kind = line.actor.split(':')[0] ?? '';
  return line.actor_name ?? tOr(`audit.actor_${kind}`, line.actor);
}

function Line({ line, onClose }: { line: AuditLine; onClose: () => void }) {
  return (
    <Dialog title={line.action} side onClose={onClose}>
      <dl class="facts">
        <div>
          <dt>{t('audit.at')}</dt>
          <dd>
            <bdi>{instant(line.at)}</bdi>
          </dd>
        </div>
        <div>
          <dt>{t('audit.actor')}</dt>
          <dd>
            <bdi>{actorName(line)}</bdi> <code>{line.actor}</code>
          </dd>
        </div>
        <div>
          <dt>{t('audit.object')}</dt>
          <dd>
            <code>{line.object_id || t('common.dash')}</code>
          </dd>
        </div>
        <div>
          <dt>{t('audit.number')}</dt>
          <dd>
            <bdi>{line.sequence}</bdi>
          </dd>
        </div>
      </dl>
      {line.before && <JsonText title={t('audit.before')} value={line.before} />}
      {line.after && <JsonText title={t('audit.after')} value={line.after} />}
    </Dialog>
  );
}

export function Audit() {
  const state = useQueryState();
  const [open, setOpen] = useState<AuditLine | null>(null);
  const filter = { action: state.get('action'), actor: state.get('actor'), object_id: state.get('object') };
  const lines = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }: { pageParam: string }) => get<Page<AuditLine>>(path('/api/audit', { ...filter, limit: 100, cursor: pageParam })),
    initialPageParam: '',
    getNextPageParam: (page: Page<AuditLine>) => page.next_cursor ?? undefined,
  });
  const rows = lines.data?.pages.flatMap((page) => page.data);
  const few = (rows?.length ?? 0) < SCREEN && lines.hasNextPage && !lines.isError;

  // A filter is looked for in a part of the log at a time: on to the next one, until a screen is full or the log ends.
  useEffect(() => {
    if (few && !lines.isFetching) void lines.fetchNextPage();
  }, [few, lines.isFetching]);
  const columns: Column<AuditLine>[] = [
    { id: 'at', label: t('audit.at'), value: (line) => line.at, cell: (line) => <bdi>{instant(line.at)}</bdi>, sortable: false },
    { id: 'actor', label: t('audit.actor'), value: actorName, cell: (line) => <bdi>{actorName(line)}</bdi>, sortable: false },
    { id: 'action', label: t('audit.action'), value: (line) => line.action, cell: (line) => <code>{line.action}</code>, sortable: false },
    { id: 'object', label: t('audit.object'), value: (line) => line.object_id, cell: (line) => <code>{line.object_id}</code>, sortable: false },
    {
      id: 'after',
      label: t('audit.after'),
      value: (line) => line.after,
      cell: (line) => <code class="settings-cut">{line.after ?? t('common.dash')}</code>,
      sortable: false,
    },
    { id: 'before', label: t('audit.before'), value: (line) => line.before, optional: true, sortable: false },
  ];
  return (
    <>
      <p class="soft">{t('audit.intro')}</p>
      <div class="settings-filters">
        <Select
          label={t('audit.action')}
          value={filter.action}
          options={[{ value: '', label: t('common.all') }, ...things.map((value) => ({ value, label: thingName(value) }))]}
          onValue={(action) => state.set({ action })}
        />
        <Select
          label={t('audit.actor')}
          value={filter.actor.includes(':') ? '' : filter.actor}
          options={[{ value: '', label: t('common.all') }, ...actorKinds.map((value) => ({ value, label: tOr(`audit.actor_${value}`, value) }))]}
          onValue={(actor) => state.set({ actor })}
        />
        <Field label={t('audit.object')} placeholder={t('audit.object_hint')} value={filter.object_id} onValue={(object) => state.set({ object: object.trim() })} />
        {filter.actor.includes(':') && (
          <Button small icon="close" onClick={() => state.set({ actor: null })}>
            {t('audit.all_actors')}
          </Button>
        )}
      </div>
      <DataTable
        label={t('settings.audit')}
        columns={columns}
        rows={rows}
        keyOf={(line) => String(line.sequence)}
        loading={lines.isPending || (few && rows?.length === 0)}
        error={lines.error}
        onRetry={() => void lines.refetch()}
        onOpen={setOpen}
        serverSorted
        csv
        empty={<EmptyState icon="list" title={t('common.nothing_found')} />}
        onMore={lines.hasNextPage ? () => void lines.fetchNextPage() : undefined}
        moreLoading={lines.isFetchingNextPage}
      />
      {open && <Line line={open} onClose={() => setOpen(null)} />}
    </>
  );
}

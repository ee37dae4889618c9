// All creatives: uploaded here, looked for, changed many at once.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useRight } from '~/api/session';
import { Button, LinkButton } from '~/parts/Button';
import { Checkbox, Segments } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { EmptyState, Note, PageHead, Skeleton } from '~/parts/Show';
import { useParam } from '~/parts/url';
import { t } from '~/words';
import { BulkBar } from './Bulk';
import { Failures, RetryAllButton } from './Failures';
import { FilterBar, OrderSelect, useFilters } from './Filters';
import { Grid } from './Grid';
import { List } from './List';
import { UploadDialog } from './UploadDialog';
import { UploadList } from './UploadList';
import { UploadZone } from './UploadZone';
import { useCreatives, useFailures } from './library';
import { giveBack } from './uploads';

/** Asks for more when the end of what there is comes into sight. */
function useEndless(more: boolean, onMore: () => void) {
  const end = useRef<HTMLDivElement>(null);
  const deed = useRef(onMore);
  deed.current = onMore;
  useEffect(() => {
    if (!end.current || !more) return;
    const watch = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && deed.current(), { rootMargin: '600px' });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [more]);
  return end;
}

export function Library() {
  const edits = useRight('edit');
  const [view, setView] = useParam('view', 'grid');
  const { filters, filtered, clear } = useFilters();
  const failing = filters.status === 'failed';
  const found = useCreatives(filters);
  const [files, setFiles] = useState<File[]>([]);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.data) ?? [], [found.data]);
  const total = found.data?.pages[0]?.total;
  // In the order in which they were ticked: a carousel's cards stand so.
  const chosen = useMemo(() => {
    const byId = new Map(rows.map((row) => [row.id, row]));
    return [...ticked].map((id) => byId.get(id)).filter((row) => row !== undefined);
  }, [rows, ticked]);
  const end = useEndless(!!found.hasNextPage && !found.isFetchingNextPage, () => void found.fetchNextPage());

  function choose(list: File[]) {
    const rest = giveBack(list);
    if (rest.length) setFiles(rest);
  }
  function tick(id: string, on: boolean) {
    const next = new Set(ticked);
    if (on) next.add(id);
    else next.delete(id);
    setTicked(next);
  }
  // Where there is nothing at all there is nothing to choose from.
  const bare = !filtered && total === 0;
  const count = total === undefined ? '' : t('creatives.count', { n: total });

  return (
    <>
      <PageHead
        title={t('creatives.title')}
        beside={
          <span class="soft" role="status">
            {count}
          </span>
        }
      />
      {edits && <UploadZone onFiles={choose} />}
      {edits && <UploadList />}
      {!failing && <FailureNote />}
      {!bare && <FilterBar filtered={filtered} clear={clear} />}
      {!bare && (
        <div class="creative-tools">
          <div class="row">
            {!failing && (
              <Segments
                label={t('creatives.view')}
                value={view}
                onValue={setView}
                options={[
                  { value: 'grid', label: t('creatives.view_grid') },
                  { value: 'list', label: t('creatives.view_list') },
                ]}
              />
            )}
            <OrderSelect />
          </div>
          {edits && rows.length > 0 && view === 'grid' && !failing && (
            <Checkbox
              label={t('creatives.tick_all', { n: rows.length })}
              checked={chosen.length === rows.length}
              indeterminate={chosen.length > 0 && chosen.length < rows.length}
              onValue={(on) => setTicked(new Set(on ? rows.map((row) => row.id) : []))}
            />
          )}
          {edits && failing && rows.length > 0 && <RetryAllButton />}
        </div>
      )}
      <div aria-busy={found.isPlaceholderData ? 'true' : undefined} class={found.isPlaceholderData ? 'creative-old' : undefined}>
        {found.error && !found.data ? (
          <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
        ) : !found.data ? (
          <GridSkeleton />
        ) : !rows.length ? (
          <Nothing filtered={filtered} clear={clear} edits={edits} />
        ) : failing ? (
          <Failures creatives={rows} edits={edits} />
        ) : view === 'list' ? (
          <List creatives={rows} ticked={edits ? ticked : undefined} onTicked={setTicked} count={count} loading={found.isFetching} searching={!!filters.q} />
        ) : (
          <Grid creatives={rows} ticked={edits ? ticked : undefined} onTick={tick} />
        )}
      </div>
      <div ref={end} class="creative-end">
        {found.isFetchNextPageError && <ProblemNote error={found.error} onRetry={() => void found.fetchNextPage()} />}
        {found.hasNextPage && !found.isFetchNextPageError && (
          <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            {t('creatives.more')}
          </Button>
        )}
        {rows.length > 0 && total !== undefined && total > rows.length && <span class="soft">{t('creatives.shown', { shown: rows.length, n: total })}</span>}
      </div>
      {edits && <BulkBar creatives={chosen} onClear={() => setTicked(new Set())} onLeft={(ids) => setTicked(new Set(ids))} />}
      {files.length > 0 && <UploadDialog files={files} onClose={() => setFiles([])} />}
    </>
  );
}

function FailureNote() {
  const failed = useFailures().data ?? 0;
  if (!failed) return null;
  return (
    <Note tone="warn">
      <div class="row">
        <span>{t('creatives.failed_n', { n: failed })}</span>
        <LinkButton small href="/creatives?status=failed">
          {t('creatives.show_failed')}
        </LinkButton>
      </div>
    </Note>
  );
}

function Nothing({ filtered, clear, edits }: { filtered: boolean; clear: () => void; edits: boolean }) {
  if (!filtered)
    return (
      <EmptyState icon="creatives" title={t('creatives.empty')}>
        {edits ? t('creatives.empty_hint') : t('creatives.empty_hint_reader')}
      </EmptyState>
    );
  return (
    <EmptyState icon="search" title={t('common.nothing_found')} actions={<Button onClick={clear}>{t('creatives.clear_filters')}</Button>}>
      {t('creatives.nothing_hint')}
    </EmptyState>
  );
}

function GridSkeleton() {
  return (
    <div class="creative-grid" aria-hidden="true">
      {Array.from({ length: 8 }, (_, i) => (
        <div key={i} class="creative-card">
          <div class="still">
            <Skeleton block />
          </div>
          <div class="creative-words">
            <Skeleton lines={2} />
          </div>
        </div>
      ))}
    </div>
  );
}

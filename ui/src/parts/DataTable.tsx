// The table of the console: sorting, choice of columns, totals that stay, long lists, ticking,
// keys (j, k, x, Enter), CSV of what is seen.  Sorting and columns are kept in the address.
import { getCoreRowModel, getSortedRowModel, type ColumnDef, type SortingState } from '@tanstack/table-core';
import { Component, type ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { t } from '~/words';
import { Button } from './Button';
import { Checkbox } from './Field';
import { Dialog } from './Dialog';
import { Icon } from './Icon';
import { Skeleton } from './Show';
import { ProblemNote } from './Problem';
import { downloadCsv } from './csv';
import { useQueryState } from './url';
import { toastError } from './Toast';
import { useTable, useVirtualRows } from './useTable';

export interface Column<T> {
  id: string;
  label: string;
  /** For sorting and CSV; null sorts last. */
  value: (row: T) => string | number | null | undefined;
  /** What is shown; the value itself when absent. */
  cell?: (row: T) => ComponentChildren;
  /** In the row of totals. */
  total?: ComponentChildren;
  /** Figures stand at the end of their cell. */
  numeric?: boolean;
  /** The first column always is. */
  pinned?: boolean;
  /** Not shown until chosen. */
  optional?: boolean;
  sortable?: boolean;
  /** How the figure is made, told by the head on hover. */
  formula?: string;
  width?: number;
}

interface DataTableProps<T> {
  /** What the table is of, for screen readers and the file's name. */
  label: string;
  columns: Column<T>[];
  rows: T[] | undefined;
  keyOf: (row: T) => string;
  loading?: boolean;
  error?: unknown;
  onRetry?: () => void;
  empty?: ComponentChildren;
  /** Ticked rows by key; with `onTicked` the table has tick boxes. */
  ticked?: ReadonlySet<string>;
  onTicked?: (keys: Set<string>) => void;
  onOpen?: (row: T) => void;
  defaultSort?: string;
  /** The server sorts: rows are shown as they come. */
  serverSorted?: boolean;
  /** "1,234 leads", shown above; and what stands beside it. */
  count?: ComponentChildren;
  tools?: ComponentChildren;
  csv?: boolean;
  /** Where not all rows are loaded: gets them for the file, telling how far it is. */
  allRows?: (far: (rows: number, all: number) => void) => Promise<T[]>;
  /** Says that more can be had, and gets it. */
  onMore?: () => void;
  moreLoading?: boolean;
  /** The next rows are fetched when the end of a long list comes near. */
  moreByItself?: boolean;
  /** Prefix of this table's names in the address, where a page has two. */
  name?: string;
}

const ROW_HEIGHT = 48;
const LONG = 80;

function readSort(text: string): SortingState {
  if (!text) return [];
  return text.startsWith('-') ? [{ id: text.slice(1), desc: true }] : [{ id: text, desc: false }];
}

/** Numbers and words, nothing last whichever way. */
function compare(a: unknown, b: unknown) {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), document.documentElement.lang, { numeric: true });
}

export function DataTable<T>(props: DataTableProps<T>) {
  const { label, columns, rows, keyOf, ticked, onTicked, onOpen, name = '' } = props;
  const state = useQueryState();
  const [picking, setPicking] = useState(false);
  const [current, setCurrent] = useState(-1);
  const scroller = useRef<HTMLDivElement>(null);
  const sort = state.get(`${name}sort`) || props.defaultSort || '';
  const chosen = state.get(`${name}columns`);

  const visible = useMemo(() => {
    const named = chosen ? new Set(chosen.split(',')) : null;
    return columns.filter((column, i) => i === 0 || (named ? named.has(column.id) : !column.optional));
  }, [columns, chosen]);
  const definitions = useMemo<ColumnDef<T>[]>(
    () =>
      columns.map((column) => ({
        id: column.id,
        accessorFn: (row: T) => column.value(row) ?? undefined,
        sortUndefined: 'last',
        sortingFn: (a, b) => compare(a.getValue(column.id), b.getValue(column.id)),
      })),
    [columns],
  );
  const none = useMemo<T[]>(() => [], []);
  const table = useTable<T>({
    data: rows ?? none,
    columns: definitions,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    manualSorting: props.serverSorted,
    getRowId: keyOf,
    state: { sorting: props.serverSorted ? [] : readSort(sort) },
  });
  const sorted = table.getRowModel().rows;
  const virtual = useVirtualRows({ count: sorted.length, rowHeight: ROW_HEIGHT, scroller, enabled: sorted.length > LONG });
  const lastSeen = virtual.indexes[virtual.indexes.length - 1] ?? 0;
  const wantsMore = props.moreByItself && sorted.length > LONG && lastSeen > sorted.length - 3 * LONG && !props.moreLoading;
  useEffect(() => {
    if (wantsMore) props.onMore?.();
  }, [wantsMore, sorted.length]);
  const [far, setFar] = useState<{ rows: number; all: number } | null>(null);
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);

  function sortBy(column: Column<T>) {
    const now = readSort(sort)[0];
    const first = column.numeric ? `-${column.id}` : column.id;
    const other = column.numeric ? column.id : `-${column.id}`;
    const said = now?.id === column.id ? (now.desc ? `-${column.id}` : column.id) : '';
    state.set({ [`${name}sort`]: said === first ? other : first });
  }

  function tick(key: string, on: boolean) {
    const next = new Set(ticked);
    if (on) next.add(key);
    else next.delete(key);
    onTicked?.(next);
  }

  // Rows are drawn again only when something of theirs has changed: what they do is looked up here.
  const latest = useRef({ tick, onOpen, setCurrent });
  latest.current = { tick, onOpen, setCurrent };
  const acts = useMemo<RowActs<T>>(
    () => ({
      tick: (key, on) => latest.current.tick(key, on),
      open: (row) => latest.current.onOpen?.(row),
      focus: (index) => latest.current.setCurrent(index),
    }),
    [],
  );

  function move(to: number) {
    const index = Math.max(0, Math.min(sorted.length - 1, to));
    setCurrent(index);
    virtual.scrollTo(index);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus());
  }

  function onKey(event: KeyboardEvent) {
    if (event.target instanceof HTMLElement && event.target.closest('input:not([type=checkbox]), select, textarea, [role=menu]')) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = sorted[current];
    if (event.key === 'j' || event.key === 'ArrowDown') move(current + 1);
    else if (event.key === 'k' || event.key === 'ArrowUp') move(current - 1);
    else if (event.key === 'x' && row && onTicked) tick(row.id, !ticked?.has(row.id));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  async function exportCsv() {
    let all = sorted.map((row) => row.original);
    if (props.allRows) {
      setFar({ rows: 0, all: all.length });
      try {
        all = await props.allRows((rows, count) => setFar({ rows, all: count }));
      } catch (error) {
        return toastError(error);
      } finally {
        setFar(null);
      }
    }
    downloadCsv(label, [visible.map((column) => column.label), ...all.map((row) => visible.map((column) => column.value(row)))]);
  }

  if (props.error && !rows) return <ProblemNote error={props.error} onRetry={props.onRetry} />;
  if (!rows) return <Skeleton lines={8} />;
  const allTicked = sorted.length > 0 && sorted.every((row) => ticked?.has(row.id));

  return (
    <div class="table-frame">
      <div class="table-tools">
        <div class="table-count" role="status">
          {props.count}
        </div>
        {props.tools}
        <Button small icon="columns" look="quiet" onClick={() => setPicking(true)}>
          {t('table.columns')}
        </Button>
        {props.csv !== false && (
          <Button small icon="download" look="quiet" onClick={() => void exportCsv()} disabled={!sorted.length} busy={far !== null}>
            {far ? t('table.csv_far', far) : t('table.csv')}
          </Button>
        )}
      </div>
      {rows.length === 0 && props.empty ? (
        props.empty
      ) : (
        <div class="table-scroll" ref={scroller} onKeyDown={onKey} tabIndex={0} role="region" aria-label={label}>
          <table class="table" aria-rowcount={sorted.length + 1} aria-busy={props.loading ? 'true' : undefined}>
            <caption class="visually-hidden">{label}</caption>
            <thead>
              <tr>
                {onTicked && (
                  <th scope="col" class="table-tick">
                    <Checkbox
                      label={t('table.tick_all')}
                      labelHidden
                      checked={allTicked}
                      indeterminate={!allTicked && sorted.some((row) => ticked?.has(row.id))}
                      onValue={(on) => onTicked(new Set(on ? sorted.map((row) => row.id) : []))}
                    />
                  </th>
                )}
                {visible.map((column) => (
                  <Head key={column.id} column={column} sort={readSort(sort)[0]} onSort={() => sortBy(column)} />
                ))}
              </tr>
            </thead>
            <tbody>
              {virtual.above > 0 && (
                <tr aria-hidden="true">
                  <td style={{ blockSize: `${virtual.above}px`, padding: 0, border: 0 }} colSpan={visible.length + 1} />
                </tr>
              )}
              {virtual.indexes.map((index) => {
                const row = sorted[index];
                if (!row) return null;
                return (
                  <Row
                    key={row.id}
                    id={row.id}
                    row={row.original}
                    index={index}
                    columns={visible}
                    current={index === current}
                    ticks={!!onTicked}
                    ticked={ticked?.has(row.id) ?? false}
                    opens={!!onOpen}
                    acts={acts}
                  />
                );
              })}
              {virtual.below > 0 && (
                <tr aria-hidden="true">
                  <td style={{ blockSize: `${virtual.below}px`, padding: 0, border: 0 }} colSpan={visible.length + 1} />
                </tr>
              )}
            </tbody>
            {visible.some((column) => byId.get(column.id)?.total !== undefined) && (
              <tfoot>
                <tr>
                  {onTicked && <td class="table-tick" />}
                  {visible.map((column, i) =>
                    i === 0 ? (
                      <th key={column.id} scope="row" class="pinned">
                        {column.total ?? t('table.total')}
                      </th>
                    ) : (
                      <td key={column.id} class={column.numeric ? 'numeric' : ''}>
                        <bdi>{column.total}</bdi>
                      </td>
                    ),
                  )}
                </tr>
              </tfoot>
            )}
          </table>
        </div>
      )}
      {props.onMore && (
        <div class="table-more">
          <Button busy={props.moreLoading} onClick={props.onMore}>
            {t('table.more')}
          </Button>
        </div>
      )}
      {picking && <ColumnPicker columns={columns} visible={visible} onClose={() => setPicking(false)} onValue={(ids) => state.set({ [`${name}columns`]: ids })} />}
    </div>
  );
}

interface RowActs<T> {
  tick: (key: string, on: boolean) => void;
  open: (row: T) => void;
  focus: (index: number) => void;
}
interface RowProps<T> {
  id: string;
  row: T;
  index: number;
  columns: Column<T>[];
  current: boolean;
  ticks: boolean;
  ticked: boolean;
  opens: boolean;
  acts: RowActs<T>;
}

/** A row keeps what it drew while nothing of its own changes: scrolling draws only new ones. */
class Row<T> extends Component<RowProps<T>> {
  override shouldComponentUpdate(next: RowProps<T>) {
    return (Object.keys(next) as (keyof RowProps<T>)[]).some((name) => next[name] !== this.props[name]);
  }
  override render() {
    const { id, row, index, columns, current, ticks, ticked, opens, acts } = this.props;
    return (
      <tr
        data-index={index}
        aria-rowindex={index + 2}
        aria-selected={ticks ? ticked : undefined}
        tabIndex={opens || ticks ? -1 : undefined}
        class={`${ticked ? 'ticked' : ''}${current ? ' current' : ''}${opens ? ' opens' : ''}`}
        onFocus={() => acts.focus(index)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && event.target === event.currentTarget) acts.open(row);
        }}
        onClick={(event) => {
          if (!opens || (event.target as HTMLElement).closest('a, button, input, label, select, [role=menu]')) return;
          acts.open(row);
        }}
      >
        {ticks && (
          <td class="table-tick">
            <Checkbox label={t('table.tick')} labelHidden checked={ticked} onValue={(on) => acts.tick(id, on)} />
          </td>
        )}
        {columns.map((column, i) => {
          const shown = column.cell ? column.cell(row) : (column.value(row) ?? t('common.dash'));
          const look = `${column.numeric ? 'numeric' : ''}${i === 0 ? ' pinned' : ''}`;
          return i === 0 ? (
            <th key={column.id} scope="row" class={look}>
              {shown}
            </th>
          ) : (
            <td key={column.id} class={look}>
              {column.numeric ? <bdi>{shown}</bdi> : shown}
            </td>
          );
        })}
      </tr>
    );
  }
}

function Head<T>({ column, sort, onSort }: { column: Column<T>; sort: { id: string; desc: boolean } | undefined; onSort: () => void }) {
  const sorted = sort?.id === column.id ? (sort.desc ? 'descending' : 'ascending') : undefined;
  const look = column.numeric ? 'numeric' : '';
  const style = column.width ? { minInlineSize: `${column.width}px` } : undefined;
  if (column.sortable === false)
    return (
      <th scope="col" class={look} style={style} title={column.formula}>
        {column.label}
      </th>
    );
  return (
    <th scope="col" class={look} style={style} aria-sort={sorted}>
      <button type="button" class="table-sort" onClick={onSort} title={column.formula}>
        <span>{column.label}</span>
        {sorted && <Icon name={sorted === 'descending' ? 'down' : 'up'} size={16} />}
      </button>
    </th>
  );
}

function ColumnPicker<T>({
  columns,
  visible,
  onClose,
  onValue,
}: {
  columns: Column<T>[];
  visible: Column<T>[];
  onClose: () => void;
  onValue: (ids: string | null) => void;
}) {
  const shown = new Set(visible.map((column) => column.id));
  function toggle(id: string, on: boolean) {
    if (on) shown.add(id);
    else shown.delete(id);
    onValue(
      columns
        .filter((column) => shown.has(column.id))
        .map((column) => column.id)
        .join(','),
    );
  }
  return (
    <Dialog
      title={t('table.columns')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={() => onValue(null)}>{t('table.usual_columns')}</Button>
          <Button look="main" onClick={onClose}>
            {t('common.done')}
          </Button>
        </>
      }
    >
      <div class="picker">
        {columns.slice(1).map((column) => (
          <Checkbox key={column.id} label={column.label} checked={shown.has(column.id)} onValue={(on) => toggle(column.id, on)} />
        ))}
      </div>
    </Dialog>
  );
}

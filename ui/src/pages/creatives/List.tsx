// Creatives as a table.
import { useMemo } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { Link, useLocation } from 'wouter-preact';
import { bytes, duration, instant, number } from '~/format';
import { DataTable, type Column } from '~/parts/DataTable';
import { Missing } from '~/parts/Show';
import { language, t } from '~/words';
import { StateBadges } from './Badges';
import { TagLine } from './Grid';
import { MarkedTitle, MatchLine } from './Marks';
import { Still } from './Still';
import { hasFailed, type Creative } from './shapes';
import { platformName } from './wish';

function columnsOf(): Column<Creative>[] {
  return [
    {
      id: 'title',
      label: t('creatives.column_title'),
      value: (row) => row.title,
      sortable: false,
      cell: (row) => (
        <span class="creative-cell">
          <Still creative={row} small />
          <Link href={`/creatives/${row.id}`} dir="auto">
            <MarkedTitle creative={row} />
          </Link>
        </span>
      ),
    },
    {
      id: 'state',
      label: t('creatives.column_state'),
      value: (row) => (hasFailed(row) ? 'failed' : row.status),
      sortable: false,
      cell: (row) => (
        <span class="creative-cell">
          <StateBadges creative={row} />
        </span>
      ),
    },
    { id: 'found', label: t('creatives.column_found'), value: (row) => row.match?.text, sortable: false, cell: (row) => (row.match ? <MatchLine creative={row} match={row.match} /> : '') },
    { id: 'direction', label: t('common.direction'), value: (row) => row.direction_name ?? t('creatives.no_direction'), sortable: false },
    { id: 'platform', label: t('common.platform'), value: (row) => platformName(row.platform), sortable: false },
    {
      id: 'length',
      label: t('creatives.column_length'),
      numeric: true,
      sortable: false,
      value: (row) => row.duration_ms / 1000,
      cell: (row) => (row.duration_ms ? duration(row.duration_ms) : <Missing reason={t('creatives.no_length')} />),
    },
    { id: 'size', label: t('creatives.column_size'), numeric: true, sortable: false, optional: true, value: (row) => row.size_bytes, cell: (row) => bytes(row.size_bytes) },
    {
      id: 'picture',
      label: t('creatives.column_picture'),
      numeric: true,
      sortable: false,
      optional: true,
      value: (row) => (row.width ? `${row.width}×${row.height}` : null),
    },
    { id: 'ads', label: t('creatives.column_ads'), numeric: true, sortable: false, value: (row) => row.used_in.ads, cell: (row) => number(row.used_in.ads) },
    { id: 'tags', label: t('creatives.tags'), value: (row) => row.tags.join(', '), sortable: false, cell: (row) => <TagLine tags={row.tags} /> },
    { id: 'created', label: t('creatives.column_created'), value: (row) => row.created_at, sortable: false, cell: (row) => instant(row.created_at) },
  ];
}

interface ListProps {
  creatives: Creative[];
  ticked?: ReadonlySet<string>;
  onTicked: (ids: Set<string>) => void;
  count: ComponentChildren;
  loading: boolean;
  searching: boolean;
}

export function List({ creatives, ticked, onTicked, count, loading, searching }: ListProps) {
  const [, navigate] = useLocation();
  const spoken = language.get();
  const columns = useMemo(() => columnsOf().filter((column) => searching || column.id !== 'found'), [spoken, searching]);
  return (
    <DataTable
      label={t('creatives.title')}
      columns={columns}
      rows={creatives}
      keyOf={(row) => row.id}
      serverSorted
      loading={loading}
      count={count}
      ticked={ticked}
      onTicked={ticked && onTicked}
      onOpen={(row) => navigate(`/creatives/${row.id}`)}
    />
  );
}

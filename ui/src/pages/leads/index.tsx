import './leads.css';
import { useState } from 'preact/hooks';
import { useParams } from 'wouter-preact';
import { useRight } from '~/api/session';
import { Button } from '~/parts/Button';
import { Segments } from '~/parts/Field';
import { Menu } from '~/parts/Menu';
import { PageHead } from '~/parts/Show';
import { useParam, useQueryState } from '~/parts/url';
import { Views } from '~/parts/Views';
import { t } from '~/words';
import { AddLead } from './AddLead';
import { Board } from './Board';
import { ExportDialog } from './Export';
import { Filters } from './Filters';
import { ImportDialog } from './Import';
import { LeadPage } from './LeadPage';
import { LeadTable } from './LeadTable';
import { filterNames, filtersOf } from './api';

type Open = 'add' | 'import' | 'export' | null;

/** Midnight of the reader's own day. */
const startOf = (day: string) => new Date(`${day}T00:00:00`).toISOString();

function LeadList() {
  const state = useQueryState();
  const [view, setView] = useParam('view', 'table');
  const [open, setOpen] = useState<Open>(null);
  const mayEdit = useRight('edit');
  const filters = filtersOf(state, startOf);
  if (view === 'board') filters.stage = '';

  return (
    <>
      <PageHead
        title={t('leads.title')}
        actions={
          <>
            <Segments
              label={t('leads.view')}
              value={view}
              onValue={setView}
              options={[
                { value: 'table', label: t('leads.table') },
                { value: 'board', label: t('leads.board') },
              ]}
            />
            <Views page="leads" />
            {mayEdit && (
              <Button icon="plus" onClick={() => setOpen('add')}>
                {t('leads.add')}
              </Button>
            )}
            <Menu
              label={t('leads.files')}
              items={[
                { value: 'export', label: t('leads.export'), icon: 'download' },
                ...(mayEdit ? [{ value: 'import', label: t('leads.import'), icon: 'upload' as const }] : []),
              ]}
              onSelect={(value) => setOpen(value as Open)}
            />
          </>
        }
      />
      <Filters withStage={view !== 'board'} />
      {view === 'board' ? <Board filters={filters} /> : <LeadTable filters={filters} filtered={filterNames.some((name) => state.get(name))} />}
      {open === 'add' && <AddLead onClose={() => setOpen(null)} />}
      {open === 'import' && <ImportDialog onClose={() => setOpen(null)} />}
      {open === 'export' && <ExportDialog filters={filters} onClose={() => setOpen(null)} />}
    </>
  );
}

export default function Leads() {
  const { id } = useParams<{ id?: string }>();
  return id ? <LeadPage id={id} /> : <LeadList />;
}

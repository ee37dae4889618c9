// Leads or purchases from a CSV file: tried first, then done.
import { useState } from 'preact/hooks';
import { call } from '~/api/client';
import { queries } from '~/api/query';
import { Button } from '~/parts/Button';
import { Dialog } from '~/parts/Dialog';
import { Field, Segments } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { Note } from '~/parts/Show';
import { t } from '~/words';

interface Outcome {
  added?: number;
  known?: number;
  failed?: number;
  errors?: { line: number; field?: string; reason?: string; error?: string }[];
  [more: string]: unknown;
}

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const [what, setWhat] = useState<'leads' | 'purchases'>('leads');
  const [file, setFile] = useState<File | null>(null);
  const [outcome, setOutcome] = useState<{ tried: boolean; result: Outcome } | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function send(dryRun: boolean) {
    if (!file) return;
    setBusy(true);
    setProblem(null);
    try {
      const result = await call<Outcome>('POST', `/api/${what}/import${dryRun ? '?dry_run=1' : ''}`, await file.text(), { headers: { 'Content-Type': 'text/csv' } });
      setOutcome({ tried: dryRun, result });
      if (!dryRun) void queries.invalidateQueries();
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  }
  return (
    <Dialog
      title={t('leads.import')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={() => void send(true)} disabled={!file} busy={busy}>
            {t('leads.import_try')}
          </Button>
          <Button look="main" onClick={() => void send(false)} disabled={!file} busy={busy}>
            {t('leads.import_do')}
          </Button>
        </>
      }
    >
      <Segments
        label={t('leads.import_what')}
        value={what}
        onValue={(value) => {
          setWhat(value as 'leads' | 'purchases');
          setOutcome(null);
        }}
        options={[
          { value: 'leads', label: t('leads.title') },
          { value: 'purchases', label: t('leads.purchases') },
        ]}
      />
      <Field
        label={t('leads.file')}
        type="file"
        accept=".csv,text/csv"
        hint={what === 'leads' ? t('leads.import_hint') : t('leads.import_purchases_hint')}
        onChange={(event) => {
          setFile(event.currentTarget.files?.[0] ?? null);
          setOutcome(null);
        }}
      />
      {problem !== null && <ProblemNote error={problem} />}
      {outcome && (
        <Note tone={outcome.result.errors?.length ? 'warn' : 'good'}>
          <p>
            <strong>{outcome.tried ? t('leads.import_tried') : t('leads.import_done')}</strong>
          </p>
          <p>
            {Object.entries(outcome.result)
              .filter(([, value]) => typeof value === 'number')
              .map(([name, value]) => `${name.replaceAll('_', ' ')}: ${String(value)}`)
              .join(' · ')}
          </p>
          <ul>
            {outcome.result.errors?.slice(0, 50).map((error) => (
              <li key={error.line}>
                {t('leads.line', { n: error.line })}: {error.reason ?? error.error} {error.field && <code>{error.field}</code>}
              </li>
            ))}
          </ul>
        </Note>
      )}
    </Dialog>
  );
}

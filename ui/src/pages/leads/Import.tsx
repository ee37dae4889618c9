// Leads or purchases from a CSV file: tried first, then done, a piece of the file at a time, so that it can be seen how far it is.
import { useEffect, useRef, useState } from 'preact/hooks';
import { call } from '~/api/client';
import { queries } from '~/api/query';
import { number } from '~/format';
import { Button } from '~/parts/Button';
import { downloadCsv } from '~/parts/csv';
import { Dialog } from '~/parts/Dialog';
import { Field, Segments } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { splitCsv } from '~/parts/records';
import { Note, Progress } from '~/parts/Show';
import { t } from '~/words';

interface BadLine {
  line: number;
  field: string | null;
  text: string;
}
interface Outcome {
  rows: number;
  added: number;
  known: number;
  failed: number;
  errors: BadLine[];
}
interface Run extends Outcome {
  tried: boolean;
  all: number;
  state: 'running' | 'done' | 'stopped';
}

/** No more bad lines than an answer names. */
const ROWS_AT_ONCE = 200;
const LINES_SHOWN = 50;

function add(run: Run, answer: Outcome, shift: number): Run {
  return {
    ...run,
    rows: run.rows + answer.rows,
    added: run.added + answer.added,
    known: run.known + answer.known,
    failed: run.failed + answer.failed,
    errors: [...run.errors, ...answer.errors.map((bad) => ({ ...bad, line: bad.line + shift }))],
  };
}

function Result({ run, name }: { run: Run; name: string }) {
  const counts = [
    [t(run.tried ? 'leads.import_would_add' : 'leads.import_added'), run.added],
    [t('leads.import_known'), run.known],
    [t('leads.import_failed'), run.failed],
  ] as const;
  return (
    <Note tone={run.failed || run.state === 'stopped' ? 'warn' : run.state === 'running' ? 'info' : 'good'}>
      <p>
        <strong>{t(run.state === 'running' ? 'leads.importing' : run.state === 'stopped' ? 'leads.import_stopped' : run.tried ? 'leads.import_tried' : 'leads.import_done')}</strong>
      </p>
      <dl class="import-counts">
        {counts.map(([label, n]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <bdi>{number(n)}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      {run.errors.length > 0 && (
        <>
          <ul class="import-lines">
            {run.errors.slice(0, LINES_SHOWN).map((bad) => (
              <li key={`${bad.line} ${bad.field}`}>
                {t('leads.line', { n: bad.line })}: <bdi>{bad.text}</bdi> {bad.field && <code dir="ltr">{bad.field}</code>}
              </li>
            ))}
          </ul>
          {run.errors.length > LINES_SHOWN && <p>{t('leads.lines_more', { n: run.errors.length - LINES_SHOWN })}</p>}
          {run.state !== 'running' && (
            <Button
              small
              icon="download"
              onClick={() =>
                downloadCsv(`${name.replace(/\.[^.]*$/, '')}-${t('leads.bad_lines_name')}`, [
                  [t('leads.line_head'), t('leads.field_head'), t('leads.why_head')],
                  ...run.errors.map((bad) => [bad.line, bad.field, bad.text]),
                ])
              }
            >
              {t('leads.bad_lines')}
            </Button>
          )}
        </>
      )}
    </Note>
  );
}

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const [what, setWhat] = useState<'leads' | 'purchases'>('leads');
  const [file, setFile] = useState<File | null>(null);
  const [run, setRun] = useState<Run | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const stop = useRef(false);
  const busy = run?.state === 'running';

  useEffect(
    () => () => {
      stop.current = true;
    },
    [],
  );

  async function send(tried: boolean) {
    if (!file) return;
    stop.current = false;
    setProblem(null);
    const text = await file.text();
    // A try keeps nothing, so a refund has to stand in one piece with its sale.
    const pieces = splitCsv(text, tried && what === 'purchases' ? Infinity : ROWS_AT_ONCE);
    let now: Run = { tried, all: pieces.reduce((sum, piece) => sum + piece.rows, 0), state: 'running', rows: 0, added: 0, known: 0, failed: 0, errors: [] };
    setRun(now);
    try {
      for (const piece of pieces) {
        if (stop.current) break;
        const answer = await call<Outcome>('POST', `/api/${what}/import${tried ? '?dry_run=1' : ''}`, piece.text, { headers: { 'Content-Type': 'text/csv' } });
        setRun((now = add(now, answer, piece.shift)));
      }
      setRun({ ...now, state: stop.current ? 'stopped' : 'done' });
    } catch (error) {
      setProblem(error);
      setRun(now.rows ? { ...now, state: 'stopped' } : null);
    }
    if (!tried) void queries.invalidateQueries();
  }
  return (
    <Dialog
      title={t('leads.import')}
      onClose={onClose}
      actions={
        busy ? (
          <Button onClick={() => (stop.current = true)}>{t('leads.import_stop')}</Button>
        ) : (
          <>
            <Button onClick={() => void send(true)} disabled={!file}>
              {t('leads.import_try')}
            </Button>
            <Button look="main" onClick={() => void send(false)} disabled={!file}>
              {t('leads.import_do')}
            </Button>
          </>
        )
      }
    >
      <Segments
        label={t('leads.import_what')}
        value={what}
        onValue={(value) => {
          if (busy) return;
          setWhat(value as 'leads' | 'purchases');
          setRun(null);
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
        disabled={busy}
        hint={what === 'leads' ? t('leads.import_hint') : t('leads.import_purchases_hint')}
        onChange={(event) => {
          setFile(event.currentTarget.files?.[0] ?? null);
          setRun(null);
          setProblem(null);
        }}
      />
      {busy && (
        <div class="how-far">
          <Progress label={t('leads.importing')} value={run.all ? run.rows : null} max={Math.max(1, run.all)} />
          <p role="status">{t('leads.rows_of', { rows: number(run.rows), all: number(run.all) })}</p>
        </div>
      )}
      {problem !== null && <ProblemNote error={problem} />}
      {run && <Result run={run} name={file?.name ?? what} />}
      {run?.state === 'stopped' && !run.tried && <p class="soft">{t('leads.import_again')}</p>}
    </Dialog>
  );
}

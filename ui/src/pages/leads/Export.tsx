// The leads that the filters show, as a file, with how far it is.  Contacts are in it when asked for, and the audit log says so.
import { useEffect, useRef, useState } from 'preact/hooks';
import { path, stream } from '~/api/client';
import { useRight } from '~/api/session';
import { bytes, number } from '~/format';
import { Button } from '~/parts/Button';
import { saveFile } from '~/parts/csv';
import { Dialog } from '~/parts/Dialog';
import { Checkbox, Select } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { recordCounter } from '~/parts/records';
import { Note, Progress } from '~/parts/Show';
import { toast } from '~/parts/Toast';
import { t } from '~/words';
import { useLeadCount } from './api';

interface Far {
  rows: number;
  bytes: number;
}

export function ExportDialog({ filters, onClose }: { filters: Record<string, string>; onClose: () => void }) {
  const mayReveal = useRight('edit');
  const [format, setFormat] = useState('csv');
  const [separator, setSeparator] = useState('comma');
  const [bom, setBom] = useState(true);
  const [reveal, setReveal] = useState(false);
  const [far, setFar] = useState<Far | null>(null);
  const [broken, setBroken] = useState<{ error: unknown; rows: number } | null>(null);
  const running = useRef<AbortController | null>(null);
  const total = useLeadCount(filters).data;
  const csv = format === 'csv';

  useEffect(() => () => running.current?.abort(), []);

  async function download() {
    const control = (running.current = new AbortController());
    const parts: Uint8Array<ArrayBuffer>[] = [];
    const count = recordCounter();
    const now: Far = { rows: 0, bytes: 0 };
    let shown = 0;
    setBroken(null);
    setFar({ ...now });
    try {
      const url = path('/api/leads/export', {
        ...filters,
        format,
        separator: csv && separator === 'semicolon' ? 'semicolon' : '',
        bom: csv && bom ? 1 : '',
        reveal: reveal ? 1 : '',
      });
      await stream(url, control.signal, (part) => {
        parts.push(part);
        now.bytes += part.length;
        now.rows = csv ? Math.max(0, count(part) - 1) : 0;
        if (performance.now() - shown < 100) return;
        shown = performance.now();
        setFar({ ...now });
      });
      saveFile(`leads.${format}`, csv ? 'text/csv' : 'application/json', parts);
      toast(csv ? t('leads.exported', { n: now.rows }) : t('leads.exported_file', { size: bytes(now.bytes) }));
      onClose();
    } catch (error) {
      if (!control.signal.aborted) setBroken({ error, rows: now.rows });
      setFar(null);
    }
  }

  return (
    <Dialog
      title={t('leads.export')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="main" icon="download" busy={far !== null} onClick={() => void download()}>
            {t('leads.export_do')}
          </Button>
        </>
      }
    >
      <Select
        label={t('leads.format')}
        value={format}
        onValue={setFormat}
        options={[
          { value: 'csv', label: 'CSV' },
          { value: 'json', label: 'JSON' },
        ]}
      />
      {csv && (
        <>
          <Select
            label={t('leads.separator')}
            value={separator}
            onValue={setSeparator}
            options={[
              { value: 'comma', label: t('leads.comma') },
              { value: 'semicolon', label: t('leads.semicolon') },
            ]}
          />
          <Checkbox label={t('leads.bom')} checked={bom} onValue={setBom} />
        </>
      )}
      {mayReveal && <Checkbox label={t('leads.export_contacts')} checked={reveal} onValue={setReveal} />}
      {reveal && <Note tone="warn">{t('leads.audited')}</Note>}
      <p class="soft">{t('leads.export_hint')}</p>
      {far && (
        <div class="how-far">
          <Progress label={t('leads.exporting')} value={csv && total && !total.more ? far.rows : null} max={Math.max(1, total?.count ?? 1)} />
          <p role="status">
            {csv
              ? total
                ? t(total.more ? 'leads.rows_of_more' : 'leads.rows_of', { rows: number(far.rows), all: number(total.count) })
                : t('leads.rows', { n: far.rows })
              : bytes(far.bytes)}
          </p>
        </div>
      )}
      {broken && (
        <>
          <ProblemNote error={broken.error} />
          <p role="alert">{t('leads.export_broke', { n: broken.rows })}</p>
        </>
      )}
    </Dialog>
  );
}

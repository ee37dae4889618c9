// The leads that the filters show, as a file.  Contacts are in it when asked for, and the audit log says so.
import { useState } from 'preact/hooks';
import { path } from '~/api/client';
import { useRight } from '~/api/session';
import { Button } from '~/parts/Button';
import { Dialog } from '~/parts/Dialog';
import { Checkbox, Select } from '~/parts/Field';
import { Note } from '~/parts/Show';
import { t } from '~/words';

export function ExportDialog({ filters, onClose }: { filters: Record<string, string>; onClose: () => void }) {
  const mayReveal = useRight('edit');
  const [format, setFormat] = useState('csv');
  const [separator, setSeparator] = useState('comma');
  const [bom, setBom] = useState(true);
  const [reveal, setReveal] = useState(false);
  const url = path('/api/leads/export', {
    ...filters,
    format,
    separator: format === 'csv' && separator === 'semicolon' ? 'semicolon' : '',
    bom: format === 'csv' && bom ? 1 : '',
    reveal: reveal ? 1 : '',
  });
  return (
    <Dialog
      title={t('leads.export')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <a class="button button-main" href={url} download onClick={onClose}>
            {t('leads.export_do')}
          </a>
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
      {format === 'csv' && (
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
    </Dialog>
  );
}

import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { post } from '~/api/client';
import { queries } from '~/api/query';
import { useDirections } from '~/api/session';
import { ConfirmDialog } from '~/parts/Dialog';
import { Field, Select } from '~/parts/Field';
import { t } from '~/words';

/** A lead that came by telephone, or over the counter. */
export function AddLead({ onClose }: { onClose: () => void }) {
  const [form, setForm] = useState({ name: '', phone: '', email: '', direction_id: '' });
  const directions = useDirections().data ?? [];
  const [, navigate] = useLocation();
  const set = (name: keyof typeof form) => (value: string) => setForm((before) => ({ ...before, [name]: value }));

  async function add() {
    const body = Object.fromEntries(Object.entries(form).filter(([, value]) => value !== ''));
    const made = await post<{ id: string }>('/api/leads', body);
    void queries.invalidateQueries({ queryKey: ['leads'] });
    navigate(`/leads/${made.id}`);
  }
  return (
    <ConfirmDialog title={t('leads.add')} act={t('leads.add')} onAct={add} onClose={onClose}>
      <Field label={t('leads.name')} value={form.name} onValue={set('name')} maxLength={200} />
      <Field label={t('leads.phone')} type="tel" dir="ltr" value={form.phone} onValue={set('phone')} />
      <Field label={t('leads.email')} type="email" dir="ltr" value={form.email} onValue={set('email')} />
      <Select
        label={t('common.direction')}
        value={form.direction_id}
        onValue={set('direction_id')}
        options={[{ value: '', label: t('common.dash') }, ...directions.map((one) => ({ value: one.id, label: `${one.name} · ${t(`common.platform_${one.platform}`)}` }))]}
      />
    </ConfirmDialog>
  );
}

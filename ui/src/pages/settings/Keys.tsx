// Keys for programs: their rights, their use; the text of a key is shown once.
import { useState } from 'preact/hooks';
import { ApiError, del, get, post, type Page } from '~/api/client';
import { useQuery, useQueryClient } from '~/api/query';
import type { Right } from '~/api/types';
import { instant, ago } from '~/format';
import { Button, IconButton } from '~/parts/Button';
import { DataTable, type Column } from '~/parts/DataTable';
import { ConfirmDialog, Dialog } from '~/parts/Dialog';
import { Checkbox, Field } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { Badge, CopyText, EmptyState, Missing, Note } from '~/parts/Show';
import { useDeed } from '~/parts/useDeed';
import { t } from '~/words';
import type { ApiKey } from './shapes';

const rights: Right[] = ['read', 'edit', 'spend', 'admin'];

function AddKey({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<Right[]>(['read']);
  const [key, setKey] = useState('');
  const deed = useDeed();
  const error = deed.problem instanceof ApiError ? deed.problem : null;

  async function add() {
    setKey((await post<{ key: string }>('/api/keys', { name, rights: chosen })).key);
    await client.invalidateQueries({ queryKey: ['keys'] });
  }
  if (key)
    return (
      <Dialog title={t('keys.made')} onClose={onClose} actions={<Button look="main" onClick={onClose}>{t('common.done')}</Button>}>
        <Note tone="warn">{t('keys.once')}</Note>
        <CopyText label={t('settings.key')} text={key} secret />
        <p>{t('keys.use')}</p>
        <CopyText label={t('keys.example')} text={`curl -H 'Authorization: Bearer ${key}' ${location.origin}/api/me`} />
      </Dialog>
    );
  return (
    <Dialog
      title={t('keys.add')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="main" type="submit" form="add-key" busy={deed.busy} disabled={chosen.length === 0}>
            {t('keys.add')}
          </Button>
        </>
      }
    >
      <form
        id="add-key"
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void deed.run(add);
        }}
      >
        <Field label={t('settings.name')} name="name" hint={t('keys.name_hint')} required maxLength={100} value={name} error={error} onValue={setName} />
        <fieldset class="field">
          <legend>{t('keys.rights')}</legend>
          {rights.map((right) => (
            <Checkbox
              key={right}
              label={
                <>
                  {t(`keys.right_${right}`)} <span class="soft">{t(`keys.right_${right}_hint`)}</span>
                </>
              }
              checked={chosen.includes(right)}
              onValue={(on) => setChosen(rights.filter((one) => (one === right ? on : chosen.includes(one))))}
            />
          ))}
        </fieldset>
        {deed.problem !== null && error?.field !== 'name' && <ProblemNote error={deed.problem} />}
      </form>
    </Dialog>
  );
}

export function Keys() {
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const keys = useQuery({ queryKey: ['keys'], queryFn: () => get<Page<ApiKey>>('/api/keys').then((page) => page.data) });
  const columns: Column<ApiKey>[] = [
    { id: 'name', label: t('settings.name'), value: (key) => key.name, cell: (key) => <bdi>{key.name}</bdi> },
    { id: 'prefix', label: t('settings.key'), value: (key) => key.prefix, cell: (key) => <code dir="ltr">{key.prefix}…</code> },
    { id: 'rights', label: t('keys.rights'), value: (key) => key.rights.map((right) => t(`keys.right_${right}`)).join(', ') },
    {
      id: 'state',
      label: t('settings.state'),
      value: (key) => (key.revoked_at ? t('settings.revoked') : t('settings.works')),
      cell: (key) => (key.revoked_at ? <Badge>{t('settings.revoked')}</Badge> : <Badge tone="good">{t('settings.works')}</Badge>),
    },
    {
      id: 'used',
      label: t('settings.last_used'),
      value: (key) => key.last_used_at,
      cell: (key) => (key.last_used_at ? <bdi title={instant(key.last_used_at)}>{ago(key.last_used_at)}</bdi> : <Missing reason={t('settings.never_used')} />),
    },
    { id: 'created', label: t('settings.made_at'), value: (key) => key.created_at, cell: (key) => <bdi>{instant(key.created_at)}</bdi> },
    {
      id: 'act',
      label: t('settings.acts'),
      value: () => null,
      sortable: false,
      cell: (key) => (key.revoked_at ? null : <IconButton icon="trash" small label={t('settings.revoke_of', { name: key.name })} onClick={() => setRevoking(key)} />),
    },
  ];
  return (
    <>
      <p class="soft">{t('keys.intro')}</p>
      <DataTable
        label={t('settings.keys')}
        columns={columns}
        rows={keys.data}
        keyOf={(key) => key.id}
        loading={keys.isPending}
        error={keys.error}
        onRetry={() => void keys.refetch()}
        empty={<EmptyState icon="tag" title={t('keys.none')} />}
        tools={
          <Button small look="main" icon="plus" onClick={() => setAdding(true)}>
            {t('keys.add')}
          </Button>
        }
      />
      {adding && <AddKey onClose={() => setAdding(false)} />}
      {revoking && (
        <ConfirmDialog
          title={t('settings.revoke')}
          act={t('settings.revoke')}
          danger
          onAct={async () => {
            await del(`/api/keys/${revoking.id}`);
            await client.invalidateQueries({ queryKey: ['keys'] });
          }}
          onClose={() => setRevoking(null)}
        >
          <p>{t('keys.revoke_text', { name: revoking.name })}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

// Keys of sites: the address that forms post to, the line for the head of each page.
import { useState } from 'preact/hooks';
import { ApiError, del, get, patch, post, type Page } from '~/api/client';
import { useQuery, useQueryClient } from '~/api/query';
import { useDirections, useMe, useRight } from '~/api/session';
import { instant, number, ago } from '~/format';
import { Button, IconButton } from '~/parts/Button';
import { DataTable, type Column } from '~/parts/DataTable';
import { ConfirmDialog, Dialog } from '~/parts/Dialog';
import { Checkbox, Field, Select, Switch } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { Badge, Card, CopyText, EmptyState, Missing, Note } from '~/parts/Show';
import { toastError } from '~/parts/Toast';
import { useDeed } from '~/parts/useDeed';
import { t } from '~/words';
import type { LeadKey, NewLeadKey } from './shapes';

/** Where a site reaches us: as the server says, else as this browser does. */
const absolute = (address: string) => (address.startsWith('/') ? location.origin + address : address);

interface TagOptions {
  consent: boolean;
  pixel: boolean;
  dnt: boolean;
}
function tagOf(base: string, key: string, options: TagOptions) {
  const more = [options.consent && 'data-consent="required"', options.pixel && 'data-pixel="1"', options.dnt && 'data-dnt="1"'].filter(Boolean).join(' ');
  return `<script async src="${base}/t.js" data-key="${key}"${more ? ` ${more}` : ''}></script>`;
}

function Recipes({ leads, id, org }: { leads: string; id: string; org: string }) {
  const [options, setOptions] = useState<TagOptions>({ consent: true, pixel: false, dnt: false });
  const base = new URL(leads).origin;
  const form = `<form method="post" action="${leads}?redirect=https://YOUR-SITE/thanks">\n  <input name="name"> <input name="phone"> <input name="email">\n</form>`;
  const json = `curl -d '{"name":"Aigul","phone":"8 701 123 45 67"}' -H 'Content-Type: application/json' ${leads}`;
  return (
    <div class="stack">
      <section class="stack">
        <h3>{t('sites.snippet')}</h3>
        <p class="soft">{t('sites.snippet_text')}</p>
        <Checkbox label={t('sites.consent')} checked={options.consent} onValue={(consent) => setOptions({ ...options, consent })} />
        <Checkbox label={t('sites.pixel')} checked={options.pixel} onValue={(pixel) => setOptions({ ...options, pixel })} />
        <Checkbox label={t('sites.dnt')} checked={options.dnt} onValue={(dnt) => setOptions({ ...options, dnt })} />
        <CopyText label={t('sites.snippet')} text={tagOf(base, id, options)} />
      </section>
      <section class="stack">
        <h3>{t('sites.address')}</h3>
        <p class="soft">{t('sites.address_text')}</p>
        <CopyText label={t('sites.address')} text={leads} />
        <details>
          <summary>{t('sites.form')}</summary>
          <CopyText label={t('sites.form')} text={form} />
        </details>
        <details>
          <summary>{t('sites.json')}</summary>
          <CopyText label={t('sites.json')} text={json} />
        </details>
      </section>
      <section class="stack">
        <h3>{t('sites.crm')}</h3>
        <p class="soft">{t('sites.crm_text')}</p>
        <CopyText label={t('sites.crm')} text={`${base}/api/crm/${org}/${id}`} />
      </section>
    </div>
  );
}

function AddKey({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const directions = useDirections().data ?? [];
  const org = useMe().data?.org.id ?? '';
  const [name, setName] = useState('');
  const [direction, setDirection] = useState('');
  const [made, setMade] = useState<NewLeadKey | null>(null);
  const deed = useDeed();
  const error = deed.problem instanceof ApiError ? deed.problem : null;

  async function add() {
    setMade(await post<NewLeadKey>('/api/lead-keys', { name, ...(direction ? { direction_id: direction } : {}) }));
    await client.invalidateQueries({ queryKey: ['lead-keys'] });
  }
  if (made)
    return (
      <Dialog title={t('sites.made')} wide onClose={onClose} actions={<Button look="main" onClick={onClose}>{t('common.done')}</Button>}>
        <Note tone="warn">{t('sites.once')}</Note>
        <CopyText label={t('settings.key')} text={made.key} secret />
        <Recipes leads={absolute(made.address)} id={made.key} org={org} />
      </Dialog>
    );
  return (
    <Dialog
      title={t('sites.add')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="main" type="submit" form="add-lead-key" busy={deed.busy}>
            {t('sites.add')}
          </Button>
        </>
      }
    >
      <form
        id="add-lead-key"
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void deed.run(add);
        }}
      >
        <Field label={t('settings.name')} name="name" hint={t('sites.name_hint')} required maxLength={100} value={name} error={error} onValue={setName} />
        <Select
          label={t('common.direction')}
          name="direction_id"
          hint={t('sites.direction_hint')}
          value={direction}
          options={[
            { value: '', label: t('sites.no_direction') },
            ...directions.map((one) => ({ value: one.id, label: `${one.name} · ${t(`common.platform_${one.platform}`)}` })),
          ]}
          error={error}
          onValue={setDirection}
        />
        {deed.problem !== null && !error?.field && <ProblemNote error={deed.problem} />}
      </form>
    </Dialog>
  );
}

export function Sites() {
  const client = useQueryClient();
  const admin = useRight('admin');
  const org = useMe().data?.org.id ?? '';
  const directions = useDirections().data ?? [];
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<LeadKey | null>(null);
  const keys = useQuery({ queryKey: ['lead-keys'], queryFn: () => get<Page<LeadKey>>('/api/lead-keys').then((page) => page.data) });

  async function forward(key: LeadKey, on: boolean) {
    try {
      await patch(`/api/lead-keys/${key.id}`, { forward_page_views: on });
    } catch (error) {
      toastError(error);
    }
    await client.invalidateQueries({ queryKey: ['lead-keys'] });
  }
  const columns: Column<LeadKey>[] = [
    { id: 'name', label: t('settings.name'), value: (key) => key.name, cell: (key) => <bdi>{key.name}</bdi> },
    { id: 'prefix', label: t('settings.key'), value: (key) => key.prefix, cell: (key) => <code dir="ltr">{key.prefix}…</code> },
    {
      id: 'direction',
      label: t('common.direction'),
      value: (key) => directions.find((one) => one.id === key.direction_id)?.name,
      cell: (key) => {
        const direction = directions.find((one) => one.id === key.direction_id);
        return direction ? <bdi>{direction.name}</bdi> : <Missing reason={t('sites.no_direction')} />;
      },
    },
    {
      id: 'state',
      label: t('settings.state'),
      value: (key) => (key.revoked_at ? t('settings.revoked') : t('settings.works')),
      cell: (key) => (key.revoked_at ? <Badge>{t('settings.revoked')}</Badge> : <Badge tone="good">{t('settings.works')}</Badge>),
    },
    { id: 'views', label: t('sites.views'), value: (key) => key.page_views, cell: (key) => number(key.page_views), numeric: true },
    {
      id: 'forward',
      label: t('sites.forward'),
      value: (key) => (key.forward_page_views ? t('common.yes') : t('common.no')),
      cell: (key) => (
        <Switch
          label={t('sites.forward_of', { name: key.name })}
          labelHidden
          checked={key.forward_page_views}
          disabled={!admin || !!key.revoked_at}
          onValue={(on) => void forward(key, on)}
        />
      ),
    },
    {
      id: 'used',
      label: t('settings.last_used'),
      value: (key) => key.last_used_at,
      cell: (key) => (key.last_used_at ? <bdi title={instant(key.last_used_at)}>{ago(key.last_used_at)}</bdi> : <Missing reason={t('settings.never_used')} />),
    },
    { id: 'created', label: t('settings.made_at'), value: (key) => key.created_at, optional: true, cell: (key) => <bdi>{instant(key.created_at)}</bdi> },
    {
      id: 'act',
      label: t('settings.acts'),
      value: () => null,
      sortable: false,
      cell: (key) =>
        admin && !key.revoked_at ? (
          <IconButton icon="trash" small label={t('settings.revoke_of', { name: key.name })} onClick={() => setRevoking(key)} />
        ) : null,
    },
  ];
  return (
    <>
      <p class="soft">{t('sites.intro')}</p>
      <DataTable
        label={t('settings.sites')}
        columns={columns}
        rows={keys.data}
        keyOf={(key) => key.id}
        loading={keys.isPending}
        error={keys.error}
        onRetry={() => void keys.refetch()}
        empty={<EmptyState icon="link" title={t('sites.none')}>{t('sites.none_hint')}</EmptyState>}
        tools={
          admin && (
            <Button small look="main" icon="plus" onClick={() => setAdding(true)}>
              {t('sites.add')}
            </Button>
          )
        }
      />
      {keys.data?.some((key) => !key.revoked_at) && (
        <Card title={t('sites.how')}>
          <div class="stack">
            <Note tone="info">{t('sites.your_key')}</Note>
            <Recipes leads={`${location.origin}/api/leads/${org}/${t('sites.key_here')}`} id={t('sites.key_here')} org={org} />
          </div>
        </Card>
      )}
      {adding && <AddKey onClose={() => setAdding(false)} />}
      {revoking && (
        <ConfirmDialog
          title={t('settings.revoke')}
          act={t('settings.revoke')}
          danger
          onAct={async () => {
            await del(`/api/lead-keys/${revoking.id}`);
            await client.invalidateQueries({ queryKey: ['lead-keys'] });
          }}
          onClose={() => setRevoking(null)}
        >
          <p>{t('sites.revoke_text', { name: revoking.name })}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

// Who is in the org, with which role; who is invited.
import { useState } from 'preact/hooks';
import { ApiError, del, get, patch, post, type Page } from '~/api/client';
import { useQuery, useQueryClient } from '~/api/query';
import { useMe } from '~/api/session';
import { instant, ago } from '~/format';
import { Button, IconButton } from '~/parts/Button';
import { DataTable, type Column } from '~/parts/DataTable';
import { ConfirmDialog, Dialog } from '~/parts/Dialog';
import { Field, Select } from '~/parts/Field';
import { ProblemNote } from '~/parts/Problem';
import { Badge, CopyText, EmptyState, Note, type Tone } from '~/parts/Show';
import { toast } from '~/parts/Toast';
import { useDeed } from '~/parts/useDeed';
import { t } from '~/words';
import type { Invitation, Member, NewInvitation, Role } from './shapes';

const roles: Role[] = ['owner', 'manager', 'analyst'];
const roleOptions = () => roles.map((value) => ({ value, label: t(`members.role_${value}`) }));
const stateTone: Record<Invitation['state'], Tone> = { open: 'info', used: 'good', revoked: 'soft', expired: 'soft' };

function InviteDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('manager');
  const [made, setMade] = useState<NewInvitation | null>(null);
  const deed = useDeed();
  const error = deed.problem instanceof ApiError ? deed.problem : null;

  async function invite() {
    setMade(await post<NewInvitation>('/api/invitations', { email, role }));
    await client.invalidateQueries({ queryKey: ['invitations'] });
  }
  if (made)
    return (
      <Dialog title={t('members.link_title')} onClose={onClose} actions={<Button look="main" onClick={onClose}>{t('common.done')}</Button>}>
        <p>{t('members.link_text', { email: made.email })}</p>
        <CopyText label={t('members.link')} text={made.url ?? location.origin + made.path} secret />
        <Note tone="info">{t('members.link_once', { when: instant(made.expires_at) })}</Note>
      </Dialog>
    );
  return (
    <Dialog
      title={t('members.invite')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="main" type="submit" form="invite" busy={deed.busy}>
            {t('members.make_link')}
          </Button>
        </>
      }
    >
      <form
        id="invite"
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void deed.run(invite);
        }}
      >
        <p>{t('members.invite_text')}</p>
        <Field label={t('door.email')} name="email" type="email" required autocomplete="off" value={email} error={error} onValue={setEmail} />
        <Select
          label={t('members.role')}
          name="role"
          value={role}
          options={roleOptions()}
          hint={t(`members.role_${role}_hint`)}
          error={error}
          onValue={(value) => setRole(value as Role)}
        />
        {deed.problem !== null && !error?.field && <ProblemNote error={deed.problem} />}
      </form>
    </Dialog>
  );
}

function RoleDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const client = useQueryClient();
  const [role, setRole] = useState<Role>(member.role);
  const mine = useMe().data?.user_id === member.id;

  async function change() {
    await patch(`/api/users/${member.id}`, { role });
    toast(t('common.saved'));
    await client.invalidateQueries({ queryKey: ['users'] });
  }
  return (
    <ConfirmDialog title={t('members.change_role')} act={t('members.change_role')} onAct={change} onClose={onClose}>
      <p>
        <bdi>{member.email}</bdi>
      </p>
      <Select
        label={t('members.role')}
        value={role}
        options={roleOptions()}
        hint={t(`members.role_${role}_hint`)}
        onValue={(value) => setRole(value as Role)}
      />
      <Note tone={mine ? 'warn' : 'info'}>{mine ? t('members.change_own_text') : t('members.change_text')}</Note>
    </ConfirmDialog>
  );
}

function Invitations() {
  const client = useQueryClient();
  const [revoking, setRevoking] = useState<Invitation | null>(null);
  const invitations = useQuery({ queryKey: ['invitations'], queryFn: () => get<Page<Invitation>>('/api/invitations').then((page) => page.data) });
  const columns: Column<Invitation>[] = [
    { id: 'email', label: t('door.email'), value: (one) => one.email, cell: (one) => <bdi>{one.email}</bdi> },
    { id: 'role', label: t('members.role'), value: (one) => t(`members.role_${one.role}`) },
    {
      id: 'state',
      label: t('members.state'),
      value: (one) => t(`members.state_${one.state}`),
      cell: (one) => <Badge tone={stateTone[one.state]}>{t(`members.state_${one.state}`)}</Badge>,
    },
    { id: 'created', label: t('members.invited_at'), value: (one) => one.created_at, cell: (one) => <bdi>{instant(one.created_at)}</bdi> },
    {
      id: 'expires',
      label: t('members.expires'),
      value: (one) => one.expires_at,
      cell: (one) => (one.state === 'open' ? <bdi>{ago(one.expires_at)}</bdi> : <bdi>{instant(one.used_at ?? one.expires_at)}</bdi>),
    },
    {
      id: 'act',
      label: t('settings.acts'),
      value: () => null,
      sortable: false,
      cell: (one) =>
        one.state === 'open' ? (
          <IconButton icon="trash" small label={t('members.revoke_of', { email: one.email })} onClick={() => setRevoking(one)} />
        ) : null,
    },
  ];
  return (
    <>
      <h2>{t('members.invitations')}</h2>
      <DataTable
        label={t('members.invitations')}
        name="i_"
        columns={columns}
        rows={invitations.data}
        keyOf={(one) => one.id}
        loading={invitations.isPending}
        error={invitations.error}
        onRetry={() => void invitations.refetch()}
        empty={<p class="settings-none soft">{t('members.no_invitations')}</p>}
      />
      {revoking && (
        <ConfirmDialog
          title={t('members.revoke')}
          act={t('members.revoke')}
          danger
          onAct={async () => {
            await del(`/api/invitations/${revoking.id}`);
            await client.invalidateQueries({ queryKey: ['invitations'] });
          }}
          onClose={() => setRevoking(null)}
        >
          <p>{t('members.revoke_text', { email: revoking.email })}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

export function Members() {
  const client = useQueryClient();
  const me = useMe().data;
  const [inviting, setInviting] = useState(false);
  const [changing, setChanging] = useState<Member | null>(null);
  const [removing, setRemoving] = useState<Member | null>(null);
  const members = useQuery({ queryKey: ['users'], queryFn: () => get<Page<Member>>('/api/users').then((page) => page.data) });
  const columns: Column<Member>[] = [
    {
      id: 'email',
      label: t('door.email'),
      value: (one) => one.email,
      cell: (one) => (
        <>
          <bdi>{one.email}</bdi> {one.id === me?.user_id && <Badge tone="info">{t('members.you')}</Badge>}
        </>
      ),
    },
    { id: 'role', label: t('members.role'), value: (one) => t(`members.role_${one.role}`) },
    { id: 'created', label: t('members.since'), value: (one) => one.created_at, cell: (one) => <bdi>{instant(one.created_at)}</bdi> },
    {
      id: 'act',
      label: t('settings.acts'),
      value: () => null,
      sortable: false,
      cell: (one) => (
        <span class="settings-acts">
          <IconButton icon="edit" small label={t('members.change_role_of', { email: one.email })} onClick={() => setChanging(one)} />
          <IconButton icon="trash" small label={t('common.remove_one', { name: one.email })} onClick={() => setRemoving(one)} />
        </span>
      ),
    },
  ];
  return (
    <>
      <DataTable
        label={t('settings.members')}
        columns={columns}
        rows={members.data}
        keyOf={(one) => one.id}
        loading={members.isPending}
        error={members.error}
        onRetry={() => void members.refetch()}
        empty={<EmptyState icon="leads" title={t('common.nothing_found')} />}
        count={members.data && t('members.count', { n: members.data.length })}
        tools={
          <Button small look="main" icon="plus" onClick={() => setInviting(true)}>
            {t('members.invite')}
          </Button>
        }
      />
      <Invitations />
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
      {changing && <RoleDialog member={changing} onClose={() => setChanging(null)} />}
      {removing && (
        <ConfirmDialog
          title={t('members.remove')}
          act={t('members.remove')}
          danger
          onAct={async () => {
            await del(`/api/users/${removing.id}`);
            await client.invalidateQueries({ queryKey: ['users'] });
          }}
          onClose={() => setRemoving(null)}
        >
          <p>{t('members.remove_text', { email: removing.email })}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

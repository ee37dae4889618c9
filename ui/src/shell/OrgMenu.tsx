// Whose account the reader is in, moving to another org, signing out.
import { useLocation } from 'wouter-preact';
import { post } from '~/api/client';
import { signOut, useMe } from '~/api/session';
import { Menu, type MenuItem } from '~/parts/Menu';
import { toastError } from '~/parts/Toast';
import { t } from '~/words';

export function OrgMenu() {
  const me = useMe().data;
  const [, navigate] = useLocation();
  if (!me) return null;
  const others = (me.orgs ?? []).filter((org) => org.id !== me.org.id);
  const items: MenuItem[] = [
    ...others.map((org): MenuItem => ({ value: `org:${org.id}`, label: org.name })),
    { value: 'profile', label: me.email ?? t('shell.profile'), icon: 'leads' },
    { value: 'exit', label: t('shell.sign_out'), icon: 'exit' },
  ];

  async function choose(value: string) {
    if (value === 'exit') return signOut();
    if (value === 'profile') return navigate('/settings/profile');
    try {
      await post('/api/session/org', { org_id: value.slice('org:'.length) });
      location.assign('/');
    } catch (error) {
      toastError(error);
    }
    return undefined;
  }
  return <Menu label={t('shell.org')} icon="down" text={<bdi>{me.org.name}</bdi>} items={items} onSelect={(value) => void choose(value)} />;
}

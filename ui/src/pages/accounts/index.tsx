// Ad accounts: a card each, with the state of its connections and how it is run.
import { useState } from 'preact/hooks';
import { useParams } from 'wouter-preact';
import { get, post, type Page as List } from '~/api/client';
import { useQuery, useQueryClient } from '~/api/query';
import { useRight } from '~/api/session';
import type { PlatformName } from '~/api/types';
import { Button, IconButton, LinkButton } from '~/parts/Button';
import { ProblemNote } from '~/parts/Problem';
import { EmptyState, Note, PageHead, Skeleton } from '~/parts/Show';
import { toast } from '~/parts/Toast';
import { useQueryState } from '~/parts/url';
import { t } from '~/words';
import { AccountCard, NameDialog } from './Card';
import type { Account } from './shapes';
import './accounts.css';

export default function Page() {
  const { id } = useParams<{ id?: string }>();
  const state = useQueryState();
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const mayAdmin = useRight('admin');
  const mayEdit = useRight('edit');
  const maySpend = useRight('spend');
  const list = useQuery({ queryKey: ['ad-accounts'], queryFn: () => get<List<Account>>('/api/ad-accounts').then((page) => page.data) });
  // Back from the platform: /accounts?connected=tiktok&card=...&choose=1
  const connected = state.get('connected') as PlatformName | '';
  const card = state.get('card');
  const choose = state.get('choose') === '1';
  const shown = id ? list.data?.filter((account) => account.id === id) : list.data;

  async function add(name: string) {
    await post('/api/ad-accounts', { name });
    await client.invalidateQueries({ queryKey: ['ad-accounts'] });
    toast(t('accounts.created', { name }));
  }
  const addButton = mayAdmin && (
    <Button look="main" icon="plus" onClick={() => setAdding(true)}>
      {t('accounts.add')}
    </Button>
  );

  return (
    <>
      <PageHead
        title={t('accounts.title')}
        actions={
          <>
            {id && <LinkButton href="/accounts">{t('accounts.all')}</LinkButton>}
            {addButton}
          </>
        }
      />
      {!mayAdmin && <Note tone="soft">{t('accounts.admin_only')}</Note>}
      {(connected === 'tiktok' || connected === 'facebook') && (
        <Note tone="good">
          <span class="account-news">
            <span>{t(choose ? 'accounts.connected_choose' : 'accounts.connected_now', { platform: t(`accounts.platform_${connected}`) })}</span>
            <IconButton small icon="close" label={t('common.close')} onClick={() => state.set({ connected: null, card: null, choose: null })} />
          </span>
        </Note>
      )}
      {list.error && <ProblemNote error={list.error} onRetry={() => void list.refetch()} />}
      {!list.data && !list.error && <Skeleton lines={8} />}
      {list.data?.length === 0 && (
        <EmptyState icon="accounts" title={t('accounts.none')} actions={addButton}>
          {t('accounts.none_hint')}
        </EmptyState>
      )}
      {id && shown?.length === 0 && <EmptyState icon="accounts" title={t('accounts.nowhere')} actions={<LinkButton href="/accounts">{t('accounts.all')}</LinkButton>} />}
      <div class="stack">
        {shown?.map((account) => (
          <AccountCard
            key={account.id}
            account={account}
            mayAdmin={mayAdmin}
            mayEdit={mayEdit}
            maySpend={maySpend}
            choosing={choose && card === account.id && connected !== '' ? connected : undefined}
          />
        ))}
      </div>
      {adding && <NameDialog title={t('accounts.add_title')} act={t('accounts.create')} hint={t('accounts.add_hint')} onAct={add} onClose={() => setAdding(false)} />}
    </>
  );
}

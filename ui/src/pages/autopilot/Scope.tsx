// Which platform and which ad account the reader looks at; both are in the address.
import { useAdAccounts } from '~/api/session';
import { Segments, Select } from '~/parts/Field';
import { Tabs } from '~/parts/Tabs';
import { useQueryState } from '~/parts/url';
import { t } from '~/words';
import { whereOf } from './requests';
import type { Where } from './shapes';

export function useWhere(): Where {
  return whereOf(useQueryState().all);
}

const platforms = () => [
  { value: '', label: t('common.all') },
  { value: 'facebook', label: t('common.platform_facebook') },
  { value: 'tiktok', label: t('common.platform_tiktok') },
];

export function PlatformTabs() {
  const { platform } = useWhere();
  return <Tabs label={t('common.platform')} name="platform" tabs={platforms()} value={platform} />;
}

/** The same as a filter, for pages with tabs of their own. */
export function PlatformFilter() {
  const state = useQueryState();
  return <Segments label={t('common.platform')} options={platforms()} value={state.get('platform')} onValue={(platform) => state.set({ platform })} />;
}

export function AccountSelect() {
  const state = useQueryState();
  const accounts = useAdAccounts().data ?? [];
  if (accounts.length < 2) return null;
  return (
    <Select
      label={t('common.ad_account')}
      value={state.get('account')}
      options={[{ value: '', label: t('common.all_ad_accounts') }, ...accounts.map((one) => ({ value: one.id, label: one.name }))]}
      onValue={(account) => state.set({ account })}
    />
  );
}

/** The zone that days and instants are shown in: of the chosen account, else of the only one. */
export function useZone(where: Where): string | undefined {
  const accounts = useAdAccounts().data ?? [];
  const account = accounts.find((one) => one.id === where.account) ?? accounts.find((one) => one.is_default) ?? accounts[0];
  const links = account?.connections ?? {};
  const link = where.platform ? links[where.platform as 'tiktok' | 'facebook'] : (links.tiktok ?? links.facebook);
  return link?.time_zone ?? undefined;
}

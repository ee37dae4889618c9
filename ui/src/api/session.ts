// Who is signed in, in which org, and what of it the pages share.
import { get, del, setCsrf, type Page } from './client';
import { apply } from './preferences';
import { queries, useQuery } from './query';
import type { AdAccount, Direction, Me, Right } from './types';

let greeted = false;

async function fetchMe() {
  const me = await get<Me>('/api/me', { guarded: false });
  setCsrf(me.csrf ?? '');
  // Once a page load, before anything is drawn: what is chosen afterwards holds here at once.
  if (!greeted) await apply(me.preferences).catch(() => undefined);
  greeted = true;
  return me;
}

export const meQuery = { queryKey: ['me'], queryFn: fetchMe, staleTime: 60_000, retry: false, retryOnMount: false };
export const useMe = () => useQuery(meQuery);
/** Inside the shell somebody is signed in. */
export function useRight(right: Right) {
  return useMe().data?.rights.includes(right) ?? false;
}

export const adAccountsQuery = { queryKey: ['ad-accounts'], queryFn: () => get<Page<AdAccount>>('/api/ad-accounts').then((page) => page.data) };
export const useAdAccounts = () => useQuery(adAccountsQuery);
export const directionsQuery = { queryKey: ['directions'], queryFn: () => get<Page<Direction>>('/api/directions').then((page) => page.data) };
export const useDirections = () => useQuery(directionsQuery);

export async function signOut() {
  await del('/api/session').catch(() => undefined);
  queries.clear();
  location.assign('/sign-in');
}

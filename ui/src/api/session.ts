// Who is signed in, in which org, and what of it the pages share.
import { get, del, setCsrf, type Page } from './client';
import { apply } from './preferences';
import { queries, useQuery } from './query';
import type { AdAccount, Direction, Me, Right } from './types';

let greeted = false;

async function fetchMe() {
  const me = await get<Me>('/api/me', { guarded: false });
  setCsrf(me.csrf ?? '');
  // Once a page load: what is chosen afterwards holds here at once.
  if (!greeted) void apply(me.preferences);
  greeted = true;
  return me;
}

export function useMe() {
  return useQuery({ queryKey: ['me'], queryFn: fetchMe, staleTime: 60_000, retry: false });
}
/** Inside the shell somebody is signed in. */
export function useRight(right: Right) {
  return useMe().data?.rights.includes(right) ?? false;
}

export function useAdAccounts() {
  return useQuery({ queryKey: ['ad-accounts'], queryFn: () => get<Page<AdAccount>>('/api/ad-accounts').then((page) => page.data) });
}
export function useDirections() {
  return useQuery({ queryKey: ['directions'], queryFn: () => get<Page<Direction>>('/api/directions').then((page) => page.data) });
}

export async function signOut() {
  await del('/api/session').catch(() => undefined);
  queries.clear();
  location.assign('/sign-in');
}

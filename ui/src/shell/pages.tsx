// The pages: their addresses, names, icons; each is loaded when it is opened first.
import { lazy, type LazyPage } from './lazy';
import { doorLoaders, loaders } from './loaders';
import type { IconName } from '~/parts/Icon';
import type { WordKey } from '~/words';

export interface PageEntry {
  path: string;
  word: WordKey;
  icon: IconName;
  /** Further addresses of the same page. */
  also?: string[];
  page: LazyPage;
}

export const pages: PageEntry[] = [
  { path: '/', word: 'shell.dashboard', icon: 'dashboard', page: lazy(loaders['']) },
  { path: '/directions', word: 'shell.directions', icon: 'directions', also: ['/directions/new', '/directions/:id'], page: lazy(loaders.directions) },
  { path: '/creatives', word: 'shell.creatives', icon: 'creatives', also: ['/creatives/:id'], page: lazy(loaders.creatives) },
  { path: '/launch', word: 'shell.launch', icon: 'launch', also: ['/launches', '/launches/:id'], page: lazy(loaders.launch) },
  { path: '/campaigns', word: 'shell.campaigns', icon: 'campaigns', page: lazy(loaders.campaigns) },
  { path: '/leads', word: 'shell.leads', icon: 'leads', also: ['/leads/:id'], page: lazy(loaders.leads) },
  { path: '/roi', word: 'shell.roi', icon: 'roi', page: lazy(loaders.roi) },
  { path: '/autopilot', word: 'shell.autopilot', icon: 'autopilot', also: ['/autopilot/:id'], page: lazy(loaders.autopilot) },
  { path: '/accounts', word: 'shell.accounts', icon: 'accounts', also: ['/accounts/:id'], page: lazy(loaders.accounts) },
  { path: '/settings', word: 'shell.settings', icon: 'settings', also: ['/settings/:tab'], page: lazy(loaders.settings) },
];

/** Before somebody is signed in. */
export const doors: { path: string; page: LazyPage }[] = [
  { path: '/sign-in', page: lazy(doorLoaders['sign-in']) },
  { path: '/setup', page: lazy(doorLoaders.setup) },
  { path: '/invitation/:token', page: lazy(doorLoaders.invitation) },
];

/** The page at an address; undefined where there is none. */
export function entryAt(pathname: string): LazyPage | undefined {
  const word = `/${pathname.split('/')[1] ?? ''}`;
  return (pages.find((entry) => entry.path === word || entry.also?.includes(word)) ?? doors.find((door) => door.path.split('/:')[0] === word))?.page;
}

// The pages: their addresses, names, icons; each is loaded when it is opened first.
import { lazy, type LazyPage } from './lazy';
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
  { path: '/', word: 'shell.dashboard', icon: 'dashboard', page: lazy(() => import('~/pages/dashboard')) },
  { path: '/directions', word: 'shell.directions', icon: 'directions', also: ['/directions/new', '/directions/:id'], page: lazy(() => import('~/pages/directions')) },
  { path: '/creatives', word: 'shell.creatives', icon: 'creatives', also: ['/creatives/:id'], page: lazy(() => import('~/pages/creatives')) },
  { path: '/launch', word: 'shell.launch', icon: 'launch', also: ['/launches', '/launches/:id'], page: lazy(() => import('~/pages/launch')) },
  { path: '/campaigns', word: 'shell.campaigns', icon: 'campaigns', page: lazy(() => import('~/pages/campaigns')) },
  { path: '/leads', word: 'shell.leads', icon: 'leads', also: ['/leads/:id'], page: lazy(() => import('~/pages/leads')) },
  { path: '/roi', word: 'shell.roi', icon: 'roi', page: lazy(() => import('~/pages/roi')) },
  { path: '/autopilot', word: 'shell.autopilot', icon: 'autopilot', also: ['/autopilot/:id'], page: lazy(() => import('~/pages/autopilot')) },
  { path: '/accounts', word: 'shell.accounts', icon: 'accounts', also: ['/accounts/:id'], page: lazy(() => import('~/pages/accounts')) },
  { path: '/settings', word: 'shell.settings', icon: 'settings', also: ['/settings/:tab'], page: lazy(() => import('~/pages/settings')) },
];

/** Before somebody is signed in. */
export const doors: { path: string; page: LazyPage }[] = [
  { path: '/sign-in', page: lazy(() => import('~/pages/sign-in')) },
  { path: '/setup', page: lazy(() => import('~/pages/setup')) },
  { path: '/invitation/:token', page: lazy(() => import('~/pages/invitation')) },
];

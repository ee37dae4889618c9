// Where the files of the pages are, by the first word of their address.
import type { FunctionComponent } from 'preact';

export interface PageModule {
  default: FunctionComponent;
  /** Gets what the page shows first; it is drawn as a whole then. */
  ahead?: () => Promise<unknown>;
}

/** For who is signed in. */
export const loaders = {
  '': () => import('~/pages/dashboard'),
  directions: () => import('~/pages/directions'),
  creatives: () => import('~/pages/creatives'),
  launch: () => import('~/pages/launch'),
  campaigns: () => import('~/pages/campaigns'),
  leads: () => import('~/pages/leads'),
  roi: () => import('~/pages/roi'),
  autopilot: () => import('~/pages/autopilot'),
  accounts: () => import('~/pages/accounts'),
  settings: () => import('~/pages/settings'),
};

/** Before somebody is. */
export const doorLoaders = {
  'sign-in': () => import('~/pages/sign-in'),
  setup: () => import('~/pages/setup'),
  invitation: () => import('~/pages/invitation'),
};

const others: Record<string, string> = { launches: 'launch' };

/** Of the page at an address; undefined where there is none. */
export function loaderOf(pathname: string): (() => Promise<PageModule>) | undefined {
  const word = pathname.split('/')[1] ?? '';
  const all: Record<string, () => Promise<PageModule>> = { ...loaders, ...doorLoaders };
  return all[others[word] ?? word];
}
export const isDoor = (pathname: string) => (pathname.split('/')[1] ?? '') in doorLoaders;

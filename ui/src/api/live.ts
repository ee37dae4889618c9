// Server-sent events: the server says what changed, the lists that show it are asked for again.

import { createStore, useStore } from '~/parts/store';
import { queries } from './query';

export interface LiveEvent {
  /** The thing: lead, creative, launch, execution, alert, ad_account, ... */
  kind: string;
  id: string;
  [more: string]: unknown;
}

/** Which lists show a thing, by the first word of their query key. */
const shownIn: Record<string, string[]> = {
  lead: ['leads', 'dashboard', 'roi'],
  creative: ['creatives'],
  upload: ['creatives'],
  launch: ['launches', 'campaigns', 'ad-groups', 'ads'],
  execution: ['executions', 'reports', 'dashboard', 'campaigns', 'ad-groups', 'ads'],
  action_batch: ['actions', 'executions', 'campaigns', 'ad-groups', 'ads'],
  alert: ['alerts'],
  metric: ['dashboard', 'roi', 'campaigns', 'ad-groups', 'ads', 'metrics'],
  ad_account: ['ad-accounts', 'me', 'autopilot'],
  autopilot: ['autopilot', 'alerts'],
  direction: ['directions'],
  purchase: ['leads', 'dashboard', 'roi'],
};

export const connected = createStore(false);
const listeners = new Set<(event: LiveEvent) => void>();
const waiting = new Set<string>();
let timer = 0;

/** Many events in a row ask once. */
function lookAgain(keys: string[]) {
  for (const key of keys) waiting.add(key);
  timer ||= window.setTimeout(() => {
    timer = 0;
    for (const key of waiting) void queries.invalidateQueries({ queryKey: [key] });
    waiting.clear();
  }, 300);
}

function receive(text: string) {
  const event = JSON.parse(text) as LiveEvent;
  lookAgain(shownIn[event.kind] ?? [`${event.kind}s`]);
  for (const listener of listeners) listener(event);
}

const UNSEEN_MS = 10_000;

/**
 * Listens until the returned function is called.  What was missed while away is fetched again.
 * A browser gives all tabs together six connections to a server that speaks HTTP/1.1, and keeps
 * pages that were left: only a page that is looked at listens, or the seventh could load nothing.
 */
export function connect(): () => void {
  let source: EventSource | null = null;
  let lost = false;
  let unseen = 0;

  function open() {
    if (source) return;
    source = new EventSource('/api/live');
    source.onopen = () => {
      connected.set(true);
      if (lost) void queries.invalidateQueries();
      lost = false;
    };
    source.onerror = () => {
      connected.set(false);
      lost = true;
    };
    source.onmessage = (message) => receive(message.data as string);
  }
  function close() {
    if (!source) return;
    source.close();
    source = null;
    lost = true;
    connected.set(false);
  }
  function look() {
    window.clearTimeout(unseen);
    if (document.visibilityState === 'visible') open();
    else unseen = window.setTimeout(close, UNSEEN_MS);
  }
  document.addEventListener('visibilitychange', look);
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', look);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    window.removeEventListener('pagehide', close);
    window.removeEventListener('pageshow', look);
    window.clearTimeout(unseen);
    close();
  };
}

export function onLive(listener: (event: LiveEvent) => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** For lists that must move even while the live connection is away. */
export function useRefetchInterval(milliseconds: number) {
  return useStore(connected) ? false : milliseconds;
}

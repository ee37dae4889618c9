// Keys of the whole console: g and a letter go to a page, / or Ctrl-K search, ? tells the keys.
import { useEffect } from 'preact/hooks';

export const goKeys: Record<string, string> = {
  h: '/',
  d: '/directions',
  c: '/creatives',
  n: '/launch',
  m: '/campaigns',
  l: '/leads',
  r: '/roi',
  a: '/autopilot',
  o: '/accounts',
  s: '/settings',
};

const GO_MS = 1_200;

function typing(target: EventTarget | null) {
  return target instanceof HTMLElement && !!target.closest('input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable=true]');
}

export function useKeys(act: { search: () => void; help: () => void; go: (path: string) => void }) {
  useEffect(() => {
    let going = 0;
    function onKey(event: KeyboardEvent) {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        act.search();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (document.querySelector('dialog[open]')) return;
      const path = goKeys[event.key];
      if (going && Date.now() - going < GO_MS && path) {
        going = 0;
        event.preventDefault();
        act.go(path);
      } else if (event.key === 'g') going = Date.now();
      else if (event.key === '/') {
        event.preventDefault();
        act.search();
      } else if (event.key === '?') act.help();
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [act]);
}

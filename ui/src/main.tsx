import { render } from 'preact';
import { queries } from './api/query';
import { meQuery } from './api/session';
import { App } from './app';
import { whenIdle } from './parts/idle';
import { loadMenus } from './parts/Menu';
import { isDoor } from './shell/loaders';
import { entryAt } from './shell/pages';
import { preferredLanguage, speak } from './words';

/** So long nothing is drawn where all of it may come at once; then skeletons stand for what is missing. */
const TOGETHER_MS = 200;

/** What the page at this address needs to be drawn as a whole.  What fails is told by who draws it. */
async function firstPage() {
  const load = entryAt(location.pathname)?.load();
  const all = [load?.then((module) => module.ahead?.())];
  if (!isDoor(location.pathname)) all.push(queries.prefetchQuery(meQuery));
  await Promise.allSettled(all);
}

async function show() {
  await speak(preferredLanguage());
  await Promise.race([firstPage(), new Promise((resolve) => setTimeout(resolve, TOGETHER_MS))]);
  const root = document.getElementById('console');
  if (root) render(<App />, root);
  whenIdle(() => void loadMenus().catch(() => undefined));
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => void show());
else void show();

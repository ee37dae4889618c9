// The first code of a page, and a small one: asks for all that the page will need while the program
// itself is on its way, so that nothing waits for another thing's answer.
import { begin } from './api/client';
import { requestsOf } from './pages/dashboard/requests';
import { isDoor, loaderOf } from './shell/loaders';
import { loaders, preferredLanguage } from './words/languages';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';

// What fails here is asked for again by who needs it, and told there.
const quietly = (work: Promise<unknown> | undefined) => void work?.catch(() => undefined);

function ask() {
  if (!isDoor(location.pathname)) begin('/api/me');
  if (location.pathname === '/') for (const url of requestsOf(new URLSearchParams(location.search))) begin(url);
}

void import('./main');
quietly(loaders[preferredLanguage()]());
quietly(loaderOf(location.pathname)?.());
// A browser has six connections to a server: files first, answers are smaller.
queueMicrotask(ask);

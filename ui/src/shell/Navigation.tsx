import { Link, useLocation } from 'wouter-preact';
import { Icon } from '~/parts/Icon';
import { t } from '~/words';
import { pages, type PageEntry } from './pages';

function isCurrent(entry: PageEntry, path: string) {
  if (entry.path === '/') return path === '/';
  if (entry.path === '/launch' && path.startsWith('/launches')) return true;
  return path === entry.path || path.startsWith(`${entry.path}/`);
}

/** The platform, account and range that the reader looks at go along from page to page. */
function keptQuery() {
  const now = new URLSearchParams(location.search);
  const kept = new URLSearchParams();
  for (const name of ['platform', 'account', 'range', 'from', 'to', 'compare']) {
    const value = now.get(name);
    if (value) kept.set(name, value);
  }
  const text = kept.toString();
  return text ? `?${text}` : '';
}

export function Navigation({ onGo }: { onGo?: () => void }) {
  const [path] = useLocation();
  const query = keptQuery();
  return (
    <nav class="nav" aria-label={t('shell.pages')}>
      <ul>
        {pages.map((entry) => (
          <li key={entry.path}>
            <Link
              href={entry.path === '/settings' ? entry.path : entry.path + query}
              class={isCurrent(entry, path) ? 'nav-link nav-on' : 'nav-link'}
              aria-current={isCurrent(entry, path) ? 'page' : undefined}
              onClick={onGo}
              onPointerEnter={() => void entry.page.load().catch(() => undefined)}
            >
              <Icon name={entry.icon} />
              <span>{t(entry.word)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

// Finds anything: pages, directions, creatives, leads, ad accounts.  / or Ctrl-K opens it.
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { get, path, type Page } from '~/api/client';
import { useQuery } from '~/api/query';
import { useAdAccounts, useDirections } from '~/api/session';
import { Dialog } from '~/parts/Dialog';
import { Icon, type IconName } from '~/parts/Icon';
import { t } from '~/words';
import { pages } from './pages';

interface Find {
  key: string;
  icon: IconName;
  label: string;
  detail: string;
  href: string;
}
interface Named {
  id: string;
  title?: string | null;
  file_name?: string | null;
  name?: string | null;
  phone?: string | null;
  email?: string | null;
}
const SHORTEST = 2;
const PAUSE_MS = 200;

function useLater(text: string) {
  const [later, setLater] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return later;
}

function useFinds(text: string): { finds: Find[]; loading: boolean } {
  const asked = useLater(text.trim());
  const enabled = asked.length >= SHORTEST;
  const accounts = useAdAccounts().data;
  const directions = useDirections().data;
  const creatives = useQuery({
    queryKey: ['creatives', 'search', asked],
    queryFn: () => get<Page<Named>>(path('/api/creatives', { q: asked, limit: 6 })),
    enabled,
  });
  const leads = useQuery({ queryKey: ['leads', 'search', asked], queryFn: () => get<Page<Named>>(path('/api/leads', { q: asked, limit: 6 })), enabled });

  const finds = useMemo(() => {
    const wanted = text.trim().toLocaleLowerCase();
    const fits = (label: string) => !wanted || label.toLocaleLowerCase().includes(wanted);
    const found: Find[] = pages
      .map((entry) => ({ key: entry.path, icon: entry.icon, label: t(entry.word), detail: t('shell.page'), href: entry.path }))
      .filter((find) => fits(find.label));
    if (!wanted) return found;
    for (const one of directions ?? [])
      if (fits(one.name)) found.push({ key: one.id, icon: 'directions', label: one.name, detail: t('shell.direction'), href: `/directions/${one.id}` });
    for (const one of accounts ?? [])
      if (fits(one.name)) found.push({ key: one.id, icon: 'accounts', label: one.name, detail: t('shell.ad_account'), href: `/accounts/${one.id}` });
    for (const one of creatives.data?.data ?? [])
      found.push({ key: one.id, icon: 'creatives', label: one.title || one.file_name || one.id, detail: t('shell.creative'), href: `/creatives/${one.id}` });
    for (const one of leads.data?.data ?? [])
      found.push({ key: one.id, icon: 'leads', label: one.name || one.phone || one.email || one.id, detail: t('shell.lead'), href: `/leads/${one.id}` });
    return found.slice(0, 30);
  }, [text, accounts, directions, creatives.data, leads.data]);
  return { finds, loading: creatives.isFetching || leads.isFetching };
}

export function Search({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [current, setCurrent] = useState(0);
  const [, navigate] = useLocation();
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const { finds, loading } = useFinds(text);
  const at = Math.min(current, finds.length - 1);

  function go(find: Find | undefined) {
    if (!find) return;
    onClose();
    navigate(find.href);
  }
  function onKey(event: KeyboardEvent) {
    if (event.key === 'ArrowDown') setCurrent(Math.min(at + 1, finds.length - 1));
    else if (event.key === 'ArrowUp') setCurrent(Math.max(at - 1, 0));
    else if (event.key === 'Enter') go(finds[at]);
    else return;
    event.preventDefault();
  }
  useEffect(() => list.current?.children[at]?.scrollIntoView({ block: 'nearest' }), [at]);

  return (
    <Dialog title={t('shell.search')} onClose={onClose}>
      <div class="search">
        <input
          type="search"
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={finds[at] ? `${id}-${at}` : undefined}
          aria-label={t('shell.search')}
          placeholder={t('shell.search_hint')}
          autofocus
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setCurrent(0);
          }}
          onKeyDown={onKey}
        />
        <ul id={`${id}-list`} role="listbox" aria-label={t('shell.search')} ref={list} aria-busy={loading ? 'true' : undefined}>
          {finds.map((find, i) => (
            <li
              key={find.key}
              id={`${id}-${i}`}
              role="option"
              aria-selected={i === at}
              class={i === at ? 'find find-on' : 'find'}
              onPointerMove={() => setCurrent(i)}
              onClick={() => go(find)}
            >
              <Icon name={find.icon} />
              <span class="find-label" dir="auto">
                {find.label}
              </span>
              <span class="soft">{find.detail}</span>
            </li>
          ))}
        </ul>
        {finds.length === 0 && <p class="soft">{loading ? t('common.loading') : t('common.nothing_found')}</p>}
      </div>
    </Dialog>
  );
}

// The frame around each page of somebody who is signed in.
import type { ComponentChildren } from 'preact';
import { useEffect, useErrorBoundary, useMemo, useState } from 'preact/hooks';
import { Route, Switch, useLocation } from 'wouter-preact';
import { connect, connected } from '~/api/live';
import { Dialog } from '~/parts/Dialog';
import { Button, IconButton, LinkButton } from '~/parts/Button';
import { EmptyState } from '~/parts/Show';
import { whenIdle } from '~/parts/idle';
import { useKeys } from '~/parts/keys';
import { useStore } from '~/parts/store';
import { t } from '~/words';
import { Help } from './Help';
import { Navigation } from './Navigation';
import { OrgMenu } from './OrgMenu';
import { pages } from './pages';
import { LanguageMenu, ThemeMenu } from './Preferences';
import { Search } from './Search';

type Open = 'search' | 'help' | 'menu' | null;

function useTitle(path: string) {
  useEffect(() => {
    const first = `/${path.split('/')[1] ?? ''}`;
    const entry = pages.find((one) => one.path === first) ?? (first === '/launches' ? pages.find((one) => one.path === '/launch') : undefined);
    document.title = entry ? `${t(entry.word)} · adwright` : 'adwright';
  });
}

/** What a page throws while it is drawn stands in its place; the frame around it stays. */
function Held({ path, children }: { path: string; children: ComponentChildren }) {
  const [error, reset] = useErrorBoundary((thrown) => reportError(thrown));
  useEffect(reset, [path]);
  if (!error) return <>{children}</>;
  return (
    <EmptyState
      icon="alert"
      title={t('shell.broken')}
      actions={
        <Button icon="retry" onClick={() => location.reload()}>
          {t('common.retry')}
        </Button>
      }
    >
      {t('shell.broken_hint')} <code>{String(error)}</code>
    </EmptyState>
  );
}

/** Whether news come by themselves. */
function Live() {
  const live = useStore(connected);
  return (
    <span class={live ? 'live live-on' : 'live'} role="status">
      <span class="visually-hidden">{live ? t('shell.live') : t('shell.not_live')}</span>
    </span>
  );
}

/** News are listened for once the page is there. */
function listen() {
  let stop = () => {};
  const cancel = whenIdle(() => (stop = connect()));
  return () => {
    cancel();
    stop();
  };
}

export function Shell() {
  const [open, setOpen] = useState<Open>(null);
  const [path, navigate] = useLocation();
  const acts = useMemo(() => ({ search: () => setOpen('search'), help: () => setOpen('help'), go: navigate }), [navigate]);
  useKeys(acts);
  useTitle(path);
  useEffect(listen, []);

  return (
    <div class="shell">
      <a class="skip" href="#page">
        {t('shell.skip')}
      </a>
      <header class="top">
        <span class="top-menu">
          <IconButton icon="menu" label={t('shell.pages')} onClick={() => setOpen('menu')} />
        </span>
        <a href="/" class="brand">
          adwright
        </a>
        <Live />
        <span class="top-space" />
        <IconButton icon="search" label={t('shell.search')} onClick={() => setOpen('search')} />
        <span class="top-wide">
          <IconButton icon="help" label={t('shell.keys')} onClick={() => setOpen('help')} />
        </span>
        <LanguageMenu />
        <ThemeMenu />
        <OrgMenu />
      </header>
      <aside class="side">
        <Navigation />
      </aside>
      <main id="page" class="page" tabIndex={-1}>
        <Held path={path}>
          <Switch>
            {pages.flatMap((entry) =>
              [entry.path, ...(entry.also ?? [])].map((one) => (
                <Route key={one} path={one}>
                  <entry.page />
                </Route>
              )),
            )}
            <Route>
              <EmptyState icon="search" title={t('shell.nowhere')} actions={<LinkButton href="/">{t('shell.dashboard')}</LinkButton>}>
                {t('shell.nowhere_hint')}
              </EmptyState>
            </Route>
          </Switch>
        </Held>
      </main>
      {open === 'search' && <Search onClose={() => setOpen(null)} />}
      {open === 'help' && <Help onClose={() => setOpen(null)} />}
      {open === 'menu' && (
        <Dialog title={t('shell.pages')} onClose={() => setOpen(null)}>
          <Navigation onGo={() => setOpen(null)} />
        </Dialog>
      )}
    </div>
  );
}

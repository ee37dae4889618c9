import { QueryClientProvider } from '@tanstack/preact-query';
import { useEffect } from 'preact/hooks';
import { Route, Switch, useLocation } from 'wouter-preact';
import { ApiError, onSignedOut } from './api/client';
import { queries } from './api/query';
import { useMe } from './api/session';
import { ProblemNote } from './parts/Problem';
import { Skeleton } from './parts/Show';
import { Toasts } from './parts/Toast';
import { doors } from './shell/pages';
import { Shell } from './shell/Shell';
import { useLanguage } from './words';

function goToTheDoor() {
  const here = location.pathname + location.search;
  location.assign(here === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(here)}`);
}

/** The pages, for who is signed in; the door for who is not. */
function Guarded() {
  const me = useMe();
  const [path] = useLocation();
  const outside = me.error instanceof ApiError && (me.error.status === 401 || me.error.status === 403);
  useEffect(() => {
    if (outside) goToTheDoor();
  }, [outside, path]);

  if (me.data) return <Shell />;
  if (me.error && !outside) return <ProblemNote error={me.error} onRetry={() => void me.refetch()} />;
  return <Skeleton lines={8} />;
}

export function App() {
  const language = useLanguage();
  useEffect(() => onSignedOut(goToTheDoor), []);
  return (
    <QueryClientProvider client={queries}>
      <div key={language} class="everything">
        <Switch>
          {doors.map((door) => (
            <Route key={door.path} path={door.path}>
              <door.page />
            </Route>
          ))}
          <Route>
            <Guarded />
          </Route>
        </Switch>
        <Toasts />
      </div>
    </QueryClientProvider>
  );
}

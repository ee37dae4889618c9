// A page that is loaded when it is drawn; a newer program on the server means a newer page.
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ProblemNote } from '~/parts/Problem';
import { Skeleton } from '~/parts/Show';
import type { PageModule } from './loaders';

export type LazyPage = FunctionComponent & { load: () => Promise<PageModule> };

const RELOADED = 'reloaded-for';

export function lazy(importer: () => Promise<PageModule>): LazyPage {
  let loaded: FunctionComponent | undefined;
  const load = async () => {
    const module = await importer();
    loaded = module.default;
    return module;
  };

  function Page() {
    const [, again] = useState(0);
    const [problem, setProblem] = useState<unknown>(null);
    useEffect(() => {
      if (loaded) return;
      load()
        .then(() => again(1))
        .catch((error: unknown) => {
          // The files of an older program are gone: load the page anew, once.
          if (sessionStorage.getItem(RELOADED) === location.pathname) return setProblem(error);
          sessionStorage.setItem(RELOADED, location.pathname);
          location.reload();
        });
    }, []);
    if (problem !== null) return <ProblemNote error={problem} onRetry={() => location.reload()} />;
    const Loaded = loaded;
    return Loaded ? <Loaded /> : <Skeleton lines={6} />;
  }
  return Object.assign(Page, { load });
}

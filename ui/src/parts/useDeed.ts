// One deed at a time: busy while it runs, its problem when it failed.
import { useCallback, useRef, useState } from 'preact/hooks';

export interface Deed {
  busy: boolean;
  problem: unknown;
  /** Resolves to whether it worked. */
  run(act: () => Promise<unknown>): Promise<boolean>;
  clear(): void;
}

export function useDeed(): Deed {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const running = useRef(false);

  const run = useCallback(async (act: () => Promise<unknown>) => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setProblem(null);
    try {
      await act();
      return true;
    } catch (error) {
      setProblem(error);
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setProblem(null), []);
  return { busy, problem, run, clear };
}

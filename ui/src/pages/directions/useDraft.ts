// A draft that survives closing the page: kept in the browser until it is saved or thrown away.
import { useEffect, useState } from 'preact/hooks';
import type { Draft } from './draft';

const KEPT_MS = 14 * 86_400_000;
const TYPING_MS = 400;

interface Kept {
  at: number;
  /** Of the direction as it was when writing began. */
  base: string;
  draft: Draft;
}

function read(key: string, base: string): Draft | null {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as Kept | null;
    return kept && kept.base === base && Date.now() - kept.at < KEPT_MS ? kept.draft : null;
  } catch {
    return null;
  }
}

/** `base` changes when the thing that is edited was changed elsewhere: then the old draft is not brought back. */
export function useDraft(key: string, base: string, initial: () => Draft) {
  const [restored, setRestored] = useState(() => read(key, base) !== null);
  const [draft, setDraft] = useState<Draft>(() => read(key, base) ?? initial());
  const [touched, setTouched] = useState(restored);

  useEffect(() => {
    if (!touched) return;
    const timer = window.setTimeout(() => localStorage.setItem(key, JSON.stringify({ at: Date.now(), base, draft } satisfies Kept)), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [key, base, draft, touched]);

  return {
    draft,
    restored,
    touched,
    change(changes: Partial<Draft>) {
      setTouched(true);
      setDraft((before) => ({ ...before, ...changes }));
    },
    /** Back to what it began with. */
    drop() {
      localStorage.removeItem(key);
      setRestored(false);
      setTouched(false);
      setDraft(initial());
    },
    forget() {
      localStorage.removeItem(key);
      setTouched(false);
    },
  };
}

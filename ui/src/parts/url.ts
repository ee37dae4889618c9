// The page's state lives in its address: filters, tabs, ranges, sorting, columns.
import { useCallback, useMemo } from 'preact/hooks';
import { useLocation, useSearch } from 'wouter-preact';

export interface QueryState {
  get(name: string): string;
  /** Changes some; empty values leave the address.  Replaces the entry unless `push`. */
  set(changes: Record<string, string | null | undefined>, options?: { push?: boolean }): void;
  all: URLSearchParams;
}

export function useQueryState(): QueryState {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const all = useMemo(() => new URLSearchParams(search), [search]);
  const set = useCallback<QueryState['set']>(
    (changes, options) => {
      // What other parts set in the same turn is already in the address, not yet in `search`.
      const next = new URLSearchParams(location.search);
      for (const [name, value] of Object.entries(changes))
        if (value) next.set(name, value);
        else next.delete(name);
      const text = next.toString();
      navigate(text ? `${path}?${text}` : path, { replace: !options?.push });
    },
    [path, navigate],
  );
  return { get: (name) => all.get(name) ?? '', set, all };
}

/** One value of the address, with what it is when the address does not say. */
export function useParam(name: string, otherwise = ''): [string, (value: string) => void] {
  const state = useQueryState();
  const value = state.get(name) || otherwise;
  return [value, (next) => state.set({ [name]: next === otherwise ? null : next })];
}

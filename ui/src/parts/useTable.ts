// TanStack's table and virtual cores for Preact.
import { createTable, type RowData, type Table, type TableOptions, type TableState } from '@tanstack/table-core';
import { Virtualizer, elementScroll, observeElementOffset, observeElementRect } from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

type Options<T extends RowData> = Omit<TableOptions<T>, 'onStateChange' | 'renderFallbackValue' | 'state'> & { state: Partial<TableState> };

export function useTable<T extends RowData>(options: Options<T>): Table<T> {
  const [table] = useState(() => createTable<T>({ renderFallbackValue: null, onStateChange: () => undefined, ...options }));
  const [state, setState] = useState<TableState>(() => table.initialState);
  table.setOptions((before) => ({
    ...before,
    ...options,
    // New columns at each drawing would reset pages that are not there, and draw again, for ever.
    autoResetAll: false,
    state: { ...state, ...options.state },
    onStateChange: setState,
  }));
  return table;
}

const OVERSCAN = 12;

/** The rows of a long list that can be seen, and the space above and below them. */
export function useVirtualRows(options: { count: number; rowHeight: number; scroller: RefObject<HTMLElement>; enabled: boolean }) {
  const drawn = useRef(0);
  const [, again] = useReducer((n: number) => n + 1, 0);
  const settings = {
    count: options.enabled ? options.count : 0,
    estimateSize: () => options.rowHeight,
    getScrollElement: () => options.scroller.current,
    overscan: OVERSCAN,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: (all: Virtualizer<HTMLElement, HTMLTableRowElement>) => {
      // The rows beyond both edges are there already: a few rows of scrolling need no drawing.
      const first = all.range?.startIndex ?? 0;
      if (all.isScrolling && Math.abs(first - drawn.current) < OVERSCAN / 2) return;
      drawn.current = first;
      again(0);
    },
  };
  const made = useRef<Virtualizer<HTMLElement, HTMLTableRowElement> | null>(null);
  made.current ??= new Virtualizer(settings);
  const virtualizer = made.current;
  virtualizer.setOptions(settings);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());

  if (!options.enabled) return { indexes: Array.from({ length: options.count }, (_, i) => i), above: 0, below: 0, scrollTo: (_index: number) => undefined };
  const seen = virtualizer.getVirtualItems();
  return {
    indexes: seen.map((item) => item.index),
    above: seen[0]?.start ?? 0,
    below: Math.max(0, virtualizer.getTotalSize() - (seen[seen.length - 1]?.end ?? 0)),
    scrollTo: (index: number) => virtualizer.scrollToIndex(index),
  };
}

// Work that can wait until the page has been drawn and the browser has nothing better to do.
import { useEffect, useState } from 'preact/hooks';

const LATEST_MS = 1_000;
/** Safari has no idle time to give: then a little later. */
const LATER_MS = 100;

/** Does it when there is time, a second later at the latest, unless the returned function is called. */
export function whenIdle(work: () => void): () => void {
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(work, LATER_MS);
    return () => clearTimeout(timer);
  }
  const call = requestIdleCallback(work, { timeout: LATEST_MS });
  return () => cancelIdleCallback(call);
}

/** False at first, true once the browser has had time to draw. */
export function useIdle(): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => whenIdle(() => setIdle(true)), []);
  return idle;
}

/** The rest of some work in a task of its own: what the reader does meanwhile comes first. */
export const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve));

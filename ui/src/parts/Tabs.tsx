// Tabs that are addresses: the browser's back button and a shared link work.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { useQueryState } from './url';

export interface Tab {
  value: string;
  label: ComponentChildren;
  /** Where it leads, for tabs that are pages of their own. */
  href?: string;
}

// Within the bar only: scrollIntoView would move the page under the reader as well.
function centre(bar: HTMLElement) {
  const tab = bar.querySelector('[aria-current]')?.getBoundingClientRect();
  const frame = bar.getBoundingClientRect();
  if (tab) bar.scrollLeft += tab.left + tab.width / 2 - (frame.left + frame.width / 2);
}

/** The first tab is what the address means when it names none. */
export function Tabs({ label, name = 'tab', tabs, value }: { label: string; name?: string; tabs: Tab[]; value: string }) {
  const state = useQueryState();
  const nav = useRef<HTMLElement>(null);
  // On narrow screens the tab that one is on may be beyond the edge.
  useEffect(() => {
    if (nav.current) centre(nav.current);
  }, [value]);
  const hrefOf = (tab: Tab) => {
    if (tab.href) return tab.href;
    const next = new URLSearchParams(state.all);
    if (tab.value === tabs[0]?.value) next.delete(name);
    else next.set(name, tab.value);
    const text = next.toString();
    return `${location.pathname}${text ? `?${text}` : ''}`;
  };
  return (
    <nav ref={nav} class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.value} href={hrefOf(tab)} class={tab.value === value ? 'tab tab-on' : 'tab'} aria-current={tab.value === value ? 'page' : undefined}>
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}

// The frame of the pages before somebody is signed in.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { LanguageMenu, ThemeMenu } from './Preferences';

export function Door({ title, children }: { title: string; children: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title} · adwright`;
  }, [title]);
  return (
    <main class="door">
      <p class="brand">adwright</p>
      <div class="card door-card">
        <h1>{title}</h1>
        {children}
      </div>
      <div class="door-foot">
        <LanguageMenu />
        <ThemeMenu />
      </div>
    </main>
  );
}

// Light, dark, or as the system says.
import { createStore, useStore } from './store';

export type Theme = 'system' | 'light' | 'dark';
const isTheme = (text: string | null): text is Theme => text === 'light' || text === 'dark' || text === 'system';
const stored = localStorage.getItem('theme');
const theme = createStore<Theme>(isTheme(stored) ? stored : 'system');

function show() {
  if (theme.get() === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.get();
}
show();

export function setTheme(next: Theme) {
  localStorage.setItem('theme', next);
  theme.set(next);
  show();
}
export const useTheme = () => useStore(theme);

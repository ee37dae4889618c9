// Language, light and digits go with the person: kept in this browser, and told to the server while
// somebody is signed in.
import { setTheme, type Theme } from '~/parts/theme';
import { isLanguage, language, speak, digits as shown } from '~/words';
import { csrfToken, patch } from './client';

export interface Preferences {
  language?: string;
  theme?: string;
  digits?: string;
}

/** As the person chose elsewhere; "auto" and "system" leave this browser as it is. */
export async function apply(preferences: Preferences | undefined) {
  const { language: tongue, theme, digits } = preferences ?? {};
  if (theme === 'light' || theme === 'dark') setTheme(theme);
  const wished = digits === 'native' ? 'arab' : digits === 'latin' ? 'latn' : null;
  const other = isLanguage(tongue) && tongue !== language.get() ? tongue : null;
  if (wished && wished !== shown.get()) {
    localStorage.setItem('digits', wished);
    await speak(other ?? language.get());
  } else if (other) await speak(other);
}

/** Best effort: what is chosen holds here in any case. */
function remember(preferences: Preferences) {
  if (csrfToken()) void patch('/api/profile', preferences, { guarded: false }).catch(() => undefined);
}

export async function chooseLanguage(next: string) {
  if (!isLanguage(next)) return;
  await speak(next);
  remember({ language: next });
}
export function chooseTheme(next: Theme) {
  setTheme(next);
  remember({ theme: next });
}
export async function chooseDigits(next: 'latn' | 'arab') {
  localStorage.setItem('digits', next);
  await speak(language.get());
  remember({ digits: next === 'arab' ? 'native' : 'latin' });
}

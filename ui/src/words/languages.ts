// Which languages there are, and which one the reader wants.
import type { Words } from './types';

export type Language = 'en' | 'ar' | 'ru';

export const languages: Record<Language, { name: string; direction: 'ltr' | 'rtl' }> = {
  en: { name: 'English', direction: 'ltr' },
  ar: { name: 'العربية', direction: 'rtl' },
  ru: { name: 'Русский', direction: 'ltr' },
};

export const loaders: Record<Language, () => Promise<{ default: Words }>> = {
  en: () => import('./en') as unknown as Promise<{ default: Words }>,
  ar: () => import('./ar') as unknown as Promise<{ default: Words }>,
  ru: () => import('./ru') as unknown as Promise<{ default: Words }>,
};

export const isLanguage = (text: string | null | undefined): text is Language => !!text && text in languages;

/** What the reader chose before, else what the browser asks for. */
export function preferredLanguage(): Language {
  const chosen = localStorage.getItem('language');
  if (isLanguage(chosen)) return chosen;
  for (const tag of navigator.languages) {
    const short = tag.slice(0, 2).toLowerCase();
    if (isLanguage(short)) return short;
  }
  return 'en';
}

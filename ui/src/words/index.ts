// The console's words: t('leads.title'), t('leads.count', { n: 3 }).  One language is loaded at a time.
import { createStore, useStore } from '~/parts/store';
import type en from './en';
import { languages, loaders, type Language } from './languages';
import type { Forms, Word, Words } from './types';

export { isLanguage, languages, preferredLanguage, type Language } from './languages';

type Pages = typeof en;
export type WordKey = { [Page in keyof Pages & string]: `${Page}.${keyof Pages[Page] & string}` }[keyof Pages & string];
export type Parameters = Record<string, string | number>;

export const language = createStore<Language>('en');
/** Western digits, or the reader's own in Arabic. */
export const digits = createStore<'latn' | 'arab'>('latn');
let words: Words = {};
// Made when the first word needs them: they take a while.
let plural: Intl.PluralRules | undefined;
let figures: Intl.NumberFormat | undefined;

export async function speak(next: Language) {
  words = (await loaders[next]()).default;
  plural = figures = undefined;
  digits.set(localStorage.getItem('digits') === 'arab' ? 'arab' : 'latn');
  document.documentElement.lang = next;
  document.documentElement.dir = languages[next].direction;
  localStorage.setItem('language', next);
  language.set(next);
}

/** The tag for Intl: `ar-u-nu-latn` writes Western digits. */
export function localeTag() {
  const tag = language.get();
  return tag === 'ar' ? `ar-u-nu-${digits.get()}` : tag === 'en' ? 'en-GB' : tag;
}

function form(word: Word, parameters: Parameters): string {
  if (typeof word === 'string') return word;
  plural ??= new Intl.PluralRules(language.get());
  return word[plural.select(Number(parameters.n ?? 0))] ?? (word as Forms).other;
}

const isolate = (text: string) => `\u2068${text}\u2069`;
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufefc]/;

/**
 * The text of a key.  `n` chooses the plural form; numbers are written in the reader's way; a
 * parameter that may run the other way is isolated, so that it cannot turn its neighbours around.
 */
export function t(key: WordKey, parameters: Parameters = {}): string {
  const [page, name] = key.split('.') as [string, string];
  const word = words[page]?.[name];
  if (word === undefined) throw new Error(`no word for ${key}`);
  return form(word, parameters).replace(/\{(\w+)\}/g, (whole, parameter: string) => {
    const value = parameters[parameter];
    if (value === undefined) return whole;
    const text = typeof value === 'number' ? (figures ??= new Intl.NumberFormat(localeTag())).format(value) : value;
    return languages[language.get()].direction === 'rtl' || rightToLeft.test(text) ? isolate(text) : text;
  });
}

/** Whether the languages have words for a key that was put together from the API's. */
export function tKnown(key: string): key is WordKey {
  const [page, name] = key.split('.') as [string, string];
  return words[page]?.[name] !== undefined;
}

/** For words of the API (a status, a stage): the key when the page knows it, else the API's word. */
export function tOr(key: string, otherwise: string): string {
  return tKnown(key) ? t(key) : otherwise;
}

/** Components that show words call this once, to be drawn again when the language changes. */
export function useLanguage() {
  useStore(digits);
  return useStore(language);
}

// What a language is made of.  English is the pattern: each other language has the same pages and
// keys, or the build fails.

export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;
export type Word = string | Forms;
export type Words = Record<string, Record<string, Word>>;

/** The plural categories that a language has beyond `other`. */
type English = { one: string; other: string };
type Russian = { one: string; few: string; many: string; other: string };
type Arabic = { zero: string; one: string; two: string; few: string; many: string; other: string };
interface FormsOf {
  en: English;
  ru: Russian;
  ar: Arabic;
}

/** The page of another language that goes with an English one. */
export type Like<Page, Language extends keyof FormsOf> = {
  [Key in keyof Page]: Page[Key] extends string ? string : FormsOf[Language];
};

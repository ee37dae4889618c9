// Compares the languages beyond what the types see: each text of one language has the same
// {parameters} in the others, and none is empty.  Run by `npm run build`.
import { loadLanguages } from './languages.mjs';

const languages = await loadLanguages();
const problems = [];
const forms = (word) => (typeof word === 'string' ? [word] : Object.values(word));
// {per} and {none} are cases of one word, the kind of result: each language takes what it needs.
const parameters = (text) => new Set((text.match(/\{\w+\}/g) ?? []).map((name) => (name === '{per}' || name === '{none}' ? '{result}' : name)));
const of_word = (word) => {
  const all = new Set();
  for (const form of forms(word)) for (const name of parameters(form)) all.add(name);
  return [...all].sort().join(' ');
};

for (const [page, words] of Object.entries(languages.en))
  for (const [key, word] of Object.entries(words))
    for (const [language, other] of Object.entries(languages)) {
      const twin = other[page]?.[key];
      if (twin === undefined) problems.push(`${language}: ${page}.${key} is missing`);
      else if (forms(twin).some((form) => !form.trim())) problems.push(`${language}: ${page}.${key} is empty`);
      else if (of_word(twin) !== of_word(word))
        problems.push(`${language}: ${page}.${key} has the parameters "${of_word(twin)}", English has "${of_word(word)}"`);
    }
if (problems.length) {
  console.error(problems.join('\n'));
  process.exit(1);
}

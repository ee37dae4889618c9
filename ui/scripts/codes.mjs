// Every code that the server may answer with has words in each language.  The lists are X macros,
// LIST(CODE) with lines CODE(NAME, "code", ..), or tables whose rows begin with the code.  Run by `npm run build`; a new code
// without words fails it.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadLanguages } from './languages.mjs';

const src = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src');

// Which list, and the keys that a code of it needs.
const lists = [
  ['brain/brain_codes.h', 'BRAIN_WHY', ['brain.*']],
  ['brain/brain_codes.h', 'BRAIN_TRACE', ['brain.*']],
  ['brain/brain_codes.h', 'BRAIN_SO', ['brain.*']],
  ['brain/brain_codes.h', 'BRAIN_UNDONE', ['brain.*']],
  ['brain/brain_codes.h', 'BRAIN_GUARD', ['brain.guard_*', 'autopilot.guard_*']],
  ['text/body_codes.h', 'BODY_CODES', ['problem.*']],
  ['base/err.h', 'ERR_KINDS', ['problem.title_*', 'problem.way_*']],
  ['creative/creative_codes.h', 'CREATIVE_LIMITS', ['creatives.*']],
  ['creative/creative_codes.h', 'CREATIVE_MENDS', ['creatives.*']],
  ['creative/creative_codes.h', 'CREATIVE_FIELDS', ['creatives.field_*']],
  ['creative/creative_codes.h', 'CREATIVE_REASONS', ['creatives.*']],
  ['lead/lead_codes.h', 'LEAD_SPAM', ['leads.*']],
  ['lead/lead_codes.h', 'LEAD_LINK', ['leads.*']],
  ['lead/lead_codes.h', 'LEAD_CAUSE', ['leads.*']],
  ['roi/detail.c', 'ROI_UNKNOWN', ['roi.*']],
  ['roi/figure.c', 'roi_figures', ['roi.figure_*', 'roi.formula_*']],
  ['alert/alert_text.c', 'texts', ['dashboard.alert_*', 'dashboard.why_*', 'dashboard.act_*']],
];

function codesOf(file, list) {
  const text = readFileSync(join(src, file), 'utf8');
  const macro = new RegExp(`^#define ${list}\\(CODE\\)((?:.*\\\\\\n)*.*)`, 'm').exec(text)?.[1];
  if (macro !== undefined) return [...macro.matchAll(/CODE\(\s*\w+,\s*"([^"]+)"/g)].map((hit) => hit[1]);
  const table = new RegExp(`\\b${list}\\[\\] = \\{([^]*?)^\\};`, 'm').exec(text)?.[1] ?? '';
  return [...table.matchAll(/^ {4}\{"([^"]+)"/gm)].map((hit) => hit[1]);
}

const languages = await loadLanguages();
const problems = [];
for (const [file, list, keys] of lists) {
  const codes = codesOf(file, list);
  if (codes.length === 0) problems.push(`${file}: no codes in ${list}`);
  for (const code of codes)
    for (const pattern of keys) {
      const [page, key] = pattern.replace('*', code).split('.');
      for (const [language, words] of Object.entries(languages))
        if (words[page]?.[key] === undefined) problems.push(`${language}: no words ${page}.${key} for the code "${code}" of ${file}`);
    }
}
if (problems.length) {
  console.error(problems.join('\n'));
  process.exit(1);
}

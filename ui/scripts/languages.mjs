// The words of all languages as plain objects, for checks and browser tests: {en: {page: {key: word}}, ...}.
import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ui = join(dirname(fileURLToPath(import.meta.url)), '..');

export async function loadLanguages() {
  const folder = mkdtempSync(join(tmpdir(), 'words-'));
  const languages = {};
  for (const language of ['en', 'ar', 'ru']) {
    const outfile = join(folder, `${language}.mjs`);
    await build({ entryPoints: [join(ui, `src/words/${language}/index.ts`)], bundle: true, format: 'esm', outfile, logLevel: 'error', absWorkingDir: ui });
    languages[language] = (await import(pathToFileURL(outfile))).default;
  }
  rmSync(folder, { recursive: true });
  return languages;
}

// Pictures of every page, to be looked at: node test/e2e/ui/screenshots.mjs FOLDER [--pages roi,leads]
// light and dark on a laptop, Arabic on a laptop, English and Arabic on a phone, Russian on a laptop.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openBrowser, signIn } from "./browser.mjs";
import { openDemo, pagesOf } from "./world.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { pages: { type: "string" } } });
const folder = positionals[0] ?? "build/screenshots";
const looks = [
  { name: "light", language: "en", theme: "light", width: 1280, height: 800 },
  { name: "dark", language: "en", theme: "dark", width: 1280, height: 800 },
  { name: "ar", language: "ar", theme: "light", width: 1280, height: 800 },
  { name: "ru", language: "ru", theme: "dark", width: 1280, height: 800 },
  { name: "phone", language: "en", theme: "light", width: 360, height: 800 },
  { name: "phone-ar", language: "ar", theme: "dark", width: 360, height: 800 },
];

mkdirSync(folder, { recursive: true });
const world = await openDemo();
const browser = await openBrowser("chromium");
try {
  const pages = (await pagesOf(world)).filter((page) => !values.pages || values.pages.split(",").includes(page.name));
  for (const look of looks) {
    const page = await browser.newPage({ base: world.base, ...look });
    let signedIn = false;
    for (const one of pages) {
      if (one.signedIn && !signedIn) await signIn(page, world.base, world);
      signedIn ||= one.signedIn;
      try {
        await page.goto(world.base + one.path);
        await page.screenshot(join(folder, `${one.name}.${look.name}.png`));
      } catch (error) {
        console.error(`${one.name} ${look.name}: ${error.message}`);
        process.exitCode = 1;
      }
    }
    await page.close();
  }
  console.log(`${pages.length * looks.length} pictures in ${folder}`);
} finally {
  await browser.close();
  await world.close();
}

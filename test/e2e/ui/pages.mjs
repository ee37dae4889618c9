// Every page in every language at every size, in one browser or several:
//
//   node test/e2e/ui/pages.mjs [--browsers chromium,firefox,webkit] [--locales en,ar,ru] [--sizes phone,laptop] [--pages roi,leads] [--no-axe]
//
// Prints what is wrong; the last line counts.  `quick` (make test-ui-quick) is Chromium, English and
// Arabic, a phone and a laptop.
import { parseArgs } from "node:util";
import { openBrowser, signIn } from "./browser.mjs";
import { checkAccess, checkPage } from "./checks.mjs";
import { locales, openDemo, pagesOf, sizes } from "./world.mjs";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean" },
    browsers: { type: "string" },
    locales: { type: "string" },
    sizes: { type: "string" },
    pages: { type: "string" },
    "no-axe": { type: "boolean" },
  },
});
const list = (text, otherwise) => (text ? text.split(",") : otherwise);
const browsers = list(values.browsers, values.quick ? ["chromium"] : ["chromium", "firefox", "webkit"]);
const languages = list(values.locales, values.quick ? ["en", "ar"] : locales);
const wanted = list(values.sizes, values.quick ? ["phone", "laptop"] : sizes.map((size) => size.name));

const world = await openDemo();
let looked = 0;
let violations = 0;
const wrong = [];
try {
  const pages = (await pagesOf(world)).filter((page) => !values.pages || values.pages.split(",").includes(page.name));
  const shown = sizes.filter((size) => wanted.includes(size.name));
  for (const name of browsers) {
    const browser = await openBrowser(name);
    try {
      for (const language of languages) await lookAt(browser, language, pages, shown);
    } finally {
      await browser.close();
    }
  }
} finally {
  await world.close();
}

// The address is opened once a size at first, then the window changes under it, as people do it.
async function lookAt(browser, language, pages, shown) {
  const page = await browser.newPage({ base: world.base, language, width: shown[0].width, height: shown[0].height });
  let signedIn = false;
  for (const one of pages) {
    if (one.signedIn && !signedIn) {
      await signIn(page, world.base, world);
      signedIn = true;
    }
    const tell = (size, problems) => {
      looked++;
      for (const problem of problems) wrong.push(`${browser.name} ${language} ${size.name} ${one.name} (${one.path}): ${problem}`);
    };
    for (const size of shown) {
      try {
        await page.size(size.width, size.height);
        if (size === shown[0]) await page.goto(world.base + one.path);
        else await page.settled();
        const problems = await checkPage(page, { language });
        const shownWidth = await page.evaluate(() => innerWidth);
        if (shownWidth !== size.width) problems.push(`the window is ${shownWidth} px wide, ${size.width} were asked for`);
        // Once for phones and once for wide windows: the rest differs in sizes only.
        if (!values["no-axe"] && (size === shown[0] || size === shown.at(-1))) {
          const access = await checkAccess(page);
          violations += access.length;
          problems.push(...access);
        }
        tell(size, problems);
      } catch (error) {
        tell(size, [error.message]);
      }
    }
  }
  await page.close();
}

for (const line of wrong) console.log(line);
console.log(`${looked} looks: ${browsers.join(", ")} x ${languages.join(", ")} x ${wanted.join(", ")}; ${wrong.length} problems, ${violations} of them by axe`);
process.exitCode = wrong.length ? 1 : 0;

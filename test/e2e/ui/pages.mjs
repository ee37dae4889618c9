// Every page in every language at every size, in one browser or several:
//
//   node test/e2e/ui/pages.mjs [--browsers chromium,firefox,webkit] [--locales en,ar,ru] [--sizes phone,laptop] [--pages roi,leads] [--windows 2] [--no-axe]
//
// Prints what is wrong when it is found, then counts; the last line is the sum.  `quick` (make
// test-ui-quick) is Chromium, English and Arabic, a phone and a laptop.  `windows` are browsers side
// by side, as many as there are processors unless told.
import { cpus } from "node:os";
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
    windows: { type: "string" },
    "no-axe": { type: "boolean" },
  },
});
const list = (text, otherwise) => (text ? text.split(",") : otherwise);
const browsers = list(values.browsers, values.quick ? ["chromium"] : ["chromium", "firefox", "webkit"]);
const languages = list(values.locales, values.quick ? ["en", "ar"] : locales);
const wanted = list(values.sizes, values.quick ? ["phone", "laptop"] : sizes.map((size) => size.name));

const windows = Number(values.windows ?? cpus().length);

const started = Date.now();
const sum = { looks: 0, problems: 0, violations: 0 };
const world = await openDemo();
try {
  const pages = (await pagesOf(world)).filter((page) => !values.pages || values.pages.split(",").includes(page.name));
  const shown = sizes.filter((size) => wanted.includes(size.name));
  for (const name of browsers) {
    const opened = await Promise.all(Array.from({ length: windows }, () => openBrowser(name)));
    try {
      for (const language of languages) {
        const began = Date.now();
        const count = { looks: 0, problems: 0, violations: 0 };
        // Each window takes the next page that nobody has looked at.
        const left = [...pages];
        await Promise.all(opened.map((browser) => lookAt(browser, language, left, shown, count)));
        for (const key of Object.keys(sum)) sum[key] += count[key];
        console.log(`${name} ${language}: ${count.looks} looks (${pages.length} pages x ${shown.length} sizes), ${count.problems} problems, ${count.violations} of them by axe, ${Math.round((Date.now() - began) / 1000)} s`);
      }
    } finally {
      await Promise.all(opened.map((browser) => browser.close()));
    }
  }
} finally {
  await world.close();
}

// The address is opened once a size at first, then the window changes under it, as people do it.
async function lookAt(browser, language, left, shown, count) {
  const page = await browser.newPage({ base: world.base, language, width: shown[0].width, height: shown[0].height });
  let signedIn = false;
  for (let one = left.shift(); one; one = left.shift()) {
    if (one.signedIn && !signedIn) {
      await signIn(page, world.base, world);
      signedIn = true;
    }
    for (const size of shown) {
      const problems = [];
      try {
        await page.size(size.width, size.height);
        if (size === shown[0]) await page.goto(world.base + one.path);
        else await page.settled();
        problems.push(...(await checkPage(page, { language })));
        const shownWidth = await page.evaluate(() => innerWidth);
        if (shownWidth !== size.width) problems.push(`the window is ${shownWidth} px wide, ${size.width} were asked for`);
        if (!values["no-axe"]) {
          const access = await checkAccess(page);
          count.violations += access.length;
          problems.push(...access);
        }
      } catch (error) {
        problems.push(error.message);
      }
      count.looks++;
      count.problems += problems.length;
      for (const problem of problems) console.log(`${browser.name} ${language} ${size.name} ${one.name} (${one.path}): ${problem}`);
    }
  }
  await page.close();
}

console.log(`${sum.looks} looks: ${browsers.join(", ")} x ${languages.join(", ")} x ${wanted.join(", ")}; ${sum.problems} problems, ${sum.violations} of them by axe; ${Math.round((Date.now() - started) / 1000)} s`);
process.exitCode = sum.problems ? 1 : 0;

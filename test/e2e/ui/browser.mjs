// One face over three browsers, so that a test is written once:
//
//   const browser = await openBrowser("chromium");            // or "firefox", "webkit"
//   const page = await browser.newPage({ width: 390, height: 844, language: "ar", touch: true });
//   await page.goto(url);  await page.click("button", "Save");  await page.fill("E-mail", "a@b.c");
//   await page.sees("Saved");                                   // waits; nothing sleeps
//
// Things are found as people find them: by role and accessible name, by label, by text.
// Chromium and Firefox are driven by puppeteer-core, WebKitGTK by its WebDriver.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { eventually } from "../harness.mjs";

const WEBKIT_BROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";
const paths = { chromium: "/usr/bin/chromium", firefox: "/usr/bin/firefox-esr" };
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/* --- finding, in the page itself ---------------------------------------------------------- */

// Runs in the page: the element that a person would mean, or null.
function findInPage({ role, name, label, text, css, nth = 0 }) {
  const shown = (element) => {
    if (element.closest("[hidden], [inert]")) return false;
    const style = getComputedStyle(element);
    return style.visibility !== "hidden" && element.getClientRects().length > 0;
  };
  // What a dialog covers cannot be reached.
  const dialogs = [...document.querySelectorAll("dialog[open]")];
  const root = dialogs.at(-1) ?? document;
  const tidy = (words) => (words ?? "").replace(/[\u2066-\u2069\u200e\u200f]/g, "").replace(/\s+/g, " ").trim();
  const fits = (words, wanted) => (wanted instanceof RegExp ? wanted.test(tidy(words)) : tidy(words) === tidy(wanted));
  const wantedOf = (value) => (value && value.pattern ? new RegExp(value.pattern, value.flags) : value);
  const nameOf = (element) => {
    const by = element.getAttribute("aria-labelledby");
    if (by) return by.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    if (element.getAttribute("aria-label")) return element.getAttribute("aria-label");
    if (element.labels?.length) return element.labels[0].textContent;
    return element.textContent || element.title || element.alt;
  };
  const implied = {
    button: "button, [role=button], summary", link: "a[href], [role=link]", checkbox: "input[type=checkbox]:not([role])", switch: "[role=switch]",
    radio: "input[type=radio]", heading: "h1, h2, h3, h4", dialog: "dialog[open], [role=dialog]", row: "tr, [role=row]", option: "[role=option], option",
    menuitem: "[role=menuitem], [role=menuitemcheckbox], [role=menuitemradio], [role=option]", tab: "[role=tab], .tab", alert: "[role=alert]", textbox: "input, textarea", combobox: "select, [role=combobox]",
    listitem: "li", article: "article", img: "img", video: "video", status: "[role=status]", cell: "td, th",
  };
  let found = [];
  if (css) found = [...root.querySelectorAll(css)];
  else if (label) {
    const wanted = wantedOf(label);
    found = [...root.querySelectorAll("input, select, textarea, [role=combobox]")].filter((element) => fits(nameOf(element), wanted));
  } else if (role) {
    const wanted = wantedOf(name);
    const selector = implied[role] ?? `[role=${role}]`;
    found = [...(root !== document && root.matches(selector) ? [root] : []), ...root.querySelectorAll(selector)].filter((element) => wanted === undefined || fits(nameOf(element), wanted));
  } else if (text) {
    const wanted = wantedOf(text);
    const walker = document.createTreeWalker(root === document ? document.body : root, NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      if (shown(node) && fits(node.textContent, wanted instanceof RegExp ? wanted : new RegExp(tidy(wanted).replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))) found.push(node);
    found = found.filter((element) => !found.some((other) => other !== element && element.contains(other)));
  }
  // Inputs that a label draws for them are there, though not seen.
  found = found.filter((element) => shown(element) || (element.labels?.length && shown(element.labels[0])) || element.type === "file");
  return found[nth] ?? null;
}

// Runs in the page.  WebDriver's own "clear" tells the page of no input.
function clearInPage(input) {
  input.focus();
  input.select?.();
  const set = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), "value")?.set;
  set?.call(input, "");
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

// Runs in the page: what is seen in part is brought to the middle, as people scroll to what they
// press; false while it moves, by that or by what is drawn above it.
async function stillInPage(element) {
  const box = element.getBoundingClientRect();
  const seen = (x) => element.contains(document.elementFromPoint(x, box.top + box.height / 2));
  if (!seen(box.left + 2) || !seen(box.right - 2)) element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  await new Promise((resolve) => setTimeout(resolve, 40));
  const now = element.getBoundingClientRect();
  return element.isConnected && now.left === box.left && now.top === box.top && now.width === box.width;
}

const sendable = (query) =>
  Object.fromEntries(Object.entries(query).map(([key, value]) => [key, value instanceof RegExp ? { pattern: value.source, flags: value.flags } : value]));
const told = (query) => JSON.stringify(query, (_key, value) => (value instanceof RegExp ? String(value) : value));

/* --- a page, whatever drives it -------------------------------------------------------------- */

// `engine` has goto, evaluate(text of a function, args), element(query), click(element), type, clear,
// choose(element, value), files(element, paths), press, screenshot, size, errors.
class Page {
  constructor(engine, settings) {
    this.engine = engine;
    this.settings = settings;
  }
  async goto(url) {
    await this.engine.goto(url);
    await this.settled();
  }
  reload = () => this.engine.reload();
  url = () => this.evaluate(() => location.href);
  evaluate = (fn, ...args) => this.engine.evaluate(String(fn), args);
  size = (width, height) => this.engine.size(width, height);
  press = (key) => this.engine.press(key);
  /** Errors of the page's scripts and console since the last call. */
  errors = () => this.engine.errors();

  async screenshot(path, whole = true) {
    writeFileSync(path, await this.engine.screenshot(whole));
  }
  /** Nothing is being fetched and no skeleton is seen. */
  settled() {
    return eventually("the page is settled", () =>
      this.evaluate(() => document.readyState === "complete" && !!document.querySelector("h1, [role=alert]") && !document.querySelector(".skeleton, main[aria-busy=true]")), { seconds: 20 });
  }
  find(query, seconds = 15) {
    return eventually(`there is ${told(query)} at ${this.settings.name}`, () => this.engine.element(sendable(query)), { seconds });
  }
  has = async (query) => Boolean(await this.engine.element(sendable(query)));
  sees = (text, seconds) => this.find({ text }, seconds);
  gone = (text, seconds = 15) => eventually(`"${text}" is gone`, async () => !(await this.has({ text })), { seconds });

  async click(role, name, more = {}) {
    await this.clickOn({ role, name, ...more });
  }
  // An element may be drawn anew between finding and pressing it.
  async clickOn(query) {
    await eventually(`${told(query)} takes a click`, async () => {
      const element = await this.engine.element(sendable(query));
      if (!element || !(await this.engine.still(element))) return false;
      await this.engine.click(element);
      return true;
    });
  }
  async focus(query) {
    await this.engine.focus(await this.find(query));
  }
  async fill(label, value) {
    await this.fillIn({ label }, value);
  }
  async fillIn(query, value) {
    const element = await this.find(query);
    await this.engine.clear(element);
    if (value !== "") await this.engine.type(element, value);
  }
  async choose(label, value) {
    const element = await this.find({ label });
    await this.engine.choose(element, value);
  }
  async files(query, paths) {
    const element = await this.find(query);
    await this.engine.files(element, paths);
  }
  /** What axe-core finds against WCAG 2.2 AA: [{id, nodes: [selector, ...]}]. */
  async axe() {
    // Once a document: it is half a megabyte.
    if (!(await this.evaluate(() => "axe" in window))) await this.engine.evaluateSource(axeSource);
    return this.engine.evaluate(
      String(async () => {
        const result = await window.axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
        return result.violations.map(({ id, nodes }) => ({ id, nodes: nodes.slice(0, 5).map((node) => `${node.target.join(" ")}: ${node.failureSummary ?? ""}`.slice(0, 300)) }));
      }),
      [],
    );
  }
  close = () => this.engine.close();
}

/* --- Chromium and Firefox --------------------------------------------------------------------- */

// What browsers say of answers that the page itself expects (a 401 that leads to the door).
const expected = /favicon|Failed to load resource|Cookie .* (will be|has been)|Layout was forced|downloadable font|connection to the server at .*\/api\/live|connection to .*\/api\/live was interrupted/;

async function puppeteerPage(browser, name, settings) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  let errors = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !expected.test(message.text())) errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  const viewport = (width, height) =>
    page.setViewport({ width, height, ...(name === "chromium" ? { isMobile: !!settings.touch && width < 800, hasTouch: !!settings.touch && width < 800 } : {}) });
  await viewport(settings.width, settings.height);
  const run = (text, args) => page.evaluate(`(${text})(...${JSON.stringify(args)})`);
  return {
    goto: (url) => page.goto(url, { waitUntil: "load" }),
    reload: () => page.reload({ waitUntil: "load" }),
    evaluate: run,
    evaluateSource: (source) => page.evaluate(source),
    async element(query) {
      const handle = await page.evaluateHandle(`(${findInPage})(${JSON.stringify(query)})`);
      return handle.asElement();
    },
    still: (element) => element.evaluate(stillInPage),
    click: (element) => element.click(),
    focus: (element) => element.focus(),
    type: async (element, text) => {
      await element.focus();
      await page.keyboard.type(text);
    },
    clear: (element) => element.evaluate(clearInPage),
    choose: (element, value) => element.select(value),
    files: (element, list) => element.uploadFile(...list),
    press: (key) => page.keyboard.press(key),
    size: viewport,
    screenshot: (whole) => page.screenshot({ fullPage: whole }),
    errors: () => {
      const all = errors;
      errors = [];
      return all;
    },
    /** Chromium's own protocol, for measurements. */
    protocol: () => page.createCDPSession(),
    close: () => context.close(),
  };
}

async function openPuppeteer(name) {
  const browser = await puppeteer.launch({
    headless: true,
    executablePath: paths[name],
    browser: name === "firefox" ? "firefox" : "chrome",
    protocolTimeout: 60_000,
    args: name === "chromium" ? ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-prefers-reduced-motion"] : [],
    ...(name === "firefox" ? { extraPrefsFirefox: { "ui.prefersReducedMotion": 1 } } : {}),
  });
  return { page: (settings) => puppeteerPage(browser, name, settings), close: () => browser.close() };
}

/* --- WebKitGTK, by the WebDriver protocol ------------------------------------------------------ */

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function openDriver() {
  const port = await freePort();
  // The little browser's own bar is wider than a phone: its buttons are made to shrink.
  const config = mkdtempSync(join(tmpdir(), "adwright-webkit-"));
  mkdirSync(join(config, "gtk-3.0"));
  writeFileSync(join(config, "gtk-3.0", "gtk.css"), "* { min-width: 0; min-height: 0; padding: 0; margin: 0; border-width: 0; font-size: 1px; -gtk-icon-transform: scale(0); }");
  const driver = spawn("xvfb-run", ["-a", "-s", "-screen 0 4096x2400x24", "WebKitWebDriver", `--port=${port}`, "--host=127.0.0.1"], {
    env: { ...process.env, LANG: "en_US.UTF-8", XDG_CONFIG_HOME: config, LIBGL_ALWAYS_SOFTWARE: "1", WEBKIT_DISABLE_COMPOSITING_MODE: "1" },
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  const base = `http://127.0.0.1:${port}`;
  const call = async (method, path, body) => {
    const answer = await fetch(base + path, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`WebDriver ${path}: ${value?.error} ${value?.message ?? ""}`);
    return value;
  };
  await eventually("WebKit's driver answers", () => call("GET", "/status").then((status) => status.ready));
  const close = () => {
    process.off("exit", close);
    try { process.kill(-driver.pid, "SIGKILL"); } catch { /* it has ended */ }
    rmSync(config, { recursive: true, force: true });
  };
  // It has a group of its own: it would outlive a test that is stopped.
  process.on("exit", close);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  return { call, close };
}

/** A driver has one session at a time: two people need two. */
async function openWebkit() {
  const all = [await openDriver()];
  const idle = [...all];
  return {
    async page(settings) {
      const driver = idle.pop() ?? (await openDriver());
      if (!all.includes(driver)) all.push(driver);
      const page = await webkitPage(driver.call, settings);
      return { ...page, close: () => page.close().then(() => idle.push(driver)) };
    },
    close: () => all.forEach((driver) => driver.close()),
  };
}

async function webkitPage(call, settings) {
  const { sessionId } = await call("POST", "/session", {
    capabilities: { alwaysMatch: { browserName: "MiniBrowser", "webkitgtk:browserOptions": { binary: WEBKIT_BROWSER, args: ["--automation"] } } },
  });
  const session = (method, path, body) => call(method, `/session/${sessionId}${path}`, body);
  const run = (text, args) =>
    session("POST", "/execute/async", {
      script: `const done = arguments[arguments.length - 1]; Promise.resolve((${text})(...arguments[0])).then((value) => done({ value }), (error) => done({ error: String(error) }));`,
      args: [args],
    }).then((answer) => {
      if (answer?.error) throw new Error(answer.error);
      return answer?.value;
    });
  // The window has a tool bar: what is left for the page is measured, and the window made so much
  // bigger; it takes the size a while after it was told.
  const size = async (width, height) => {
    const fits = async () => {
      const [w, h] = await run(String(() => [innerWidth, innerHeight]), []);
      return { done: w === width && h === height, w, h };
    };
    await eventually(`the window is ${width}x${height}`, async () => {
      const { done, w, h } = await fits();
      if (done) return true;
      const rect = await session("GET", "/window/rect");
      await session("POST", "/window/rect", { width: rect.width + width - w, height: rect.height + height - h });
      return eventually("it is", async () => (await fits()).done, { seconds: 1 });
    }, { seconds: 10 });
  };
  await session("POST", "/timeouts", { script: 60_000, pageLoad: 60_000 });
  // The driver tells nothing of the console: the page is asked to.  What is said before the page has
  // loaded is not heard here (Chromium and Firefox hear it); a page that was not drawn is seen.
  const listen = () =>
    run(String(() => {
      if (window.seenErrors) return;
      window.seenErrors = [];
      const say = console.error;
      console.error = (...words) => {
        window.seenErrors.push(words.join(" "));
        say.apply(console, words);
      };
      addEventListener("error", (event) => event.message && window.seenErrors.push(event.message));
      addEventListener("unhandledrejection", (event) => window.seenErrors.push(String(event.reason)));
    }), []);
  await size(settings.width, settings.height);
  return {
    goto: (url) => session("POST", "/url", { url }).then(listen),
    reload: () => session("POST", "/refresh", {}).then(listen),
    evaluate: run,
    evaluateSource: (source) => session("POST", "/execute/sync", { script: source, args: [] }),
    element: (query) => session("POST", "/execute/sync", { script: `return (${findInPage})(arguments[0]);`, args: [query] }),
    still: (element) => session("POST", "/execute/async", { script: `const done = arguments[1]; (${stillInPage})(arguments[0]).then(done, () => done(false));`, args: [element] }),
    click: (element) => session("POST", `/element/${element[ELEMENT]}/click`, {}),
    focus: (element) => session("POST", "/execute/sync", { script: "arguments[0].focus();", args: [element] }),
    type: (element, text) => session("POST", `/element/${element[ELEMENT]}/value`, { text }),
    clear: (element) => session("POST", "/execute/sync", { script: `(${clearInPage})(arguments[0]);`, args: [element] }),
    choose: (element, value) =>
      session("POST", "/execute/sync", {
        script: "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change', { bubbles: true }));",
        args: [element, value],
      }),
    files: (element, list) => session("POST", `/element/${element[ELEMENT]}/value`, { text: list.join("\n") }),
    press: (key) =>
      session("POST", "/actions", {
        actions: [{ type: "key", id: "keys", actions: [{ type: "keyDown", value: { Enter: "\uE007", Escape: "\uE00C", Tab: "\uE004" }[key] ?? key }, { type: "keyUp", value: { Enter: "\uE007", Escape: "\uE00C", Tab: "\uE004" }[key] ?? key }] }],
      }),
    size,
    screenshot: async () => Buffer.from(await session("GET", "/screenshot"), "base64"),
    errors: () => run(String(() => (window.seenErrors ?? []).splice(0)), []),
    close: () => session("DELETE", ""),
  };
}

/* --- opening ------------------------------------------------------------------------------------ */

export async function openBrowser(name) {
  const browser = name === "webkit" ? await openWebkit() : await openPuppeteer(name);
  return {
    name,
    /** A page of its own, with no cookies; language and light are chosen as the console keeps them. */
    async newPage({ base, width = 1280, height = 800, language = "en", theme = "light", touch = width < 800 } = {}) {
      const settings = { name, width, height, language, theme, touch };
      const page = new Page(await browser.page(settings), settings);
      if (base) {
        await page.engine.goto(`${base}/icon.svg`);
        await page.evaluate((chosen) => Object.entries(chosen).forEach(([key, value]) => localStorage.setItem(key, value)), { language, theme });
      }
      return page;
    },
    close: () => browser.close(),
  };
}

/** Signed in by the API, as the sign-in page does it. */
export async function signIn(page, base, { email, password }) {
  const status = await page.evaluate(
    async (who) => (await fetch("/api/session", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(who) })).status,
    { email, password },
  );
  if (status !== 200) throw new Error(`signing in at ${base}: ${status}`);
}

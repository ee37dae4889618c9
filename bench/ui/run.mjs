// make bench-ui: how fast the console is on the demo's data, enlarged (README.md here).
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openBrowser, signIn } from "../../test/e2e/ui/browser.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const binary = join(root, "build", "adwright");
const keep = process.env.KEEP === "1";
const LEADS = Number(process.env.LEADS ?? 100_000);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const CALLS = Number(process.env.CALLS ?? 40);
const SLOWER = 4;
const who = { email: "bench@example.com", password: "bench bench bench" };
const say = (text) => console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);

const folder = keep ? join(root, ".cache", "ui") : mkdtempSync(join(tmpdir(), "adwright-bench-ui-"));
const data = join(folder, "data");
const settings = ["--data", data, "--log", "error", "--tiktok_base_url", "http://127.0.0.1:9", "--facebook_base_url", "http://127.0.0.1:9"];
const run = (args, input = "") => execFileSync(binary, args, { input, stdio: ["pipe", "pipe", "inherit"], maxBuffer: 64 << 20 }).toString();

async function serve() {
  const program = spawn(binary, ["serve", "--port", "0", ...settings], { stdio: ["ignore", "pipe", "inherit"] });
  const base = await new Promise((resolve, reject) => {
    let printed = "";
    program.stdout.on("data", (text) => {
      printed += text;
      const match = printed.match(/listens on (http:\/\/\S+)/);
      if (match) resolve(match[1]);
    });
    program.on("exit", () => reject(new Error(`the server ended: ${printed}`)));
  });
  return { base, stop: () => new Promise((resolve) => (program.on("exit", resolve), program.kill("SIGTERM"))) };
}

async function session(base) {
  const signed = await fetch(`${base}/api/session`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(who) });
  if (!signed.ok) throw new Error(await signed.text());
  const cookie = signed.headers.get("set-cookie").split(";")[0];
  return { cookie, "x-csrf-token": (await signed.json()).csrf };
}

/* --- the data ------------------------------------------------------------------------------ */

function csvOf(first, n, newest) {
  const lines = ["name,phone,email,created_at,ad_id"];
  for (let i = first; i < first + n; i++) {
    const at = new Date(newest - ((i * 7919) % (90 * 86_400)) * 1000).toISOString();
    lines.push(`Person ${i},+7701${String(1_000_000 + (i % 9_000_000)).padStart(7, "0")},p${i}@example.com,${at},${1870000000000000000n + BigInt(i % 5000)}`);
  }
  return lines.join("\n");
}

async function importLeads(server) {
  const headers = { ...(await session(server.base)), "content-type": "text/csv" };
  const newest = Date.now() - 3_600_000;
  for (let first = 0; first < LEADS; first += 5000) {
    const answer = await fetch(`${server.base}/api/leads/import`, { method: "POST", headers, body: csvOf(first, Math.min(5000, LEADS - first), newest) });
    const told = await answer.json();
    if (!answer.ok || told.failed) throw new Error(JSON.stringify(told).slice(0, 500));
    if (first % 25_000 === 0) say(`${first + told.added} leads`);
  }
}

// Until what the import has started (words, conversions that are too old) is done.
async function quiet(database) {
  for (let calm = 0; calm < 5; ) {
    const open = Number(execFileSync("sqlite3", [database, "SELECT count(*) FROM jobs WHERE state IN ('running') OR (state = 'waiting' AND run_at_ms < strftime('%s','now') * 1000)"]).toString());
    calm = open < 3 ? calm + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function makeData() {
  mkdirSync(folder, { recursive: true });
  say("the demo's fortnight");
  run(["demo", "--once", "--json", "--port", "0", ...["--data", data, "--log", "error"]]);
  const database = join(data, "adwright.db");
  const org = execFileSync("sqlite3", [database, "SELECT org_id FROM orgs LIMIT 1"]).toString().trim();
  run(["user", "add", "--org", org, "--email", who.email, "--data", data], `${who.password}\n`);
  say("5,000 ads, 450,000 rows of figures");
  execFileSync("sqlite3", [database], { input: readFileSync(join(here, "enlarge.sql")) });
  run(["roi", "rebuild", "--data", data]);
  const server = await serve();
  say(`${LEADS} leads through the import`);
  await importLeads(server);
  await quiet(database);
  await server.stop();
  writeFileSync(join(folder, "made"), "");
}

/* --- measuring -------------------------------------------------------------------------------- */

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))];

// Marks, in the page's own timeline, when the navigation and the key figures are there.
const watch = `new MutationObserver((_all, observer) => {
  if (!document.querySelector(".nav a") || !document.querySelector("dl.figures .figure-value") || document.querySelector(".skeleton")) return;
  performance.mark("figures");
  observer.disconnect();
}).observe(document, { subtree: true, childList: true });`;

/** Bytes over the wire, and when the page answers: figures are there and the last long task is over. */
async function firstLoad(browser, server) {
  const page = await browser.newPage({ base: server.base, width: 1280, height: 800 });
  await signIn(page, server.base, who);
  const protocol = await page.engine.protocol();
  let bytes = 0;
  const trace = [];
  protocol.on("Network.loadingFinished", (event) => (bytes += event.encodedDataLength));
  protocol.on("Tracing.dataCollected", (event) => trace.push(...event.value));
  await protocol.send("Network.enable");
  await protocol.send("Network.setCacheDisabled", { cacheDisabled: true });
  await protocol.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await protocol.send("Page.enable");
  await protocol.send("Page.addScriptToEvaluateOnNewDocument", { source: watch });
  await protocol.send("Tracing.start", { categories: "blink.user_timing,devtools.timeline,disabled-by-default-devtools.timeline,toplevel", transferMode: "ReportEvents" });
  await page.engine.goto(`${server.base}/`);
  await page.settled();
  // A window in which late long tasks would still be seen; nothing of it counts by itself.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1500)));
  const complete = new Promise((resolve) => protocol.once("Tracing.tracingComplete", resolve));
  await protocol.send("Tracing.end");
  await complete;
  await page.close();

  const start = trace.filter((event) => event.name === "navigationStart" && event.args?.data?.documentLoaderURL?.startsWith(server.base)).at(-1) ?? trace.filter((event) => event.name === "navigationStart").at(-1);
  const figures = trace.find((event) => event.name === "figures" && event.ts > start.ts);
  if (!figures) throw new Error("the dashboard's figures never came");
  const LONG_US = 50_000;
  const tasks = trace.filter((event) => event.name === "RunTask" && event.pid === figures.pid && event.tid === figures.tid && event.ts > start.ts && event.dur > LONG_US);
  const busyUntil = Math.max(0, ...tasks.map((task) => task.ts + task.dur));
  return { kb: bytes / 1000, ms: (Math.max(figures.ts, busyUntil) - start.ts) / 1000 };
}

/** Frames a second while the table of all ads is scrolled from top to bottom. */
async function scroll(browser, server) {
  const page = await browser.newPage({ base: server.base, width: 1280, height: 800 });
  await signIn(page, server.base, who);
  await page.goto(`${server.base}/campaigns?tab=ads`);
  // All of them in one table.
  for (;;) {
    const rows = await page.evaluate(() => Number(document.querySelector(".table-scroll table")?.getAttribute("aria-rowcount") ?? 0));
    if (rows > 5000) break;
    await page.click("button", /^(Show more|All rows)/);
    await page.evaluate((before) => new Promise((resolve, reject) => {
      const end = performance.now() + 20_000;
      (function look() {
        if (Number(document.querySelector(".table-scroll table")?.getAttribute("aria-rowcount") ?? 0) > before) resolve();
        else if (performance.now() > end) reject(new Error("no more rows came"));
        else setTimeout(look, 50);
      })();
    }), rows);
  }
  const shown = await page.evaluate(() => new Promise((resolve) => {
    const scroller = document.querySelector(".table-scroll");
    const begin = performance.now();
    let frames = 0;
    let blank = 0;
    (function frame() {
      frames++;
      scroller.scrollTop += 160;
      const middle = scroller.getBoundingClientRect();
      const row = document.elementFromPoint(middle.left + middle.width / 2, middle.top + middle.height / 2)?.closest("tr[data-index]");
      if (!row) blank++;
      if (performance.now() - begin < 5000) requestAnimationFrame(frame);
      else resolve({ fps: frames / ((performance.now() - begin) / 1000), blank: blank / frames });
    })();
  }));
  await page.close();
  return shown;
}

/** Every GET of the API that the pages make. */
async function callsOf(browser, server) {
  const page = await browser.newPage({ base: server.base, width: 1280, height: 800 });
  await signIn(page, server.base, who);
  const protocol = await page.engine.protocol();
  const urls = new Set();
  protocol.on("Network.requestWillBeSent", ({ request }) => {
    const url = new URL(request.url);
    if (request.method === "GET" && url.pathname.startsWith("/api/") && url.pathname !== "/api/live" && !/\/(video|poster)/.test(url.pathname)) urls.add(url.pathname + url.search);
  });
  await protocol.send("Network.enable");
  const headers = await session(server.base);
  const first = async (path) => (await (await fetch(server.base + path, { headers })).json()).data?.[0]?.id;
  const lead = await first("/api/leads");
  const creative = await first("/api/creatives");
  const execution = await first("/api/autopilot/executions");
  const direction = await first("/api/directions");
  for (const path of ["/", "/directions", `/directions/${direction}`, "/creatives", `/creatives/${creative}`, "/launch", "/campaigns", "/campaigns?tab=ad-groups", "/campaigns?tab=ads", "/leads", "/leads?view=board", `/leads/${lead}`, "/roi", "/roi?tab=cohorts", "/autopilot", `/autopilot/${execution}`, "/accounts", "/settings/members", "/settings/audit", "/settings/events", "/settings/events?view=pixels", "/settings/hand-offs", "/settings/sites", "/settings/keys"])
    await page.goto(server.base + path);
  await page.close();
  return [...urls];
}

async function apiTimes(server, urls) {
  const headers = await session(server.base);
  const times = [];
  for (const url of urls) {
    const each = [];
    for (let i = 0; i < CALLS; i++) {
      const begin = performance.now();
      const answer = await fetch(server.base + url, { headers });
      await answer.arrayBuffer();
      each.push(performance.now() - begin);
      if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    }
    times.push({ url, p50: quantile(each, 0.5), p95: quantile(each, 0.95) });
  }
  return times.sort((a, b) => b.p95 - a.p95);
}

if (!existsSync(join(folder, "made"))) {
  rmSync(folder, { recursive: true, force: true });
  await makeData();
}
const server = await serve();
const browser = await openBrowser("chromium");
try {
  const loads = [];
  for (let i = 0; i < ROUNDS; i++) loads.push(await firstLoad(browser, server));
  say(`first load: ${loads.map((load) => `${load.kb.toFixed(0)} kB in ${load.ms.toFixed(0)} ms`).join(", ")} (CPU ${SLOWER}x slower)`);
  const scrolls = [];
  for (let i = 0; i < 3; i++) scrolls.push(await scroll(browser, server));
  say(`5,000 ads scrolled: ${scrolls.map((one) => `${one.fps.toFixed(1)} frames/s, ${(one.blank * 100).toFixed(0)} % of them without a row`).join("; ")}`);
  const times = await apiTimes(server, await callsOf(browser, server));
  say(`${times.length} calls behind the pages, ${CALLS} times each; the slowest:`);
  for (const one of times.slice(0, 12)) console.log(`  ${one.p95.toFixed(1).padStart(7)} ms p95 ${one.p50.toFixed(1).padStart(7)} ms p50  ${one.url}`);
  console.log(JSON.stringify({
    bench: "ui",
    first_load_kb: Math.round(median(loads.map((load) => load.kb))),
    interactive_ms: Math.round(median(loads.map((load) => load.ms))),
    scroll_fps: Number(median(scrolls.map((one) => one.fps)).toFixed(1)),
    api_p95_ms: Number(times[0].p95.toFixed(1)),
  }));
} finally {
  await browser.close();
  await server.stop();
  if (!keep) rmSync(folder, { recursive: true, force: true });
}

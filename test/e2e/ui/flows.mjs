// What people do with the console, driven in real browsers against the real binary and its sandbox.
//
//   node --test test/e2e/ui/flows.mjs
//   UI_BROWSERS=chromium,firefox,webkit UI_LOCALES=en,ar,ru UI_DATABASES=sqlite,postgres node --test test/e2e/ui/flows.mjs
//
// Words are taken from the console's own files, so that a flow reads the same in every language.
import test from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { eventually, http, root, start } from "../harness.mjs";
import { connectAccount, makeDirection, uploadCreative } from "../steps.mjs";
import { loadLanguages } from "../../../ui/scripts/languages.mjs";
import { openBrowser, signIn } from "./browser.mjs";
import { openDemo, sizes } from "./world.mjs";

const list = (name, otherwise) => (process.env[name] ? process.env[name].split(",") : otherwise);
const browsers = list("UI_BROWSERS", ["chromium"]);
const locales = list("UI_LOCALES", ["en"]);
const databases = list("UI_DATABASES", ["sqlite"]);
const languages = await loadLanguages();

// "leads.title" in a language; {parameters} match anything unless they are given.
function wordsOf(language) {
  const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return (key, parameters = {}) => {
    const [page, name] = key.split(".");
    const word = languages[language][page]?.[name];
    assert.notEqual(word, undefined, `there is a word ${key}`);
    const forms = typeof word === "string" ? [word] : Object.values(word);
    if (typeof word === "string" && !/\{/.test(word)) return word;
    const patterns = forms.map((form) => escape(form).replace(/\\\{(\w+)\\\}/g, (_all, parameter) => (parameters[parameter] === undefined ? ".+" : escape(String(parameters[parameter])))));
    return new RegExp(`^(${patterns.join("|")})$`);
  };
}

const opened = new Map();
async function browserOf(name) {
  if (!opened.has(name)) opened.set(name, openBrowser(name));
  return opened.get(name);
}
test.after(async () => {
  for (const browser of opened.values()) await (await browser).close();
});

// Each flow once in every browser and language; sizes go round, so that each is used (a 4K window,
// slow to draw without a graphics card, in the whole matrix only).
const round = [1, 4, 3, 0, 5, 2, ...(locales.length > 1 ? [6] : [])].map((i) => sizes[i]);
let turn = 0;
function flow(title, act) {
  for (const name of browsers)
    for (const language of locales)
      for (const database of databases) {
        const size = round[turn++ % round.length];
        test(`${title} (${name}, ${language}, ${size.name}, ${database})`, { timeout: 240_000 }, async (t) => {
          const browser = await browserOf(name);
          const open = async (base) => {
            const page = await browser.newPage({ base, language, width: size.width, height: size.height });
            pages.push(page);
            return page;
          };
          const pages = [];
          t.after(() => Promise.all(pages.map((page) => page.close())));
          try {
            await act(t, { database, open, w: wordsOf(language), language });
          } catch (error) {
            // What was on the screen is half of the answer.
            mkdirSync(pictures, { recursive: true });
            const picture = join(pictures, `${title.replace(/\W+/g, "-")}.${name}.${language}.png`);
            await pages.at(-1)?.screenshot(picture).then(() => t.diagnostic(`seen: ${picture}`), () => undefined);
            throw error;
          }
        });
      }
}

const pictures = join(root, "build", "ui-failures");
const clip = join(root, "demo", "trial-lesson.mp4");

/** A server with an owner, an account, a direction; the owner is signed in on a page of the console. */
async function ready(t, { database, open }, options = {}) {
  const world = await start(t, { database, ...options });
  const account = await connectAccount(world);
  const direction = await makeDirection(world, account);
  const page = await open(world.server.base);
  await signIn(page, world.server.base, world.orgs[0]);
  return { world, account, direction, page };
}

flow("a door that was tried too often closes, and says when it opens", async (t, { database, open, w }) => {
  const world = await start(t, { database, sandbox: false });
  const page = await open(world.server.base);
  await page.goto(`${world.server.base}/leads?stage=lost`);
  await page.find({ role: "heading", name: w("door.sign_in") });
  await eventually("the door closes", async () => {
    await page.fill(w("door.email"), world.orgs[0].email);
    await page.fill(w("door.password"), "not the password");
    await page.click("button", w("door.sign_in"));
    await eventually("it says something", () => page.has({ role: "alert" }));
    return page.has({ text: w("door.closed") });
  }, { seconds: 60 });
  // Nobody gets in meanwhile, not even with the right password.
  const right = await http("POST", `${world.server.base}/api/session`, { body: { email: world.orgs[0].email, password: world.orgs[0].password } });
  assert.equal(right.status, 429);
  assert.ok(Number(right.headers.get("retry-after")) > 0);
});

flow("who signs in comes to the page that was asked for", async (t, { database, open, w }) => {
  const world = await start(t, { database, sandbox: false });
  const page = await open(world.server.base);
  await page.goto(`${world.server.base}/leads?stage=lost`);
  await page.fill(w("door.email"), world.orgs[0].email);
  await page.fill(w("door.password"), world.orgs[0].password);
  await page.click("button", w("door.sign_in"));
  await page.find({ role: "heading", name: w("leads.title") });
  assert.match(await page.url(), /\/leads\?stage=lost$/);
});

flow("a lead from the webhook appears while the list is open", async (t, context) => {
  const { w } = context;
  const secret = "webhook-secret";
  const { world, account, direction, page } = await ready(t, context, { flags: ["--tiktok_webhook_secret", secret, "--lead_poll_minutes", "0"] });
  await page.goto(`${world.server.base}/leads`);
  await page.sees(w("leads.none"));
  const advertiser = account.tiktok_business_id ?? account.connections.tiktok.advertiser_id ?? account.connections.tiktok.tiktok_business_id;
  const now = Math.floor(world.clock.now() / 1000);
  const raw = JSON.stringify({
    object: 1, time: now,
    entry: [{ id: "7100000000000000001", advertiser_id: advertiser, page_id: direction.tiktok_instant_page_id, create_time: now,
      changes: [{ field: "name", value: "Ержан" }, { field: "phone_number", value: "8 701 765 43 21" }] }],
  });
  const sent = await http("POST", `${world.server.base}/tiktok/webhook`, {
    raw, headers: { "content-type": "application/json", "x-tiktok-signature": createHmac("sha256", secret).update(raw).digest("hex") },
  });
  assert.equal(sent.status, 200, sent.text);
  // Nothing is reloaded.
  await page.click("link", "Ержан");
  await page.find({ role: "heading", name: "Ержан" });
  assert.ok(await page.has({ text: /\+770\*+21/ }), "the phone is masked");
  await page.click("button", w("leads.reveal"));
  await page.sees("+77017654321");
  const audit = await world.server.call("GET", "/api/audit");
  assert.match(audit.text, /lead\.reveal|reveal/, "who saw it is in the log");
  await page.click("button", w("leads.to_stage", { stage: w("leads.stage_qualified") }));
  await eventually("it is qualified", async () => (await world.server.call("GET", "/api/leads")).json.data[0].stage === "qualified");
});

// A film that takes a while: the clip, then noise that no player needs (a `free` box).
function longClip(folder, megabytes) {
  const path = join(folder, "long.mp4");
  copyFileSync(clip, path);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(megabytes * 1024 * 1024, 0);
  head.write("free", 4);
  appendFileSync(path, Buffer.concat([head, Buffer.alloc(megabytes * 1024 * 1024 - 8)]));
  return path;
}

// Hotel Wi-Fi: what the browser sends goes on to the server at so many bytes a second.
async function slowLine(t, world, bytesPerSecond) {
  const STEP_MS = 20;
  const line = { taken: 0 };
  const server = createServer((client) => {
    const target = connect(Number(new URL(world.server.base).port), "127.0.0.1");
    const close = () => (client.destroy(), target.destroy());
    for (const socket of [client, target]) socket.on("error", close).on("close", close);
    target.pipe(client);
    client.on("data", (piece) => {
      client.pause();
      line.taken += piece.length;
      target.write(piece);
      setTimeout(() => client.resume(), Math.max(0, (piece.length / bytesPerSecond) * 1000 - STEP_MS / 2));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  line.base = `http://127.0.0.1:${server.address().port}`;
  return line;
}

flow("an upload goes on after the server was killed in the middle of it", async (t, { database, open, w }) => {
  const world = await start(t, { database });
  const direction = await makeDirection(world, await connectAccount(world));
  const line = await slowLine(t, world, 12e6);
  const page = await open(line.base);
  await signIn(page, line.base, world.orgs[0]);
  await page.goto(`${line.base}/creatives`);
  const film = longClip(world.folder, 40);
  await page.files({ css: "input[type=file]" }, [film]);
  await page.choose(w("common.direction"), direction.id);
  await page.click("button", w("creatives.upload_n"));
  await eventually("a part of it is there", () => line.taken > 12e6);
  await world.server.stop("SIGKILL");
  assert.ok(line.taken < 35e6, "in the middle");
  await page.sees(w("creatives.upload_waiting"));
  const before = line.taken;
  await world.startServer();
  await page.sees(w("creatives.upload_done"), 60);
  const size = statSync(film).size;
  assert.ok(line.taken - before < size - 4e6, "what had arrived is not sent again");
  const made = await eventually("the creative is there", async () => (await world.server.call("GET", "/api/creatives")).json.data.find((one) => one.size_bytes === size));
  const back = await fetch(`${world.server.base}/api/creatives/${made.id}/video`, { headers: { authorization: `Bearer ${world.orgs[0].key}` } });
  assert.ok(Buffer.from(await back.arrayBuffer()).equals(readFileSync(film)), "byte for byte");
});

/** Directions, a creative that is ready everywhere, and the launch page with both chosen. */
async function readyToLaunch(t, context) {
  const { w } = context;
  const made = await ready(t, context);
  const { world, direction, page } = made;
  const creative = await uploadCreative(world, direction);
  await eventually("the creative is ready", async () => (await world.server.call("GET", `/api/creatives/${creative.id}`)).json.status === "ready");
  await page.goto(`${world.server.base}/launch?direction=${direction.id}&creative=${creative.id}`);
  await eventually("the creative is chosen", async () => {
    if (await page.has({ text: w("launch.chosen") })) return true;
    await page.click("checkbox", /trial-lesson/);
    return false;
  });
  await page.sees(w("launch.calls"));
  return made;
}

flow("a launch tells its calls and its spend before, and each step while it goes", async (t, context) => {
  const { w } = context;
  const { world, page } = await readyToLaunch(t, context);
  assert.equal((await world.server.call("GET", "/api/launches")).json.data.length, 0, "looking makes nothing");
  await page.click("button", w("launch.go"));
  await page.sees(w("launch.done_text"), 60);
  const [launch] = (await world.server.call("GET", "/api/launches")).json.data;
  assert.equal(launch.state, "done");
  await page.click("link", w("launch.see_campaign"));
  await page.find({ role: "heading", name: w("campaigns.title") });
});

flow("what the platform refuses stands there in its own words, with what to do", async (t, context) => {
  const { w } = context;
  const { world, page } = await readyToLaunch(t, context);
  const words = "The budget of the ad group is lower than the sandbox allows today";
  const set = await world.sandbox.call("POST", "/sandbox/faults", [{ path: "adgroup/create/", code: 40002, message: words, times: 0 }]);
  assert.ok(set.status < 300, set.text);
  await page.click("button", w("launch.go"));
  await page.sees(words, 60);
  await page.sees(w("launch.undone_text"), 60);
  await world.sandbox.call("DELETE", "/sandbox/faults");
  await page.click("link", w("launch.again"));
  await page.sees(w("launch.calls"));
  await page.click("button", w("launch.go"));
  await page.sees(w("launch.done_text"), 60);
});

flow("a decision of the autopilot is undone", async (t, { open, w }) => {
  const world = await openDemo();
  t.after(() => world.close());
  const page = await open(world.base);
  await signIn(page, world.base, world);
  await page.goto(`${world.base}/autopilot`);
  const undo = { role: "button", name: w("autopilot.undo_of") };
  await page.clickOn(undo);
  await page.click("button", w("autopilot.undo_act"));
  await page.sees(w("autopilot.undone"), 60);
});

flow("the first run: owner, account, direction, video, launch", async (t, { database, open, w }) => {
  const world = await start(t, { database, orgs: 0 });
  const { base } = world.server;
  const [, link] = await world.server.line(/first owner at (\S+)/);
  const page = await open(base);
  await page.goto(link);
  await page.fill(w("door.org_name"), "School");
  await page.fill(w("door.email"), "owner@example.com");
  await page.fill(w("door.password"), "correct horse battery");
  await page.click("button", w("door.create_owner"));

  await page.click("link", w("first.connect_act"));
  await page.click("button", w("accounts.add"));
  await page.fill(w("accounts.name"), "Almaty");
  await page.click("button", w("accounts.create"));
  await page.click("button", w("accounts.connect"));
  // The platform's own page, then back to ours.
  await page.click("button", "Confirm");
  // The authorization reaches two advertisers: the first is taken, the other one is offered.
  await page.find({ role: "dialog", name: w("accounts.choose_advertiser") }, 30);
  await page.sees("Demo AE");
  await page.click("button", w("common.close"));
  await page.sees(w("accounts.status_connected"));

  await page.goto(`${base}/directions/new`);
  await page.fill(w("directions.name"), "English course");
  await page.fill(w("directions.budget_in"), "30000");
  await page.fill(w("directions.target_in"), "1600");
  await page.fill(w("directions.ad_text"), "English with a tutor");
  const places = await page.find({ label: w("directions.instant_page") });
  const first = await page.evaluate(() => [...document.querySelectorAll("select")].flatMap((select) => [...select.options]).find((option) => /^7\d{15,}$/.test(option.value))?.value);
  assert.ok(first && places, "an instant page is offered");
  await page.choose(w("directions.instant_page"), first);
  await page.click("button", w("directions.create"));
  const direction = await eventually("the direction is there", async () =>
    page.evaluate(async () => (await (await fetch("/api/directions")).json()).data[0]));
  assert.equal(direction.name, "English course");

  await page.goto(`${base}/creatives`);
  await page.files({ css: "input[type=file]" }, [clip]);
  await page.choose(w("common.direction"), direction.id);
  await page.click("button", w("creatives.upload_n"));
  const creative = await eventually("the video is ready", async () =>
    page.evaluate(async () => (await (await fetch("/api/creatives")).json()).data.find((one) => one.status === "ready")), { seconds: 60 });

  await page.goto(`${base}/launch?direction=${direction.id}&creative=${creative.id}`);
  await eventually("the video is chosen", async () => {
    if (await page.has({ text: w("launch.chosen") })) return true;
    await page.click("checkbox", /trial-lesson/);
    return false;
  });
  await page.sees(w("launch.calls"));
  await page.click("button", w("launch.go"));
  await page.sees(w("launch.done_text"), 60);

  await page.goto(`${base}/`);
  await page.find({ role: "heading", name: w("dashboard.title") });
  assert.ok(!(await page.has({ text: w("first.title") })), "nothing is left to do");
});

flow("an ad account is connected, a direction for both platforms is written, put away and brought back", async (t, { database, open, w }) => {
  const world = await start(t, { database });
  const { call } = world.server;
  const page = await open(world.server.base);
  await signIn(page, world.server.base, world.orgs[0]);
  await page.goto(`${world.server.base}/accounts`);
  await page.click("button", w("accounts.add"));
  await page.fill(w("accounts.name"), "First client");
  await page.click("button", w("accounts.create"));
  // The platform's own page, and back to the card.
  await page.click("button", w("accounts.connect"));
  await page.click("button", "Confirm");
  await page.find({ role: "heading", name: w("accounts.choose_advertiser") });
  assert.match(await page.url(), /\/accounts\?connected=tiktok&card=.*&choose=1/);
  await page.click("button", w("common.close"));
  await page.sees(w("accounts.status_connected"));

  await page.goto(`${world.server.base}/directions/new`);
  await page.clickOn({ css: ".segment:last-child" });
  await page.fill(w("directions.name"), "Evening school");
  await page.fill(w("directions.budget_in", { currency: "KZT" }), "100");
  await page.fill(w("directions.budget_in", { currency: "USD" }), "20");
  await page.sees(w("directions.wrong_budget"));
  await page.fill(w("directions.budget_in", { currency: "KZT" }), "15 000");
  // Letters that come faster than the page draws may be lost: then it is typed again.
  await eventually("Almaty is found", async () => {
    await page.fill(w("directions.places"), "алма");
    return page.find({ role: "option", name: /^Almaty/ }, 4).catch(() => false);
  }, { seconds: 40 });
  await page.click("option", /^Almaty/);
  await page.find({ role: "button", name: w("common.remove_one", { name: "Almaty" }) });
  await page.press("Escape");
  // What was written outlives the page.
  await eventually("it is kept", () => page.evaluate(() => Object.values(localStorage).some((text) => text.includes("94600135"))));
  await page.reload();
  await page.find({ role: "button", name: w("common.remove_one", { name: "Almaty" }) });
  await page.click("button", w("directions.create_both"));
  await page.sees(w("directions.created", { name: "Evening school" }));
  const made = (await call("GET", "/api/directions?platform=tiktok")).json.data[0];
  assert.deepEqual([made.name, made.daily_budget_micros, made.default_settings.location_ids, made.default_settings.target_names],
    ["Evening school", 15_000_000_000, ["94600135"], { 94600135: "Almaty" }]);

  await page.click("button", w("directions.acts", { name: "Evening school" }));
  await page.click("menuitem", w("directions.archive"));
  await page.sees(w("directions.archived_toast", { name: "Evening school" }));
  assert.equal((await call("GET", "/api/directions?archived=1")).json.data.length, 1);
  await page.click("button", w("common.undo"));
  await eventually("it is back", async () => (await call("GET", "/api/directions")).json.data.filter((one) => one.is_active).length === 2);
});

flow("keys, invitations and roles are made, told once, changed and written down", async (t, { database, open, w }) => {
  const world = await start(t, { database, sandbox: false });
  const { base, call } = world.server;
  const page = await open(base);
  await signIn(page, base, world.orgs[0]);

  await page.goto(`${base}/settings/keys`);
  await page.click("button", w("keys.add"));
  await page.fill(w("settings.name"), "Reports");
  await page.clickOn({ css: "#add-key button, dialog[open] [type=submit]" });
  await page.find({ role: "dialog", name: w("keys.made") });
  const key = await page.evaluate(() => document.querySelector("dialog[open] .copy-secret").textContent);
  const withKey = () => http("GET", `${base}/api/me`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal((await withKey()).status, 200, "the key opens the API");
  await page.click("button", w("common.done"));
  await page.goto(`${base}/settings/keys`);
  await page.find({ role: "cell", name: "Reports" });
  assert.ok(!(await page.evaluate((secret) => document.documentElement.innerHTML.includes(secret), key)), "it is not shown again");
  assert.ok(!(await call("GET", "/api/keys")).text.includes(key), "nor told again");
  await page.click("button", w("settings.revoke_of", { name: "Reports" }));
  await page.click("button", w("settings.revoke"));
  await page.gone(w("settings.revoke"));
  await page.find({ role: "cell", name: w("settings.revoked") });
  assert.equal((await withKey()).status, 401, "it opens nothing any more");

  const mate = "mate@example.com";
  await page.goto(`${base}/settings/members`);
  await page.click("button", w("members.invite"));
  await page.fill(w("door.email"), mate);
  await page.choose(w("members.role"), "analyst");
  await page.click("button", w("members.make_link"));
  await page.find({ role: "dialog", name: w("members.link_title") });
  const link = new URL(await page.evaluate(() => document.querySelector("dialog[open] .copy-secret").textContent));
  await page.click("button", w("common.done"));

  const guest = await open(base);
  await guest.goto(base + link.pathname);
  await guest.fill(w("door.new_password"), "a password of the mate");
  await guest.click("button", w("door.join"));
  await guest.find({ role: "heading", name: w("dashboard.title") });
  await guest.goto(`${base}/settings/members`);
  await guest.sees(w("settings.not_yours"));

  await page.goto(`${base}/settings/members`);
  await page.find({ role: "cell", name: w("members.state_used") });
  await page.click("button", w("members.change_role_of", { email: mate }));
  await page.choose(w("members.role"), "owner");
  await page.click("button", w("members.change_role"));
  await page.sees(w("common.saved"));
  await eventually("the role is changed", async () => (await call("GET", "/api/users")).json.data.find((one) => one.email === mate).role === "owner");
  // What is written of a role that changed: sessions end, and the next one has the new rights.
  await guest.goto(`${base}/settings/members`);
  await guest.fill(w("door.email"), mate);
  await guest.fill(w("door.password"), "a password of the mate");
  await guest.click("button", w("door.sign_in"));
  await guest.find({ role: "button", name: w("members.invite") });

  await page.goto(`${base}/settings/audit`);
  for (const action of ["api_key.add", "api_key.revoke", "invitation.add", "invitation.accept", "user.role"]) await page.sees(action);
});

flow("a lead is moved on the board by its menu, and its page tells the way", async (t, { database, open, w }) => {
  const world = await start(t, { database, sandbox: false });
  const { base, call } = world.server;
  const made = await call("POST", "/api/leads", { name: "Aigerim", phone: "+77017654321" });
  assert.ok(made.status < 300, made.text);
  const page = await open(base);
  await signIn(page, base, world.orgs[0]);
  await page.goto(`${base}/leads?view=board`);
  // By the keyboard alone: the menu opens with Enter, its first move is "qualified".
  const menu = { role: "button", name: w("leads.move_one", { name: "Aigerim" }) };
  await page.find(menu);
  await page.focus(menu);
  await page.press("Enter");
  await page.find({ role: "menuitem", name: w("leads.to_stage", { stage: w("leads.stage_qualified") }) });
  await page.press("Enter");
  const stage = () => call("GET", "/api/leads").then((answer) => answer.json.data[0].stage);
  await eventually("it is qualified", async () => (await stage()) === "qualified");
  // And by the pointer, where it stands now, to where it may come back from.
  await page.find({ css: ".board > :nth-child(2) .board-name" });
  await page.click("button", w("leads.move_one", { name: "Aigerim" }));
  await page.click("menuitem", w("leads.to_stage", { stage: w("leads.stage_scheduled") }));
  await eventually("it is scheduled", async () => (await stage()) === "scheduled");
  await page.click("button", w("common.undo"));
  await eventually("it is qualified again", async () => (await stage()) === "qualified");
  await page.click("link", "Aigerim");
  await page.find({ role: "heading", name: w("leads.ledger") });
  const way = await eventually("three moves are told", async () => {
    const lines = await page.evaluate(() => [...document.querySelectorAll(".ledger li > span:first-child")].map((line) => line.textContent));
    return lines.filter((line) => line === line.trim()).length >= 3 && lines;
  });
  const names = ["qualified", "scheduled", "qualified"].map((one) => w(`leads.stage_${one}`));
  assert.deepEqual(way.map((line) => line.split(" · ")[0]).slice(0, 3), names);
});

// The ledger: leads pour in while the server is killed again and again; at the end every book
// agrees with every other one.
//
//   node test/ledger/ledger.mjs --database sqlite --rate 1000 --seconds 60 --kills 10
//        [--patience MS] [--seed N]
//
// Kills come at random moments of the storm, and at chosen ones: when a batch of events is on its
// way to TikTok or Facebook, when the platform has taken it and its answer is not yet there, when
// the CRM has a lead and its answer is not yet there.  Prints one JSON line; exits with 1 and the
// differences when a book is wrong.
import { parseArgs } from "node:util";
import { databases, start, eventually } from "../e2e/harness.mjs";
import { FB_PAGE, FORM, PIXEL as FB_PIXEL } from "../e2e/graph.mjs";
import { connectAccount, connectFacebook, makeDirection, makeFacebookDirection } from "../e2e/steps.mjs";
import { FACEBOOK_EVERY, Storm } from "./storm.mjs";
import { openCrm, openWire } from "./wire.mjs";

const SECRET = "secret-of-the-ledger";
const PIXEL = "C0SANDBOXPIXEL000001";
const JOB_LEASE_MS = 16_000;
const WAITS_MS = 2 * 60_000; // of deliveries that failed, and of what Facebook would not say at once

const { values: args } = parseArgs({ options: {
  database: { type: "string", default: "sqlite" }, rate: { type: "string", default: "1000" },
  seconds: { type: "string", default: "60" }, kills: { type: "string", default: "10" },
  patience: { type: "string", default: "10000" }, // ms, for a chosen moment to come
  seed: { type: "string", default: String(Date.now() % 1e9) },
} });
const rate = Number(args.rate), seconds = Number(args.seconds), kills = Number(args.kills);
if (!databases.includes(args.database) || !(rate > 0 && seconds > 0 && kills >= 0)) throw new Error("see the head of this file");

function randomOf(seed) { // mulberry32
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const undo = [];
const t = { after: (step) => undo.push(step) };
const say = (text) => process.stderr.write(`  ${text}\n`);

// --- killing -----------------------------------------------------------------------------------

class Killer {
  constructor(world) {
    this.world = world;
    this.kills = {};
    this.armed = null;
    this.address = world.server.base;
  }

  // From what is about to be answered: the armed kill, at once.
  reached(where) {
    if (this.armed !== where) return;
    this.armed = null;
    this.strike(where);
  }

  strike(where) {
    this.kills[where] = (this.kills[where] ?? 0) + 1;
    this.address = null;
    this.world.server.child.kill("SIGKILL");
    this.back = this.world.server.stop("SIGKILL").then(() => this.world.startServer())
      .then((server) => {
        this.address = server.base;
        // Of several servers on PostgreSQL one cannot know that another is dead before its leases lapse.
        if (this.world.database === "postgres") this.world.clock.advance(JOB_LEASE_MS);
      });
  }

  async arm(where) {
    const before = this.kills[where] ?? 0;
    this.armed = where;
    for (const end = Date.now() + Number(args.patience); Date.now() < end; await sleep(5)) {
      if ((this.kills[where] ?? 0) > before) { await this.back; return true; }
    }
    this.armed = null;
    return false;
  }

  async now() { this.strike("at random"); await this.back; }
  get total() { return Object.values(this.kills).reduce((a, b) => a + b, 0); }
}

// --- the books -----------------------------------------------------------------------------------

async function readAll(world, path) {
  const rows = [];
  for (let cursor = ""; cursor !== null;) {
    const page = await world.server.call("GET", `${path}limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    if (page.status !== 200) throw new Error(`${path}: ${page.text}`);
    rows.push(...page.json.data);
    cursor = page.json.next_cursor;
  }
  return rows;
}

async function readPlatform(world) {
  const rows = [];
  for (let after = 0; after !== null;) {
    const page = (await world.sandbox.call("GET", `/sandbox/events?limit=5000&after=${after}`)).json;
    rows.push(...page.data);
    after = page.next;
  }
  rows.push(...(await world.sandbox.call("GET", "/sandbox/graph/events")).json.data);
  return rows;
}

const wrong = [];
const check = (fine, text) => { if (!fine) wrong.push(text); };

function compareSets(what, expected, got) {
  const missing = [...expected].filter((one) => !got.has(one)), extra = [...got].filter((one) => !expected.has(one));
  check(!missing.length, `${what}: ${missing.length} missing: ${missing.slice(0, 5)}`);
  check(!extra.length, `${what}: ${extra.length} too many: ${extra.slice(0, 5)}`);
}

const once = (what, list) => {
  const set = new Set(list);
  check(set.size === list.length, `${what}: ${list.length - set.size} twice`);
  return set;
};

async function audit(world, storm, crm, moves) {
  compareSets("acknowledged leads", storm.made, storm.acknowledged);
  const leads = await readAll(world, "/api/leads?");
  compareSets("stored leads", storm.acknowledged, once("stored leads", leads.map((lead) => lead.platform_lead_id)));
  const linked = leads.filter((lead) => lead.state === "linked" && lead.direction_id).length;
  check(linked === leads.length, `${leads.length - linked} leads are not linked`);
  check(leads.every((lead) => lead.has_contact), "a lead has lost its contact");

  const events = await readAll(world, "/api/events?");
  const named = (stage, id) => `${id} ${stage}`;
  const expected = new Set([...leads.map((lead) => named("interest", lead.id)), ...moves.map(([id, stage]) => named(stage, id))]);
  compareSets("events of our own", expected, once("events of our own", events.map((one) => named(one.stage, one.lead_id))));
  const unsent = events.filter((one) => one.state !== "sent");
  check(!unsent.length, `${unsent.length} events are not sent: ${JSON.stringify(unsent[0])}`);
  const ours = once("our event ids", events.map((one) => one.event_id));
  const theirs = await readPlatform(world);
  compareSets("events at the platform", ours, new Set(theirs.map((one) => one.event_id)));
  const counted = theirs.filter((one) => !one.duplicate);
  once("events that the platform counted", counted.map((one) => one.event_id));

  compareSets("leads at the CRM", new Set(leads.map((lead) => lead.id)), new Set(crm.leads.keys()));
  const stages = new Map();
  for (const [id] of moves) stages.set(id, (stages.get(id) ?? 0) + 1);
  for (const [id, told] of crm.leads) {
    check(told.every((one, i) => i === 0 || told[i - 1].rank <= one.rank), `the CRM heard of ${id} out of order: ${JSON.stringify(told)}`);
    check(new Set(told.map((one) => one.rank)).size === 1 + (stages.get(id) ?? 0), `the CRM did not hear all of ${id}`);
    check(new Set(told.map((one) => one.rank)).size === new Set(told.map((one) => one.id)).size, `ids of ${id} changed`);
  }
  check(!crm.wrong.length, `the CRM says: ${crm.wrong.slice(0, 3)}`);
  return { stored: leads.length, linked, of_facebook: leads.filter((lead) => lead.platform === "facebook").length, events: events.length, counted_by_platform: counted.length,
    repeated_to_platform: theirs.length - counted.length,
    handed_on: crm.leads.size, handed_on_again: crm.repeats - crm.refusals, refused_by_crm: crm.refusals };
}

// --- the run ---------------------------------------------------------------------------------------

// Some leads of each platform, for moving on.
async function pickLeads(world, n) {
  const list = (platform, most) => eventually(`leads of ${platform} are listed`, async () => {
    const answer = await world.server.call("GET", `/api/leads?platform=${platform}&limit=${most}`);
    return answer.status === 200 && answer.json.data.length >= Math.min(most, 5) && answer.json.data;
  });
  return [...await list("tiktok", n), ...await list("facebook", Math.ceil(n / 4))];
}

async function moveLeads(world, killer, leads) {
  const moves = [];
  for (const { id } of leads)
    for (const stage of ["qualified", "scheduled"]) {
      await eventually(`lead ${id} is ${stage}`, async () => {
        if (!killer.address) await killer.back;
        const answer = await world.server.call("POST", `/api/leads/${id}/stage`, { stage });
        return answer.status === 200;
      });
      moves.push([id, stage]);
    }
  return moves;
}

async function settle(world, crm, storm, patience) {
  const deadline = Date.now() + patience;
  let last = "", still = 0, telling = Date.now() + 10_000;
  for (;;) {
    const summary = (await world.server.call("GET", "/api/events/summary")).json;
    const waiting = (await world.server.call("GET", "/api/handoffs?state=waiting&limit=1")).json.data.length;
    const stored = summary.waiting + summary.sent + summary.refused + summary.skipped;
    const seen = `${stored} events, ${summary.waiting} wait; the CRM has ${crm.leads.size} of ${storm.made.size} leads`;
    if (stored >= storm.made.size && !summary.waiting && !waiting && crm.leads.size >= storm.made.size) return;
    if (Date.now() > deadline) throw new Error(`not settled: ${seen}, ${JSON.stringify(summary)}`);
    if (Date.now() > telling) {
      telling = Date.now() + 10_000;
      say(seen);
    }
    still = seen === last ? still + 1 : 0;
    last = seen;
    if (still >= 3) { // what is tried again later
      world.clock.advance(WAITS_MS);
      still = -10;
    }
    await sleep(200);
  }
}

// Leads at Facebook that no webhook has told of yet: nobody is subscribed.
async function fillForm(world, n) {
  const ids = Array(n);
  const make = async (i) => {
    const serial = String(i).padStart(7, "0");
    const made = await world.sandbox.call("POST", "/sandbox/graph/leads", { form_id: FORM, field_data: [
      { name: "full_name", values: [i % 2 ? `Дана ${i}` : `فاطمة ${i}`] }, { name: "phone_number", values: [`+7702${serial}`] },
      { name: "email", values: [`form${i}@example.com`] }] });
    ids[i] = made.json.ids[0];
  };
  for (let i = 0; i < n; i += 8) await Promise.all(Array.from({ length: Math.min(8, n - i) }, (_, k) => make(i + k)));
  return ids;
}

async function main() {
  const random = randomOf(Number(args.seed));
  const began = Date.now();
  let killer;
  const crm = await openCrm((status) => status === 200 && killer?.reached("handed on"));
  undo.push(crm.close);
  let wire;
  const world = await start(t, { database: args.database, flags: [
    "--tiktok_webhook_secret", SECRET, "--allow_private_urls", "yes", "--log", "warn"] });
  await world.sandbox.call("POST", "/sandbox/settings", { rate_level: "off" });
  const account = await connectAccount(world);
  const direction = await makeDirection(world, account);
  if ((await connectFacebook(world)).status !== 200) throw new Error("Facebook is not connected");
  await makeFacebookDirection(world, { pixel: FB_PIXEL, source: "crm", name: "English course on Facebook" });
  const told = await fillForm(world, Math.floor(rate * seconds / FACEBOOK_EVERY));
  const must = async (method, path, body) => {
    const answer = await world.server.call(method, path, body);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  await must("PUT", `/api/directions/${direction.id}/event-source`,
    { source: "web", pixel_code: PIXEL, page_url: "https://school.example/" });
  crm.secret = (await must("POST", "/api/endpoints",
    { name: "CRM", url: `${crm.base}/leads`, topics: ["lead.created", "lead.stage"] })).secret;
  const key = (await must("POST", "/api/lead-keys", { name: "site", direction_id: direction.id })).key;

  // From now on the way to the platform leads past the test.
  wire = await openWire(world.sandbox.base, (platform, when) =>
    killer?.reached(`${when === "before" ? "sending to" : "sent to"} ${platform}`));
  undo.push(wire.close);
  const { startServer } = world;
  world.startServer = () => startServer(["--tiktok_base_url", wire.base, "--facebook_base_url", wire.base]);
  await world.server.stop("SIGKILL");
  await world.startServer();
  killer = new Killer(world);
  const storm = new Storm({ random, secret: SECRET, advertiser: account.connections.tiktok.tiktok_business_id,
    page: direction.instant_page_id ?? direction.tiktok_instant_page_id, org: world.orgs[0].org, key,
    facebook: { secret: world.sandbox.state.facebook_app_secret, page: FB_PAGE, form: FORM, ids: told }, address: () => killer.address, now: () => world.clock.now() });

  say(`${args.database}: ${rate} leads/s for ${seconds} s, ${kills} kills, seed ${args.seed}`);
  const blowing = storm.blow(rate, seconds);
  const places = ["sending to TikTok", "sent to TikTok", "handed on", "sent to Facebook", "sending to Facebook"];
  for (let i = 0; i < kills; i++) {
    await sleep((seconds * 1000 / (kills + 1)) * (0.4 + 0.6 * random()));
    if (i % 2 === 0 || !(await killer.arm(places[(i >> 1) % places.length]))) await killer.now();
  }
  await blowing;
  await eventually("every lead is acknowledged", () => { storm.push(); return storm.pending === 0; }, { seconds: 120 });
  const acknowledgedAfter = (Date.now() - began) / 1000;
  // They move on while the server dies.
  const movers = await pickLeads(world, Math.min(100, Math.ceil(storm.made.size / 20)));
  const last = places.slice(0, 4), moves = [];
  for (const [i, place] of last.entries()) {
    const armed = killer.arm(place);
    moves.push(...await moveLeads(world, killer, movers.filter((_, k) => k % last.length === i)));
    await armed;
  }
  await killer.back;
  say(`${storm.made.size} leads acknowledged, ${killer.total} kills; now it settles`);
  await settle(world, crm, storm, Math.max(60_000, seconds * 10_000));
  const books = await audit(world, storm, crm, moves);
  storm.close();
  console.log(JSON.stringify({ bench: "ledger", database: args.database, seed: Number(args.seed), rate, seconds, kills: killer.kills,
    made: storm.made.size, acknowledged: storm.acknowledged.size, ...books, moved_on: moves.length, requests: storm.counts,
    acknowledged_after_seconds: acknowledgedAfter, all_seconds: (Date.now() - began) / 1000 }));
  if (killer.total < kills) wrong.push(`only ${killer.total} kills`);
}

const leave = async () => { for (const step of undo.splice(0).reverse()) await step(); };
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => leave().then(() => process.exit(1)));
try {
  await main();
} catch (error) {
  wrong.push(error.stack);
}
await leave();
for (const line of wrong) console.error(`WRONG ${line}`);
process.exit(wrong.length ? 1 : 0);

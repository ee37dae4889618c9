// What can go wrong between us and the platform, line by line: nothing is lost, nothing is counted
// twice, and a person sees what is the matter.
import test from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { databases, start, eventually, http, run } from "./harness.mjs";
import { PIXEL as FB_PIXEL } from "./graph.mjs";
import { connectAccount, connectFacebook, makeDirection, makeFacebookDirection } from "./steps.mjs";

const PIXEL = "C0SANDBOXPIXEL000001";
const SECRET = "webhook-secret";
const track = (fault) => ({ path: "event/track/", ...fault });
const graph = (fault) => ({ path: `graph/${FB_PIXEL}/events`, ...fault });

// `fault` befalls the next batches; `log` is an outcome that /api/events/log must then show, `seen`
// is what GET /api/events says of what waits meanwhile, `doctor` what the doctor says; `mend` is
// what a person does about it; `repeats` means that the platform gets something twice.
const faults = [
  { name: "the connection is cut before the platform acts", fault: track({ drop_before_acting: true }), log: "uncertain", seen: /./ },
  { name: "the platform acts, its answer is lost", fault: track({ drop_answer_after_acting: true }), log: "uncertain", repeats: true, seen: /./ },
  { name: "the answer is torn", fault: track({ cut_after_bytes: 20 }), log: "uncertain", repeats: true, seen: /./ },
  { name: "the answer is late", fault: track({ delay_ms: 300 }), log: "sent" },
  { name: "no answer comes in time", fault: track({ delay_ms: 3500 }), log: "uncertain", repeats: true, seen: /./ },
  { name: "a server error", fault: track({ status: 500 }), log: "uncertain|failed", seen: /./ },
  { name: "a gateway's error", fault: track({ status: 502 }), log: "uncertain|failed", seen: /./ },
  { name: "a passing error of the platform", fault: track({ code: 50002, message: "Internal service error" }), log: "uncertain|failed", seen: /Internal service error/ },
  { name: "too many calls (40100)", fault: track({ code: 40100, message: "Too many requests. Please retry in some time." }), log: "failed", seen: /Too many requests/ },
  { name: "a batch is refused for one of its events", fault: track({ code: 40002, message: "data[1].user.phone: is no phone" }), log: "sent" },
  { name: "our clock is ahead of the platform's", leads: 1, log: "failed", seen: /future/,
    fault: track({ code: 40002, message: "data[0].event_time: must not be in the future." }) },
  { name: "the pixel is refused", fault: track({ code: 40002, message: "event_source_id: the pixel code does not exist or is not yours." }), log: "failed", seen: /event_source_id/,
    doctor: /pixel refused.*event_source_id/,
    mend: (world) => world.setSource() },
  { name: "the token is revoked", fault: track({ code: 40105, message: "Access token is incorrect or has been revoked." }), log: "failed", seen: /revoked/,
    doctor: /revoked the connection/,
    mend: (world) => connectAccount(world) },
  { name: "five failures on end open the breaker", fault: track({ status: 500, times: 5 }), log: "uncertain|failed", seen: /rests for a minute/, another: true,
    doctor: /pixel rests/ },
  { name: "Facebook: the connection is cut before it acts", fault: graph({ drop_before_acting: true }), log: "uncertain", seen: /./ },
  { name: "Facebook: it acts, its answer is lost", fault: graph({ drop_answer_after_acting: true }), log: "uncertain", repeats: true, seen: /./ },
  { name: "Facebook: no answer comes in time", fault: graph({ delay_ms: 3500 }), log: "uncertain", repeats: true, seen: /./ },
  { name: "Facebook: a server error", fault: graph({ status: 503 }), log: "uncertain|failed", seen: /./ },
  { name: "Facebook: too many calls (4)", fault: graph({ code: 4, message: "(#4) Application request limit reached" }), log: "failed", seen: /request limit/ },
  { name: "Facebook: a batch is refused for one of its events", fault: graph({ code: 100, message: "Invalid parameter" }), log: "sent" },
  { name: "Facebook: the pixel is refused", fault: graph({ code: 200, message: "(#200) You do not have permission to this pixel" }), log: "failed", seen: /#200/,
    doctor: /pixel refused.*#200/, mend: (world) => world.facebook.setSource() },
  { name: "Facebook: the token is revoked", fault: graph({ code: 190, subcode: 460, message: "The session has been invalidated" }), log: "failed", seen: /invalidated/,
    mend: (world) => connectFacebook(world) },
];
const isFacebook = (row) => row.fault.path.startsWith("graph/");

async function makePlace(t, database) {
  const world = await start(t, { database, flags: ["--tiktok_webhook_secret", SECRET, "--event_timeout_seconds", "2"] });
  await world.sandbox.call("POST", "/sandbox/settings", { rate_level: "off" });
  const account = await connectAccount(world);
  const direction = await makeDirection(world, account);
  world.advertiser = account.connections.tiktok.tiktok_business_id;
  world.page = direction.instant_page_id ?? direction.tiktok_instant_page_id;
  world.setSource = async () => {
    const set = await world.server.call("PUT", `/api/directions/${direction.id}/event-source`,
      { pixel_code: PIXEL, page_url: "https://school.example/" });
    assert.equal(set.status, 200, set.text);
  };
  await world.setSource();
  assert.equal((await connectFacebook(world)).status, 200);
  const sibling = await makeFacebookDirection(world, { pixel: FB_PIXEL, name: "English course on Facebook" });
  world.facebook = { setSource: async () => {
    const set = await world.server.call("PUT", `/api/directions/${sibling.id}/event-source`,
      { pixel_code: FB_PIXEL, page_url: "https://school.example/" });
    assert.equal(set.status, 200, set.text);
  } };
  let serial = 0;
  world.addLeads = async (n, facebook) => {
    const ids = [];
    for (let i = 0; i < n; i++) {
      const added = await world.server.call("POST", "/api/leads", { external_id: `fault-${++serial}`,
        direction_id: facebook ? sibling.id : direction.id, platform: facebook ? "facebook" : "tiktok", phone: `+7701${String(serial).padStart(7, "0")}`, source: "site" });
      assert.equal(added.status, 201, added.text);
      ids.push(added.json.id);
    }
    return ids;
  };
  world.eventsOf = async (ids) => {
    const all = (await world.server.call("GET", "/api/events?limit=200")).json.data;
    return all.filter((one) => ids.includes(one.lead_id));
  };
  world.taken = async (facebook) => (await world.sandbox.call("GET", facebook ? "/sandbox/graph/events" : "/sandbox/events")).json.data;
  return world;
}

// Moves the clock in steps until the condition holds: retries wait seconds, breakers a minute.
const withTime = (world, what, condition, step = 3000) => eventually(what, async () => {
  const found = await condition();
  if (!found) world.clock.advance(step);
  return found;
});

// SQLite's file belongs to the server while it runs.
async function askDoctor(world) {
  if (world.database === "sqlite") await world.server.stop("SIGKILL");
  const doctor = await run(["doctor", ...world.store, "--clock_file", world.clock.path, "--tiktok_base_url", world.sandbox.base]);
  if (world.database === "sqlite") await world.startServer();
  return doctor.stdout + doctor.stderr;
}

async function sufferFault(world, row) {
  await world.sandbox.call("DELETE", "/sandbox/faults");
  const made = await world.sandbox.call("POST", "/sandbox/faults", row.fault);
  assert.equal(made.status, 200, made.text);
  const ids = await world.addLeads(row.leads ?? 3, isFacebook(row));
  const fired = async () => (await world.sandbox.call("GET", "/sandbox/faults")).json.data[0].fired >= (row.fault.times ?? 1);
  await withTime(world, `${row.name}: it happens`, fired, row.another ? 1500 : 300);
  if (row.another) ids.push(...await world.addLeads(1)); // one that comes meanwhile
  if (row.seen)
    await withTime(world, `${row.name}: the events say so`, async () =>
      (await world.eventsOf(ids)).some((one) => row.seen.test(one.reason ?? "")), row.another ? 50 : 0);
  if (row.doctor) assert.match(await askDoctor(world), row.doctor, row.name);
  await row.mend?.(world);
  const sent = await withTime(world, `${row.name}: everything is sent`, async () => {
    const events = await world.eventsOf(ids);
    return events.length === ids.length && events.every((one) => one.state === "sent") && events;
  }, 15_000);
  const log = (await world.server.call("GET", "/api/events/log?limit=200")).json.data.filter((one) => ids.includes(one.lead_id));
  assert.ok(log.some((one) => new RegExp(`^(${row.log})$`).test(one.outcome)), `${row.name}: ${JSON.stringify(log.map((one) => one.outcome))}`);
  for (const one of log) if (one.outcome !== "sent") assert.ok(one.error?.text, `${row.name}: the log says why`);
  const taken = await world.taken(isFacebook(row));
  for (const { event_id } of sent) {
    const came = taken.filter((one) => one.event_id === event_id);
    assert.equal(came.filter((one) => !one.duplicate).length, 1, `${row.name}: ${event_id} counts once`);
    if (row.repeats) assert.ok(came.length > 1, `${row.name}: it was sent again under the same id`);
  }
  return sent.map((one) => one.event_id);
}

// --- webhooks ----------------------------------------------------------------------------------------

const sign = (text) => createHmac("sha256", SECRET).update(text).digest("hex");
const escaped = (text) => text.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
const schemes = {
  plain: (body) => ({ "x-tiktok-signature": sign(body) }),
  open: (body) => ({ "x-open-signature": sign(escaped(body)) }),
  timestamped: (body, now) => ({ "tiktok-signature": `t=${Math.floor(now / 1000)},s=${sign(`${Math.floor(now / 1000)}.${body}`)}` }),
};
const names = ["Айгүл Серікқызы", "عائشة بنت محمد", "Ёлка 🎄 «ООО»"];

async function sufferWebhooks(world) {
  const now = world.clock.now();
  const post = async (body, headers) => {
    const answer = await http("POST", `${world.server.base}/tiktok/webhook`, { raw: body, headers: { "content-type": "application/json", ...headers } });
    return answer.status;
  };
  const bodyOf = (id, name, at, extra = "") => `{"object":1,"time":${Math.floor(now / 1000)},"entry":[{"id":${id},"advertiser_id":"${world.advertiser}",` +
    `"page_id":${world.page},"create_time":${Math.floor(at / 1000)},"changes":[{"field":"name","value":"${name}"},` +
    `{"field":"phone_number","value":"+7702${id.slice(-7)}"}${extra}]}]}`;
  const expected = new Map();
  let serial = 0;
  // Every scheme with every script, raw and escaped; ids are numbers that no double can hold; each
  // one comes three times, the second with another body.
  const letters = [];
  for (const [scheme, headers] of Object.entries(schemes))
    for (const name of names)
      for (const write of [(text) => text, escaped]) {
        const id = (9_007_199_254_740_993n + 2n * BigInt(serial++)).toString();
        const at = now - serial * 60_000;
        expected.set(id, { name, at });
        const body = write(bodyOf(id, name, at)), second = write(bodyOf(id, name, at, ',{"field":"again","value":"yes"}'));
        letters.push([scheme, body, headers], [scheme, second, headers], [scheme, body, headers]);
      }
  // One whose sender's clock is an hour ahead: its event must not be refused as future.
  const ahead = (9_007_199_254_740_993n + 2n * BigInt(serial++)).toString();
  expected.set(ahead, { name: names[0], at: now + 3_600_000 });
  letters.push(["plain", bodyOf(ahead, names[0], now + 3_600_000), schemes.plain]);
  for (const [scheme, body, headers] of letters.reverse()) // the newest first
    assert.equal(await post(body, headers(body, world.clock.now())), 200, `${scheme}: ${body}`);
  for (const headers of [{}, { "x-open-signature": "0".repeat(64) }, schemes.timestamped(bodyOf("1", "x", now), now - 3_600_000)])
    assert.ok(await post(bodyOf("1", "x", now), headers) >= 400, "a forged, an unsigned, a stale one");

  const leads = await withTime(world, "every lead is there", async () => {
    const { data } = (await world.server.call("GET", "/api/leads?limit=200&reveal=1")).json;
    const ours = data.filter((one) => expected.has(one.platform_lead_id));
    return ours.length >= expected.size && ours.every((one) => one.platform_lead_id === ahead || one.duplicate_deliveries === 2) && ours;
  }, 300);
  assert.equal(leads.length, expected.size, "each once");
  for (const lead of leads) {
    const { name, at } = expected.get(lead.platform_lead_id);
    assert.equal(lead.name, name);
    assert.equal(lead.state, "linked");
    assert.equal(Math.floor(Date.parse(lead.created_at) / 1000), Math.floor(at / 1000));
  }
  const ids = leads.map((one) => one.id);
  const sent = await withTime(world, "their events are sent", async () => {
    const events = await world.eventsOf(ids);
    return events.length === ids.length && events.every((one) => one.state === "sent") && events;
  });
  return sent.map((one) => one.event_id);
}

for (const database of databases)
  test(`the fault matrix: nothing lost, nothing doubled, shown where a person looks (${database})`, async (t) => {
    const world = await makePlace(t, database);
    const tiktok = [], facebook = [];
    for (const row of faults) (isFacebook(row) ? facebook : tiktok).push(...await sufferFault(world, row));
    await world.sandbox.call("DELETE", "/sandbox/faults");
    tiktok.push(...await sufferWebhooks(world));
    for (const [all, taken] of [[tiktok, await world.taken()], [facebook, await world.taken(true)]]) {
      const counted = taken.filter((one) => !one.duplicate).map((one) => one.event_id);
      assert.equal(new Set(all).size, all.length);
      assert.deepEqual(counted.sort(), all.sort(), "the platform has counted exactly ours");
    }
    const summary = (await world.server.call("GET", "/api/events/summary")).json;
    assert.deepEqual([summary.waiting, summary.refused, summary.skipped, summary.open_breakers, summary.blocked_directions], [0, 0, 0, 0, 0]);
    const pixels = (await world.server.call("GET", "/api/events/pixels?days=90")).json.data;
    assert.equal(pixels.reduce((sum, pixel) => sum + pixel.sent, 0), tiktok.length + facebook.length);
    assert.ok(pixels.every((pixel) => pixel.pixel_code && pixel.breaker.state === "closed" && pixel.directions.length > 0), JSON.stringify(pixels));
    assert.ok(pixels.some((pixel) => pixel.retried > 0 && pixel.last_error.error.text), "what went wrong on the way is told");
    assert.match(await askDoctor(world), new RegExp(`ok +conversions +0 waiting, ${tiktok.length + facebook.length} sent`));
  });

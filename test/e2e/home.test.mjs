// What the console's first page stands on: live events, the dashboard, alerts, the emergency stop.
import test from "node:test";
import assert from "node:assert/strict";
import { databases, eventually, http, start } from "./harness.mjs";

// A client of /api/live: what it has heard, and when it was over.
async function listen(t, base, key) {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const answer = await fetch(`${base}/api/live`, { headers: { authorization: `Bearer ${key}` }, signal: stop.signal });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type"), /^text\/event-stream/);
  const client = { text: "", ended: false };
  client.heard = (kind, id) => client.text.split("\n\n").filter((part) => part.startsWith("data: "))
    .map((part) => JSON.parse(part.slice(6))).some((event) => event.kind === kind && (id === undefined || event.id === id));
  (async () => {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of answer.body) client.text += decoder.decode(chunk, { stream: true });
    } catch { /* aborted at the end of the test */ }
    client.ended = true;
  })();
  await eventually("the greeting", () => client.text.includes("event: hello"));
  return client;
}

for (const database of databases) {
  test(`an org's first page: live, figures, alerts, emergency stop (${database})`, async (t) => {
    const world = await start(t, { database, orgs: 2, sandbox: false });
    const { server } = world;

    assert.equal((await http("GET", `${server.base}/api/live`)).status, 401);
    const mine = await listen(t, server.base, world.orgs[0].key);
    const theirs = await listen(t, server.base, world.orgs[1].key);

    // A lead is heard by its own org within moments, and by nobody else.
    const lead = await server.call("POST", "/api/leads", { name: "Aida", phone: "+77011234567" });
    assert.equal(lead.status, 201, lead.text);
    await eventually("the lead is heard", () => mine.heard("lead", lead.json.id));
    const stage = await server.call("POST", `/api/leads/${lead.json.id}/stage`, { stage: "qualified" });
    assert.ok(stage.status < 300, stage.text);
    const account = await server.call("POST", "/api/ad-accounts", { name: "Client" });
    assert.equal(account.status, 201, account.text);
    await eventually("the account is heard", () => mine.heard("ad_account", account.json.id));

    // Figures that are not there are null and say why; leads are there.
    const board = await server.call("GET", "/api/dashboard?compare=weekdays");
    assert.equal(board.status, 200, board.text);
    const { now, before } = board.json;
    assert.deepEqual(now.figures.spend_micros, { reason: "not_connected", value: null });
    assert.equal(now.figures.leads.value, 1);
    assert.equal(now.figures.qualified.value, 1);
    assert.deepEqual(now.figures.cpl_micros, { reason: "not_connected", value: null });
    assert.equal(now.days.length, 30);
    assert.equal(now.days.at(-1).partial, true);
    assert.equal(now.days.at(-1).spend_micros, null);
    assert.equal(before.days.length, 30);
    assert.equal((Date.parse(now.from) - Date.parse(before.from)) / 86400000, 35, "whole weeks before");
    assert.equal((await server.call("GET", "/api/dashboard", undefined, { org: 1 })).json.now.figures.leads.value, 0);
    const week = (await server.call("GET", "/api/dashboard?days=7")).json.now;
    assert.deepEqual([week.days.length, week.to], [7, now.to]);
    const range = "from=2028-02-01&to=2028-02-29";
    assert.equal((await server.call("GET", `/api/dashboard?${range}&compare=year`)).json.before.to, "2027-02-28");
    for (const [query, field] of [["compare=never", "compare"], ["platform=x", "platform"], ["from=2026-02-30", "first_day"], ["days=0", "days"], ["days=x", "days"]])
      assert.equal((await server.call("GET", `/api/dashboard?${query}`)).json.field, field);
    assert.equal((await server.call("GET", `/api/dashboard?ad_account_id=${account.json.id}`, undefined, { org: 1 })).status, 404);

    // The emergency stop: who may spend stops; it is an alert, heard live, audited, and undone.
    const analyst = await server.call("POST", "/api/keys", { name: "reader", rights: ["read"] });
    const asReader = { headers: { authorization: `Bearer ${analyst.json.key}` } };
    assert.equal((await server.call("POST", "/api/autopilot/stop", {}, asReader)).status, 403);
    const stopped = await server.call("POST", "/api/autopilot/stop", { reason: "budgets jump" });
    assert.equal(stopped.status, 200, stopped.text);
    assert.equal(stopped.json.changed, true);
    assert.equal((await server.call("POST", "/api/autopilot/stop")).json.changed, false);
    const state = (await server.call("GET", "/api/autopilot")).json;
    assert.equal(state.stopped.reason, "budgets jump");
    assert.deepEqual(state.accounts.map(({ name, tiktok, facebook }) => ({ name, tiktok, facebook })),
      [{ name: "Client", tiktok: null, facebook: null }]);
    assert.equal((await server.call("GET", "/api/autopilot", undefined, { org: 1 })).json.stopped, null);
    await eventually("the stop is heard", () => mine.heard("autopilot"));
    const alerts = async (query = "") => (await server.call("GET", `/api/alerts${query}`)).json.data;
    const [alert] = await alerts();
    assert.equal(alert.kind, "autopilot_stopped");
    assert.ok(alert.why && alert.act && alert.since_at);
    assert.equal((await server.call("POST", "/api/alerts/dismiss", { id: alert.id, hours: 1 }, { org: 1 })).status, 404);
    assert.equal((await server.call("POST", "/api/alerts/dismiss", { id: alert.id, hours: 1 })).status, 204);
    assert.equal((await alerts()).length, 0);
    assert.ok((await alerts("?dismissed=1"))[0].dismissed_until_at);
    world.clock.advance(2 * 3600 * 1000);
    assert.equal((await alerts()).length, 1);
    const resumed = await server.call("POST", "/api/autopilot/resume");
    assert.equal(resumed.json.stopped, null);
    const actions = (await server.call("GET", "/api/audit?limit=20")).json.data.map((line) => line.action);
    assert.ok(actions.includes("autopilot.stop") && actions.includes("autopilot.resume"), actions.join());
    assert.deepEqual((await server.call("GET", "/api/autopilot/actions")).json, { data: [], next_cursor: null });

    // The other org heard of itself alone.
    for (const kind of ["lead", "ad_account", "autopilot", "alert"]) assert.equal(theirs.heard(kind), false, theirs.text);
    for (const id of [lead.json.id, account.json.id, world.orgs[0].org]) assert.ok(!theirs.text.includes(id), theirs.text);

    // The server stops though they listen, and tells them.
    const began = Date.now();
    await server.stop();
    await eventually("both are over", () => mine.ended && theirs.ended);
    assert.ok(Date.now() - began < 8000, `${Date.now() - began} ms`);
  });
}

test("two servers on one PostgreSQL: who listens at one hears what the other stores", async (t) => {
  const world = await start(t, { database: "postgres", sandbox: false });
  const first = world.server;
  await world.startServer();
  const client = await listen(t, first.base, world.orgs[0].key);
  const lead = await world.server.call("POST", "/api/leads", { name: "Aida", phone: "+77011234567" });
  assert.equal(lead.status, 201, lead.text);
  assert.notEqual(first.base, world.server.base);
  await eventually("the lead is heard", () => client.heard("lead", lead.json.id));
});

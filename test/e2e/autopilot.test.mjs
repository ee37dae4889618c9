// The autopilot and the actions from outside: scheduled and asked runs, lost answers, undo, replay.
import test from "node:test";
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { databases, run, start, eventually } from "./harness.mjs";
import { connectAccount, makeDirection, uploadCreative } from "./steps.mjs";

const over = new Set(["done", "failed"]);

// A port that nobody listens on: our address is told to the platform before we listen.
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// An org whose account runs one ad group of one creative, and some days of it.
async function running(t, database, { days = 3, target = 1600 } = {}) {
  const port = await freePort();
  const flags = ["--port", String(port), "--public_url", `http://127.0.0.1:${port}`];
  const world = await start(t, { database, flags });
  const account = await connectAccount(world);
  const direction = await makeDirection(world, account, { tiktok_daily_budget: 30000, tiktok_target_cpl: target });
  const creative = await uploadCreative(world, direction);
  const asked = await world.server.call("POST", "/api/tiktok-campaign-builder/manual-launch", {
    direction_id: direction.id, creative_ids: [creative.id], daily_budget: 15000,
  });
  assert.ok([200, 201, 202].includes(asked.status), asked.text);
  const launch = await eventually("the launch is over", async () => {
    const answer = await world.server.call("GET", `/api/launches/${asked.json.launch_id ?? asked.json.id}`);
    return over.has(answer.json?.state) && answer.json;
  });
  assert.equal(launch.state, "done", JSON.stringify(launch));
  let sent = 0;
  for (let i = 0; i < days; i++) sent += await passDay(world);
  await eventually("the leads of these days are stored", async () =>
    (await world.server.call("GET", "/api/leads?limit=200")).json.data.length >= sent);
  return { world, account, direction, creative, launch };
}

// How many leads came by webhook.
async function passDay(world) {
  const moved = await world.sandbox.call("POST", "/sandbox/clock", { advance_hours: 24, deliver: true });
  assert.equal(moved.status, 200, moved.text);
  return moved.json.webhooks.accepted;
}

async function settled(world, batch) {
  let last;
  try {
    return await eventually("the actions are settled", async () => {
      last = await world.server.call("GET", `/api/actions/${batch}`);
      return over.has(last.json?.state) && last.json;
    });
  } catch (error) {
    throw new Error(`${error.message}: ${last?.text}\n${world.server.log.slice(-3000)}`);
  }
}

async function act(world, key, actions, more = {}) {
  const asked = await world.server.call("POST", "/api/actions", { idempotencyKey: key, actions, ...more });
  assert.equal(asked.status, 202, asked.text);
  return settled(world, asked.json.action_batch_id);
}

async function runNow(world, body = {}) {
  const asked = await eventually("a run may start", async () => {
    const answer = await world.server.call("POST", "/api/brain/run-tiktok", body);
    return answer.status === 202 && answer;
  });
  return eventually("the run is over", async () => {
    const answer = await world.server.call("GET", `/api/autopilot/executions/${asked.json.execution_id}`);
    return over.has(answer.json?.state) && answer.json;
  });
}

const writes = async (world, path) =>
  (await world.sandbox.call("GET", `/sandbox/calls?path=${path}`)).json.data
    .filter((call) => call.method === "POST" && (call.path ?? "").includes(path));

for (const database of databases) {
  test(`actions change, survive lost answers and are undone (${database})`, async (t) => {
    const { world, launch } = await running(t, database, { days: 0 });
    const adgroup_id = launch.output?.adgroup_ids?.[0] ?? launch.output?.adgroup_id ?? launch.adgroup_id
      ?? JSON.stringify(launch).match(/"adgroup_id":"(\d+)"/)?.[1];
    assert.ok(adgroup_id, JSON.stringify(launch));
    const budget = (key, new_budget) => act(world, key, [{ type: "TikTok.UpdateAdGroupBudget", params: { adgroup_id, new_budget } }]);

    const raised = await budget("raise-1", 18000);
    assert.equal(raised.actions[0].state, "done", JSON.stringify(raised));
    assert.equal(raised.actions[0].before.budget_micros, 15_000_000_000);
    assert.equal(raised.actions[0].after.budget_micros, 18_000_000_000);
    assert.ok(raised.actions[0].request.path.includes("adgroup/"), JSON.stringify(raised.actions[0].request));

    // The same key again: the same answer and no second effect; another request: a conflict.
    const body = { idempotencyKey: "raise-1", actions: [{ type: "TikTok.UpdateAdGroupBudget", params: { adgroup_id, new_budget: 18000 } }] };
    const again = await world.server.call("POST", "/api/actions", body);
    assert.equal(again.status, 202);
    assert.equal(again.json.action_batch_id, raised.action_batch_id);
    assert.equal(again.headers.get("idempotent-replayed"), "true");
    body.actions[0].params.new_budget = 19000;
    assert.equal((await world.server.call("POST", "/api/actions", body)).status, 409);

    // A guardrail refuses the whole request and names the place.
    const beyond = await world.server.call("POST", "/api/actions", {
      idempotencyKey: "beyond-1",
      actions: [
        { type: "PauseAdGroup", params: { adgroup_id } },
        { type: "UpdateAdGroupBudget", params: { adgroup_id, new_budget: 29000 } },
      ],
    });
    assert.equal(beyond.status, 409, beyond.text);
    assert.equal(beyond.json.field, "actions[1].params.new_budget");
    assert.match(beyond.json.detail ?? beyond.text, /step_up/);

    // The platform acts and its answer is lost: read back, not repeated.
    await world.sandbox.call("DELETE", "/sandbox/calls");
    await world.sandbox.call("POST", "/sandbox/faults", { path: "adgroup/status/update/", drop_answer_after_acting: true });
    const paused = await act(world, "pause-1", [{ type: "TikTok.PauseAdGroup", params: { adgroup_id } }]);
    assert.equal(paused.actions[0].state, "done", JSON.stringify(paused));
    assert.equal(paused.actions[0].after.status, "disabled");
    assert.equal((await writes(world, "adgroup/status/update/")).length, 1);

    // Undo, once.
    const undo = await world.server.call("POST", `/api/actions/${paused.actions[0].id}/undo`);
    assert.equal(undo.status, 202, undo.text);
    const undone = await settled(world, undo.json.action_batch_id);
    assert.equal(undone.actions[0].state, "done", JSON.stringify(undone));
    assert.equal(undone.actions[0].after.status, "enabled");
    assert.equal((await world.server.call("POST", `/api/actions/${paused.actions[0].id}/undo`)).status, 409);

    // Each outcome is in the audit log.
    const audit = (await world.server.call("GET", "/api/audit")).json.data.map((line) => line.action);
    for (const action of ["adgroup.budget", "adgroup.pause", "adgroup.resume"]) assert.ok(audit.includes(action), `${action} in ${audit}`);

    // A reader may look and may not act.
    const key = await world.server.call("POST", "/api/keys", { name: "reader", rights: ["read"] });
    assert.equal(key.status, 201, key.text);
    const headers = { authorization: `Bearer ${key.json.key}` };
    assert.equal((await world.server.call("GET", `/api/actions/${paused.action_batch_id}`, undefined, { headers })).status, 200);
    assert.equal((await world.server.call("POST", "/api/actions", { idempotencyKey: "reader", actions: [] }, { headers })).status, 403);
    assert.equal((await world.server.call("POST", "/api/brain/run-tiktok", {}, { headers })).status, 403);
  });

  test(`the autopilot reports, acts when it is on, replays and is undone (${database})`, async (t) => {
    // A target that no market meets: whatever happens, the group is bad.
    const { world, account } = await running(t, database, { days: 4, target: 50 });
    const report = await runNow(world, { idempotencyKey: "report-1" });
    assert.equal(report.state, "done", report.error);
    assert.equal(report.dispatched, false, "off until it is switched on");
    assert.equal(report.decisions.groups.length, 1);
    const group = report.decisions.groups[0];
    assert.ok(["lower", "pause"].includes(group.decision), JSON.stringify(group));
    assert.equal(group.reason.length, 3);
    assert.ok(group.trace.length >= 6, "each part of the score is explained");
    assert.equal(report.actions.length, 0);

    const on = await world.server.call("PATCH", `/api/ad-accounts/${account.id}`, { autopilot_tiktok: true });
    assert.equal(on.status, 200, on.text);
    const acted = await runNow(world, { inputs: { dispatch: true } });
    assert.equal(acted.state, "done", acted.error);
    assert.equal(acted.dispatched, true);
    assert.equal(acted.actions.length, acted.decisions.actions.length);
    for (const action of acted.actions) assert.equal(action.state, "done", JSON.stringify(action));

    // Scheduled runs came by themselves, one a local day at most.
    const all = (await world.server.call("GET", `/api/autopilot/executions?userAccountId=${world.orgs[0].org}&platform=tiktok&limit=50`)).json.data;
    const scheduled = all.filter((one) => one.trigger === "schedule").map((one) => one.started_at.slice(0, 10));
    assert.equal(new Set(scheduled).size, scheduled.length, `once a day: ${scheduled}`);

    // A job of its own writes the report after the run.
    const told = await eventually("the run's report is there", async () => {
      const reports = (await world.server.call("GET", "/api/autopilot/reports?platform=tiktok")).json.data;
      return reports.find((one) => one.execution_id === acted.id);
    });
    assert.match(told.report_data.text, /5\. Changes\n- /);

    await world.server.stop(); // an embedded database has one process
    const replay = await run(["brain", "replay", acted.id, "--org", world.orgs[0].org, ...world.store]);
    assert.equal(replay.status, 0, replay.stdout + replay.stderr);
    assert.match(replay.stdout, /same/);
    await world.startServer();

    const undo = await world.server.call("POST", `/api/autopilot/executions/${acted.id}/undo`);
    assert.equal(undo.status, 202, undo.text);
    assert.equal(undo.json.undoing, acted.actions.length);
    const undone = await settled(world, undo.json.action_batch_id);
    for (const action of undone.actions) assert.equal(action.state, "done", JSON.stringify(action));
    assert.equal((await world.server.call("POST", `/api/autopilot/executions/${acted.id}/undo`)).status, 409);
  });
}

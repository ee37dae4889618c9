// Two orgs never meet: every route of the program, called by the other org with this org's ids.
import test from "node:test";
import assert from "node:assert/strict";
import { databases, run, start, eventually } from "./harness.mjs";
import { connectAccount, makeDirection, uploadCreative } from "./steps.mjs";

// Routes whose answer is the same for everybody, or that act on the caller alone.
const harmless = /^(OPTIONS |GET \/(healthz|livez|readyz|api\/live|assets|icon\.svg|sign-in)|POST \/api\/session|DELETE \/api\/session|GET \/api\/(me|users|keys|audit)|GET \/metrics|(GET|POST) \/(api\/)?tiktok\/webhook|GET \/oauth\/)/;

for (const database of databases) {
  test(`no route shows or changes another org's objects (${database})`, async (t) => {
    const world = await start(t, { database, orgs: 2 });
    const { server } = world;
    const account = await connectAccount(world);
    const direction = await makeDirection(world, account);
    const creative = await uploadCreative(world, direction);
    const launch = await server.call("POST", "/api/tiktok-campaign-builder/manual-launch?wait=0", {
      direction_id: direction.id, creative_ids: [creative.id], daily_budget: 12000, objective: "lead_generation",
    }, { headers: { "idempotency-key": "tenant-test" } });
    assert.equal(launch.status, 202, launch.text);
    await eventually("the launch is done", async () =>
      (await server.call("GET", `/api/launches/${launch.json.launch_id}`)).json.state === "done");
    const lead = await server.call("POST", "/api/leads", { name: "Secret Person", phone: "+77011234567", direction_id: direction.id });
    assert.equal(lead.status, 201, lead.text);
    const brain = await server.call("POST", "/api/brain/run-tiktok", { accountId: account.id });
    assert.ok(brain.status === 202 || brain.status === 200, brain.text);
    const executions = (await server.call("GET", "/api/autopilot/executions")).json.data;
    const campaigns = (await server.call("GET", "/api/tiktok-campaign-builder/campaigns")).json;
    const campaign = (campaigns.campaigns ?? campaigns.data)[0];
    const keys = (await server.call("GET", "/api/keys")).json.data;
    const users = (await server.call("GET", "/api/users")).json.data;
    const invitation = (await server.call("POST", "/api/invitations", { email: "invited@example.com", role: "analyst" })).json;

    // Everything of org 1 that org 2 must never see in any answer.
    const mine = [account.id, direction.id, creative.id, launch.json.launch_id, lead.json.id, executions[0].id,
      campaign.campaign_id ?? campaign.id, keys[0].id, users[0].id, invitation.id].map(String);
    const secrets = [...mine, "Secret Person", "+77011234567", world.orgs[0].org, world.orgs[0].email, "invited@example.com"];

    const routes = (await run(["routes"])).stdout.trim().split("\n").map((line) => {
      const [method, path, right] = line.trim().split(/\s+/);
      return { method, path, right };
    });
    assert.ok(routes.length > 50, "the list of routes is short");
    // Times that the server's own work moves: what is changed shows in the rest.
    const ownTimes = new Set(["updated_at", "last_sync_at", "last_used_at"]);
    const snapshot = async () => JSON.stringify([
      (await server.call("GET", "/api/directions")).json, (await server.call("GET", "/api/leads?reveal=1")).json,
      (await server.call("GET", "/api/ad-accounts")).json, (await server.call("GET", "/api/creatives")).json,
      (await server.call("GET", "/api/keys")).json.data, (await server.call("GET", "/api/users")).json.data,
      (await server.call("GET", "/api/invitations")).json.data,
    ], (key, value) => (ownTimes.has(key) ? undefined : value));
    // What org 1 has under way (its video to the platform, a report) comes to its end first.
    let last, alike = 0;
    const before = await eventually("org 1 is at rest", async () => {
      const creatives = (await server.call("GET", "/api/creatives")).json.data;
      if (creatives.some((one) => one.push_state !== "ready")) return false;
      const now = await snapshot();
      alike = now === last ? alike + 1 : 0;
      last = now;
      return alike >= 20 && now;
    }, { seconds: 60 });
    let calls = 0;
    for (const { method, path, right } of routes) {
      if (harmless.test(`${method} ${path}`)) continue;
      const paths = path.includes(":") ? mine.map((id) => path.replace(/:[a-z_]+/g, id)) : [path];
      for (const target of paths) {
        const query = method === "GET"
          ? `?userAccountId=${world.orgs[0].org}&accountId=${account.id}&account_id=${account.id}&ad_account_id=${account.id}&direction_id=${direction.id}&creative_id=${creative.id}&campaign_id=${mine[6]}`
          : "";
        const body = method === "GET" ? undefined : {
          userAccountId: world.orgs[0].org, user_account_id: world.orgs[0].org, accountId: account.id, account_id: account.id,
          ad_account_id: account.id, direction_id: direction.id, creative_ids: [creative.id], creative_id: creative.id,
          campaign_id: mine[6], lead_id: lead.json.id,
        };
        for (const [suffix, sent] of [[query, body], ["", method === "GET" ? undefined : { lead_id: lead.json.id, direction_id: direction.id, creative_ids: [creative.id], campaign_id: mine[6] }]]) {
          const answer = await server.call(method, target + suffix, sent, { org: 1 });
          calls++;
          const name = `${method} ${target}${suffix ? "?..." : ""} -> ${answer.status}`;
          if (target !== path) assert.ok(answer.status >= 400 || answer.status === 303, `${name}: another org's id was accepted`);
          // What the caller itself sent may come back in an error that names it.
          const echoed = answer.status >= 400 ? secrets.filter((s) => s === "Secret Person" || s.includes("@")) : secrets;
          for (const secret of echoed) assert.ok(!answer.text.includes(secret), `${name}: shows ${secret}`);
        }
      }
      // Nobody at all gets nothing either.
      if (right !== "public") {
        const nobody = await server.call(method, paths[0], method === "GET" ? undefined : {}, { headers: { authorization: "" } });
        assert.equal(nobody.status, 401, `${method} ${paths[0]} without a key`);
      }
    }
    assert.equal(await snapshot(), before, "something of org 1 changed");
    assert.ok(calls > 200, `only ${calls} calls`);
  });
}

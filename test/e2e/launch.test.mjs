// Launches from outside: the whole campaign builder against the sandbox, lost answers, kills at
// every write, refusals in the platform's own words.
import test from "node:test";
import assert from "node:assert/strict";
import { databases, http, start, eventually } from "./harness.mjs";
import { authorize, connectAccount, makeDirection, uploadCreative } from "./steps.mjs";

const builder = "/api/tiktok-campaign-builder";

// A token of our own, to look at the platform with other eyes than the server's.
async function tokenOf(world) {
  const { app_id, app_secret } = world.sandbox.state;
  const query = new URLSearchParams({ app_id, state: "s", redirect_uri: "https://example.com/back" });
  const back = await authorize(`${world.sandbox.base}/portal/auth?${query}`);
  const code = new URL(back).searchParams.get("auth_code");
  const token = await http("POST", `${world.sandbox.base}/open_api/v1.3/oauth2/access_token/`, {
    body: { app_id, secret: app_secret, auth_code: code },
  });
  assert.equal(token.json.code, 0, token.text);
  return token.json.data.access_token;
}

async function list(world, level) {
  world.token ??= await tokenOf(world);
  const rows = [];
  for (let page = 1; ; page++) {
    const query = new URLSearchParams({ advertiser_id: world.advertiser, page: String(page), page_size: "1000" });
    const answer = await http("GET", `${world.sandbox.base}/open_api/v1.3/${level}/get/?${query}`, {
      headers: { "Access-Token": world.token },
    });
    assert.equal(answer.json.code, 0, answer.text);
    rows.push(...answer.json.data.list);
    if (page >= answer.json.data.page_info.total_page) return rows;
  }
}

const names = (rows, field) => rows.map((row) => row[field]);
const doubles = (values) => values.filter((value, at) => values.indexOf(value) !== at);

async function ready(t, database, options = {}) {
  const world = await start(t, { database, ...options });
  const account = await connectAccount(world);
  world.account = account;
  world.advertiser = account.connections.tiktok.tiktok_business_id;
  world.direction = await makeDirection(world, account);
  world.creative = await uploadCreative(world, world.direction);
  world.post = (path, body, headers = {}) => world.server.call("POST", path, body, { headers });
  world.wish = (more = {}) => ({
    direction_id: world.direction.id, creative_ids: [world.creative.id], daily_budget: 12000, ...more,
  });
  return world;
}

const launchOver = (world, id, states = ["done"]) => eventually(`launch ${id} is ${states}`, async () => {
  const launch = (await world.server.call("GET", `/api/launches/${id}`)).json;
  if (["done", "failed", "undone"].includes(launch.state) && !states.includes(launch.state))
    throw new Error(`it is ${launch.state}: ${JSON.stringify(launch.error)}`);
  return states.includes(launch.state) && launch;
}, { seconds: 60 });

for (const database of databases) {
  test(`the campaign builder's nine endpoints (${database})`, async (t) => {
    const world = await ready(t, database);
    const { server } = world;

    // Founding clients wait for the outcome.
    const manual = await world.post(`${builder}/manual-launch`, world.wish({ user_account_id: world.orgs[0].org }));
    assert.equal(manual.status, 200, manual.text);
    assert.deepEqual([manual.json.success, manual.json.mode, manual.json.ads_created], [true, "create_new", 1]);
    const [campaign] = await list(world, "campaign");
    const [adgroup] = await list(world, "adgroup");
    const [ad] = await list(world, "ad");
    assert.equal(campaign.operation_status, "ENABLE");
    assert.equal(adgroup.operation_status, "ENABLE");
    assert.deepEqual(
      [adgroup.placements, adgroup.pacing, adgroup.promotion_type, adgroup.promotion_target_type, adgroup.budget, adgroup.location_ids],
      [["PLACEMENT_TIKTOK"], "PACING_MODE_SMOOTH", "LEAD_GENERATION", "INSTANT_PAGE", 12000, ["94600135", "1526273"]]);
    assert.equal(ad.video_id.length > 0 && ad.image_ids.length, 1);
    assert.equal(ad.identity_type, "TT_USER");

    const auto = await world.post(`${builder}/auto-launch?wait=1`, {});
    assert.equal(auto.status, 200, auto.text);
    assert.deepEqual([auto.json.results[0].mode, auto.json.results[0].campaign_id], ["create_adgroup", campaign.campaign_id]);

    const created = await world.post(`${builder}/create-campaign?wait=1`, {
      creative_ids: [world.creative.id], campaign_name: "Autumn sale", auto_activate: false });
    assert.equal(created.status, 200, created.text);
    const paused = (await list(world, "campaign")).find((one) => one.campaign_id === created.json.campaign_id);
    assert.match(paused.campaign_name, /^Autumn sale #[0-9a-f]{10}$/);
    assert.equal(paused.operation_status, "DISABLE");
    const published = await world.post(`/api/launches/${created.json.launch_id}/publish`, {});
    assert.equal(published.status, 202, published.text);
    await launchOver(world, published.json.launch_id);
    assert.equal((await list(world, "campaign")).find((one) => one.campaign_id === paused.campaign_id).operation_status, "ENABLE");

    for (const [verb, status] of [["pause", "DISABLE"], ["resume", "ENABLE"]]) {
      const answer = await world.post(`${builder}/${verb}-campaign?wait=1`, { campaign_id: campaign.campaign_id });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json.campaign_id, campaign.campaign_id);
      assert.equal((await list(world, "campaign")).find((one) => one.campaign_id === campaign.campaign_id).operation_status, status);
    }
    assert.equal((await world.post(`${builder}/pause-campaign`, { campaign_id: "1799999999999999999" })).status, 404);

    const campaigns = await server.call("GET", `${builder}/campaigns?user_account_id=${world.orgs[0].org}`);
    assert.equal(campaigns.json.total, 2, campaigns.text);
    assert.equal((await server.call("GET", `${builder}/campaigns?user_account_id=${world.orgs[0].org.replace(/.$/, "0")}x`)).status, 404);
    // The same from what we stored: levels with their names, switches and the reason for missing figures.
    const stored = await server.call("GET", `/api/campaigns?campaign_id=${campaign.campaign_id}`);
    assert.deepEqual([stored.json.count, stored.json.data[0].status, stored.json.data[0].direction_id], [1, "enabled", world.direction.id], stored.text);
    assert.match(stored.json.data[0].figures.missing, /^(never_collected|no_days)$/, stored.text);
    const ads = await server.call("GET", `/api/ads?campaign_id=${campaign.campaign_id}&sort=name&limit=1`);
    assert.deepEqual([ads.json.data[0].creative_id, ads.json.data[0].figures.spend_micros], [world.creative.id, null], ads.text);
    assert.equal((await server.call("GET", "/api/ad-groups?sort=luck")).status, 400);
    const looked = await world.post("/api/actions/preview", { actions: [{ type: "TikTok.PauseCampaign", params: { campaign_id: campaign.campaign_id } }] });
    assert.equal(looked.status, 200, looked.text);
    assert.deepEqual([looked.json.actions[0].before.status, looked.json.actions[0].after.status, looked.json.currency], ["enabled", "disabled", "KZT"], looked.text);
    assert.ok(looked.json.daily_after_micros < looked.json.daily_before_micros, looked.text);

    const report = await server.call("GET", `${builder}/report?campaign_ids=${campaign.campaign_id}`);
    assert.equal(report.status, 200, report.text);
    assert.match(report.json.period.start_date, /^\d{4}-\d\d-\d\d$/);
    const creatives = await server.call("GET", `${builder}/available-creatives?direction_id=${world.direction.id}`);
    assert.deepEqual(names(creatives.json.creatives, "id"), [world.creative.id]);
    const advertiser = await server.call("GET", `${builder}/advertiser-info`);
    assert.deepEqual([advertiser.json.currency, advertiser.json.advertiser_id], ["KZT", world.advertiser]);
    const pages = await server.call("GET", `/tiktok/instant-pages?advertiserId=${world.advertiser}`);
    assert.ok(pages.json.success && pages.json.data.every((page) => page.page_id && page.status), pages.text);
    assert.equal((await server.call("GET", "/tiktok/instant-pages?advertiserId=7999")).status, 404);

    // A preview asks nothing of the platform.
    const before = (await list(world, "campaign")).length;
    const preview = await world.post(`${builder}/manual-launch?dry_run=1`, world.wish());
    assert.equal(preview.status, 200, preview.text);
    const made = preview.json.calls.find((call) => call.path.endsWith("/adgroup/create/"));
    assert.deepEqual([made.step, made.method], ["adgroup", "POST"], preview.text);
    assert.match(preview.json.sentence, /^spends up to 12 000 KZT a day from 2\d{3}-.* \(Asia\/Almaty\)/);
    assert.equal(preview.json.estimated_spend.daily_micros, 12_000_000_000);
    assert.ok(preview.json.warnings.some((one) => one.code === "above_direction"), preview.text); // it runs already
    assert.ok(!/access.?token/i.test(preview.text), "no secret in what is shown");
    const tried = await world.post(`${builder}/auto-launch?dry_run=1`, {});
    assert.equal(tried.status, 200, tried.text);
    assert.equal(tried.json.results[0].preview?.creatives[0].id ?? tried.json.results[0].error?.kind, world.creative.id, tried.text);
    assert.equal((await list(world, "campaign")).length, before);
  });

  test(`a prepared ad group is used, enabled and filled (${database})`, async (t) => {
    const world = await ready(t, database);
    const first = await world.post(`${builder}/manual-launch?wait=1`, world.wish());
    assert.equal(first.status, 200, first.text);
    world.clock.advance(3600_000);
    const prepared = await world.post(`${builder}/manual-launch?wait=1`, world.wish({ start_paused: true }));
    assert.equal(prepared.status, 200, prepared.text);
    assert.equal(prepared.json.mode, "create_adgroup");
    const changed = await world.server.call("PATCH", `/api/directions/${world.direction.id}`, { tiktok_adgroup_mode: "use_existing" });
    assert.equal(changed.status, 200, changed.text);
    const creative = await uploadCreative(world, world.direction, { clip: "ninety-days" });
    const used = await world.post(`${builder}/manual-launch?wait=1`, world.wish({ creative_ids: [creative.id] }));
    assert.equal(used.status, 200, used.text);
    assert.deepEqual([used.json.mode, used.json.adgroup_id], ["use_existing", prepared.json.adgroup_id]);
    const group = (await list(world, "adgroup")).find((one) => one.adgroup_id === prepared.json.adgroup_id);
    assert.equal(group.operation_status, "ENABLE");
    assert.equal((await list(world, "ad")).filter((one) => one.adgroup_id === group.adgroup_id).length, 2);
    const none = await world.post(`${builder}/manual-launch?wait=1`, world.wish());
    assert.equal(none.status, 400, none.text);
    assert.match(none.json.detail, /no prepared ad group/);
  });

  test(`a hundred launches with lost answers make nothing twice (${database})`, async (t) => {
    const world = await ready(t, database);
    const warm = await world.post(`${builder}/create-campaign?wait=1`, { creative_ids: [world.creative.id], campaign_name: "Warm" });
    assert.equal(warm.status, 200, warm.text);
    const faults = ["campaign/create/", "adgroup/create/", "ad/create/", "adgroup/status/update/", "campaign/status/update/"]
      .map((path, at) => ({ path, every: 2 + (at % 3), times: 0, drop_answer_after_acting: true }));
    faults.push({ path: "campaign/create/", every: 7, times: 0, drop_before_acting: true });
    const set = await world.sandbox.call("POST", "/sandbox/faults", faults);
    assert.ok(set.status < 300, set.text);
    const launches = [];
    for (let i = 0; i < 100; i++) {
      const answer = await world.post(`${builder}/create-campaign`, {
        creative_ids: [world.creative.id], campaign_name: `Campaign ${i}` }, { "idempotency-key": `launch-${i}` });
      assert.equal(answer.status, 202, answer.text);
      launches.push(answer.json.launch_id);
    }
    // A client that repeats itself gets the first launch.
    const again = await world.post(`${builder}/create-campaign`, {
      creative_ids: [world.creative.id], campaign_name: "Campaign 7" }, { "idempotency-key": "launch-7" });
    assert.equal(again.json.launch_id, launches[7]);
    const other = await world.post(`${builder}/create-campaign`, {
      creative_ids: [world.creative.id], campaign_name: "Another" }, { "idempotency-key": "launch-7" });
    assert.equal(other.status, 409, other.text);
    assert.equal(other.json.field, "Idempotency-Key");
    await eventually("every launch is done", async () => {
      const all = [];
      for (let cursor = ""; cursor !== null;) {
        const page = (await world.server.call("GET", `/api/launches?limit=200${cursor && `&cursor=${cursor}`}`)).json;
        all.push(...page.data);
        cursor = page.next_cursor;
      }
      const open = all.filter((one) => one.state !== "done");
      const bad = open.find((one) => one.state !== "running");
      if (bad) throw new Error(JSON.stringify(bad.error));
      return all.length === 101 && open.length === 0;
    }, { seconds: 240 });
    const fired = (await world.sandbox.call("GET", "/sandbox/faults")).json;
    const drops = (fired.data ?? fired.faults ?? fired).reduce((sum, one) => sum + one.fired, 0);
    assert.ok(drops > 150, `only ${drops} answers were lost`);
    await world.sandbox.call("DELETE", "/sandbox/faults");
    for (const [level, field] of [["campaign", "campaign_name"], ["adgroup", "adgroup_name"], ["ad", "ad_name"]]) {
      const rows = await list(world, level);
      assert.equal(rows.length, 101, `${level}s`);
      assert.deepEqual(doubles(names(rows, field)), [], `${level}s made twice`);
      if (level !== "ad") assert.ok(rows.every((row) => row.operation_status === "ENABLE"), `${level} left disabled`);
    }
  });

  test(`killed at any write, a launch goes on and makes nothing twice (${database})`, async (t) => {
    const world = await ready(t, database);
    const writes = ["file/video/ad/upload/", "file/image/ad/upload/", "campaign/create/", "adgroup/create/", "ad/create/",
      "adgroup/status/update/", "campaign/status/update/"];
    let expected = 0;
    for (const path of writes) {
      // A new video for each, so that every write happens.  It goes to the platform by a job of
      // its own, which is what a kill at an upload meets; else that job is over first.
      const uploading = path.startsWith("file/");
      const calls = async () => (await world.sandbox.call("GET", "/sandbox/calls")).json.data;
      const delay = () => world.sandbox.call("POST", "/sandbox/faults", [{ path, times: 0, delay_ms: 2000 }]);
      await world.sandbox.call("DELETE", "/sandbox/calls");
      if (uploading) await delay();
      const creative = await uploadCreative(world, world.direction, { clip: "win-a-phone", title: `Kill at ${path}` });
      if (!uploading) {
        await eventually("the video is there", async () => (await calls()).some((call) =>
          call.path === "file/image/ad/upload/" && call.code === 0 && JSON.stringify(call.request).includes(creative.id)));
        await world.sandbox.call("DELETE", "/sandbox/calls");
        await delay();
      }
      const launch = await world.post(`${builder}/create-campaign`, { creative_ids: [creative.id], campaign_name: `Kill ${path}` });
      assert.equal(launch.status, 202, launch.text);
      await eventually("the write arrives", async () => (await calls()).some((call) => call.path === path));
      const before = (await world.server.call("GET", `/api/launches/${launch.json.launch_id}`)).json;
      assert.equal(before.state, "running", "it was over before the kill");
      await world.server.stop("SIGKILL");
      await world.sandbox.call("DELETE", "/sandbox/faults");
      world.clock.advance(20_000); // past the dead worker's lease
      await world.startServer();
      await launchOver(world, launch.json.launch_id);
      expected++;
      for (const [level, field] of [["campaign", "campaign_name"], ["adgroup", "adgroup_name"], ["ad", "ad_name"]]) {
        const rows = await list(world, level);
        assert.equal(rows.length, expected, `${level}s after a kill at ${path}`);
        assert.deepEqual(doubles(names(rows, field)), [], `${level}s made twice at ${path}`);
      }
    }
  });

  test(`refusals reach the user as the platform said them, and are undone (${database})`, async (t) => {
    const world = await ready(t, database);
    const refuse = (path, code, message) => world.sandbox.call("POST", "/sandbox/faults", [{ path, code, message, times: 1 }]);

    const terms = "Lead Generation agreement has not be signed yet.";
    await refuse("ad/create/", 40002, terms);
    const unsigned = await world.post(`${builder}/manual-launch?wait=1`, world.wish());
    assert.equal(unsigned.status, 422, unsigned.text);
    assert.deepEqual([unsigned.json.platform_code ?? unsigned.json.platform?.code, unsigned.json.platform_message ?? unsigned.json.platform?.message],
      [40002, terms], unsigned.text);
    assert.ok(unsigned.json.platform_request_id ?? unsigned.json.platform?.request_id, unsigned.text);
    assert.match(unsigned.json.hint, /terms/);
    const launch = (await world.server.call("GET", unsigned.headers.get("location"))).json;
    assert.equal(launch.state, "undone");
    assert.ok((await list(world, "campaign")).every((one) => one.operation_status === "DISABLE"), "left enabled");
    assert.ok((await list(world, "adgroup")).every((one) => one.operation_status === "DISABLE"), "left enabled");

    // Throttled: the launch waits and goes on.
    await world.sandbox.call("POST", "/sandbox/faults", [{ path: "adgroup/create/", code: 40100, message: "App reaches the QPS limit 20", times: 1 }]);
    const throttled = await world.post(`${builder}/manual-launch?wait=1`, world.wish({ daily_budget: 13000 }));
    assert.equal(throttled.status, 200, throttled.text);

    // Refused here, by field, before anything is asked.
    await world.sandbox.call("DELETE", "/sandbox/calls");
    for (const [wish, field] of [
      [{ daily_budget: 100 }, "daily_budget"], [{ objective: "fame" }, "objective"], [{ creative_ids: [] }, "creative_ids"],
      [{ objective: "conversions" }, "landing_page_url"], [{ page_id: "abc" }, "page_id"],
    ]) {
      const answer = await world.post(`${builder}/manual-launch`, world.wish(wish));
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.json.field, field, answer.text);
      assert.ok(answer.json.hint, answer.text);
    }
    assert.deepEqual((await world.sandbox.call("GET", "/sandbox/calls")).json.data.filter((call) => call.method === "POST"), []);

    // A revoked token ends the connection, visibly.
    await world.sandbox.call("POST", "/sandbox/faults", [{ path: "identity/get/", code: 40105, message: "Access token is incorrect or has been revoked.", times: 1 }]);
    const dead = await world.post(`${builder}/manual-launch?wait=1`, world.wish({ daily_budget: 14000 }));
    assert.equal(dead.status, 403, dead.text);
    const card = (await world.server.call("GET", `/api/ad-accounts/${world.account.id}`)).json;
    assert.equal(card.connections.tiktok.status, "revoked");
    const after = await world.post(`${builder}/manual-launch`, world.wish({ daily_budget: 15000 }));
    assert.equal(after.status, 409, after.text);
    // Connecting again revives the card, with its directions.
    const again = await connectAccount(world, { query: `&ad_account_id=${world.account.id}` });
    assert.equal(again.id, world.account.id);
    const revived = await world.post(`${builder}/manual-launch?wait=1`, world.wish({ daily_budget: 15000 }));
    assert.equal(revived.status, 200, revived.text);
  });

  test(`connecting: states are single, refusals are shown, tokens are not (${database})`, async (t) => {
    const world = await start(t, { database, orgs: 2 });
    const begun = await world.server.call("GET", "/api/ad-accounts/oauth/start?platform=tiktok");
    const state = new URL(begun.json.url).searchParams.get("state");
    const shown = await http("GET", `${world.server.base}/oauth/callback?auth_code=wrong&state=${encodeURIComponent(state)}`);
    assert.equal(shown.status, 400);
    assert.match(shown.text, /TikTok says: .*code 40110/s);
    const replay = await http("POST", `${world.server.base}/tiktok/oauth/exchange`, { body: { code: "x", state } });
    assert.deepEqual([replay.status, replay.json.field], [400, "state"], replay.text);
    const foreign = await world.server.call("GET", "/api/ad-accounts/oauth/start");
    const stolen = await world.server.call("POST", "/tiktok/oauth/exchange",
      { code: "x", state: new URL(foreign.json.url).searchParams.get("state") }, { org: 1 });
    assert.equal(stolen.status, 403, stolen.text);

    const account = await connectAccount(world);
    const everything = JSON.stringify([account, (await world.server.call("GET", "/api/audit")).json]) + world.server.log;
    const calls = (await world.sandbox.call("GET", "/sandbox/calls")).text;
    assert.ok(!/"access_token"\s*:|"token[a-z_]*"\s*:\s*"/.test(everything), "a token in an answer or in the log");
    assert.ok(calls.includes("auth_code"));

    // Another advertiser of the same token; one outside it; none at all.
    const others = account.connections.tiktok.advertisers.filter((one) => one.id !== account.connections.tiktok.tiktok_business_id);
    const path = `/api/ad-accounts/${account.id}`;
    const chosen = await world.server.call("PATCH", path, { tiktok_business_id: others[0].id });
    assert.equal(chosen.status, 200, chosen.text);
    assert.equal(chosen.json.connections.tiktok.currency, others[0].currency);
    assert.ok(chosen.json.connections.tiktok.tiktok_account_id, "the identity that fits it was not chosen");
    assert.equal((await world.server.call("PATCH", path, { tiktok_business_id: "7999999999" })).status, 400);
    assert.equal((await world.server.call("PATCH", path, { tiktok_account_id: "nobody" })).status, 400);
    const gone = await world.server.call("PATCH", path, { tiktok_business_id: null });
    assert.equal(gone.json.connections.tiktok.status, "disconnected", gone.text);
    assert.equal((await world.server.call("GET", `${builder}/advertiser-info`)).status, 409);
  });
}

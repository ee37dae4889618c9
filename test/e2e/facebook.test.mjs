// Facebook beside TikTok in one ad account: connecting, the card, forms, uploads, what is not
// offered there, and a token that ends.
import test from "node:test";
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { createServer } from "node:net";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { databases, eventually, http, root, start } from "./harness.mjs";
import { authorize, connectAccount, connectFacebook } from "./steps.mjs";
import { ACCOUNT, FB_PAGE, FORM, OTHER_ACCOUNT, PIXEL } from "./graph.mjs";

// A clip of 21 MB: what follows the picture is a box that players skip.
function largeClip() {
  const clip = readFileSync(join(root, "demo", "trial-lesson.mp4"));
  const box = Buffer.alloc(21 * 1024 * 1024 - clip.length);
  box.writeUInt32BE(box.length, 0);
  box.write("free", 4);
  return Buffer.concat([clip, box]);
}

async function uploadTo(world, direction, title) {
  const query = new URLSearchParams({ direction_id: direction.id, title, ad_text: "English with a tutor" });
  const answer = await http("POST", `${world.server.base}/api/creatives/upload?${query}`, {
    raw: largeClip(),
    headers: { "content-type": "video/mp4", authorization: `Bearer ${world.orgs[0].key}` },
  });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.id ?? answer.json.creative.id;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

for (const database of databases) {
  test(`one ad account connects both platforms, and Facebook's card is its own (${database})`, async (t) => {
    const world = await start(t, { database });
    const { call } = world.server;
    await world.sandbox.call("POST", "/sandbox/settings", { rate_level: "off" });
    const account = await connectAccount(world);

    // No is an answer, and says so.
    const begun = await call("GET", "/api/ad-accounts/oauth/start?platform=facebook");
    const refusal = new URL(begun.json.url);
    const cancelled = await http("GET", `${refusal.origin}/v26.0/dialog/oauth/confirm${refusal.search}&answer=cancel`);
    const told = await http("GET", cancelled.headers.get("location").replace(/#.*/, ""));
    assert.equal(told.status, 400);
    assert.match(told.text, /Facebook was not connected/);
    assert.match(told.text, /Permissions error/);

    const page = await connectFacebook(world);
    assert.equal(page.status, 200, page.text);
    assert.match(page.text, /Facebook is connected/);
    assert.match(page.text, /Demo US/);
    const card = (await call("GET", `/api/ad-accounts/${account.id}`)).json;
    assert.equal(card.connections.tiktok.status, "connected");
    const { facebook } = card.connections;
    assert.equal(facebook.status, "connected");
    assert.equal(facebook.facebook_ad_account_id, ACCOUNT);
    assert.equal(facebook.facebook_page_id, FB_PAGE, "the page that may advertise");
    assert.equal(facebook.currency, "USD");
    assert.equal(facebook.time_zone, "America/New_York");
    assert.deepEqual(facebook.advertisers.map((one) => one.id), [ACCOUNT, OTHER_ACCOUNT]);
    const days = (new Date(facebook.token_expires_at) - world.clock.now()) / 86400_000;
    assert.ok(days > 59 && days <= 60, `${days}`);
    assert.ok(!JSON.stringify(card).includes("EAA"), "no token leaves");

    const identities = (await call("GET", `/api/ad-accounts/${account.id}/identities?platform=facebook`)).json.data;
    assert.deepEqual(identities.map((one) => [one.id === FB_PAGE, one.usable, one.chosen]), [[true, true, true], [false, false, false]]);
    const blog = identities[1].id;
    const wrong = await call("PATCH", `/api/ad-accounts/${account.id}`, { facebook_page_id: blog });
    assert.deepEqual([wrong.status, wrong.json.field], [400, "facebook_page_id"]);
    const forms = await call("GET", `/api/facebook/lead-forms?adAccountId=${account.id}`);
    assert.deepEqual(forms.json.data.map((form) => [form.page_id, form.status])[0], [FORM, "ACTIVE"]);
    const moved = await call("PATCH", `/api/ad-accounts/${account.id}`, { facebook_ad_account_id: OTHER_ACCOUNT });
    assert.equal(moved.json.connections.facebook.time_zone, "Asia/Almaty");
    assert.equal(moved.json.connections.facebook.facebook_page_id, FB_PAGE, "chosen again");
    assert.equal(moved.json.connections.tiktok.status, "connected");

    // What this version does not do on Facebook it says, and does not try.
    const direction = (await call("POST", "/api/directions", {
      name: "English", platform: "facebook", objective: "lead_forms", daily_budget_cents: 500, target_cpl_cents: 50,
    })).json.direction;
    const run = await call("POST", "/api/brain/run", { accountId: account.id });
    const launch = await call("POST", "/api/tiktok-campaign-builder/manual-launch", { direction_id: direction.id, creative_ids: ["none"] });
    for (const answer of [launch]) {
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.json.detail, /does not launch ads on facebook/);
    }
    assert.ok([400, 404].includes(run.status), run.text);

    // What a form of a direction needs, of both platforms.
    const form = (await call("GET", `/api/directions/form?ad_account_id=${account.id}`)).json;
    assert.equal(form.platforms.tiktok.currency, card.connections.tiktok.currency);
    assert.equal(form.platforms.tiktok.minimum_daily_budget_micros, 2_500_000_000);
    assert.ok(form.platforms.tiktok.objectives.some((one) => one.name === "conversions" && one.needs.includes("pixel_id")));
    assert.ok(form.platforms.tiktok.calls_to_action.includes("SIGN_UP"));
    assert.deepEqual([form.platforms.facebook.currency, form.platforms.facebook.launches, form.directions_active], ["USD", false, 1]);
    const targets = async (kind, platform, query) => {
      const answer = await call("GET", `/api/targeting/${kind}?ad_account_id=${account.id}&platform=${platform}&${query}`);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual([answer.json.source, answer.json.stale], ["platform", false], answer.text);
      return answer.json.data.map((one) => [one.id, one.name, one.within]);
    };
    assert.deepEqual(await targets("places", "tiktok", "q=los"), [["5368361", "Los Angeles", "California, United States"]]);
    assert.deepEqual(await targets("places", "tiktok", "ids=94600135,1,1522867"),
      [["1522867", "Kazakhstan", null], ["94600135", "Almaty", "Kazakhstan"]]);
    assert.deepEqual(await targets("interests", "tiktok", "q=language"), [["10102", "Language learning", "Education"]]);
    assert.deepEqual(await targets("languages", "tiktok", "q=kaz"), [["kk", "Kazakh", null]]);
    assert.deepEqual(await targets("places", "facebook", "q=almaty"),
      [["region:1770", "Almaty", "Kazakhstan"], ["1289466", "Almaty", "Almaty, Kazakhstan"]]);
    assert.deepEqual((await targets("interests", "facebook", "q=beauty"))[0], ["6003095705016", "Beauty", "Interests, Shopping and fashion"]);
    assert.deepEqual((await targets("languages", "facebook", "q=rus")), [["17", "Russian", null]]);
    const reads = (await world.sandbox.call("GET", "/sandbox/calls?path=tool/region/")).json.data.length;
    assert.equal(reads, 1, "the list is read once");
    assert.deepEqual((await call("GET", `/api/ad-accounts/${account.id}/pixels?platform=facebook`)).json.data.map((one) => one.id).includes(PIXEL), false,
      "the pixel is the other ad account's");
    assert.ok((await call("GET", `/api/ad-accounts/${account.id}/pixels?platform=tiktok`)).json.data[0].name);

    // Both platforms in one request, each with its own aim; archived and back, counted.
    const both = await call("POST", "/api/directions", {
      name: "Both", platform: "both", ad_account_id: account.id, tiktok_objective: "traffic", tiktok_daily_budget: 5000,
      objective: "lead_forms", daily_budget_cents: 900,
      tiktok_default_settings: { location_ids: ["94600135"], target_names: { 94600135: "Almaty" } },
      facebook_default_settings: { locations: ["1289466"] },
    });
    assert.equal(both.status, 201, both.text);
    assert.deepEqual(both.json.directions.map((one) => one.default_settings.location_ids ?? one.default_settings.locations), [["94600135"], ["1289466"]]);
    const lies = await call("PATCH", `/api/directions/${both.json.directions[0].id}`, { tiktok_default_settings: { location_ids: ["94600135", "1522867"] } });
    assert.deepEqual([lies.status, lies.json.field], [400, "locations"], lies.text);
    assert.equal((await call("DELETE", `/api/directions/${direction.id}`)).status, 204);
    const archived = (await call("GET", "/api/directions?archived=1")).json.data;
    assert.deepEqual(archived.map((one) => [one.name, one.is_active, one.archived_at !== null]), [["English", false, true]]);
    const back = await call("POST", `/api/directions/${direction.id}/restore`, { is_active: true });
    assert.deepEqual([back.status, back.json.is_active], [200, true], back.text);
    const counted = (await call("GET", "/api/directions?figures=1")).json.data;
    assert.deepEqual(counted.map((one) => [one.name, one.platform, one.figures.creatives, one.figures.spend_micros, one.figures.no_spend]), [
      ["Both", "facebook", 0, null, "not_offered"], ["Both", "tiktok", 0, null, "not_collected"], ["English", "facebook", 0, null, "not_offered"]]);

    // Facts are read again on demand; whether leads come is on the card.
    const fresh = await call("POST", `/api/ad-accounts/${account.id}/refresh?platform=tiktok`);
    assert.equal(fresh.json.connections.tiktok.advertiser_name, card.connections.tiktok.advertiser_name, fresh.text);
    assert.ok(["pending", "subscribed", "failed", "off"].includes(fresh.json.connections.tiktok.lead_webhook.state), fresh.text);

    // A token that died is told, and a reconnect revives the card.
    await world.sandbox.call("POST", "/sandbox/graph/tokens", { subcode: 460 });
    const dead = await call("GET", `/api/facebook/lead-forms?adAccountId=${account.id}`);
    assert.equal(dead.status, 403, dead.text);
    assert.match(dead.json.hint, /connect the ad account again/);
    assert.equal(dead.json.platform.code, 190);
    assert.equal((await connectFacebook(world)).status, 200);
    assert.equal((await call("GET", `/api/facebook/lead-forms?adAccountId=${account.id}`)).status, 200);
    const gone = await call("PATCH", `/api/ad-accounts/${account.id}`, { facebook_ad_account_id: null });
    assert.equal(gone.json.connections.facebook.status, "disconnected");
    assert.equal(gone.json.connections.tiktok.status, "connected");
    // A browser that is signed in comes back to the console, at the card, to choose among several.
    const { email, password } = world.orgs[0];
    const signed = await http("POST", `${world.server.base}/api/session`, { body: { email, password } });
    const cookie = signed.headers.get("set-cookie").split(";")[0];
    const asked = await http("GET", `${world.server.base}/api/ad-accounts/oauth/start?platform=facebook&ad_account_id=${account.id}`, { headers: { cookie } });
    const returned = await http("GET", (await authorize(asked.json.url)).replace(/#.*/, ""), { headers: { cookie } });
    assert.deepEqual([returned.status, returned.headers.get("location")], [303, `/accounts?connected=facebook&card=${account.id}&choose=1`], returned.text);
    assert.equal((await call("PATCH", `/api/ad-accounts/${account.id}`, { facebook_ad_account_id: null })).status, 200);
    // Closed, it asks nobody: what was kept is answered and said to be old or unasked.
    const kept = (await call("GET", `/api/targeting/places?ad_account_id=${account.id}&platform=facebook&q=dubai`)).json;
    assert.deepEqual([kept.data, kept.stale], [[], true]);
    assert.match(kept.why, /not connected/);
  });

  test(`a video goes to Facebook in windows, its poster by hash, and lost answers double nothing (${database})`, async (t) => {
    const world = await start(t, { database });
    const { call } = world.server;
    await world.sandbox.call("POST", "/sandbox/settings", { rate_level: "off", readiness_ms: 500 });
    assert.equal((await connectFacebook(world)).status, 200);
    const direction = (await call("POST", "/api/directions", {
      name: "English", platform: "facebook", objective: "lead_forms", daily_budget_cents: 500, target_cpl_cents: 50,
    })).json.direction;
    // A piece, the upload's end (the twelfth call: one piece goes twice) and the poster act and
    // lose their answers.
    const lose = (edge, nth) => ({ path: `graph/act_${ACCOUNT}/${edge}`, method: "POST", nth, drop_answer_after_acting: true });
    await world.sandbox.call("POST", "/sandbox/faults", [lose("advideos", 3), lose("advideos", 12), lose("adimages", 1)]);
    const id = await uploadTo(world, direction, "Trial lesson");
    const copy = await eventually("the copy on Facebook", async () => {
      const creative = (await call("GET", `/api/creatives/${id}`)).json;
      const one = (creative.creative ?? creative).copies?.find((each) => each.platform === "facebook");
      return one?.image_id && one?.usable && one;
    }, { seconds: 40 });
    assert.equal(copy.advertiser_id, ACCOUNT);
    const there = (await world.sandbox.call("GET", "/sandbox/state")).json;
    assert.deepEqual(there.facebook_videos.map((video) => [video.id, video.uploaded]), [[copy.video_id, true]]);
    assert.deepEqual(there.facebook_images.map((image) => image.hash), [copy.image_id]);
    const phases = (await world.sandbox.call("GET", "/sandbox/calls?path=graph/act_")).json.data
      .filter((one) => one.method === "POST" && one.path.endsWith("/advideos")).map((one) => one.request.upload_phase);
    assert.deepEqual(phases, ["start", ...Array(10).fill("transfer"), "finish"], "sent once, one piece twice");
  });

  test(`a form's lead comes by webhook, is read with the page's token, and waits while it may not be (${database})`, async (t) => {
    const port = await freePort();
    const world = await start(t, {
      database, flags: ["--port", String(port), "--public_url", `http://127.0.0.1:${port}`, "--facebook_verify_token", "v-7"],
    });
    const { call } = world.server;
    const hook = `${world.server.base}/facebook/webhook`;
    await world.sandbox.call("POST", "/sandbox/settings", { rate_level: "off" });

    // The address answers those who know the token, and takes nothing unsigned.
    const ask = (token) => http("GET", `${hook}?hub.mode=subscribe&hub.challenge=42&hub.verify_token=${token}`);
    assert.deepEqual([(await ask("v-7")).text, (await ask("v-8")).status], ["42", 403]);
    const secret = world.sandbox.state.facebook_app_secret;
    const post = (body, header) => http("POST", hook, { raw: body, headers: { "content-type": "application/json", ...header } });
    const signed = (body) => post(body, { "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}` });
    assert.equal((await post("{}", {})).status, 401);
    assert.equal((await post("{}", { "x-hub-signature-256": `sha256=${"0".repeat(64)}` })).status, 401);
    assert.equal((await signed('{"object":"page","entry":[]}')).status, 200);

    // Two that no webhook brings: nobody has asked for them yet.
    const early = await world.sandbox.call("POST", "/sandbox/graph/leads", { count: 2 });
    assert.equal(early.status, 200, early.text);

    // Connecting asks for the page's leads; from then on they come.
    assert.equal((await connectFacebook(world)).status, 200);
    const direction = (await call("POST", "/api/directions", {
      name: "English", platform: "facebook", objective: "lead_forms", daily_budget_cents: 500, target_cpl_cents: 50,
    })).json.direction;
    const source = await call("PUT", `/api/directions/${direction.id}/event-source`, { pixel_code: PIXEL, source: "crm" });
    assert.ok(source.status < 300, source.text);
    const makeLeads = (wish) => world.sandbox.call("POST", "/sandbox/graph/leads", wish);
    const leads = async () => (await call("GET", "/api/leads?platform=facebook")).json.data;
    await eventually("the subscription", async () =>
      (await world.sandbox.call("GET", "/sandbox/calls?path=graph/800000000000000001/subscriptions")).json.data.some((one) => one.acted));
    await makeLeads({ ad_id: "120000000000000777", field_data: [
      { name: "full_name", values: ["Ержан Проба"] }, { name: "phone_number", values: ["+7 701 123-45-67"] }, { name: "course", values: ["evening", "online"] },
    ] });
    const [first] = await eventually("the lead", async () => { const list = await leads(); return list.length && list; });
    assert.deepEqual([first.name, first.phone, first.source, first.ad_id], ["Ержан Проба", "+770***67", "facebook_form", "120000000000000777"]);

    // Its stages go back to the pixel, known by the form's lead id and hashed as Facebook hashes.
    const staged = await call("POST", `/api/leads/${first.id}/stage`, { stage: "qualified" });
    assert.ok(staged.status < 300, staged.text);
    const event = await eventually("the conversion", async () =>
      (await world.sandbox.call("GET", "/sandbox/graph/events")).json.data.find((one) => one.event_name === "CompleteRegistration"));
    assert.equal(event.user_data.lead_id, first.platform_lead_id);
    assert.deepEqual(event.user_data.ph, [createHash("sha256").update("77011234567").digest("hex")]);
    assert.deepEqual([event.action_source, event.custom_data.event_source, event.phone_with_plus], ["system_generated", "crm", false]);

    // Many in one body, ids as numbers, each body twice: each lead once.
    await world.sandbox.call("POST", "/sandbox/settings", { webhook_ids_as_numbers: true, webhook_duplicate_every: 1 });
    await makeLeads({ count: 5, batch: true });
    await eventually("five more", async () => (await leads()).length === 6);
    await world.sandbox.call("POST", "/sandbox/settings", { webhook_duplicate_every: 0 });

    // A dead token: the lead waits, and a reconnect brings it.
    await world.sandbox.call("POST", "/sandbox/faults", { path: "graph/me/accounts", code: 190, subcode: 460 });
    await makeLeads({ count: 1 });
    await eventually("the card says revoked", async () =>
      (await call("GET", "/api/ad-accounts")).json.data[0].connections.facebook.status === "revoked");
    assert.equal((await leads()).length, 6);
    assert.equal((await connectFacebook(world)).status, 200);
    await eventually("the lead that waited", async () => (await leads()).length === 7);

    // A page that nobody here has chosen: kept, not lost.
    assert.equal((await signed(JSON.stringify({ object: "page", entry: [{ id: "110000000000000299", changes: [
      { field: "leadgen", value: { leadgen_id: "1234567890123456", page_id: "110000000000000299", form_id: "1", created_time: 1 } }] }] }))).status, 200);
    await eventually("an unresolved delivery", async () =>
      /page 110000000000000299 is chosen by nobody here/.test(world.server.log));

    // What no webhook brought is read from the form.
    world.clock.advance(15 * 60_000);
    assert.equal((await call("POST", "/api/leads/backfill", {})).status, 202);
    const recovered = await eventually("the two early ones", async () => {
      const { data } = (await call("GET", "/api/leads?recovered=true&reveal=1")).json;
      return data.length === 2 && data;
    });
    for (const one of recovered) {
      assert.ok(one.has_contact && one.form_id && one.delay_ms >= 15 * 60_000, JSON.stringify(one));
      assert.equal(one.source, "facebook_form");
    }
    assert.equal((await leads()).length, 9);
  });
}

// The sandbox refuses what the documents refuse: hand-written wrong requests, rule by rule, each
// beside the right request that differs only there.
import test from "node:test";
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createHmac } from "node:crypto";
import { http } from "./harness.mjs";
import {
  AE, BC_AUTH_TT, BC_ID, KZ, PAGE, TT_USER, adJson, authCode, authorize, campaignBody, clip, createAd,
  creativeBody, groupBody, makeAd, makeCampaign, makeGroup, md5, must, openSandbox, png, stamp,
  uploadCover, uploadVideo,
} from "./sandbox.mjs";

function refused(envelope, code, pattern) {
  assert.equal(envelope.code, code, `${envelope.message}`);
  if (pattern) assert.match(envelope.message, pattern);
  assert.deepEqual(envelope.data, {});
  assert.ok(envelope.request_id.length > 10);
}

// --- transport ----------------------------------------------------------------------------

test("rule 1: HTTP 200 with an envelope and a new request id; 404 only for unknown paths", async (t) => {
  const box = await openSandbox(t);
  const ids = new Set();
  for (let i = 0; i < 5; i++) {
    const answer = await box.raw("GET", "campaign/get/", { query: `?advertiser_id=${KZ}` });
    assert.equal(answer.status, 200);
    assert.equal(answer.json.code, 0);
    assert.equal(answer.json.message, "OK");
    ids.add(answer.json.request_id);
  }
  assert.equal(ids.size, 5);
  for (const path of ["campaign/get", "campaign/gets/", "file/video/ad/get/", "oauth2/access_token"]) {
    const answer = await box.raw("GET", path, { query: `?advertiser_id=${KZ}` });
    assert.equal(answer.status, 404, path);
    assert.equal(answer.text, "404 page not found");
  }
  assert.equal((await box.raw("POST", "campaign/get/", { body: {} })).status, 404);
  assert.equal((await http("GET", `${box.base}/open_api/v1.2/campaign/get/`)).status, 404);
  const bad = await box.raw("POST", "campaign/create/", { raw: "{", headers: { "content-type": "application/json" } });
  assert.equal(bad.status, 200);
  refused(bad.json, 40002, /Malformed JSON/);
});

test("rule 2: no token 40104, wrong or revoked token 40105, foreign advertiser 40300, no scope 40001", async (t) => {
  const box = await openSandbox(t);
  const query = `?advertiser_id=${KZ}`;
  refused((await http("GET", box.url("campaign/get/") + query)).json, 40104);
  refused((await box.raw("GET", "campaign/get/", { query, headers: { "Access-Token": "" } })).json, 40104);
  refused((await box.raw("GET", "campaign/get/", { query, headers: { "Access-Token": "nope" } })).json, 40105,
    /Access token is incorrect or has been revoked\./);
  // A bearer is no token here, whatever token_type says.
  refused((await http("GET", box.url("campaign/get/") + query,
    { headers: { authorization: `Bearer ${box.token}` } })).json, 40104);
  const narrow = await authorize(box, { advertisers: [KZ] });
  box.token = narrow;
  assert.equal((await box.get("campaign/get/", { advertiser_id: KZ })).code, 0);
  refused(await box.get("campaign/get/", { advertiser_id: AE }), 40300);
  refused(await box.get("campaign/get/", { advertiser_id: "123" }), 40300);
  refused(await box.get("advertiser/info/", { advertiser_ids: [KZ, AE] }), 40300);
  await box.control("POST", "settings", { deny_report_scope: true });
  refused(await box.get("report/integrated/get/", {
    advertiser_id: KZ, report_type: "BASIC", data_level: "AUCTION_CAMPAIGN", dimensions: ["campaign_id"],
    start_date: "2026-01-01", end_date: "2026-01-02",
  }), 40001, /Permission error: The access token lacks the required scope/);
  await box.control("POST", "settings", { user_role: "OPERATOR" });
  refused(await box.post("page/lead/task/", { advertiser_id: KZ, page_id: PAGE }), 40001, /ADMIN/);
  must(await box.post("oauth2/revoke_token/",
    { app_id: box.state.app_id, secret: box.state.app_secret, access_token: narrow }));
  refused(await box.get("campaign/get/", { advertiser_id: KZ }), 40105);
});

test("rule 3: arrays and objects of a query must be JSON-encoded; the parameter is named", async (t) => {
  const box = await openSandbox(t);
  const ask = (query) => box.raw("GET", "advertiser/info/", { query });
  refused((await ask(`?advertiser_ids=${KZ}`)).json, 40002, /^advertiser_ids:/);
  refused((await ask(`?advertiser_ids=${KZ}&advertiser_ids=${AE}`)).json, 40002, /^advertiser_ids:/);
  refused((await ask(`?advertiser_ids=${KZ},${AE}`)).json, 40002, /^advertiser_ids:/);
  refused((await box.raw("GET", "campaign/get/", { query: `?advertiser_id=${KZ}&filtering=campaign_ids` })).json,
    40002, /^filtering:/);
  refused((await box.raw("GET", "campaign/get/", { query: `?advertiser_id=${KZ}&page_size=many` })).json,
    40002, /^page_size:/);
  refused(await box.get("campaign/get/", { advertiser_id: KZ, page_size: 1001 }), 40002, /^page_size:/);
  refused(await box.get("campaign/get/", { advertiser_id: KZ, fields: ["campaign_id", "nonsense"] }), 40002, /nonsense/);
  refused(await box.get("campaign/get/", { advertiser_id: KZ, nonsense: 1 }), 40002,
    /'nonsense' is not supported in \/v1.3\/campaign\/get\/\./);
});

test("rule 4: ids as JSON numbers are refused, page_id as a text too; unknown fields and words are named", async (t) => {
  const box = await openSandbox(t);
  refused(await box.post("campaign/create/", campaignBody({ advertiser_id: 7000000000000000101 })), 40002, /^advertiser_id:/);
  refused(await box.post("campaign/create/", campaignBody({ colour: "red" })), 40002,
    /'colour' is not supported in \/v1.3\/campaign\/create\/\./);
  refused(await box.post("campaign/create/", campaignBody({ operation_status: "PAUSED" })), 40002,
    /^operation_status: .*correct is ENABLE, DISABLE/);
  const campaign = await makeCampaign(box);
  refused(await box.post("adgroup/create/", await groupBody(box, campaign, { location_ids: [1522867] })), 40002,
    /^location_ids\[0\]:/);
  const adgroup_id = await makeGroup(box);
  const video_id = await uploadVideo(box);
  const image_id = await uploadCover(box);
  const creative = creativeBody({ video_id, image_ids: [image_id] });
  const body = JSON.stringify({ advertiser_id: KZ, adgroup_id, creatives: [{ ...creative, page_id: PAGE }] });
  refused((await box.raw("POST", "ad/create/", { raw: body, headers: { "content-type": "application/json" } })).json,
    40002, /^creatives\[0\]\.page_id:/);
  refused(await createAd(box, adgroup_id, { ...creative, page_id: PAGE, colour: "red" }), 40002,
    /'creatives\[0\]\.colour' is not supported/);
});

test("rule 5: rate limits per endpoint, 40100, five minutes after too many in one", async (t) => {
  const box = await openSandbox(t);
  await box.control("POST", "settings", { rate_level: "sandbox" });
  const codes = [];
  for (let i = 0; i < 4; i++) codes.push((await box.get("user/info/")).code);
  assert.ok(codes.includes(40100), `${codes}`);
  const other = await box.get("identity/get/", { advertiser_id: KZ });
  assert.equal(other.code, 0, "endpoints do not share a bucket");
  const limited = await box.get("identity/get/", { advertiser_id: KZ });
  if (limited.code) refused(limited, 40100, /App reaches the QPS limit 1/);
});

test("rule 6: request_id must be an integer and counts once", async (t) => {
  const box = await openSandbox(t);
  refused(await box.post("campaign/create/", campaignBody({ request_id: "abc" })), 40002,
    /strconv\.ParseInt.*invalid syntax/);
  const body = campaignBody({ request_id: "1" });
  must(await box.post("campaign/create/", body));
  refused(await box.post("campaign/create/", body), 40002, /request_id/);
  must(await box.post("campaign/create/", { ...body, request_id: "2" }));
  assert.equal(must(await box.get("campaign/get/", { advertiser_id: KZ })).page_info.total_number, 2);
});

test("rule 7: faults on demand", async (t) => {
  const box = await openSandbox(t);
  const list = () => box.raw("GET", "campaign/get/", { query: `?advertiser_id=${KZ}` });
  await box.control("POST", "faults", { path: "campaign/get/", code: 50000, message: "Internal error." });
  refused((await list()).json, 50000, /Internal error\./);
  assert.equal((await list()).json.code, 0);
  await box.control("POST", "faults", { path: "campaign/get/", status: 502, nth: 2 });
  assert.equal((await list()).status, 200);
  assert.equal((await list()).status, 502);
  assert.equal((await list()).status, 200);
  await box.control("DELETE", "faults");
  await box.control("POST", "faults", [
    { path: "campaign/create/", drop_answer_after_acting: true },
    { path: "adgroup/create/", drop_before_acting: true },
    { path: "campaign/get/", cut_after_bytes: 20 },
  ]);
  await assert.rejects(box.post("campaign/create/", campaignBody({ campaign_name: "Acted on" })));
  await assert.rejects(list(), "a cut answer");
  const campaigns = must((await list()).json);
  assert.deepEqual(campaigns.list.map((c) => c.campaign_name), ["Acted on"]);
  await assert.rejects(box.post("adgroup/create/", await groupBody(box, campaigns.list[0].campaign_id)));
  assert.equal(must(await box.get("adgroup/get/", { advertiser_id: KZ })).page_info.total_number, 0);
  const began = Date.now();
  await box.control("POST", "faults", { path: "user/info/", delay_ms: 300 });
  await box.get("user/info/");
  assert.ok(Date.now() - began >= 290);
  const calls = (await box.control("GET", "calls?path=campaign/create/")).data;
  assert.equal(calls.length, 1);
  assert.equal(calls[0].acted, true);
  assert.equal(calls[0].status, 0);
  assert.equal(calls[0].request.campaign_name, "Acted on");
  assert.equal((await box.refused("POST", "faults", { path: "x", tims: 1 })).status, 400);
});

// --- OAuth --------------------------------------------------------------------------------

test("rule 8: the consent page, a code once and for an hour, the right secret", async (t) => {
  const box = await openSandbox(t, { grant: false });
  const exchange = (body) => box.post("oauth2/access_token/", body);
  const app = { app_id: box.state.app_id, secret: box.state.app_secret };
  const page = await http("GET", `${box.base}/portal/auth?app_id=${app.app_id}&state=x%26y` +
    `&redirect_uri=${encodeURIComponent("https://example.com/back?a=1")}`);
  assert.equal(page.status, 200);
  assert.match(page.text, /Demo KZ/);
  assert.match(page.text, /value="x&amp;y"/);
  assert.equal((await http("GET", `${box.base}/portal/auth?app_id=1&redirect_uri=https://e.com`)).status, 400);
  assert.equal((await http("GET", `${box.base}/portal/auth?app_id=${app.app_id}&redirect_uri=javascript:1`)).status, 400);
  const confirm = (answer) => http("GET", `${box.base}/portal/auth/confirm?app_id=${app.app_id}&state=x%26y` +
    `&redirect_uri=${encodeURIComponent("https://example.com/back?a=1")}&answer=${answer}`);
  const back = new URL((await confirm("confirm")).headers.get("location"));
  assert.equal(back.searchParams.get("a"), "1");
  assert.equal(back.searchParams.get("state"), "x&y");
  assert.equal(back.searchParams.get("code"), back.searchParams.get("auth_code"));
  const no = new URL((await confirm("cancel")).headers.get("location"));
  assert.equal(no.searchParams.get("auth_code"), null);

  const auth_code = back.searchParams.get("auth_code");
  refused(await exchange({ ...app, auth_code: "wrong" }), 40110);
  refused(await exchange({ ...app, secret: "wrong", auth_code }), 40101);
  refused(await exchange({ ...app, app_id: "1", auth_code }), 40113);
  refused(await exchange({ ...app }), 40002, /^auth_code: Missing/);
  const data = must(await exchange({ ...app, auth_code }));
  assert.deepEqual(data.advertiser_ids, [KZ, AE]);
  assert.ok(data.scope.every(Number.isInteger));
  assert.equal(data.refresh_token, undefined);
  refused(await exchange({ ...app, auth_code }), 40110);
  const late = await authCode(box);
  await box.control("POST", "clock", { advance_minutes: 61 });
  refused(await exchange({ ...app, auth_code: late }), 40110);
  const other = await authCode(box, { advertisers: [AE] });
  const second = must(await box.post("oauth2/token/",
    { client_id: app.app_id, client_secret: app.secret, code: other, grant_type: "authorization_code" }));
  assert.deepEqual(second.advertiser_ids, [AE]);
  box.token = second.access_token;
  const list = must(await box.get("oauth2/advertiser/get/", { app_id: app.app_id, secret: app.secret }));
  assert.deepEqual(list.list, [{ advertiser_id: AE, advertiser_name: "Demo AE" }]);
});

// --- campaigns ----------------------------------------------------------------------------

test("rules 9, 10: objectives of today, budget modes, minimum by currency", async (t) => {
  const box = await openSandbox(t);
  const create = (over) => box.post("campaign/create/", campaignBody(over));
  for (const objective_type of ["CONVERSIONS", "SALES", "APP_INSTALL", "TOPVIEW_REACH"])
    refused(await create({ objective_type }), 40002, /^objective_type: .*correct is .*LEAD_GENERATION/);
  refused(await create({ objective_type: "RF_REACH" }), 40118);
  refused(await create({ budget_mode: undefined }), 40002, /^budget_mode:/);
  refused(await create({ budget_mode: "BUDGET_MODE_DAY" }), 40002, /^budget:/);
  refused(await create({ budget_mode: "BUDGET_MODE_DYNAMIC_DAILY_BUDGET", budget: 50000 }), 40002, /Budget mode is invalid/);
  refused(await create({ budget_mode: "BUDGET_MODE_DAY", budget: 6249 }), 40002, /at least 6250 KZT/);
  refused(await create({ budget_mode: "BUDGET_MODE_DAY", budget: 6250.5 }), 40002, /decimal/);
  refused(await create({ budget_mode: "BUDGET_MODE_DAY", budget: "6250" }), 40002, /^budget:/);
  must(await create({ budget_mode: "BUDGET_MODE_DAY", budget: 6250 }));
  refused(await create({ advertiser_id: AE, budget_mode: "BUDGET_MODE_DAY", budget: 49.99 }), 40002, /at least 50 AED/);
  must(await create({ advertiser_id: AE, budget_mode: "BUDGET_MODE_DAY", budget: 50 }));
  await box.control("POST", "settings", { kzt_minimum: 4000 });
  refused(await create({ budget_mode: "BUDGET_MODE_DAY", budget: 9999 }), 40002, /at least 10000 KZT/);
  const data = must(await create({ campaign_name: "Plain" }));
  assert.equal(data.budget, 0);
  assert.equal(data.secondary_status, "CAMPAIGN_STATUS_ENABLE");
  assert.equal(data.operation_status, "ENABLE");
  refused(await create({ campaign_name: "" }), 40002, /^campaign_name:/);
  refused(await create({ campaign_name: "Лиды 🚀" }), 40002, /emojis/);
  refused(await create({ campaign_name: "線".repeat(257) }), 40002, /^campaign_name:/);
  must(await create({ campaign_name: "線".repeat(256) }));
});

test("rule 20: campaign budget optimisation binds its ad groups", async (t) => {
  const box = await openSandbox(t);
  const cbo = (over) => box.post("campaign/create/", campaignBody({
    budget_optimize_on: true, budget_mode: "BUDGET_MODE_DAY", budget: 50000,
    optimization_goal: "LEAD_GENERATION", bid_type: "BID_TYPE_NO_BID", ...over,
  }));
  refused(await cbo({ budget_mode: "BUDGET_MODE_INFINITE" }), 40002, /Budget mode is invalid/);
  refused(await cbo({ optimization_goal: undefined }), 40002, /^optimization_goal:/);
  refused(await cbo({ bid_type: undefined }), 40002, /^bid_type:/);
  refused(await cbo({ optimization_goal: "CLICK" }), 40002, /correct is LEAD_GENERATION/);
  const { campaign_id } = must(await cbo({}));
  const group = (over) => groupBody(box, campaign_id, over).then((body) => box.post("adgroup/create/", body));
  refused(await group({ optimization_goal: "CLICK", billing_event: "CPC" }), 40002, /^optimization_goal:/);
  refused(await group({ pacing: "PACING_MODE_FAST", bid_type: "BID_TYPE_CUSTOM", conversion_bid_price: 900 }), 40002, /^pacing:/);
  must(await group({ budget: 1 })); // ignored
  refused(await group({ bid_type: "BID_TYPE_CUSTOM", conversion_bid_price: 900 }), 40002, /^bid_type:/);
  const day = await makeCampaign(box, { budget_mode: "BUDGET_MODE_DAY", budget: 90000 });
  const now = await box.now();
  refused(await box.post("adgroup/create/", await groupBody(box, day, {
    budget_mode: "BUDGET_MODE_TOTAL", budget: 90000, schedule_type: "SCHEDULE_START_END",
    schedule_end_time: stamp(now + 3 * 86400_000),
  })), 40002, /Budget mode is invalid/);
});

test("rules 23, 24, 25: names, soft and final deletion, 20 ids at a time, 105 %", async (t) => {
  const box = await openSandbox(t);
  const body = campaignBody({ campaign_name: "Same" });
  const { campaign_id } = must(await box.post("campaign/create/", body));
  refused(await box.post("campaign/create/", body), 40002, /^campaign_name:/);
  const status = (ids, operation_status) =>
    box.post("campaign/status/update/", { advertiser_id: KZ, campaign_ids: ids, operation_status });
  refused(await status(Array(21).fill(campaign_id), "DISABLE"), 40002, /campaign_ids: maximum number of items is 20/);
  refused(await status([campaign_id, "1"], "DISABLE"), 40002, /does not exist/);
  refused(await status([campaign_id], "PAUSE"), 40002, /correct is ENABLE, DISABLE, DELETE/);
  assert.equal(must(await status([campaign_id], "DISABLE")).status, "DISABLE");
  const group = await makeGroup(box, {}, campaign_id);
  must(await status([campaign_id], "DELETE"));
  const get = (path, filtering) => box.get(path, { advertiser_id: KZ, filtering });
  assert.equal(must(await get("campaign/get/", {})).list.length, 0);
  const all = must(await get("campaign/get/", { primary_status: "STATUS_ALL" })).list;
  assert.equal(all[0].secondary_status, "CAMPAIGN_STATUS_DELETE");
  assert.equal(must(await get("campaign/get/", { primary_status: "STATUS_DELETE" })).list.length, 1);
  assert.equal(must(await get("adgroup/get/", { primary_status: "STATUS_ALL" })).list[0].secondary_status,
    "ADGROUP_STATUS_CAMPAIGN_DELETE");
  refused(await status([campaign_id], "ENABLE"), 40002, /deleted/);
  refused(await box.post("campaign/update/", { advertiser_id: KZ, campaign_id, campaign_name: "New" }), 40002, /deleted/);
  refused(await box.post("adgroup/update/", { advertiser_id: KZ, adgroup_id: group, adgroup_name: "New" }), 40002, /deleted/);
  must(await box.post("campaign/create/", body));
});

test("rule 25: no budget under 105 % of what is spent; partly done is 20001", async (t) => {
  const box = await openSandbox(t);
  await box.control("POST", "reset", { seed: "5", world: "mixed", review: false });
  await box.control("POST", "settings", { rate_level: "off", readiness_ms: 0 });
  box.token = await authorize(box);
  const { adgroup_id } = await makeAd(box);
  const now = await box.now();
  // 22:00 in Almaty (UTC+5): most of the day's money is gone.
  const evening = new Date(now - (now + 5 * 3600_000) % 86400_000 + 22 * 3600_000);
  if (evening.getTime() < now + 12 * 3600_000) evening.setTime(evening.getTime() + 86400_000);
  await box.control("POST", "clock", { to: evening.toISOString().slice(0, 19) + "Z" });
  const update = (budget) => box.post("adgroup/update/", { advertiser_id: KZ, adgroup_id, budget });
  refused(await update(2500), 40002, /105%/);
  must(await update(40000));
  const both = await box.post("adgroup/status/update/", { advertiser_id: KZ, adgroup_ids: [adgroup_id, "1"],
    operation_status: "DISABLE", allow_partial_success: true });
  assert.equal(both.code, 20001);
  assert.deepEqual(both.data.adgroup_ids, [adgroup_id]);
  assert.equal(both.data.error_list[0].adgroup_id, "1");
  refused(await box.post("adgroup/status/update/", { advertiser_id: KZ, adgroup_ids: [adgroup_id, "1"],
    operation_status: "ENABLE" }), 40002, /does not exist/);
});

// --- ad groups ----------------------------------------------------------------------------

test("rule 11: the schedule", async (t) => {
  const box = await openSandbox(t);
  const campaign = await makeCampaign(box);
  const create = async (over) => box.post("adgroup/create/", await groupBody(box, campaign, over));
  const now = await box.now();
  refused(await create({ schedule_start_time: undefined }), 40002, /^schedule_start_time: Missing/);
  refused(await create({ schedule_start_time: stamp(now - 5000) }), 40002, /^schedule_start_time: .*past/);
  refused(await create({ schedule_start_time: new Date(now + 60000).toISOString() }), 40002, /^schedule_start_time:/);
  refused(await create({ schedule_type: "SCHEDULE_START_END" }), 40002, /^schedule_end_time:/);
  const start = stamp(now + 3600_000);
  refused(await create({ schedule_type: "SCHEDULE_START_END", schedule_start_time: start, schedule_end_time: start }),
    40002, /later than schedule_start_time/);
  const total = { budget_mode: "BUDGET_MODE_TOTAL", budget: 7500 };
  refused(await create(total), 40002, /SCHEDULE_START_END/);
  refused(await create({ ...total, budget: 7499, schedule_type: "SCHEDULE_START_END", schedule_start_time: start,
    schedule_end_time: stamp(now + 3600_000 + 3 * 86400_000) }), 40002, /at least 7500/);
  must(await create({ ...total, schedule_type: "SCHEDULE_START_END", schedule_start_time: start,
    schedule_end_time: stamp(now + 3600_000 + 3 * 86400_000) }));
});

test("rules 12, 13, 14: pacing, promotion type, placements; goal and billing that belong together", async (t) => {
  const box = await openSandbox(t);
  const campaign = await makeCampaign(box);
  const create = async (over) => box.post("adgroup/create/", await groupBody(box, campaign, over));
  refused(await create({ pacing: undefined }), 40002, /^pacing: Missing/);
  refused(await create({ pacing: "PACING_MODE_FAST" }), 40002, /^pacing:/);
  refused(await create({ promotion_type: undefined }), 40002, /^promotion_type: Missing/);
  refused(await create({ promotion_target_type: undefined }), 40002, /^promotion_target_type: Missing/);
  refused(await create({ promotion_type: "WEBSITE", promotion_target_type: undefined }), 40002, /^promotion_type: .*correct is/);
  refused(await create({ promotion_type: "LEAD_GEN_CLICK_TO_CALL", promotion_target_type: undefined,
    optimization_goal: "CLICK", billing_event: "CPC" }), 40118);
  refused(await create({ placements: undefined }), 40002, /^placements: Missing/);
  refused(await create({ placements: ["PLACEMENT_HELO"] }), 40002,
    /correct is PLACEMENT_TIKTOK, PLACEMENT_PANGLE, PLACEMENT_GLOBAL_APP_BUNDLE/);
  refused(await create({ placements: ["PLACEMENT_PANGLE"] }), 40002, /PLACEMENT_TIKTOK/);
  must(await create({ placement_type: "PLACEMENT_TYPE_AUTOMATIC", placements: undefined }));
  refused(await create({ optimization_goal: "CONVERT" }), 40002,
    /^optimization_goal: .*correct is LEAD_GENERATION, CONVERSION_LEADS, CLICK/);
  refused(await create({ billing_event: "CPC" }), 40002, /^billing_event: .*correct is OCPM/);
  refused(await create({ billing_event: "OCPC" }), 40002, /^billing_event: .*correct is CPC, CPM, CPV, OCPM, GD/);
});

test("rule 15: places are known ids in texts, without their own parts", async (t) => {
  const box = await openSandbox(t);
  const campaign = await makeCampaign(box);
  const create = async (over) => box.post("adgroup/create/", await groupBody(box, campaign, over));
  refused(await create({ location_ids: undefined }), 40002, /^location_ids:/);
  refused(await create({ location_ids: ["6247480"] }), 40002, /Invalid targeting countries/);
  refused(await create({ location_ids: ["1522867", "94600135"] }), 40002, /94600135/);
  must(await create({ location_ids: ["94600135", "1526273"] }));
  refused(await create({ age_groups: ["AGE_13_17"] }), 40002, /^age_groups:/);
  refused(await create({ languages: ["xx"] }), 40002, /^languages:/);
  refused(await create({ operating_systems: ["ANDROID", "IOS"] }), 40002, /^operating_systems: maximum/);
  refused(await create({ interest_category_ids: ["education"] }), 40002, /^interest_category_ids:/);
  const regions = must(await box.get("tool/region/",
    { advertiser_id: KZ, placements: ["PLACEMENT_TIKTOK"], objective_type: "LEAD_GENERATION" }));
  assert.equal(regions.region_info.find((r) => r.name === "Almaty").location_id, "94600135");
});

test("rules 10, 16, 21: ad-group budget, bids, dayparting", async (t) => {
  const box = await openSandbox(t);
  const campaign = await makeCampaign(box);
  const create = async (over) => box.post("adgroup/create/", await groupBody(box, campaign, over));
  refused(await create({ budget: 2499 }), 40002, /at least 2500 KZT/);
  must(await create({ budget: 2500 }));
  refused(await create({ budget_mode: "BUDGET_MODE_INFINITE" }), 40002, /Budget mode is invalid/);
  refused(await create({ bid_type: "BID_TYPE_CUSTOM" }), 40002, /^conversion_bid_price:/);
  refused(await create({ bid_type: "BID_TYPE_CUSTOM", bid_price: 900 }), 40002, /^conversion_bid_price:/);
  refused(await create({ bid_type: "BID_TYPE_CUSTOM", conversion_bid_price: 20000 }), 40002, /less than the budget/);
  must(await create({ bid_type: "BID_TYPE_CUSTOM", conversion_bid_price: 900 }));
  refused(await create({ dayparting: "1".repeat(335) }), 40002, /^dayparting:/);
  refused(await create({ dayparting: "2".repeat(336) }), 40002, /^dayparting:/);
  assert.equal(must(await create({ dayparting: "0".repeat(336) })).dayparting, "1".repeat(336));
  const evening = ("0".repeat(36) + "1".repeat(12)).repeat(7);
  assert.equal(must(await create({ dayparting: evening })).dayparting, evening);
});

test("rules 17, 18: pixels and attribution windows only where they belong", async (t) => {
  const box = await openSandbox(t);
  const pixel_id = "7400000000000000701";
  const form = await makeCampaign(box);
  const create = async (campaign, over) => box.post("adgroup/create/", await groupBody(box, campaign, over));
  refused(await create(form, { pixel_id }), 40002, /'pixel_id' is not supported in \/v1.3\/adgroup\/create\/\./);
  refused(await create(form, { click_attribution_window: "SEVEN_DAYS", view_attribution_window: "ONE_DAY" }), 40002,
    /Attribution window combination is invalid in this ad scenario/);
  const traffic = await makeCampaign(box, { objective_type: "TRAFFIC" });
  const click = { promotion_type: "WEBSITE", promotion_target_type: undefined, optimization_goal: "CLICK", billing_event: "CPC" };
  refused(await create(traffic, { ...click, pixel_id, optimization_event: "FORM" }), 40002, /'pixel_id' is not supported/);
  must(await create(traffic, click));
  const site = { promotion_target_type: "EXTERNAL_WEBSITE", optimization_goal: "CONVERT" };
  refused(await create(form, site), 40002, /^pixel_id: Missing/);
  refused(await create(form, { ...site, pixel_id }), 40002, /^optimization_event: Missing/);
  refused(await create(form, { ...site, pixel_id, optimization_event: "ON_WEB_CART" }), 40002, /not on the pixel/);
  refused(await create(form, { ...site, pixel_id: "C0SANDBOXPIXEL000001", optimization_event: "FORM" }), 40002, /^pixel_id:/);
  must(await create(form, { ...site, pixel_id, optimization_event: "FORM", click_attribution_window: "SEVEN_DAYS",
    view_attribution_window: "ONE_DAY", attribution_event_count: "ONCE" }));
});

test("rule 19, 51: audiences must be valid and not on both lists", async (t) => {
  const box = await openSandbox(t);
  const list = Buffer.from(Array.from({ length: 300 }, (_, i) => i.toString(16).padStart(64, "0")).join("\n"));
  const send = (over) => box.form("dmp/custom_audience/file/upload/",
    { advertiser_id: KZ, calculate_type: "PHONE_SHA256", file_signature: md5(list), ...over });
  refused(await send({ file: list }), 40002, /suffix/);
  const form = new FormData();
  for (const [k, v] of Object.entries({ advertiser_id: KZ, calculate_type: "PHONE_SHA256", file_signature: md5(list) })) form.append(k, v);
  form.append("file", new Blob([list]), "people.csv");
  const up = await (await fetch(box.url("dmp/custom_audience/file/upload/"),
    { method: "POST", headers: { "Access-Token": box.token }, body: form })).json();
  const { file_path } = must(up);
  assert.equal(file_path.length, 16);
  const make = (calculate_type) => box.post("dmp/custom_audience/create/",
    { advertiser_id: KZ, custom_audience_name: "Buyers", file_paths: [file_path], calculate_type });
  refused(await make("EMAIL_SHA256"), 40002, /^file_paths\[0\]:/);
  const { custom_audience_id } = must(await make("PHONE_SHA256"));
  const campaign = await makeCampaign(box);
  const group = async (over) => box.post("adgroup/create/", await groupBody(box, campaign, over));
  refused(await group({ audience_ids: [custom_audience_id] }), 40002, /not valid yet/);
  await box.control("POST", "clock", { advance_hours: 2 });
  refused(await group({ audience_ids: [custom_audience_id], excluded_audience_ids: [custom_audience_id] }), 40002, /as well/);
  must(await group({ audience_ids: [custom_audience_id] }));
  refused(await box.post("dmp/custom_audience/delete/", { advertiser_id: KZ, custom_audience_ids: [custom_audience_id] }), 40002, /active/);
});

test("rule 22, 26: a fresh ad group waits for ads, then for review; over the quota it is paused", async (t) => {
  const box = await openSandbox(t);
  const { ad_id, adgroup_id } = await makeAd(box);
  const status = async (path, id, field) =>
    must(await box.get(path, { advertiser_id: KZ, filtering: { [`${field}s`]: [id] } })).list[0].secondary_status;
  const lonely = await makeGroup(box);
  assert.equal(await status("adgroup/get/", lonely, "adgroup_id"), "ADGROUP_STATUS_CREATE");
  assert.equal(await status("adgroup/get/", adgroup_id, "adgroup_id"), "ADGROUP_STATUS_AUDIT");
  assert.equal(await status("ad/get/", ad_id, "ad_id"), "AD_STATUS_AUDIT");
  await box.control("POST", "clock", { advance_hours: 72 });
  assert.match(await status("ad/get/", ad_id, "ad_id"), /^AD_STATUS_(DELIVERY_OK|AUDIT_DENY|BUDGET_EXCEED)$/);
  const review = must(await box.get("ad/review_info/", { advertiser_id: KZ, ad_ids: [ad_id] }));
  assert.equal(typeof review.ad_review_map[ad_id].is_approved, "boolean");
  await box.control("POST", "settings", { adgroup_quota: 2 });
  const extra = await makeGroup(box);
  await box.control("POST", "clock", { advance_minutes: 1 });
  assert.equal(await status("adgroup/get/", extra, "adgroup_id"), "ADGROUP_STATUS_ADGROUP_QUOTA_LIMIT");
  assert.deepEqual(must(await box.get("adgroup/quota/", { advertiser_id: KZ })),
    { total_adgroup_quota: 2, used_adgroup_quota: 3 });
});

// --- files --------------------------------------------------------------------------------

test("rules 27, 28, 30, 31: MD5, an array as answer, unknown ids left out, names once", async (t) => {
  const box = await openSandbox(t, { settings: { readiness_ms: 60000 } });
  const upload = (over) => box.form("file/video/ad/upload/",
    { advertiser_id: KZ, upload_type: "UPLOAD_BY_FILE", video_file: clip, video_signature: md5(clip), ...over });
  refused(await box.form("file/video/ad/upload/", { advertiser_id: KZ, upload_type: "UPLOAD_BY_FILE", video_file: clip }),
    40002, /^video_signature: Missing/);
  refused(await upload({ video_signature: md5(Buffer.from("other")) }), 40002, /^video_signature:/);
  const webm = Buffer.from("1a45dfa3934282886d6174726f736b61", "hex");
  refused(await upload({ video_file: webm, video_signature: md5(webm) }), 40002, /supported format/);
  const first = must(await upload({ file_name: "lesson.mp4" }));
  assert.ok(Array.isArray(first));
  assert.equal(first[0].video_cover_url ?? null, null, "not ready yet");
  refused(await upload({ file_name: "lesson.mp4" }), 40002, /^file_name:/);
  const second = must(await upload({ file_name: "lesson-2.mp4" }));
  assert.notEqual(first[0].video_id, second[0].video_id);
  const check = must(await box.get("file/name/check/", { advertiser_id: KZ, file_name: "lesson.mp4", file_type: "VIDEO" }));
  assert.equal(check.duplicate, true);
  const info = async (ids) => must(await box.get("file/video/ad/info/", { advertiser_id: KZ, video_ids: ids })).list;
  refused(await box.get("file/video/ad/info/", { advertiser_id: KZ, video_ids: Array(61).fill("v") }), 40002, /maximum number of items is 60/);
  assert.equal((await info([first[0].video_id]))[0].duration ?? null, null);
  await box.control("POST", "clock", { advance_minutes: 2 });
  const [video, ...rest] = await info(["v0", first[0].video_id]);
  assert.equal(rest.length, 0);
  assert.deepEqual([video.width, video.height, video.duration, video.format, video.signature, video.size],
    [540, 960, 4, "mp4", md5(clip), clip.length]);
  assert.equal(video.displayable, true);
  const cover = await fetch(video.video_cover_url);
  assert.equal(cover.headers.get("content-type"), "image/png");
  const preview = Buffer.from(await (await fetch(video.preview_url)).arrayBuffer());
  assert.equal(md5(preview), md5(clip));
  await box.control("POST", "clock", { advance_hours: 7 });
  assert.equal((await fetch(video.video_cover_url)).status, 403, "expired");
});

test("rule 29: UPLOAD_BY_URL fetches; 403, text and the platform's own links fail", async (t) => {
  const box = await openSandbox(t);
  const site = createServer((request, response) => {
    if (request.url === "/clip.mp4") response.writeHead(200, { "content-type": "video/mp4" }).end(clip);
    else if (request.url === "/cover.png") response.writeHead(200, { "content-type": "image/png" }).end(png(540, 960));
    else if (request.url === "/damaged") response.writeHead(200, { "content-md5": md5(clip), "content-type": "video/mp4" }).end(clip);
    else if (request.url === "/text") response.writeHead(200, { "content-type": "text/html" }).end("<p>no");
    else response.writeHead(403).end();
  });
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  t.after(() => site.close());
  const base = `http://127.0.0.1:${site.address().port}`;
  const byUrl = (path, field, url) => box.post(path, { advertiser_id: KZ, upload_type: "UPLOAD_BY_URL", [field]: url });
  const video = (url) => byUrl("file/video/ad/upload/", "video_url", url);
  refused(await video(`${base}/signed`), 40002, /HTTP status 403/);
  refused(await video(`${base}/text`), 40002, /text/);
  refused(await video(`${base}/damaged`), 40002, /Content-MD5/); // hexadecimal where Base64 is meant
  refused(await video("http://127.0.0.1:9/none"), 40002, /^video_url:/);
  refused(await box.post("file/video/ad/upload/", { advertiser_id: KZ, upload_type: "UPLOAD_BY_URL" }), 40002, /^video_url: Missing/);
  const [made] = must(await video(`${base}/clip.mp4`));
  assert.equal(made.signature, md5(clip));
  refused(await byUrl("file/image/ad/upload/", "image_url", made.video_cover_url), 40002, /403/);
  const image = must(await byUrl("file/image/ad/upload/", "image_url", `${base}/cover.png`));
  assert.deepEqual([image.width, image.height], [540, 960]);
  refused(await box.form("file/image/ad/upload/", { advertiser_id: KZ, upload_type: "UPLOAD_BY_FILE",
    image_file: png(9, 9), image_signature: md5(Buffer.from("x")) }), 40002, /^image_signature:/);
});

// --- ads ----------------------------------------------------------------------------------

test("rules 32, 33, 34, 35: cover, identity, format, text and button", async (t) => {
  const box = await openSandbox(t);
  const adgroup_id = await makeGroup(box);
  const video_id = await uploadVideo(box);
  const image_id = await uploadCover(box);
  const right = creativeBody({ video_id, image_ids: [image_id], page_id: PAGE });
  const create = (over) => createAd(box, adgroup_id, { ...right, ...over });
  refused(await create({ image_ids: undefined }), 40002, /^You must upload an image$/);
  refused(await create({ image_ids: [image_id, image_id] }), 40002, /You must upload an image/);
  refused(await create({ image_ids: [await uploadCover(box, 960, 540)] }), 40002, /aspect ratio/);
  refused(await create({ video_id: "v1" }), 40002, /video_id/);
  refused(await create({ identity_id: "nobody" }), 40002, /identity_id/);
  refused(await create({ identity_type: "BC_AUTH_TT", identity_id: BC_AUTH_TT }), 40002, /identity_bc_id is required/);
  refused(await create({ identity_type: "BC_AUTH_TT", identity_id: TT_USER, identity_authorized_bc_id: BC_ID }), 40002, /another type/);
  refused(await create({ identity_id: "1f0c5a52-0000-5000-8000-000000000003" }), 40002, /IS_PRIVATE_ACCOUNT/);
  refused(await create({ identity_type: "CUSTOMIZED_USER", identity_id: "7000000000000000301" }), 40002, /CUSTOMIZED_USER/);
  refused(await create({ identity_type: "CUSTOM" }), 40002, /correct is CUSTOMIZED_USER, AUTH_CODE, TT_USER, BC_AUTH_TT/);
  refused(await create({ identity_type: undefined }), 40002, /identity_type: Missing/);
  refused(await create({ ad_format: "SINGLE_IMAGE", video_id: undefined }), 40002, /SINGLE_IMAGE/);
  refused(await create({ ad_text: undefined }), 40002, /ad_text: Missing/);
  refused(await create({ ad_text: "а".repeat(101) }), 40002, /ad_text/);
  refused(await create({ ad_text: "Хит 🔥" }), 40002, /emojis/);
  refused(await create({ call_to_action: undefined }), 40002, /call_to_action: Missing/);
  refused(await create({ call_to_action: "CLICK_ME" }), 40002, /call_to_action: .*correct is .*LEARN_MORE/);
  refused(await create({ ad_name: undefined }), 40002, /ad_name: Missing/);
  // Spark pull: the post's own text, no cover.
  const item = { video_id: undefined, image_ids: undefined, ad_text: undefined, tiktok_item_id: "7400000000000000501" };
  refused(await create({ ...item, image_ids: [image_id] }), 40002, /tiktok_item_id/);
  refused(await create({ ...item, video_id }), 40002, /tiktok_item_id/);
  refused(await create({ ...item, tiktok_item_id: "7400000000000000504" }), 40002, /does not exist for this identity/);
  must(await create(item));
  must(await create({ identity_type: "BC_AUTH_TT", identity_id: BC_AUTH_TT, identity_authorized_bc_id: BC_ID }));
  await box.control("POST", "settings", { custom_identity: true });
  must(await create({ identity_type: "CUSTOMIZED_USER", identity_id: "7000000000000000301" }));
  const named = must(await create({ ad_name: "" }));
  assert.equal(named.creatives[0].ad_name, named.ad_ids[0]);
});

test("rules 36, 37, 39, 40: forms, terms, links, visibility, how many", async (t) => {
  const box = await openSandbox(t);
  const { adgroup_id, creative, data } = await makeAd(box);
  assert.equal(data.need_audit, true);
  assert.equal(data.creatives[0].dark_post_status, "ON");
  const create = (over) => createAd(box, adgroup_id, { ...creative, ...over });
  refused(await create({ page_id: undefined }), 40002, /page_id: Missing/);
  refused(await create({ page_id: "7400000000000000602" }), 40002, /not published/);
  refused(await create({ page_id: "7400000000000000604" }), 40002, /does not exist/);
  refused(await create({ page_id: "7400000000000000603" }), 40002, /another type/);
  await box.control("POST", "terms", { advertiser_id: KZ, terms: [] });
  refused(await create({}), 40002, /^Lead Generation agreement has not be signed yet\.$/);
  assert.deepEqual(must(await box.get("term/check/", { advertiser_id: KZ, term_type: "LeadAds" })), { confirmed: false });
  refused(await box.get("term/check/", { advertiser_id: KZ, term_type: "Leads" }), 40002, /correct is LeadAds, InstantPage, Pixel, ReachFrequency/);
  must(await box.post("term/confirm/", { advertiser_id: KZ, term_type: "LeadAds" }));
  must(await create({}));
  const body = adJson(adgroup_id, Array(21).fill(creative));
  refused((await box.raw("POST", "ad/create/", { raw: body, headers: { "content-type": "application/json" } })).json,
    40002, /creatives: maximum number of items is 20/);
  refused(await createAd(box, adgroup_id, Array(19).fill(creative)), 40002, /at most 20 ads/);

  const traffic = await makeCampaign(box, { objective_type: "TRAFFIC" });
  const group = await makeGroup(box, { promotion_type: "WEBSITE", promotion_target_type: undefined,
    optimization_goal: "CLICK", billing_event: "CPC" }, traffic);
  const site = (over) => createAd(box, group, { ...creative, page_id: undefined, landing_page_url: "https://example.com/", ...over });
  must(await site({}));
  refused(await site({ landing_page_url: undefined }), 40002, /landing_page_url: Missing/);
  for (const landing_page_url of ["example.com", "http://example.com", "ftp://example.com/", "https://"])
    refused(await site({ landing_page_url }), 40002, /landing_page_url/);
  const utm = (n) => Array.from({ length: n }, (_, i) => ({ key: `k${i}`, value: "__CAMPAIGN_ID__" }));
  must(await site({ utm_params: utm(14) }));
  refused(await site({ utm_params: utm(15) }), 40002, /utm_params: maximum number of items is 14/);
  refused(await site({ landing_page_url: "https://example.com/?k0=other", utm_params: utm(1) }), 40002, /utm_params/);
  refused(await site({ tiktok_item_id: "7400000000000000501", video_id: undefined, image_ids: undefined,
    ad_text: undefined, dark_post_status: "ON" }), 40002, /dark_post_status' is not supported/);
});

test("rule 38: ad/update replaces, patch_update patches; new material is reviewed again", async (t) => {
  const box = await openSandbox(t);
  const { ad_id, adgroup_id, creative } = await makeAd(box, { impression_tracking_url: "https://example.com/i" });
  const get = async () => must(await box.get("ad/get/", { advertiser_id: KZ, filtering: { ad_ids: [ad_id] } })).list[0];
  const update = async (one, patch_update) => (await box.raw("POST", "ad/update/", {
    raw: adJson(adgroup_id, [{ ad_id, ...one }]).replace(/}$/, `,"patch_update":${patch_update}}`),
    headers: { "content-type": "application/json" },
  })).json;
  must(await update({ ad_name: "Renamed" }, true));
  assert.equal((await get()).impression_tracking_url, "https://example.com/i");
  assert.equal((await get()).ad_name, "Renamed");
  refused(await update({ call_to_action: "LEARN_MORE" }, true), 40002, /not supported with patch_update/);
  refused(await update({ ad_name: "Only the name" }, false), 40002, /Missing data/);
  await box.control("POST", "clock", { advance_hours: 72 });
  must(await update({ ...creative, impression_tracking_url: undefined, ad_text: "Новый текст" }, false));
  const now = await get();
  assert.equal(now.impression_tracking_url, null, "omitted fields are reset");
  assert.match(now.secondary_status, /^AD_STATUS_(REAUDIT|AUDIT_DENY)$/);
});

// --- reports ------------------------------------------------------------------------------

const report = (over) => ({
  advertiser_id: KZ, report_type: "BASIC", data_level: "AUCTION_AD", dimensions: ["ad_id", "stat_time_day"],
  metrics: ["spend", "impressions", "clicks", "ctr", "conversion", "campaign_name"],
  start_date: "2026-01-01", end_date: "2026-01-30", page_size: 1000, ...over,
});

test("rules 41, 42: ranges, levels, metrics", async (t) => {
  const box = await openSandbox(t);
  const ask = (over) => box.get("report/integrated/get/", report(over));
  assert.equal((await ask({})).code, 0);
  refused(await ask({ end_date: "2026-01-31" }), 40002, /max time span is 30 days when use stat_time_day/);
  refused(await ask({ dimensions: ["ad_id", "stat_time_hour"], end_date: "2026-01-02" }), 40002, /1 day/);
  refused(await ask({ dimensions: ["ad_id"], end_date: "2027-01-02" }), 40002, /365/);
  refused(await ask({ data_level: "AUCTION_CAMPAIGN" }), 40002,
    /Conflict occurs\. The input params including metrics and dimensions have no relation\./);
  refused(await ask({ dimensions: ["campaign_id", "ad_id"] }), 40002, /Conflict occurs/);
  refused(await ask({ dimensions: ["campaign_id"], data_level: "AUCTION_CAMPAIGN", metrics: ["ad_name"] }), 40002, /Conflict occurs/);
  refused(await ask({ metrics: ["spend", "profit"] }), 40002, /invalid metric profit/);
  refused(await ask({ dimensions: undefined }), 40002, /^dimensions/);
  refused(await ask({ data_level: undefined }), 40002, /^data_level/);
  refused(await ask({ data_level: "AD" }), 40002, /correct is AUCTION_AD/);
  refused(await ask({ start_date: "01.01.2026" }), 40002, /^start_date/);
  refused(await ask({ start_date: undefined }), 40002, /^start_date: Missing/);
  refused(await ask({ query_lifetime: true, start_date: undefined, end_date: undefined }), 40002, /query_lifetime/);
  assert.equal((await ask({ query_lifetime: true, dimensions: ["ad_id"], start_date: undefined, end_date: undefined })).code, 0);
  refused(await ask({ advertiser_id: undefined }), 40002, /advertiser_id/);
  refused(await ask({ filtering: [{ field_name: "ad_ids", filter_type: "IN", filter_value: "1,2" }] }), 40002, /JSON-encoded/);
});

test("rules 43, 44, 45: rows of what was delivered, in texts, inside the budget; the same by task", async (t) => {
  const box = await openSandbox(t);
  await box.control("POST", "reset", { seed: "7", world: "mixed", review: false });
  await box.control("POST", "settings", { rate_level: "off", readiness_ms: 0 });
  box.token = await authorize(box);
  const { ad_id, adgroup_id } = await makeAd(box);
  const idle = await makeGroup(box);
  const first = new Date((await box.now()) + 5 * 3600_000).toISOString().slice(0, 10); // Almaty
  await box.control("POST", "clock", { advance_hours: 24 * 4 });
  const last = new Date((await box.now()) + 5 * 3600_000).toISOString().slice(0, 10);
  const query = report({ start_date: first, end_date: last });
  const rows = must(await box.get("report/integrated/get/", query)).list;
  assert.ok(rows.length >= 4, `${rows.length} rows`);
  for (const row of rows) {
    assert.equal(row.dimensions.ad_id, ad_id);
    assert.match(row.dimensions.stat_time_day, /^\d{4}-\d\d-\d\d 00:00:00$/);
    for (const value of Object.values(row.metrics)) assert.equal(typeof value, "string");
    assert.match(row.metrics.spend, /^\d+\.\d\d$/);
    assert.ok(Number(row.metrics.spend) <= 20000, row.metrics.spend);
  }
  const groups = must(await box.get("report/integrated/get/", { ...query, data_level: "AUCTION_ADGROUP",
    dimensions: ["adgroup_id"], metrics: ["spend"] })).list;
  assert.deepEqual(groups.map((r) => r.dimensions.adgroup_id), [adgroup_id], `not ${idle}`);
  const sum = rows.reduce((s, r) => s + Number(r.metrics.spend), 0);
  assert.ok(Math.abs(sum - Number(groups[0].metrics.spend)) < 1);
  const genders = must(await box.get("report/integrated/get/", { ...query, report_type: "AUDIENCE",
    data_level: "AUCTION_ADGROUP", dimensions: ["adgroup_id", "gender"], metrics: ["impressions"] })).list;
  const all = must(await box.get("report/integrated/get/", { ...query, data_level: "AUCTION_ADGROUP",
    dimensions: ["adgroup_id"], metrics: ["impressions"] })).list;
  assert.equal(genders.reduce((s, r) => s + Number(r.metrics.impressions), 0), Number(all[0].metrics.impressions));

  const { task_id } = must(await box.post("report/task/create/", { ...query, page_size: undefined }));
  await box.control("POST", "clock", { advance_minutes: 1 });
  assert.equal(must(await box.get("report/task/check/", { advertiser_id: KZ, task_id })).status, "SUCCESS");
  const file = await box.raw("GET", "report/task/download/", { query: `?advertiser_id=${KZ}&task_id=${task_id}` });
  assert.equal(file.text.split("\r\n")[0], "ad_id,stat_time_day,spend,impressions,clicks,ctr,conversion,campaign_name");
  assert.ok(file.text.includes(ad_id));
  must(await box.post("ad/status/update/", { advertiser_id: KZ, ad_ids: [ad_id], operation_status: "DELETE" }));
  assert.equal(must(await box.get("report/integrated/get/", query)).list.length, 0, "deleted ones are left out");
});

// --- leads --------------------------------------------------------------------------------

async function receiver(t, answer = () => 200) {
  const got = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      got.push({ headers: request.headers, body, json: JSON.parse(body) });
      response.writeHead(answer(got.length)).end();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return { got, url: `http://127.0.0.1:${server.address().port}/hook` };
}

const subscribe = (box, callback_url, over = {}) => box.post("subscription/subscribe/", {
  app_id: box.state.app_id, secret: box.state.app_secret, subscribe_entity: "LEAD", callback_url,
  subscription_detail: { access_token: box.token, advertiser_id: KZ, page_id: PAGE, ...over },
});

test("rules 46, 47: leads by signed webhook and by export, the whole history, region, ten minutes", async (t) => {
  const box = await openSandbox(t);
  await box.control("POST", "reset", { seed: "3", world: "mixed", review: false });
  await box.control("POST", "settings", { rate_level: "off", readiness_ms: 0 });
  box.token = await authorize(box);
  const hook = await receiver(t);
  must(await subscribe(box, hook.url));
  const { ad_id } = await makeAd(box);
  const { webhooks } = await box.control("POST", "clock", { advance_hours: 72, deliver: true });
  assert.ok(webhooks.sent > 0, "leads came");
  assert.equal(webhooks.accepted, webhooks.sent);
  assert.equal(webhooks.waiting, 0);
  assert.ok(hook.got.length >= webhooks.sent);
  let foreign = 0;
  for (const { headers, body, json } of hook.got) {
    const escaped = body.toString().replace(/[^\x00-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
    assert.equal(headers["x-open-signature"],
      createHmac("sha256", box.state.app_secret).update(escaped).digest("hex"));
    assert.equal(json.object, 1);
    const [entry] = json.entry;
    assert.equal(entry.ad_id, ad_id);
    assert.equal(entry.page_id, PAGE);
    assert.equal(typeof entry.id, "string");
    assert.ok(entry.changes.some((c) => c.field === "phone_number"));
    if (/[^\x00-\x7f]/.test(body.toString())) foreign++;
  }
  assert.ok(foreign > 0, "names outside ASCII");

  const task = () => box.post("page/lead/task/", { advertiser_id: KZ, page_id: PAGE });
  refused(await box.post("page/lead/task/", { advertiser_id: KZ }), 40002, /page_id/);
  const { task_id, status } = must(await task());
  assert.equal(status, "CREATED");
  const download = (headers = {}) =>
    box.raw("GET", "page/lead/task/download/", { query: `?advertiser_id=${KZ}&task_id=${task_id}`, headers });
  const early = await download();
  refused(early.json, 40000, /failed to download\./);
  await box.control("POST", "clock", { advance_minutes: 1 });
  assert.equal(must(await box.post("page/lead/task/", { advertiser_id: KZ, task_id })).status, "SUCCEED");
  const csv = (await download()).text.trim().split("\r\n");
  assert.ok(csv[0].startsWith("lead_id,created_time,ad_id,ad_name,"));
  assert.match(csv[1], /^\d+,\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\(UTC\+00:00\),/);
  const exported = new Set(csv.slice(1).map((line) => line.split(",")[0]));
  for (const { json } of hook.got) assert.ok(exported.has(json.entry[0].id));
  await box.control("POST", "settings", { lead_region: "eu" });
  assert.equal((await download()).text.trim().split("\r\n").length, 1, "no region header, no rows, no error");
  assert.equal((await download({ "x-lead-region": "eu" })).text.trim().split("\r\n").length, csv.length);
  await box.control("POST", "clock", { advance_minutes: 11 });
  refused((await download()).json, 40000, /failed to download\./);
});

test("rule 47: number ids, other signatures, the founding shape, duplicates", async (t) => {
  const box = await openSandbox(t);
  const hook = await receiver(t);
  must(await subscribe(box, hook.url));
  const mock = async () => {
    hook.got.length = 0;
    must(await box.post("page/lead/mock/delete/", { advertiser_id: KZ, page_id: PAGE }).then((a) => ({ ...a, code: 0 })));
    must(await box.post("page/lead/mock/create/", { advertiser_id: KZ, page_id: PAGE }));
    await box.control("POST", "deliver");
    return hook.got;
  };
  await box.control("POST", "settings", { webhook_ids_as_numbers: true, webhook_signature: "timestamped" });
  let [one] = await mock();
  assert.match(one.body.toString(), /"id":\d{19},/);
  const [, time, signature] = one.headers["tiktok-signature"].match(/^t=(\d+),s=([0-9a-f]{64})$/);
  assert.equal(signature, createHmac("sha256", box.state.app_secret).update(`${time}.${one.body}`).digest("hex"));
  await box.control("POST", "settings", { webhook_shape: "founding", webhook_signature: "plain", webhook_duplicate_every: 1 });
  const got = await mock();
  assert.equal(got.length, 2);
  assert.deepEqual(got[0].body, got[1].body);
  assert.equal(got[0].json.event_type, "lead");
  assert.equal(got[0].headers["x-tiktok-signature"],
    createHmac("sha256", box.state.app_secret).update(got[0].body).digest("hex"));
});

test("rule 47: late ones first, by switch", async (t) => {
  const box = await openSandbox(t);
  await box.control("POST", "reset", { seed: "3", world: "mixed", review: false });
  await box.control("POST", "settings", { rate_level: "off", readiness_ms: 0, webhook_reorder: true });
  box.token = await authorize(box);
  const hook = await receiver(t);
  must(await subscribe(box, hook.url));
  await makeAd(box);
  await box.control("POST", "clock", { advance_hours: 72, deliver: true });
  const times = hook.got.map(({ json }) => json.entry[0].create_time);
  assert.ok(times.length > 3);
  assert.notDeepEqual(times, [...times].sort((a, b) => a - b));
});

test("rules 48, 49: subscriptions need a living token; repeats with back-off; one test lead a form", async (t) => {
  const box = await openSandbox(t);
  const hook = await receiver(t, (n) => (n < 3 ? 500 : 200));
  refused(await subscribe(box, hook.url, { access_token: "nope" }), 40105);
  refused(await subscribe(box, "http://example.com/hook"), 40002, /^callback_url/);
  refused(await subscribe(box, hook.url, { page_id: "1" }), 40002, /page_id/);
  refused(await box.post("subscription/subscribe/", { app_id: box.state.app_id, secret: "no", subscribe_entity: "LEAD",
    callback_url: hook.url, subscription_detail: { access_token: box.token, advertiser_id: KZ } }), 40101);
  const { subscription_id } = must(await subscribe(box, hook.url));
  const list = () => box.get("subscription/get/",
    { app_id: box.state.app_id, secret: box.state.app_secret, subscribe_entity: "LEAD" }).then(must);
  assert.deepEqual((await list()).subscriptions.map((s) => s.subscription_id), [subscription_id]);
  must(await box.post("page/lead/mock/create/", { advertiser_id: KZ, page_id: PAGE }));
  refused(await box.post("page/lead/mock/create/", { advertiser_id: KZ, page_id: PAGE }), 40002, /test lead/);
  let rounds = 0;
  for (; rounds < 6 && hook.got.length < 3; rounds++)
    await box.control("POST", "clock", { advance_minutes: 5, deliver: true });
  assert.equal(hook.got.length, 3);
  assert.equal((await box.control("GET", "hooks")).data.length, 0);
  must(await box.post("oauth2/revoke_token/",
    { app_id: box.state.app_id, secret: box.state.app_secret, access_token: box.token }));
  assert.equal((await list()).subscriptions.length, 0);
  box.token = await authorize(box);
  must(await box.post("page/lead/mock/delete/", { advertiser_id: KZ, page_id: PAGE }));
  must(await box.post("page/lead/mock/create/", { advertiser_id: KZ, page_id: PAGE }));
  await box.control("POST", "deliver");
  assert.equal(hook.got.length, 3, "silence");
});

test("rejected ads are told to those who watch the ad group or the ad", async (t) => {
  const box = await openSandbox(t, { settings: { ads_per_adgroup: 60 }, flags: ["--sandbox_world", "mixed"] });
  const hook = await receiver(t);
  const adgroup_id = await makeGroup(box);
  const image_id = await uploadCover(box);
  const ads = [];
  for (let i = 0; i < 40; i++) {
    const bytes = Buffer.concat([clip, Buffer.from([0, 0, 0, 12, 0x66, 0x72, 0x65, 0x65, 0, 0, 1, i])]); // a "free" box
    const video_id = await uploadVideo(box, { video_file: bytes, video_signature: md5(bytes) });
    ads.push(must(await createAd(box, adgroup_id, creativeBody({ video_id, image_ids: [image_id], page_id: PAGE }))).ad_ids[0]);
  }
  must(await box.post("subscription/subscribe/", { app_id: box.state.app_id, secret: box.state.app_secret,
    subscribe_entity: "AD_GROUP", callback_url: hook.url,
    subscription_detail: { access_token: box.token, advertiser_id: KZ, adgroup_id } }));
  refused(await box.post("subscription/subscribe/", { app_id: box.state.app_id, secret: box.state.app_secret,
    subscribe_entity: "CREATIVE_FATIGUE", callback_url: hook.url, subscription_detail: { access_token: box.token } }),
  40002, /not available/);
  await box.control("POST", "clock", { advance_hours: 96, deliver: true });
  const denied = must(await box.get("ad/get/", { advertiser_id: KZ, page_size: 100,
    filtering: { adgroup_ids: [adgroup_id], secondary_status: "AD_STATUS_AUDIT_DENY" } })).list;
  assert.ok(denied.length > 0 && denied.length < 20, `${denied.length} rejected`);
  assert.equal(hook.got.length, denied.length);
  assert.ok(hook.got.every(({ json }) => json.object === 2 && json.entry[0].adgroup_id === adgroup_id));
  const reviews = must(await box.get("ad/review_info/", { advertiser_id: KZ, ad_ids: ads })).ad_review_map;
  for (const { ad_id } of denied) assert.ok(reviews[ad_id].reject_info[0].reasons.length);
});

// --- events -------------------------------------------------------------------------------

test("rule 50: one wrong event refuses the batch and is named", async (t) => {
  const box = await openSandbox(t);
  const now = Math.floor((await box.now()) / 1000);
  const hash = "a".repeat(64);
  const event = (over = {}) => ({ event: "Lead", event_time: now - 10, event_id: "e1", user: { phone: hash },
    page: { url: "https://example.com/" }, ...over });
  const track = (data, over = {}) => box.post("event/track/",
    { event_source: "web", event_source_id: "C0SANDBOXPIXEL000001", data, ...over });
  refused(await track([event()], { event_source_id: "7400000000000000701" }), 40002, /^event_source_id/);
  refused(await track(Array(1001).fill(event())), 40002, /maximum number of items is 1000/);
  refused(await track([event(), event({ event_time: (now - 10) * 1000 })]), 40002, /^data\[1\]\.event_time: .*seconds/);
  refused(await track([event({ event_time: now + 3600 })]), 40002, /future/);
  refused(await track([event({ event_time: now - 8 * 86400 })]), 40002, /event_time/);
  refused(await track([event({ page: undefined })]), 40002, /^data\[0\]\.page\.url/);
  refused(await track([event({ user: { phone: "+77011234567" } })]), 40002, /^data\[0\]\.user\.phone/);
  refused(await track([event({ timestamp: now })]), 40002, /'data\[0\]\.timestamp' is not supported/);
  refused(await track([event({ properties: { currency: "XYZ", value: 5 } })]), 40002, /currency/);
  must(await track([event(), event({ event_id: "e2", user: { email: [hash, hash] } })]));
  must(await track([event()])); // the same again: dropped
  must(await track([event()], { test_event_code: "TEST1" }));
  const came = await box.control("GET", "events");
  assert.deepEqual(came.data.map((one) => [one.event_id, one.duplicate, one.test_event_code]),
    [["e1", false, ""], ["e2", false, ""], ["e1", true, ""], ["e1", false, "TEST1"]]);
  const page = await box.control("GET", "events?after=1&limit=1");
  assert.deepEqual([page.data.length, page.data[0].user.email, page.next], [1, [hash, hash], 2]);
  assert.equal((await box.refused("GET", "events?limit=0")).status, 400);
  const crm = (over) => box.post("event/track/", { event_source: "crm", event_source_id: "7400000000000000801",
    data: [{ event: "Qualified", event_time: now, ...over }] });
  refused(await crm({}), 40002, /lead\.lead_id/);
  must(await crm({ lead: { lead_id: "1840000000000000017" } }));
  const day = new Date(now * 1000).toISOString().slice(0, 10);
  const stats = must(await box.get("pixel/event/stats/", { advertiser_id: KZ, pixel_ids: ["7400000000000000701"],
    date_range: { start_date: day, end_date: day } }));
  assert.equal(stats.list[0].statistics[0].total_count, 2);
});

// --- the sandbox itself -------------------------------------------------------------------

test("the same seed gives the same market; the state survives a restart", async (t) => {
  const life = async (flags) => {
    const box = await openSandbox(t, { flags });
    const { ad_id } = await makeAd(box);
    await box.control("POST", "clock", { advance_hours: 48 });
    return { box, ad_id };
  };
  const folder = (await openSandbox(t)).folder;
  const state = `${folder}/state.json`;
  const { box, ad_id } = await life(["--sandbox_state", state]);
  const before = await box.control("GET", "world");
  assert.equal((await box.program.stop()).code, 0);
  const again = await openSandbox(t, { flags: ["--sandbox_state", state], grant: false });
  const after = await again.control("GET", "world");
  assert.equal(after.data[0].hash, before.data[0].hash);
  again.token = box.token;
  assert.equal(must(await again.get("ad/get/", { advertiser_id: KZ, filtering: { ad_ids: [ad_id] } })).list.length, 1);
  const video = must(await again.get("file/video/ad/search/", { advertiser_id: KZ })).list[0];
  assert.equal(md5(Buffer.from(await (await fetch(video.preview_url)).arrayBuffer())), md5(clip));
  assert.equal((await again.refused("POST", "clock", { to: "2020-01-01T00:00:00Z" })).status, 400);
  assert.equal((await again.refused("POST", "settings", { rate_level: "fast" })).status, 400);
  assert.equal((await again.refused("POST", "reset", { world: "no-such-world" })).status, 400);
});

test("daily budgets of tomorrow begin at midnight of the account", async (t) => {
  const box = await openSandbox(t);
  const almaty = ((await box.now()) + 5 * 3600_000) % 86400_000; // locked from 23:55 to 00:00
  if (almaty > 23.8 * 3600_000) await box.control("POST", "clock", { advance_minutes: 20 });
  const adgroup_id = await makeGroup(box);
  const change = (body) => box.post("adgroup/budget/update/", { advertiser_id: KZ, ...body });
  const get = async () => must(await box.get("adgroup/get/", { advertiser_id: KZ, filtering: { adgroup_ids: [adgroup_id] } })).list[0];
  refused(await change({}), 40002, /exactly one/);
  refused(await change({ budget: [{ adgroup_id, budget: 30000 }] }), 40002, /scheduled_budget/);
  refused(await change({ scheduled_budget: [{ adgroup_id, scheduled_budget: 100 }] }), 40002, /at least 2500/);
  must(await change({ scheduled_budget: [{ adgroup_id, scheduled_budget: 30000 }] }));
  assert.equal((await get()).budget, 20000);
  assert.equal((await get()).scheduled_budget, 30000);
  await box.control("POST", "clock", { advance_hours: 25 });
  assert.equal((await get()).budget, 30000);
  assert.equal((await get()).scheduled_budget, null);
});

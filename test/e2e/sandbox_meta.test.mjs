// Facebook's side of the sandbox refuses what the documents refuse: hand-written wrong requests,
// each beside the right request that differs only there.
import test from "node:test";
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { createServer } from "node:http";
import { http } from "./harness.mjs";
import { clip, png } from "./sandbox.mjs";
import { ACCOUNT, BACK, FB_PAGE, FORM, OTHER_ACCOUNT, PIXEL, openGraph } from "./graph.mjs";

function refused(body, code, subcode, pattern) {
  assert.ok(body?.error, JSON.stringify(body));
  const { error } = body;
  assert.equal(error.code, code, error.message);
  assert.equal(error.error_subcode, subcode);
  if (pattern) assert.match(error.message, pattern);
  assert.ok(error.fbtrace_id.length > 10);
  assert.equal(typeof error.is_transient, "boolean");
  return error;
}

test("the envelope of errors, versions and their header, unknown paths and objects", async (t) => {
  const graph = await openGraph(t);
  const me = await graph.raw("GET", "me", { headers: { authorization: `Bearer ${graph.token}` } });
  assert.equal(me.status, 200);
  assert.deepEqual(me.json, { name: "Sandbox Owner", id: "102290000000000011" });
  assert.equal(me.headers.get("facebook-api-version"), "v26.0");
  assert.ok(me.headers.get("x-fb-trace-id"));
  const usage = JSON.parse(me.headers.get("x-app-usage"));
  assert.ok(usage.call_count >= 0 && usage.total_time >= 0);
  // A dead version is served by the oldest that lives, without a word but in the header.
  graph.version = "v19.0";
  const old = await graph.raw("GET", "me", { headers: { authorization: `Bearer ${graph.token}` } });
  assert.equal(old.status, 200);
  assert.equal(old.headers.get("facebook-api-version"), "v21.0");
  graph.version = "v99.0";
  refused((await graph.raw("GET", "me")).json, 2500, undefined, /Unknown path components/);
  graph.version = "v26.0";
  refused(await graph.get("nonsense"), 2500, undefined, /Unknown path components: \/nonsense/);
  const gone = refused(await graph.get("990000000000000001"), 100, 33, /does not exist/);
  assert.equal(gone.type, "GraphMethodException");
  refused(await graph.get(`act_${ACCOUNT}/nonsense`), 100, undefined, /nonexisting field/);
  refused(await graph.get("me", { fields: "id,nonsense" }), 100, undefined, /nonexisting field \(nonsense\)/);
  refused(await graph.get("me", { fields: "id{name" }), 2500, undefined, /Syntax error/);
  // Only the id and what was asked for; braces and modifiers are read.
  const account = await graph.get(`act_${ACCOUNT}`, { fields: "currency,timezone_name.limit(3),account_status" });
  assert.deepEqual(account, { currency: "USD", timezone_name: "America/New_York", account_status: 1, id: `act_${ACCOUNT}` });
  assert.deepEqual(await graph.get(`act_${ACCOUNT}`), { account_id: ACCOUNT, id: `act_${ACCOUNT}` });
  // Facebook's paths are no TikTok paths and the other way round.
  assert.equal((await http("GET", `${graph.base}/open_api/v1.3/me`)).text, "404 page not found");
});

test("login: dialog, refusal, codes of one use for one address, long-lived tokens, inspection", async (t) => {
  const graph = await openGraph(t);
  const dialog = await http("GET", `${graph.base}/v26.0/dialog/oauth?` + new URLSearchParams({
    client_id: graph.app, redirect_uri: BACK, state: "<s>", scope: "ads_read,pages_show_list",
  }));
  assert.equal(dialog.status, 200);
  assert.match(dialog.text, /name="account_id" checked value="120000000000000101"/);
  assert.match(dialog.text, /name="granted" checked value="pages_show_list"/);
  assert.ok(!dialog.text.includes("<s>"));
  assert.equal((await http("GET", `${graph.base}/v26.0/dialog/oauth?client_id=1&redirect_uri=${BACK}`)).status, 400);
  assert.equal((await graph.consent({ redirect_uri: "nowhere" })).status, 400);
  assert.equal((await graph.consent({ scope: "ads_red" })).status, 400);

  const no = new URL((await graph.consent({ answer: "cancel" })).headers.get("location"));
  assert.equal(no.searchParams.get("error"), "access_denied");
  assert.equal(no.searchParams.get("error_reason"), "user_denied");
  assert.equal(no.searchParams.get("state"), "s-1");
  const yes = (await graph.consent()).headers.get("location");
  assert.ok(yes.endsWith("#_=_"), yes);

  const code = await graph.code();
  refused(await graph.exchange({ code, redirect_uri: `${BACK}/` }), 100, 36008, /redirect_uri is identical/);
  refused(await graph.exchange({ code, client_secret: "x" }), 101, undefined, /client secret/);
  const short = await graph.exchange({ code });
  assert.equal(short.token_type, "bearer");
  assert.ok(short.expires_in <= 7200);
  refused(await graph.exchange({ code }), 100, 36009, /has been used/);
  const late = await graph.code();
  await graph.box.control("POST", "clock", { advance_minutes: 11 });
  refused(await graph.exchange({ code: late }), 100, 36007, /expired/);

  const long = await graph.exchange({ grant_type: "fb_exchange_token", fb_exchange_token: short.access_token });
  assert.equal(long.expires_in, 5184000);
  refused(await graph.exchange({ grant_type: "fb_exchange_token", fb_exchange_token: "EAAx" }), 190, undefined);
  const app = `${graph.app}|${graph.secret}`;
  const seen = (await graph.get("debug_token", { input_token: long.access_token }, { token: app })).data;
  assert.equal(seen.is_valid, true);
  assert.equal(seen.app_id, graph.app);
  assert.ok(seen.scopes.includes("leads_retrieval"));
  assert.ok(seen.expires_at - Date.now() / 1000 > 59 * 86400);
  refused(await graph.get("debug_token", { input_token: long.access_token }), 100, undefined, /app access token/);
  const nonsense = (await graph.get("debug_token", { input_token: "EAAnonsense" }, { token: app })).data;
  assert.equal(nonsense.is_valid, false);
  assert.equal(nonsense.error.code, 190);

  // Sixty days later the token is dead, and says how.
  await graph.box.control("POST", "clock", { advance_hours: 61 * 24 });
  refused(await graph.get("me", {}, { token: long.access_token }), 190, 463, /expired/);
  const dead = (await graph.get("debug_token", { input_token: long.access_token }, { token: app })).data;
  assert.deepEqual([dead.is_valid, dead.error.subcode], [false, 463]);
});

test("tokens: none, nonsense, killed, proofs, declined permissions, foreign accounts", async (t) => {
  const graph = await openGraph(t);
  refused(await graph.get("me", {}, { token: "" }), 104, undefined);
  refused(await graph.get("me", {}, { token: "EAAnonsense" }), 190, undefined, /Cannot parse access token/);
  assert.equal((await graph.get("me", { access_token: graph.token }, { token: "" })).name, "Sandbox Owner");

  assert.equal((await graph.get("me", { appsecret_proof: graph.proof(graph.token) })).name, "Sandbox Owner");
  refused(await graph.get("me", { appsecret_proof: graph.proof("other") }), 104, undefined, /appsecret_proof/);
  await graph.box.control("POST", "settings", { graph_require_proof: true });
  refused(await graph.get("me"), 100, undefined, /require an appsecret_proof/);
  await graph.box.control("POST", "settings", { graph_require_proof: false });

  const narrow = await graph.login({ account_id: OTHER_ACCOUNT, granted: "ads_read" });
  const asNarrow = { token: narrow };
  refused(await graph.get(`act_${ACCOUNT}`, {}, asNarrow), 100, 33);
  assert.equal((await graph.get(`act_${OTHER_ACCOUNT}`, { fields: "currency" }, asNarrow)).currency, "USD");
  const denied = await graph.form(`act_${OTHER_ACCOUNT}/advideos`, { source: clip }, asNarrow);
  assert.equal(denied.status, 403);
  refused(denied.json, 200, undefined, /ads_management/);
  assert.deepEqual((await graph.get("me/accounts", {}, asNarrow)).data, [], "pages_show_list was declined");
  const permissions = (await graph.get("me/permissions", {}, asNarrow)).data;
  assert.ok(permissions.some((p) => p.permission === "ads_read" && p.status === "granted"));
  assert.ok(permissions.some((p) => p.permission === "ads_management" && p.status === "declined"));

  await graph.box.control("POST", "graph/tokens", { subcode: 460 });
  refused(await graph.get("me"), 190, 460, /changed their password/);
  graph.token = await graph.login();
  const page = await graph.pageToken();
  assert.deepEqual(await graph.ask("DELETE", "me/permissions"), { success: true });
  refused(await graph.get("me"), 190, 458);
  refused(await graph.get("me", {}, { token: page }), 190, 458);
});

test("ad accounts, pages and forms: pages of lists, page tokens", async (t) => {
  const graph = await openGraph(t);
  const fields = "id,account_id,name,currency,timezone_name,timezone_offset_hours_utc,account_status";
  const first = await graph.get("me/adaccounts", { fields, limit: 1 });
  assert.equal(first.data.length, 1);
  assert.equal(first.data[0].id, `act_${ACCOUNT}`);
  assert.equal(typeof first.data[0].timezone_offset_hours_utc, "number");
  assert.match(first.paging.next, /access_token=/);
  const second = await graph.get("me/adaccounts", { fields, limit: 1, after: first.paging.cursors.after });
  assert.equal(second.data[0].account_id, OTHER_ACCOUNT);
  assert.equal(second.paging.next, undefined);
  assert.deepEqual((await (await fetch(first.paging.next)).json()).data, second.data);
  refused(await graph.get("me/adaccounts", { after: "nonsense" }), 100, undefined, /cursor/);
  await graph.box.control("POST", "settings", { graph_short_pages: true });
  const short = await graph.get("me/adaccounts", { limit: 2 });
  assert.equal(short.data.length, 1);
  assert.ok(short.paging.next, "a short page that is not the last");
  await graph.box.control("POST", "settings", { graph_short_pages: false });

  const token = await graph.pageToken();
  refused(await graph.get(`${FB_PAGE}/leadgen_forms`), 190, undefined, /Page Access Token/);
  const forms = await graph.get(`${FB_PAGE}/leadgen_forms`, { fields: "id,name,status" }, { token });
  assert.deepEqual(forms.data[0], { name: "Пробный урок", status: "ACTIVE", id: FORM });
  // A page's token outlives the days of its owner's, unless the owner leaves.
  await graph.box.control("POST", "clock", { advance_hours: 70 * 24 });
  assert.equal((await graph.get("me", {}, { token })).name, "Demo Page");
});

async function sendChunks(graph, bytes, { account = ACCOUNT } = {}) {
  const edge = `act_${account}/advideos`;
  const start = await graph.post(edge, { upload_phase: "start", file_size: bytes.length });
  let { start_offset, end_offset } = start;
  const windows = [];
  while (start_offset !== end_offset) {
    windows.push([start_offset, end_offset]);
    const answer = (await graph.form(edge, {
      upload_phase: "transfer", upload_session_id: start.upload_session_id, start_offset,
      video_file_chunk: bytes.subarray(Number(start_offset), Number(end_offset)),
    })).json;
    assert.ok(!answer.error, JSON.stringify(answer));
    ({ start_offset, end_offset } = answer);
  }
  return { ...start, windows };
}

test("videos: one piece, windows, wrong offsets, repeats, processing, thumbnails", async (t) => {
  const graph = await openGraph(t, { settings: { readiness_ms: 60_000 } });
  const edge = `act_${ACCOUNT}/advideos`;
  const whole = await graph.form(edge, { source: clip, title: "whole" });
  assert.equal(whole.status, 200, whole.text);
  const { id } = whole.json;
  assert.match(id, /^\d{18,}$/);
  assert.ok(BigInt(id) > 2n ** 53n);
  const processing = await graph.get(id, { fields: "status,title,length" });
  assert.equal(processing.status.video_status, "processing");
  assert.equal(processing.status.uploading_phase.status, "complete");
  assert.equal(processing.length, undefined);
  assert.deepEqual((await graph.get(`${id}/thumbnails`, { fields: "uri" })).data, []);
  await graph.box.control("POST", "clock", { advance_minutes: 2 });
  const ready = await graph.get(id, { fields: "status{video_status},title,length" });
  assert.deepEqual([ready.status.video_status, ready.title], ["ready", "whole"]);
  assert.ok(ready.length > 0);
  const thumbnails = (await graph.get(`${id}/thumbnails`, { fields: "uri,is_preferred,width,height" })).data;
  assert.equal(thumbnails.filter((one) => one.is_preferred).length, 1);
  const picture = await fetch(thumbnails[0].uri);
  assert.equal(picture.headers.get("content-type"), "image/png");
  await graph.box.control("POST", "clock", { advance_hours: 2 });
  assert.equal((await fetch(thumbnails[0].uri)).status, 403, "links of thumbnails expire");

  // In windows that the server chooses.
  const big = Buffer.concat([clip, Buffer.alloc(9_000_000 - clip.length)]);
  const sent = await sendChunks(graph, big);
  assert.ok(sent.windows.length > 2);
  assert.equal(sent.windows[0][0], "0", "offsets are strings");
  assert.ok(new Set(sent.windows.slice(0, -1).map(([a, b]) => b - a)).size > 1, "of several sizes");
  const listed = async () => (await graph.get(edge, { fields: "id,title" })).data;
  assert.ok(!(await listed()).some((video) => video.id === sent.video_id), "not there until finished");
  const finish = { upload_phase: "finish", upload_session_id: sent.upload_session_id, title: "windows" };
  refused(await graph.post(edge, { ...finish, title: "x".repeat(255) }), 100, undefined, /255/);
  assert.deepEqual(await graph.post(edge, finish), { success: true });
  refused(await graph.post(edge, finish), 6001, undefined);
  assert.deepEqual((await listed())[0], { title: "windows", id: sent.video_id });

  // The wrong window is refused with the right one; what was sent may be sent again.
  const start = await graph.post(edge, { upload_phase: "start", file_size: big.length });
  const transfer = (start_offset, bytes) => graph.form(edge, {
    upload_phase: "transfer", upload_session_id: start.upload_session_id, start_offset, video_file_chunk: bytes,
  });
  const end = Number(start.end_offset);
  const early = refused((await transfer("5", big.subarray(0, end))).json, 6000, 1363037);
  assert.deepEqual(early.error_data, { start_offset: "0", end_offset: start.end_offset });
  refused((await transfer("0", big.subarray(0, end - 1))).json, 6000, 1363037);
  await graph.box.control("POST", "settings", { graph_error_data_text: true });
  const quoted = refused((await transfer("0", big.subarray(0, end + 1))).json, 6000, 1363037);
  assert.deepEqual(JSON.parse(quoted.error_data), early.error_data);
  const next = (await transfer("0", big.subarray(0, end))).json;
  assert.equal(next.start_offset, start.end_offset);
  assert.deepEqual((await transfer("0", big.subarray(0, end))).json, next, "the same chunk again");
  const short = { ...finish, upload_session_id: start.upload_session_id };
  refused(await graph.post(edge, short), 6000, 1363037);
  const foreign = { ...short, upload_phase: "cancel" };
  refused(await graph.post(`act_${OTHER_ACCOUNT}/advideos`, foreign), 6001, undefined);
  assert.deepEqual(await graph.post(edge, foreign), { success: true });
  refused((await transfer(start.end_offset, big.subarray(end, end + 5))).json, 6001, undefined);
  refused(await graph.post(edge, { upload_phase: "begin" }), 100, undefined, /upload_phase/);
  refused(await graph.post(edge, { upload_phase: "start" }), 100, undefined, /file_size/);
});

test("videos: too large for one piece, no video, by URL", async (t) => {
  const graph = await openGraph(t, { settings: { readiness_ms: 0 } });
  const edge = `act_${ACCOUNT}/advideos`;
  const large = await graph.form(edge, { source: Buffer.concat([clip, Buffer.alloc(101 * 1024 * 1024)]) });
  assert.deepEqual([large.status, large.text], [413, ""]);
  refused((await graph.form(edge, { source: Buffer.from("not a video") })).json, 352, undefined);
  refused((await graph.form(edge, { title: "nothing" })).json, 100, undefined, /source, file_url/);
  // In windows nobody looks before the end: the video goes bad while it is processed.
  const bad = await sendChunks(graph, Buffer.alloc(100_000, 7));
  await graph.post(edge, { upload_phase: "finish", upload_session_id: bad.upload_session_id });
  const { status } = await graph.get(bad.video_id, { fields: "status" });
  assert.equal(status.video_status, "error");
  assert.equal(status.processing_phase.errors[0].code, 352);

  const files = createServer((request, response) => {
    if (request.url === "/clip.mp4") response.writeHead(200, { "content-type": "video/mp4" }).end(clip);
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => files.listen(0, "127.0.0.1", resolve));
  t.after(() => files.close());
  const base = `http://127.0.0.1:${files.address().port}`;
  const pulled = await graph.post(edge, { file_url: `${base}/clip.mp4`, name: "pulled" });
  assert.equal((await graph.get(pulled.id, { fields: "title" })).title, "pulled");
  refused(await graph.post(edge, { file_url: `${base}/gone.mp4` }), 389, undefined, /404/);
});

test("images: files, Base64, hashes of one ad account, names", async (t) => {
  const graph = await openGraph(t);
  const edge = `act_${ACCOUNT}/adimages`;
  const made = (await graph.form(edge, { poster: png(720, 1280) })).json.images["poster.bin"];
  assert.match(made.hash, /^[0-9a-f]{32}$/);
  assert.deepEqual([made.width, made.height], [720, 1280]);
  assert.equal((await fetch(made.url)).status, 200);
  const again = await graph.post(edge, { bytes: png(720, 1280).toString("base64") });
  assert.equal(again.images.bytes.hash, made.hash, "the same bytes are one image");
  const other = await graph.post(edge, { bytes: png(640, 640).toString("base64"), name: "square.png" });
  const square = other.images["square.png"].hash;
  assert.notEqual(square, made.hash);
  const list = async (params) => (await graph.get(edge, { fields: "hash,name", ...params })).data;
  assert.equal((await list({})).length, 2);
  assert.deepEqual(await list({ hashes: [square] }), [{ hash: square, name: "square.png", id: `${ACCOUNT}:${square}` }]);
  assert.equal((await list({ name: "poster.bin" }))[0].hash, made.hash);
  assert.deepEqual((await graph.get(`act_${OTHER_ACCOUNT}/adimages`)).data, []);
  refused(await graph.post(edge, { bytes: "###" }), 100, undefined, /Base64/);
  refused(await graph.post(edge, { bytes: Buffer.from("text").toString("base64") }), 100, 1487411);
  refused(await graph.post(edge, {}), 100, undefined, /image file or bytes/);
  refused(await graph.get(edge, { hashes: "one" }), 100, undefined, /hashes/);
});

test("limits and their headers; faults on demand", async (t) => {
  const graph = await openGraph(t, { settings: { rate_level: "sandbox" } });
  const headers = { authorization: `Bearer ${graph.token}` };
  const account = () => graph.raw("GET", `act_${ACCOUNT}`, { headers });
  const seen = JSON.parse((await account()).headers.get("x-business-use-case-usage"))[ACCOUNT][0];
  assert.equal(seen.type, "ads_management");
  assert.equal(seen.ads_api_access_tier, "development_access");
  let limited;
  for (let i = 0; i < 70 && !limited; i++) {
    const answer = await account();
    if (answer.json.error) limited = answer;
  }
  refused(limited.json, 17, 2446079, /request limit/);
  const blocked = JSON.parse(limited.headers.get("x-business-use-case-usage"))[ACCOUNT][0];
  assert.equal(blocked.call_count, 100);
  assert.ok(blocked.estimated_time_to_regain_access >= 1);
  assert.equal((await graph.raw("GET", `act_${OTHER_ACCOUNT}`, { headers })).status, 200, "the other one goes on");
  await graph.box.control("POST", "settings", { rate_level: "off", graph_usage: 80 });
  assert.equal(JSON.parse((await account()).headers.get("x-ad-account-usage")).acc_id_util_pct, 80);

  await graph.box.control("POST", "faults", [
    { path: "graph/me", code: 190, subcode: 467, nth: 1 }, { path: "graph/me", status: 502, nth: 2 },
    { path: "graph/act_", drop_answer_after_acting: true, method: "POST" },
  ]);
  refused(await graph.get("me"), 190, 467);
  const page = await graph.raw("GET", "me", { headers });
  assert.equal(page.status, 502);
  assert.match(page.text, /<html>/);
  const lost = graph.post(`act_${ACCOUNT}/adimages`, { bytes: png(10, 10).toString("base64"), name: "lost" });
  await assert.rejects(lost);
  assert.equal((await graph.get(`act_${ACCOUNT}/adimages`, { name: "lost", fields: "name" })).data.length, 1, "it acted");
  const calls = (await graph.box.control("GET", "calls?path=graph/act_")).data;
  assert.ok(calls.some((call) => call.method === "POST" && call.acted));
});

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

test("events: every rule of the Conversions API, all or nothing, doubles, test codes", async (t) => {
  const graph = await openGraph(t);
  const now = Math.floor((await graph.box.now()) / 1000);
  const good = {
    event_name: "Lead", event_time: now - 60, event_id: "e-1", action_source: "website",
    event_source_url: "https://example.com/?utm=1",
    user_data: { em: [sha256("john_smith@gmail.com")], client_user_agent: "Firefox", client_ip_address: "203.0.113.5",
      fbc: "fb.1.1554763741205.IwAR2F4-dbP0l7Mn1IawQQGCINEz7PYXQvwjNwB_qa2ofrHyiLjcbCRxTDMgk", fbp: "fb.1.1558571054389.1098115397" },
  };
  const edge = `${PIXEL}/events`;
  const send = (events, more = {}) => graph.raw("POST", edge, {
    headers: { authorization: `Bearer ${graph.token}` }, body: { data: events, ...more },
  });
  const first = (await send([good])).json;
  assert.equal(first.events_received, 1);
  assert.deepEqual(first.messages, []);
  assert.ok(first.fbtrace_id);
  // As a form the events are the text of a list.
  assert.equal((await graph.post(edge, { data: JSON.stringify([{ ...good, event_id: "e-2" }]) })).events_received, 1);

  const user = (change) => ({ ...good, user_data: { ...good.user_data, ...change } });
  const crm = {
    event_name: "qualified", event_time: now - 5, event_id: "c-1", action_source: "system_generated",
    user_data: { lead_id: 1234567890123456 }, custom_data: { event_source: "crm", lead_event_source: "adwright" },
  };
  for (const [name, event, subcode] of [
    ["no name", { ...good, event_name: "" }],
    ["unknown member", { ...good, colour: "red" }],
    ["milliseconds", { ...good, event_time: now * 1000 }],
    ["text as time", { ...good, event_time: String(now) }],
    ["the future", { ...good, event_time: now + 120 }],
    ["eight days old", { ...good, event_time: now - 8 * 86400 }, 2804003],
    ["unknown source", { ...good, action_source: "web" }],
    ["a website without its page", { ...good, event_source_url: undefined }],
    ["a website without a browser", user({ client_user_agent: undefined })],
    ["an open address", user({ em: ["john_smith@gmail.com"] })],
    ["a short hash", user({ ph: sha256("77011234567").slice(1) })],
    ["the hash of nothing", user({ ph: sha256("") })],
    ["nobody", { ...good, user_data: { client_user_agent: "Firefox", client_ip_address: "203.0.113.5" } }, 2804050],
    ["only a country", { ...good, user_data: { client_user_agent: "Firefox", country: sha256("kz") } }, 2804050],
    ["unknown user member", user({ email: "x" })],
    ["an invented fbc", user({ fbc: "IwAR2F4" })],
    ["an invented fbp", user({ fbp: "fb.1.12.5" })],
    ["a purchase without an amount", { ...good, event_name: "Purchase" }, 2804009],
    ["a text as amount", { ...good, custom_data: { value: "5" } }],
    ["no currency", { ...good, custom_data: { value: 5, currency: "TENGE" } }],
    ["a CRM's lead id that is none", { ...crm, user_data: { lead_id: "12" } }],
    ["a CRM without a lead", { ...crm, user_data: { em: sha256("a@b.c") } }],
    ["a CRM without a name", { ...crm, custom_data: { event_source: "crm" } }],
    ["a CRM on a website", { ...crm, action_source: "website", event_source_url: "https://x", user_data: { ...crm.user_data, client_user_agent: "f" } }],
  ]) {
    const answer = await send([{ ...good, event_id: "innocent" }, event]);
    assert.equal(answer.status, 400, name);
    const error = refused(answer.json, 100, subcode);
    assert.ok(!/\[1\]/.test(JSON.stringify(error)), "which event it was is not said");
  }
  const taken = async () => (await graph.box.control("GET", `graph/events?pixel_id=${PIXEL}`)).data;
  assert.deepEqual((await taken()).map((event) => event.event_id), ["e-1", "e-2"], "nothing of a refused request counts");
  assert.equal((await send([crm, { ...good, event_name: "Purchase", event_id: "p-1", custom_data: { value: 12.5, currency: "KZT" } },
    { ...good, action_source: "physical_store", event_time: now - 30 * 86400, event_id: "s-1" }])).json.events_received, 3);
  assert.equal((await send([good], { test_event_code: "TEST1" })).json.events_received, 1);
  const last = (await taken()).at(-1);
  assert.deepEqual([last.event_id, last.duplicate, last.test_event_code], ["e-1", true, "TEST1"]);
  await graph.box.control("POST", "clock", { advance_hours: 49 });
  assert.equal((await send([{ ...good, event_time: now + 49 * 3600 }])).json.events_received, 1);
  assert.equal((await taken()).at(-1).duplicate, false, "after 48 hours it is another one");

  refused((await send([])).json, 100, undefined, /non-empty/);
  refused((await send(Array.from({ length: 1001 }, () => good))).json, 100, undefined, /1000/);
  refused(await graph.post(edge, { data: "[" }), 100, undefined, /JSON/);
  refused((await graph.raw("POST", "140000000000000499/events", {
    headers: { authorization: `Bearer ${graph.token}` }, body: { data: [good] } })).json, 100, 33);
});

test("leads: subscriptions with a challenge, signed webhooks, reading with the page's token, 90 days", async (t) => {
  const graph = await openGraph(t);
  const received = [];
  let challenge = true;
  const hook = createServer((request, response) => {
    const url = new URL(request.url, "http://x");
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      if (request.method === "GET")
        return response.end(challenge && url.searchParams.get("hub.verify_token") === "v-1" ? url.searchParams.get("hub.challenge") : "no");
      received.push({ headers: request.headers, body: Buffer.concat(chunks) });
      response.end();
    });
  });
  await new Promise((resolve) => hook.listen(0, "127.0.0.1", resolve));
  t.after(() => hook.close());
  const callback_url = `http://127.0.0.1:${hook.address().port}/facebook/webhook`;
  const app = { token: `${graph.app}|${graph.secret}` };
  const wish = { object: "page", callback_url, fields: "leadgen", verify_token: "v-1", include_values: true };
  refused(await graph.post(`${graph.app}/subscriptions`, wish), 15, undefined, /app access token/);
  refused(await graph.post(`${graph.app}/subscriptions`, { ...wish, verify_token: "v-2" }, app), 2200, undefined, /challenge/);
  challenge = false;
  refused(await graph.post(`${graph.app}/subscriptions`, wish, app), 2200, undefined);
  challenge = true;
  assert.deepEqual(await graph.post(`${graph.app}/subscriptions`, wish, app), { success: true });

  const page = { token: await graph.pageToken() };
  refused(await graph.post(`${FB_PAGE}/subscribed_apps`, { subscribed_fields: "leadgen" }), 190, undefined, /Page Access Token/);
  assert.deepEqual((await graph.get(`${FB_PAGE}/subscribed_apps`, {}, page)).data, []);
  assert.deepEqual(await graph.post(`${FB_PAGE}/subscribed_apps`, { subscribed_fields: "leadgen" }, page), { success: true });
  assert.deepEqual((await graph.get(`${FB_PAGE}/subscribed_apps`, {}, page)).data[0].subscribed_fields, ["leadgen"]);

  const deliver = () => graph.box.control("POST", "deliver");
  const made = await graph.box.control("POST", "graph/leads", { ad_id: "120000000000000777", campaign_id: "120000000000000700",
    field_data: [{ name: "full_name", values: ["Ержан"] }, { name: "phone_number", values: ["+77011234567"] }, { name: "course", values: ["a", "b"] }] });
  await deliver();
  const [sent] = received;
  const signature = (body) => `sha256=${createHmac("sha256", graph.secret).update(body).digest("hex")}`;
  assert.equal(sent.headers["x-hub-signature-256"], signature(sent.body));
  const { object, entry } = JSON.parse(sent.body);
  assert.deepEqual([object, entry[0].id, entry[0].changes[0].field], ["page", FB_PAGE, "leadgen"]);
  const { value } = entry[0].changes[0];
  assert.deepEqual([value.leadgen_id, value.form_id, value.adgroup_id, value.ad_id], [made.ids[0], FORM, "120000000000000777", "120000000000000777"]);
  assert.match(value.leadgen_id, /^\d{15,17}$/);

  const fields = "id,created_time,ad_id,campaign_id,form_id,field_data,is_organic";
  const lead = await graph.get(made.ids[0], { fields }, page);
  assert.match(lead.created_time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/);
  assert.deepEqual(lead.field_data[2], { name: "course", values: ["a", "b"] });
  assert.equal(lead.is_organic, false);
  const blind = { token: await graph.login({ granted: "ads_management" }) };
  refused(await graph.get(made.ids[0], {}, blind), 200, undefined, /leads_retrieval/);

  // Many in one POST, ids as numbers; reading them back by form and time.
  await graph.box.control("POST", "settings", { webhook_ids_as_numbers: true });
  await graph.box.control("POST", "clock", { advance_minutes: 10 });
  const since = Math.floor((await graph.box.now()) / 1000) - 60;
  const many = await graph.box.control("POST", "graph/leads", { count: 3, batch: true });
  await deliver();
  assert.equal(received.length, 2);
  assert.equal(received[1].headers["x-hub-signature-256"], signature(received[1].body));
  assert.match(received[1].body.toString(), new RegExp(`"leadgen_id":${many.ids[0]},`));
  const filtering = [{ field: "time_created", operator: "GREATER_THAN", value: since }];
  const later = await graph.get(`${FORM}/leads`, { fields: "id,is_organic", filtering }, page);
  assert.deepEqual(later.data.map((one) => one.id).sort(), [...many.ids].sort());
  assert.ok(later.data.every((one) => one.is_organic));
  assert.equal((await graph.get(`${FORM}/leads`, {}, page)).data.length, 4);
  refused(await graph.get(`${FORM}/leads`, { filtering: [{ field: "id" }] }, page), 100, undefined, /filtering/);

  const test = await graph.post(`${FORM}/test_leads`, {}, page);
  refused(await graph.post(`${FORM}/test_leads`, {}, page), 100, undefined, /delete it first/);
  assert.deepEqual(await graph.ask("DELETE", test.id, {}, page), { success: true });
  refused(await graph.ask("DELETE", made.ids[0], {}, page), 100, undefined, /test leads/);

  // A phone hashed with its plus matches nobody, and the bench can tell.
  const now = Math.floor((await graph.box.now()) / 1000);
  for (const phone of ["+77011234567", "77011234567"])
    await graph.raw("POST", `${PIXEL}/events`, { headers: { authorization: `Bearer ${graph.token}` },
      body: { data: [{ event_name: "Lead", event_time: now, action_source: "system_generated", user_data: { ph: sha256(phone) } }] } });
  assert.deepEqual((await graph.box.control("GET", "graph/events")).data.map((event) => event.phone_with_plus), [true, false]);

  await graph.box.control("POST", "clock", { advance_hours: 91 * 24 });
  page.token = await (async () => { graph.token = await graph.login(); return graph.pageToken(); })();
  refused(await graph.get(made.ids[0], {}, page), 100, 33);
  assert.deepEqual((await graph.get(`${FORM}/leads`, {}, page)).data, []);
  assert.deepEqual(await graph.ask("DELETE", `${FB_PAGE}/subscribed_apps`, {}, page), { success: true });
});

test("what the sandbox knows of Facebook survives a restart", async (t) => {
  const { mkdtempSync, rmSync } = await import("node:fs");
  const folder = mkdtempSync("/tmp/adwright-graph-");
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const flags = ["--sandbox_state", `${folder}/state`];
  const graph = await openGraph(t, { flags });
  const { id } = (await graph.form(`act_${ACCOUNT}/advideos`, { source: clip, title: "kept" })).json;
  await graph.box.program.stop();
  const again = await openGraph(t, { flags });
  assert.equal((await again.get(id, { fields: "title" }, { token: graph.token })).title, "kept");
});

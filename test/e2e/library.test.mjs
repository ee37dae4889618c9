// The library of creatives from outside: parts of the stored video, search, tags, steps, posters,
// failures, use, deleting, many at once, and nothing of it for another org.
import test from "node:test";
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { databases, eventually, root, start } from "./harness.mjs";
import { connectAccount, makeDirection, uploadCreative } from "./steps.mjs";

const ids = (answer) => answer.json.data.map((row) => row.id);

// Bytes as they come, which http() of the harness would read as text.
async function bytes(world, path, headers = {}, { method = "GET", org = 0 } = {}) {
  const answer = await fetch(world.server.base + path, {
    method, headers: { authorization: `Bearer ${world.orgs[org].key}`, ...headers },
  });
  return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
}

async function playsInParts(world, creative) {
  const file = readFileSync(join(root, "demo", "trial-lesson.mp4"));
  const path = `/api/creatives/${creative.id}/video`;
  const whole = await bytes(world, path);
  assert.equal(whole.status, 200);
  assert.ok(whole.body.equals(file), "the whole file");
  const tag = whole.headers.get("etag");
  assert.match(tag, /^"[^"]+"$/);
  assert.equal(whole.headers.get("content-type"), "video/mp4");
  assert.equal(whole.headers.get("accept-ranges"), "bytes");
  assert.equal(whole.headers.get("x-content-type-options"), "nosniff");
  assert.match(whole.headers.get("content-security-policy"), /^sandbox;/);
  assert.match(whole.headers.get("content-disposition"), /^inline; filename\*=UTF-8''%D0%A3%D1%80%D0%BE%D0%BA.*\.mp4$/);
  assert.match((await bytes(world, `${path}?download=1`)).headers.get("content-disposition"), /^attachment;/);

  // Put together from parts, as a player would, each tied to the same file.
  const parts = [];
  const step = Math.ceil(file.length / 3);
  for (let from = 0; from < file.length; from += step) {
    const part = await bytes(world, path, { range: `bytes=${from}-${from + step - 1}`, "if-range": tag });
    assert.equal(part.status, 206);
    const to = Math.min(from + step, file.length) - 1;
    assert.equal(part.headers.get("content-range"), `bytes ${from}-${to}/${file.length}`);
    parts.push(part.body);
  }
  assert.ok(Buffer.concat(parts).equals(file), "the parts together");
  const last = await bytes(world, path, { range: "bytes=-100" });
  assert.ok(last.status === 206 && last.body.equals(file.subarray(-100)));
  assert.equal((await bytes(world, path, { range: `bytes=${file.length}-` })).status, 416);
  assert.equal((await bytes(world, path, { range: "bytes=0-9", "if-range": '"of another file"' })).status, 200);
  const known = await bytes(world, path, { "if-none-match": tag });
  assert.ok(known.status === 304 && known.body.length === 0);
  const head = await bytes(world, path, {}, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(head.headers.get("content-length"), String(file.length));
  const poster = await bytes(world, `/api/creatives/${creative.id}/poster`);
  assert.equal(poster.headers.get("content-type"), "image/jpeg");
  assert.equal(poster.body.readUInt16BE(0), 0xffd8);
}

async function isFound(world, lesson, prize) {
  const { server } = world;
  const find = async (query) => {
    const answer = await server.call("GET", `/api/creatives?${new URLSearchParams(query)}`);
    assert.equal(answer.status, 200, answer.text);
    return answer;
  };
  const id = lesson.id;
  const tagged = await server.call("PUT", `/api/creatives/${id}/tags`, { tags: ["Лето 2026", "Tutor"] });
  assert.equal(tagged.status, 200, tagged.text);
  assert.deepEqual(tagged.json.tags.sort(), ["Tutor", "Лето 2026"]);
  assert.equal((await server.call("PUT", `/api/creatives/${prize.id}/tags/${encodeURIComponent("ЛЕТО 2026")}`)).status, 200);
  const tags = await server.call("GET", "/api/creatives/tags");
  assert.deepEqual(tags.json.data.map((tag) => tag.count), [2, 1]);
  assert.equal((await server.call("DELETE", `/api/creatives/${prize.id}/tags/${encodeURIComponent("лето 2026!")}`)).status, 200);
  assert.deepEqual(ids(await find({ tag: "лето 2026" })), [id]);
  assert.deepEqual(ids(await find({ q: "урок казақ" })), [id]);
  assert.deepEqual(ids(await find({ q: "tutor урок" })), [id], "a tag's word and a title's");
  for (const nothing of ["!!!", "\" OR \"\"=\"", "title:урок*)(", "нет"])
    assert.deepEqual(ids(await find({ q: nothing })).filter((one) => one !== id), [], nothing);
  const row = (await find({ q: "каза" })).json.data[0];
  const mark = row.match.marks[0];
  assert.equal(row.match.field, "title");
  assert.equal([...row.match.text].slice(mark.start, mark.start + mark.length).join(""), "Казақша");

  const seen = [];
  for (let cursor = ""; cursor !== null;) {
    const page = await find({ sort: "title", limit: "1", total: "true", ...(cursor ? { cursor } : {}) });
    assert.equal(page.json.total, 2, "on all pages");
    seen.push(...ids(page));
    cursor = page.json.next_cursor;
  }
  assert.deepEqual(seen, [prize.id, id], "Win ... before Урок ...");
  assert.deepEqual(ids(await find({ sort: "newest" })), [prize.id, id]);
  assert.equal((await server.call("GET", "/api/creatives?cursor=nonsense")).status, 400);
  assert.equal((await server.call("GET", "/api/creatives?sort=sideways")).json.field, "sort");
}

async function isChangedOnItsVersion(world, { id }) {
  const { server } = world;
  const read = await server.call("GET", `/api/creatives/${id}`);
  const tag = read.headers.get("etag");
  assert.equal(tag, `"${read.json.version}"`);
  const patch = (body, headers) => server.call("PATCH", `/api/creatives/${id}`, body, { headers });
  const changed = await patch({ title: "Урок: қазақ тілі", tags: ["Tutor"] }, { "if-match": tag });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual(changed.json.tags, ["Tutor"]);
  assert.equal((await patch({ title: "Late" }, { "if-match": tag })).status, 412);
  assert.equal((await patch({ title: "Late", version: read.json.version })).status, 409);
  assert.equal((await patch({ title: "Late", tags: ["..."] })).status, 400);
  const now = (await server.call("GET", `/api/creatives/${id}`)).json;
  assert.deepEqual([now.title, now.tags], ["Урок: қазақ тілі", ["Tutor"]], "all of it or nothing");
}

// What became of it on the way to the platform, its posters, and what failed.
async function isFollowed(world, direction, { id }) {
  const { server } = world;
  const ready = await eventually("the advertiser has it", async () => {
    const now = (await server.call("GET", `/api/creatives/${id}`)).json;
    if (now.push_state === "ready") return now;
    throw new Error(JSON.stringify([now.status, now.push_state, now.push_text, now.steps]));
  }, { seconds: 60 });
  assert.ok(ready.steps.some((step) => step.name === "upload" && step.state === "done"), JSON.stringify(ready.steps));
  assert.ok(ready.copies[0].usable && ready.copies[0].video_id);
  assert.ok(ready.posters.length >= 3);
  for (const poster of ready.posters)
    assert.equal((await bytes(world, poster.url)).status, 200, poster.url);
  assert.equal((await server.call("GET", `/api/creatives/${id}/poster/99`)).status, 404);
  const chosen = await server.call("PATCH", `/api/creatives/${id}`, { poster: 2 });
  assert.equal(chosen.status, 200, chosen.text);
  assert.deepEqual(chosen.json.posters.filter((one) => one.chosen).map((one) => one.position), [2]);
  assert.ok((await bytes(world, chosen.json.thumbnail_url)).body.equals((await bytes(world, ready.posters[1].url)).body));
  assert.equal((await server.call("PATCH", `/api/creatives/${id}`, { poster: 77, title: "Kept out" })).status, 400);
  assert.notEqual((await server.call("GET", `/api/creatives/${id}`)).json.title, "Kept out");

  const gone = await server.call("POST", "/api/creatives", {
    title: "Never there", media_url: `${world.sandbox.base}/no/such/video.mp4`, direction_id: direction.id, tags: ["Lost"],
  });
  assert.equal(gone.status, 202, gone.text);
  const failed = await eventually("it has failed", async () =>
    (await server.call("GET", "/api/creatives/failures")).json.data[0], { seconds: 60 });
  assert.equal(failed.id, gone.json.id);
  assert.deepEqual([failed.failure.step, failed.tags], ["fetch", ["Lost"]]);
  assert.equal((await server.call("POST", "/api/creatives/bulk", { action: "retry", ids: [failed.id] })).json.done, 1);
  assert.equal((await server.call("DELETE", `/api/creatives/${failed.id}`)).status, 204);
  const cards = [{ creative_id: id }, { creative_id: id }];
  const carousel = await server.call("POST", "/api/creatives/carousel", { title: "Cards", direction_id: direction.id, cards });
  assert.deepEqual([carousel.status, carousel.json.field], [400, "media_type"], carousel.text);
}

async function isNotDeletedWhileUsed(world, direction, used, unused) {
  const { server } = world;
  const launch = await server.call("POST", "/api/tiktok-campaign-builder/manual-launch", {
    direction_id: direction.id, creative_ids: [used.id], daily_budget: 12000,
  });
  assert.ok([200, 201, 202].includes(launch.status), launch.text);
  await eventually("the launch is done", async () =>
    (await server.call("GET", `/api/launches/${launch.json.launch_id}`)).json.state === "done", { seconds: 60 });
  const usage = (await server.call("GET", `/api/creatives/${used.id}/usage`)).json;
  assert.equal(usage.ads.length, 1);
  assert.equal(usage.ads[0].status, "enabled");
  assert.equal(usage.ads[0].launch_id, launch.json.launch_id);
  const list = (await server.call("GET", "/api/creatives?used=true")).json.data;
  assert.deepEqual([list.length, list[0].used_in.active_ads], [1, 1]);
  const refused = await server.call("DELETE", `/api/creatives/${used.id}`);
  assert.equal(refused.status, 409, refused.text);
  assert.equal(refused.json.used_in.ads[0].ad_id, usage.ads[0].ad_id);

  const folder = join(world.folder, "data", "media", world.orgs[0].org);
  const files = () => readdirSync(folder).filter((name) => name.startsWith(unused.id));
  assert.ok(existsSync(folder) && files().length >= 2, "the file and its poster");
  const bulk = await server.call("POST", "/api/creatives/bulk", { action: "delete", ids: [used.id, unused.id, "nobody"] });
  assert.equal(bulk.status, 200, bulk.text);
  assert.deepEqual(bulk.json.data.map((one) => [one.status, one.error?.kind ?? ""]),
    [["failed", "conflict"], ["done", ""], ["failed", "not_found"]]);
  assert.deepEqual([bulk.json.done, bulk.json.failed], [1, 2]);
  for (const what of ["", "/video", "/poster", "/usage"])
    assert.equal((await server.call("GET", `/api/creatives/${unused.id}${what}`)).status, 404, what);
  assert.deepEqual(ids(await server.call("GET", "/api/creatives")), [used.id]);
  await eventually("its files are gone", () => files().length === 0);
}

async function isShownByCarousels(world) {
  const { server } = world;
  const made = await server.call("POST", "/api/directions",
    { name: "Cards", platform: "facebook", objective: "lead_forms", daily_budget_cents: 500, target_cpl_cents: 50 });
  assert.equal(made.status, 201, made.text);
  const { direction } = made.json;
  const cards = [];
  for (const clip of ["trial-lesson", "win-a-phone"]) cards.push({ creative_id: (await uploadCreative(world, direction, { clip })).id });
  const carousel = await server.call("POST", "/api/creatives/carousel", { title: "Two cards", direction_id: direction.id, cards });
  assert.equal(carousel.status, 201, carousel.text);
  const ready = await eventually("the carousel is ready", async () => {
    const { json } = await server.call("GET", `/api/creatives/${carousel.json.id}`);
    return json.status === "ready" && json;
  }, { seconds: 60 });
  assert.deepEqual(ready.cards.map((one) => one.creative_id), cards.map((one) => one.creative_id));
  assert.equal(ready.thumbnail_url, null, "its cards have stills, it has none");
  const refused = await server.call("DELETE", `/api/creatives/${cards[0].creative_id}`);
  assert.deepEqual([refused.status, refused.json.used_in.carousels], [409, [ready.id]], refused.text);
}

async function isNobodyElses(world, { id }) {
  const { server } = world;
  const other = { org: 1 };
  for (const what of ["", "/video", "/poster", "/usage"])
    assert.equal((await server.call("GET", `/api/creatives/${id}${what}`, undefined, other)).status, 404, what);
  assert.equal((await server.call("PUT", `/api/creatives/${id}/tags/mine`, undefined, other)).status, 404);
  assert.deepEqual((await server.call("GET", "/api/creatives?q=урок", undefined, other)).json.data, []);
  assert.deepEqual((await server.call("GET", "/api/creatives/tags", undefined, other)).json.data, []);
  const bulk = await server.call("POST", "/api/creatives/bulk", { action: "tag", ids: [id], tags: ["mine"] }, other);
  assert.deepEqual(bulk.json.data[0].error.kind, "not_found");
}

for (const database of databases) {
  test(`the library of creatives (${database})`, async (t) => {
    const world = await start(t, { database, orgs: 2 });
    const direction = await makeDirection(world, await connectAccount(world));
    const lesson = await uploadCreative(world, direction, { title: "Урок Казақша" });
    const prize = await uploadCreative(world, direction, { clip: "win-a-phone", title: "Win a phone" });
    await playsInParts(world, lesson);
    await isFound(world, lesson, prize);
    await isChangedOnItsVersion(world, lesson);
    await isNobodyElses(world, lesson);
    await isFollowed(world, direction, lesson);
    await isNotDeletedWhileUsed(world, direction, lesson, prize);
    await isShownByCarousels(world);
  });
}

// What becomes of uploads: twenty videos of a person in a hurry, a server that is killed meanwhile,
// one upload for both platforms.  Each video ends on the platform, once, or with a plain reason.
import test from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { databases, eventually, http, root, start } from "./harness.mjs";
import { authorize, connectAccount, makeDirection } from "./steps.mjs";

const quiet = ["--transcription_provider", "off"];

function ffmpeg(folder, name, ...args) {
  const path = join(folder, name);
  execFileSync("ffmpeg", ["-v", "error", "-y", "-i", join(root, "demo", "trial-lesson.mp4"), ...args, path]);
  return readFileSync(path);
}

const base64 = (text) => Buffer.from(text).toString("base64");

// By TUS in two pieces; the id of the creative.
async function upload(world, bytes, metadata) {
  const headers = { authorization: `Bearer ${world.orgs[0].key}`, "tus-resumable": "1.0.0" };
  const begun = await http("POST", `${world.server.base}/files`, {
    headers: {
      ...headers, "upload-length": String(bytes.length),
      "upload-metadata": Object.entries(metadata).map(([key, value]) => `${key} ${base64(value)}`).join(","),
    },
  });
  assert.equal(begun.status, 201, begun.text);
  const url = new URL(begun.headers.get("location"), world.server.base);
  const half = bytes.length >> 1;
  for (const [from, to] of [[0, half], [half, bytes.length]]) {
    const sent = await http("PATCH", url, {
      raw: bytes.subarray(from, to),
      headers: { ...headers, "upload-offset": String(from), "content-type": "application/offset+octet-stream" },
    });
    assert.equal(sent.status, 204, sent.text);
  }
  const state = await http("GET", url, { headers });
  assert.ok(state.json.creative_id, state.text);
  return state.json.creative_id;
}

const settled = (one) => one.status === "failed" || (one.status === "ready" && ["ready", "failed"].includes(one.push_state));
const listed = async (world) => (await world.server.call("GET", "/api/creatives?limit=50")).json.data;
const uploads = async (world) => (await world.sandbox.call("GET", "/sandbox/calls?limit=1000")).json.data
  .filter((call) => call.path.includes("file/video/ad/upload") && call.acted);

for (const database of databases) {
  const good = database === "sqlite" ? 14 : 5;
  test(`${good + 6} videos end on the platform, once, or with a reason, though the server is killed (${database})`, async (t) => {
    const world = await start(t, { database, flags: quiet });
    await world.sandbox.call("POST", "/sandbox/settings", { rate_level: "off", readiness_ms: 300 });
    const direction = await makeDirection(world, await connectAccount(world));
    const metadata = (filename) => ({ filename, filetype: "video/mp4", direction_id: direction.id, ad_text: "English with a tutor" });
    const copy = (i) => ffmpeg(world.folder, `good-${i}.mp4`, "-c", "copy", "-metadata", `comment=take ${i}`);
    const original = readFileSync(join(root, "demo", "trial-lesson.mp4"));
    const wanted = new Map();
    const put = async (name, bytes, ends) => wanted.set(await upload(world, bytes, metadata(name)), { name, ends });

    for (let i = 0; i < good; i++) await put(`good-${i}.mp4`, copy(i), "ready");
    await put("no-sound.mp4", ffmpeg(world.folder, "no-sound.mp4", "-c", "copy", "-an", "-bsf:v", "h264_metadata"), "any");
    await put("one-second.mp4", ffmpeg(world.folder, "one-second.mp4", "-t", "1", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "8", "-c:a", "copy"), "any");
    await put("old-codec.mp4", ffmpeg(world.folder, "old-codec.mp4", "-c:v", "mpeg4", "-q:v", "2", "-c:a", "copy"), "failed");
    await put("too-small.mp4", ffmpeg(world.folder, "too-small.mp4", "-vf", "scale=180:320", "-c:a", "copy"), "failed");
    await put("cut.mp4", original.subarray(0, 20_000), "failed");
    await put("noise.mp4", Buffer.concat([original.subarray(0, 32), Buffer.alloc(50_000, 7)]), "failed");

    // The laptop is closed; the machine loses its server in the middle of the work.
    await eventually("some are on the platform", async () => (await uploads(world)).length >= 2, { seconds: 60 });
    await world.server.stop("SIGKILL");
    await world.startServer();

    const all = await eventually("every video has come to an end", async () => {
      const list = await listed(world);
      return list.length === wanted.size && list.every(settled) && list;
    }, { seconds: 180 });
    for (const one of all) {
      const { name, ends } = wanted.get(one.id);
      assert.equal(one.title, name);
      if (ends !== "any") assert.equal(one.status, ends, `${name}: ${one.error_text}`);
      if (one.status === "ready") assert.equal(one.push_state, "ready", `${name}: ${one.push_text}`);
      else assert.ok(one.error_text.length > 10, `${name} says why`);
    }
    const ready = all.filter((one) => one.status === "ready");
    assert.equal((await uploads(world)).length, ready.length, "each was sent once");
    const failures = (await world.server.call("GET", "/api/creatives/failures")).json.data;
    assert.equal(failures.length, all.length - ready.length);

    // The same bytes again: nothing is sent, and both creatives run.
    const twin = await upload(world, copy(0), metadata("good-0-again.mp4"));
    await eventually("the twin is there", async () => (await listed(world)).find((one) => one.id === twin && settled(one)), { seconds: 60 });
    assert.equal((await uploads(world)).length, ready.length, "the same bytes were not sent again");
  });
}

test("one upload for both platforms is one group with a video on each", async (t) => {
  const world = await start(t, { flags: quiet });
  await world.sandbox.call("POST", "/sandbox/settings", { rate_level: "off", readiness_ms: 300 });
  const account = await connectAccount(world);
  const begun = await world.server.call("GET", "/api/ad-accounts/oauth/start?platform=facebook");
  await http("GET", (await authorize(begun.json.url)).replace(/#.*/, ""));
  await makeDirection(world, account, { platform: "both", objective: "lead_forms", daily_budget: 20, target_cpl: 3 });
  const directions = (await world.server.call("GET", "/api/directions")).json.data;
  const tiktok = directions.find((one) => one.platform === "tiktok");

  const id = await upload(world, readFileSync(join(root, "demo", "trial-lesson.mp4")), {
    filename: "lesson.mp4", direction_id: tiktok.id, platform: "both", ad_text: "English with a tutor",
  });
  const both = await eventually("both have it", async () => {
    const list = await listed(world);
    return list.length === 2 && list.every(settled) && list;
  }, { seconds: 90 });
  const first = both.find((one) => one.id === id);
  assert.deepEqual(both.map((one) => [one.status, one.push_state]), [["ready", "ready"], ["ready", "ready"]], JSON.stringify(both));
  assert.ok(first.creative_group_id);
  // The platform's own covers stand beside the three frames.
  const posters = (await world.server.call("GET", `/api/creatives/${id}`)).json.posters;
  assert.deepEqual(posters.slice(0, 3).map((one) => one.source), ["frame", "frame", "frame"]);
  assert.ok(posters.length > 3 && posters.slice(3).every((one) => one.source === "tiktok"), JSON.stringify(posters));
  assert.equal(new Set(both.map((one) => one.creative_group_id)).size, 1);
  assert.deepEqual(new Set(both.map((one) => one.direction_id)), new Set(directions.map((one) => one.id)));
});

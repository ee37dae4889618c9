// Resumable uploads by the clients that people use: tus-js-client and Uppy, over slow lines that
// break, servers that are killed, and several at once; each ends as a creative whose stored bytes
// are the file's.
import test from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { File } from "node:buffer";
import { Readable } from "node:stream";
import { createHash } from "node:crypto";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import tus from "tus-js-client";
import Uppy from "@uppy/core";
import Tus from "@uppy/tus";
import { databases, eventually, start } from "./harness.mjs";
import { connectAccount, makeDirection } from "./steps.mjs";
import { begin, bytesType, exchange, metadata, sha256, slowLine, storedHashes, version, video } from "./uploads.mjs";

const MB = 1_000_000;
globalThis.File ??= File; // Uppy asks whether it is given one; Node 18 keeps the class in a module
const here = dirname(fileURLToPath(import.meta.url));

// A server with a direction, a second org, and a line to it that may be slow or cut.
async function ready(t, database) {
  const world = await start(t, { database, orgs: 2 });
  const account = await connectAccount(world);
  world.direction = await makeDirection(world, account);
  world.line = await slowLine(t, world.server.base);
  world.data = join(world.folder, "data");
  world.headers = (org = 0) => [["Authorization", `Bearer ${world.orgs[org].key}`], version];
  world.raw = (method, url, headers = [], body = undefined, org = 0) =>
    exchange(world.server.base, method, new URL(url, world.server.base).pathname, [...world.headers(org), ...headers], body);
  world.restart = async (more = []) => {
    await world.server.stop("SIGKILL");
    await world.startServer(more);
    world.line.target = world.server.base;
  };
  return world;
}

const told = (world, name, more = {}) =>
  ({ filename: `${name}.mp4`, filetype: "video/mp4", direction_id: world.direction.id, title: name, ...more });

// Patient: a server that comes back may take its time on a busy machine.
const retryDelays = [50, 100, 200, 400, ...Array(20).fill(800)];

// Waits until the server has this much of an upload; asking with GET disturbs nobody.
const arrived = (world, url, bytes) => eventually(`${bytes} bytes of ${url} are there`, async () => {
  const answer = await world.server.call("GET", new URL(url()).pathname);
  return answer.json.offset >= bytes;
});

// An upload by tus-js-client; `done` resolves when it is over, `resumedAt` are the offsets that
// the server told it to go on from.
function uploading(world, source, name, options = {}) {
  const one = { resumedAt: [] };
  one.done = new Promise((resolve, reject) => {
    one.upload = new tus.Upload(source, {
      endpoint: `${world.line.base}/files`, retryDelays,
      headers: { Authorization: `Bearer ${world.orgs[0].key}` }, metadata: told(world, name),
      onSuccess: resolve, onError: reject,
      onAfterResponse: (request, response) => {
        if (request.getMethod() === "HEAD") one.resumedAt.push(Number(response.getHeader("Upload-Offset")));
      },
      ...options,
    });
  });
  one.done.catch(() => {});
  one.upload.start();
  one.arrived = (bytes) => arrived(world, () => one.upload.url, bytes);
  return one;
}

async function offsetOf(world, url) {
  const answer = await world.raw("HEAD", url);
  assert.equal(answer.status, 200);
  return Number(answer.headers["upload-offset"]);
}

// The one creative of this title, once it is looked at; its stored bytes are these.
async function becomesCreative(world, title, bytes) {
  const creative = await eventually(`"${title}" is a creative`, async () => {
    const answer = await world.server.call("GET", "/api/creatives?limit=100");
    const found = answer.json.data.filter((one) => one.title === title);
    assert.ok(found.length <= 1, `"${title}" is there ${found.length} times`);
    return found[0]?.content_sha256 && found[0];
  }, { seconds: 60 });
  assert.equal(creative.content_sha256, sha256(bytes));
  assert.equal(creative.size_bytes, bytes.length);
  assert.equal(creative.direction_id, world.direction.id);
  assert.ok(storedHashes(world.data, bytes.length).includes(creative.content_sha256), "the stored file is another");
  return creative;
}

// tus-js-client in a process of its own.
function clientProcess(t, options) {
  const child = spawn(process.execPath, [join(here, "uploads_client.mjs"), JSON.stringify(options)],
    { stdio: ["ignore", "pipe", "inherit"] });
  const client = { child, events: [], last: (event) => client.events.filter((one) => one.event === event).at(-1) };
  let text = "";
  child.stdout.on("data", (data) => {
    const lines = (text + data).split("\n");
    text = lines.pop();
    client.events.push(...lines.map((line) => JSON.parse(line)));
  });
  client.ended = new Promise((resolve) => child.on("close", resolve));
  t.after(() => child.kill("SIGKILL"));
  return client;
}

function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Object.fromEntries(["VmRSS", "VmHWM"].map((name) => [name, Number(status.match(new RegExp(`${name}:\\s+(\\d+)`))[1]) / 1024]));
}

for (const database of databases) {
  test(`uploads (${database})`, async (t) => {
    const world = await ready(t, database);
    const { line } = world;

    // First: it waits for jobs, which would stand behind those of the other creatives.
    await t.test("three by Uppy, paused, and hashed afterwards by a server that came back", async () => {
      const unhashed = ["--upload_hash", "no"];
      await world.restart(unhashed);
      line.rate = 4 * MB;
      const before = line.passed;
      const uppy = new Uppy({ autoProceed: false });
      uppy.use(Tus, {
        endpoint: `${world.line.base}/files`, chunkSize: 500_000, limit: 3, retryDelays,
        headers: { authorization: `Bearer ${world.orgs[0].key}` },
      });
      const files = ["First", "Second", "Third"].map((name) => ({ name, bytes: video(1.5 * MB) }));
      for (const { name, bytes } of files) {
        // In Node the client under the plugin takes a Buffer where a browser has a File: it wants a size.
        uppy.addFile({
          name: `${name}.mp4`, type: "video/mp4", data: Object.assign(Buffer.from(bytes), { size: bytes.length }),
          meta: { title: name, direction_id: world.direction.id, relativePath: null },
        });
      }
      const over = uppy.upload();
      await eventually("half is sent", () => uppy.getFiles().every((file) => file.progress.bytesUploaded > 500_000));
      uppy.pauseAll();
      const paused = line.passed - before;
      await world.restart(unhashed);
      line.rate = Infinity;
      uppy.resumeAll();
      const result = await over;
      assert.deepEqual([result.successful.length, result.failed.length], [3, 0], JSON.stringify(result.failed));
      assert.ok(line.passed - before - paused < 4.5 * MB - 3 * 400_000, "they were sent from their beginnings");
      for (const { name, bytes } of files) await becomesCreative(world, name, bytes);
      uppy.destroy();
      await world.restart();
    });

    await t.test("a file in one request", async () => {
      const bytes = video(3 * MB);
      const one = uploading(world, bytes, "In one go");
      await one.done;
      assert.equal(await offsetOf(world, one.upload.url), bytes.length);
      await becomesCreative(world, "In one go", bytes);
    });

    await t.test("paused and resumed", async () => {
      const bytes = video(3 * MB);
      line.rate = 6 * MB;
      const one = uploading(world, bytes, "Paused", { chunkSize: 1 * MB });
      await one.arrived(1.2 * MB);
      await one.upload.abort();
      one.upload.start();
      await one.done;
      assert.ok(one.resumedAt[0] >= 1.2 * MB, `it went on at ${one.resumedAt}`);
      line.rate = Infinity;
      await becomesCreative(world, "Paused", bytes);
    });

    await t.test("the line breaks in mid-request: what arrived counts", async () => {
      const bytes = video(3 * MB);
      line.rate = 6 * MB;
      const one = uploading(world, bytes, "Broken line");
      await one.arrived(1 * MB);
      line.cut();
      line.rate = Infinity;
      await one.done;
      assert.ok(one.resumedAt[0] >= 1 * MB, `it went on at ${one.resumedAt}`);
      await becomesCreative(world, "Broken line", bytes);
    });

    await t.test("resumed by a new process after the first was killed", async (t2) => {
      const bytes = video(3 * MB);
      const file = join(world.folder, "resumed.mp4");
      writeFileSync(file, bytes);
      const options = { file, endpoint: `${line.base}/files`, key: world.orgs[0].key,
        store: join(world.folder, "urls.json"), metadata: told(world, "Resumed") };
      line.rate = 4 * MB;
      const first = clientProcess(t2, options);
      await eventually("it begins", () => first.last("created"));
      await arrived(world, () => first.last("created").url, 1 * MB);
      first.child.kill("SIGKILL");
      await first.ended;
      line.rate = Infinity;
      const before = line.passed;
      const second = clientProcess(t2, options);
      assert.equal(await second.ended, 0, JSON.stringify(second.events.at(-1)));
      assert.equal(second.last("resumed").url, second.last("done").url);
      assert.ok(line.passed - before < bytes.length - 0.9 * MB, "it was sent from its beginning");
      await becomesCreative(world, "Resumed", bytes);
    });

    // Small enough for the HTTP library, and so large that the kernel moves it past the library.
    for (const [size, rate, killed] of [[4 * MB, 5 * MB, 1.5 * MB], [40 * MB, 60 * MB, 20 * MB]]) {
      await t.test(`the server is killed in mid-request of ${size} bytes and comes back`, async () => {
        const bytes = video(size);
        line.rate = rate;
        const one = uploading(world, bytes, `Killed of ${size}`);
        await one.arrived(killed);
        await world.restart();
        line.rate = Infinity;
        await one.done;
        assert.ok(one.resumedAt[0] >= killed, `it went on at ${one.resumedAt}`);
        await becomesCreative(world, `Killed of ${size}`, bytes);
      });
    }

    await t.test("several at once", async () => {
      const files = Array.from({ length: 6 }, () => video(1.5 * MB));
      line.rate = 8 * MB;
      const all = files.map((bytes, at) => uploading(world, bytes, `Together ${at}`));
      await Promise.all(all.map((one) => one.done));
      line.rate = Infinity;
      for (const [at, bytes] of files.entries()) await becomesCreative(world, `Together ${at}`, bytes);
    });

    await t.test("the method overridden, bytes with the creation, and a length told last", async () => {
      const bytes = video(1.2 * MB);
      await uploading(world, bytes, "Overridden", { overridePatchMethod: true, chunkSize: 500_000 }).done;
      await becomesCreative(world, "Overridden", bytes);
      const other = video(1.2 * MB);
      const requests = [];
      await uploading(world, other, "With the creation", {
        uploadDataDuringCreation: true, onBeforeRequest: (request) => { requests.push(request.getMethod()); } }).done;
      assert.deepEqual(requests, ["POST"]);
      await becomesCreative(world, "With the creation", other);
      const third = video(1.2 * MB);
      const stream = Readable.from((function* () {
        for (let at = 0; at < third.length; at += 100_000) yield third.subarray(at, at + 100_000);
      })());
      await uploading(world, stream, "Length told last", { uploadLengthDeferred: true, chunkSize: 400_000 }).done;
      await becomesCreative(world, "Length told last", third);
    });

    await t.test("one file over three connections, joined at the end", async () => {
      const bytes = video(3 * MB);
      line.rate = 2 * MB;
      const one = uploading(world, bytes, "In parts", { parallelUploads: 3 });
      const before = line.passed;
      await eventually("each is on its way", () => line.passed - before > 0.6 * MB);
      line.cut();
      line.rate = Infinity;
      await one.done;
      await becomesCreative(world, "In parts", bytes);
    });

    await t.test("by hand: checksums, locks, other orgs, the end seen twice", async () => {
      const bytes = video(600_000);
      const create = async (title, size = bytes.length, more = {}) => {
        const made = await world.raw("POST", "/files", [["Upload-Length", size], ["Upload-Metadata", metadata(told(world, title, more))]]);
        assert.equal(made.status, 201, made.text);
        return made.headers.location;
      };
      const patch = (url, at, body, more = [], org = 0) =>
        world.raw("PATCH", url, [bytesType, ["Upload-Offset", at], ...more], body, org);
      const checksum = (algorithm, part) =>
        [["Upload-Checksum", `${algorithm} ${createHash(algorithm).update(part).digest("base64")}`]];

      // A wrong checksum: 460, and nothing of the chunk is kept.
      const summed = await create("Checked");
      let at = 0;
      for (const algorithm of ["sha1", "sha256", "md5"]) {
        const part = bytes.subarray(at, at + 200_000);
        const refused = await patch(summed, at, part, checksum(algorithm, "something else"));
        assert.equal(refused.status, 460, refused.text);
        assert.equal(await offsetOf(world, summed), at);
        const taken = await patch(summed, at, part, checksum(algorithm, part));
        assert.equal(taken.status, 204, taken.text);
        at += part.length;
        assert.equal(taken.headers["upload-offset"], String(at));
      }
      const creative = await becomesCreative(world, "Checked", bytes);

      // The end is told again and again: still one creative.
      for (let i = 0; i < 3; i++) {
        const again = await patch(summed, bytes.length, "");
        assert.ok([204, 404, 409, 410].includes(again.status), `${again.status}`);
      }
      await world.restart();
      await world.raw("HEAD", summed);
      await patch(summed, bytes.length, "");
      assert.equal((await becomesCreative(world, "Checked", bytes)).id, creative.id);

      // A holder that has gone silent gives way to the next request, which sees what it had sent.
      const held = await create("Held");
      const path = new URL(held, world.server.base).pathname;
      const holder = begin(world.server.base, "PATCH", path,
        [...world.headers(), bytesType, ["Upload-Offset", 0], ["Content-Length", bytes.length]], bytes.subarray(0, 250_000));
      await eventually("the holder's bytes are on the disk", async () => JSON.parse((await world.raw("GET", held)).text).offset >= 131_072);
      const offset = await offsetOf(world, held);
      assert.ok(offset >= 131_072 && offset <= 250_000, `the holder's bytes count: ${offset}`);
      const gone = await holder.answer;
      assert.ok(gone === null || gone.status >= 400, `the holder was answered ${gone?.status}`);
      const rest = await patch(held, offset, bytes.subarray(offset));
      assert.equal(rest.status, 204, rest.text);
      await becomesCreative(world, "Held", bytes);

      // Two that write at the same offset: one wins, and the file is whole.
      const raced = await create("Raced");
      const both = await Promise.all([0, 1].map(() => patch(raced, 0, bytes)));
      const statuses = both.map((answer) => answer?.status);
      assert.ok(statuses.includes(204) || await offsetOf(world, raced) < bytes.length, `${statuses}`);
      assert.ok(statuses.every((status) => [204, 409, 423, undefined].includes(status)), `${statuses}`);
      const from = await offsetOf(world, raced);
      if (from < bytes.length) assert.equal((await patch(raced, from, bytes.subarray(from))).status, 204);
      await becomesCreative(world, "Raced", bytes);

      // Another org's upload is not there; without a key nothing is.
      const private_ = await create("Private");
      const foreign = [
        await world.raw("HEAD", private_, [], undefined, 1), await patch(private_, 0, bytes, [], 1),
        await world.raw("DELETE", private_, [], undefined, 1),
      ];
      assert.deepEqual(foreign.map((answer) => answer.status), [404, 404, 404]);
      assert.equal(await offsetOf(world, private_), 0);
      const target = new URL(private_, world.server.base).pathname;
      assert.equal((await exchange(world.server.base, "HEAD", target, [version])).status, 401);
      assert.equal((await exchange(world.server.base, "POST", "/files", [version, ["Upload-Length", 5]])).status, 401);
      assert.equal((await world.raw("DELETE", private_)).status, 204);
      assert.equal((await world.raw("HEAD", private_)).status === 404 || (await world.raw("HEAD", private_)).status === 410, true);

      // Another org's direction cannot be named either.
      const stolen = await world.raw("POST", "/files",
        [["Upload-Length", bytes.length], ["Upload-Metadata", metadata(told(world, "Stolen"))]], undefined, 1);
      assert.ok(stolen.status >= 400 && stolen.status < 500, `${stolen.status}`);
    });

    await t.test("fifty at once are small in memory", async () => {
      const size = 4 * MB;
      const before = memoryOf(world.server.child.pid);
      const part = video(size / 2);
      const places = await Promise.all(Array.from({ length: 50 }, async (_, at) => {
        const made = await world.raw("POST", "/files", [["Upload-Length", size], ["Upload-Metadata", metadata(told(world, `Crowd ${at}`))]]);
        assert.equal(made.status, 201, made.text);
        return made.headers.location;
      }));
      // All are half-way at the same time.
      const handles = places.map((url) => begin(world.server.base, "PATCH", new URL(url, world.server.base).pathname,
        [...world.headers(), bytesType, ["Upload-Offset", 0], ["Content-Length", size]], part));
      await Promise.all(handles.map((handle) => eventually("half is sent", () => handle.socket.writableLength === 0)));
      for (const handle of handles) handle.send(part);
      const answers = await Promise.all(handles.map((handle) => handle.answer));
      assert.deepEqual(new Set(answers.map((answer) => answer?.status)), new Set([204]));
      const after = memoryOf(world.server.child.pid);
      t.diagnostic(`resident: ${before.VmRSS.toFixed(1)} MB idle, ${after.VmHWM.toFixed(1)} MB at most`);
      assert.ok(after.VmHWM < 150, `${after.VmHWM} MB`);
    });

    await t.test("an expired upload is begun anew", async () => {
      const bytes = video(1 * MB);
      const made = await world.raw("POST", "/files", [["Upload-Length", bytes.length], ["Upload-Metadata", metadata(told(world, "Expired"))]]);
      const expires = Date.parse(made.headers["upload-expires"]);
      assert.ok(expires > world.clock.now(), made.headers["upload-expires"]);
      world.clock.setNow(expires + 1000);
      assert.ok([404, 410].includes((await world.raw("HEAD", made.headers.location)).status));
      const one = uploading(world, bytes, "Expired", { uploadUrl: new URL(made.headers.location, line.base).href });
      await one.done;
      assert.notEqual(new URL(one.upload.url).pathname, new URL(made.headers.location, line.base).pathname);
      await becomesCreative(world, "Expired", bytes);
    });
  });
}

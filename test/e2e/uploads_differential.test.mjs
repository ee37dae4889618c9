// The same odd requests to our upload endpoint and to npm's @tus/server: every difference in the
// status or a header of the protocol must stand, with its reason, in the table of docs/uploads.md,
// and every row of the table must still be true.  UPLOADS_SHOW=1 prints what differs as rows.
import test from "node:test";
import assert from "node:assert/strict";
import http from "node:http";
import { createRequire } from "node:module";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { databases, eventually, root, start, temporaryFolder } from "./harness.mjs";
import { begin, exchange, version } from "./uploads.mjs";
import { largest, requests } from "./uploads_requests.mjs";

const require = createRequire(import.meta.url);
const { Server } = require("@tus/server");
const { FileStore } = require("@tus/file-store");

const day = 86_400_000;
const compared = [
  "tus-resumable", "tus-version", "tus-extension", "tus-max-size", "tus-checksum-algorithm", "location",
  "upload-offset", "upload-length", "upload-defer-length", "upload-metadata", "upload-concat", "upload-expires",
  "cache-control", "access-control-allow-origin", "access-control-allow-methods", "access-control-allow-headers",
  "access-control-expose-headers", "access-control-max-age", "access-control-allow-credentials",
];

// One server to ask; `record` grows by one entry per asked request.
function side({ base, headers, expire, held }) {
  const one = {
    record: [],
    async ask(method, place, asked = [], body = undefined) {
      const answer = await exchange(base, method, `/files${place}`, [...headers, ...asked], body);
      one.record.push(facts(answer));
      return answer ?? { status: "closed", headers: {} };
    },
    placeOf: (answer) => answer.headers.location?.match(/\/files(\/[^/]+)$/)?.[1],
    async create(asked = [["Upload-Length", 10]]) {
      const made = await exchange(base, "POST", "/files", [...headers, version, ...asked]);
      assert.equal(made.status, 201, made.text);
      return one.placeOf(made);
    },
    async hold(place, asked, half) {
      return begin(base, "PATCH", `/files${place}`, [...headers, ...asked], half);
    },
    settle: (place, bytes) => eventually(`${bytes} bytes of ${place} are received`, () => held(place, bytes)),
    expire,
  };
  return one;
}

function facts(answer) {
  if (!answer) return { status: "closed" };
  const kept = { status: String(answer.status) };
  for (const name of compared) {
    let value = answer.headers[name];
    if (value === undefined) continue;
    if (name === "location") value = /^(https?:\/\/[^/]+)?\/files\/[0-9a-f]{32,}$/.test(value) ? "an upload" : value;
    if (name === "upload-expires") value = new Date(value).toUTCString() === value ? "a date" : value;
    kept[name] = value;
  }
  return kept;
}

async function oracle(t) {
  const folder = temporaryFolder(t);
  const store = new FileStore({ directory: folder, expirationPeriodInMilliseconds: day });
  const server = new Server({ path: "/files", datastore: store, maxSize: largest, lockDrainTimeout: 200 });
  const listener = http.createServer((request, response) => server.handle(request, response));
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    listener.closeAllConnections();
    listener.close();
  });
  return side({
    base: `http://127.0.0.1:${listener.address().port}`,
    headers: [],
    held: (place, bytes) => statSync(join(folder, place)).size >= bytes,
    async expire(place) {
      const path = join(folder, `${place}.json`);
      const info = JSON.parse(readFileSync(path, "utf8"));
      info.creation_date = new Date(Date.now() - 2 * day).toISOString();
      writeFileSync(path, JSON.stringify(info));
    },
  });
}

async function ours(t, database) {
  const world = await start(t, { database, sandbox: false, flags: ["--upload_max_mb", String(largest / 1024 / 1024), "--upload_origins", "https://ads.example.com"] });
  return side({
    base: world.server.base,
    headers: [["Authorization", `Bearer ${world.orgs[0].key}`]],
    held: (place) => isLocked(join(world.folder, "data", "uploads", world.orgs[0].org, place)),
    expire: async () => world.clock.advance(30 * day),
  });
}

// Our server keeps few bytes in memory until there are more or the request ends; what it has of an
// upload in hand is the lock of its file.
function isLocked(path) {
  return readFileSync("/proc/locks", "utf8").includes(`:${statSync(path).ino} `);
}

// --- the table ---

// Rows of the table under "Differences": requests | field | ours | theirs | reason.  `*` stands for
// anything, `-` for absence; requests are named "script #answer", several with ";" between them.
function table() {
  const text = readFileSync(join(root, "docs", "uploads.md"), "utf8");
  const section = text.split(/^## /m).find((one) => one.startsWith("Differences from"));
  assert.ok(section, "docs/uploads.md has no section Differences");
  const rows = section.split("\n").filter((line) => line.startsWith("|")).slice(2)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", "")));
  for (const row of rows) assert.ok(row.length === 5 && row.every(Boolean), `a row is not whole: ${row.join(" | ")}`);
  return rows.flatMap(([names, field, mine, theirs]) => names.split(";").map((name) => ({
    name: pattern(name.trim()), field: field.toLowerCase(), mine: pattern(mine), theirs: pattern(theirs),
    row: [name.trim(), field, mine, theirs].join(" | "), used: 0,
  })));
}

function pattern(text) {
  return new RegExp(`^${text.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`, "s");
}

function differences(name, mine, theirs) {
  const found = [];
  for (let at = 0; at < Math.max(mine.length, theirs.length); at++) {
    // A script asks no further when an answer left it nothing to ask about.
    const [one, other] = [mine[at] ?? { status: "not asked" }, theirs[at] ?? { status: "not asked" }];
    // Refused here and done there: the other headers follow from that.
    const alike = one.status[0] === other.status[0];
    for (const field of alike ? ["status", ...compared] : ["status"]) {
      if (one[field] === other[field]) continue;
      found.push({ name: `${name} #${at + 1}`, field, mine: one[field] ?? "-", theirs: other[field] ?? "-" });
    }
  }
  return found;
}

for (const database of databases) {
  test(`odd requests are answered as @tus/server answers them, but for the table's differences (${database})`, async (t) => {
    const [we, they] = [await ours(t, database), await oracle(t)];
    const rows = table();
    const unlisted = [];
    let asked = 0;
    for (const [name, script] of Object.entries(requests)) {
      for (const one of [we, they]) {
        one.record = [];
        try {
          await script(one);
        } catch (error) {
          throw new Error(`${name}, ${one === we ? "ours" : "theirs"}: ${error.message}`, { cause: error });
        }
      }
      asked += we.record.length;
      for (const found of differences(name, we.record, they.record)) {
        const listed = rows.filter((row) => row.field === found.field && row.mine.test(found.mine) &&
          row.theirs.test(found.theirs) && row.name.test(found.name));
        for (const row of listed) row.used++;
        if (!listed.length) unlisted.push(`| ${found.name} | ${found.field} | ${found.mine} | ${found.theirs} | |`);
      }
    }
    t.diagnostic(`${asked} answers to ${Object.keys(requests).length} scripts compared, ${rows.length} differences listed`);
    if (process.env.UPLOADS_SHOW) console.log(unlisted.join("\n"));
    assert.deepEqual(unlisted, [], "differences that docs/uploads.md does not explain");
    assert.deepEqual(rows.filter((row) => !row.used).map((row) => row.row), [], "rows that nothing shows any more");
  });
}

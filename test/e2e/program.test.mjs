// The program from outside: clean start-up errors, draining, kill -9, signing in, problem bodies.
import test from "node:test";
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { createHash, createHmac } from "node:crypto";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  databases, temporaryFolder, freshDatabase, run, launch, http, eventually, start, makeOrg,
} from "./harness.mjs";

// SQL past the program: only to arrange what a newer program or a careless hand would leave.
function sql(url, text) {
  if (url.startsWith("sqlite:")) return execFileSync("sqlite3", [url.slice(7), text]).toString();
  return execFileSync("psql", ["-qtA", url, "-c", text]).toString();
}

for (const database of databases) {
  test(`start-up refusals say what to do (${database})`, async (t) => {
    const folder = temporaryFolder(t);
    const url = freshDatabase(t, database, folder);
    const data = join(folder, "data");
    const store = ["--db", url, "--data", data];
    await makeOrg(store);

    await t.test("the port is taken", async (t) => {
      const taken = createServer().listen(0, "127.0.0.1");
      t.after(() => taken.close());
      await new Promise((resolve) => taken.once("listening", resolve));
      const { port } = taken.address();
      const ended = await run(["serve", ...store, "--port", String(port)]);
      assert.equal(ended.status, 1);
      assert.match(ended.stderr, new RegExp(String(port)));
      assert.match(ended.stderr, /--port/);
    });

    await t.test("the data folder is not a folder", async () => {
      const file = join(folder, "file");
      writeFileSync(file, "");
      const ended = await run(["serve", "--db", url, "--data", join(file, "data")]);
      assert.equal(ended.status, 1);
      assert.match(ended.stderr, /data folder/);
      assert.match(ended.stderr, /--data/);
    });

    await t.test("an unknown setting is refused with the nearest known name", async () => {
      const ended = await run(["serve", ...store, "--prot", "1"]);
      assert.equal(ended.status, 1);
      assert.match(ended.stderr, /prot/);
      assert.match(ended.stderr, /port/);
      const environment = await run(["serve", ...store], { env: { ADWRIGHT_WRKERS: "3" } });
      assert.equal(environment.status, 1);
      assert.match(environment.stderr, /workers/i);
    });

    await t.test("a value out of range names the range", async () => {
      const ended = await run(["serve", ...store, "--workers", "0"]);
      assert.equal(ended.status, 1);
      assert.match(ended.stderr, /workers/);
      assert.match(ended.stderr, /256/);
    });

    await t.test("another key does not open this database", async () => {
      const other = join(folder, "other");
      mkdirSync(other);
      const key = join(data, "key");
      const ended = await run(["serve", "--db", url, "--data", other, "--port", "0"]);
      assert.equal(ended.status, 1);
      assert.match(ended.stderr, /key/);
      assert.notEqual(readFileSync(join(other, "key"), "utf8"), readFileSync(key, "utf8"));
    });

    await t.test("a database that is newer than the program", async () => {
      sql(url, "INSERT INTO schema_migrations (version, name, checksum, applied_ms) VALUES (9999, 'future', 'x', 1)");
      const ended = await run(["serve", ...store, "--port", "0"]);
      assert.equal(ended.status, 1);
      assert.match(ended.stderr, /newer/);
      sql(url, "DELETE FROM schema_migrations WHERE version = 9999");
      assert.equal((await run(["migrate", ...store])).status, 0);
    });
  });

  test(`one server per SQLite file, many on PostgreSQL; SIGTERM drains (${database})`, async (t) => {
    const world = await start(t, { database, sandbox: false });
    const second = await run(["org", "list", ...world.store]);
    if (database === "sqlite") {
      assert.equal(second.status, 1);
      assert.match(second.stderr, /process|server/);
    } else {
      assert.equal(second.status, 0, second.stderr);
    }
    const ready = await http("GET", `${world.server.base}/readyz`);
    assert.equal(ready.status, 200);
    const ended = await world.server.stop("SIGTERM");
    assert.equal(ended.code, 0);
    await world.startServer();
    assert.equal((await world.server.call("GET", "/api/me")).status, 200);
  });

  test(`kill -9 during intake: what was acknowledged is stored, each once (${database})`, async (t) => {
    const secret = "kill-secret";
    const world = await start(t, {
      database, sandbox: false, flags: ["--tiktok_webhook_secret", secret, "--tiktok_app_id", "1"],
    });
    const acknowledged = new Set();
    let next = 0;
    const deliver = async () => {
      const id = String(7_500_000_000_000_000_000n + BigInt(next++));
      const raw = JSON.stringify({
        object: 1, time: 1_790_000_000, entry: [{
          id, lead_source: "INSTANT_FORM", page_id: "1", advertiser_id: "42", campaign_id: "1",
          adgroup_id: "1", ad_id: "1", create_time: 1_790_000_000,
          changes: [{ field: "name", value: "Алия" }, { field: "phone_number", value: "+77011234567" }],
        }],
      });
      const ascii = raw.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
      const signature = createHmac("sha256", secret).update(ascii).digest("hex");
      const answer = await http("POST", `${world.server.base}/api/tiktok/webhook`, {
        raw, headers: { "content-type": "application/json", "x-open-signature": signature },
      });
      // A body is sealed once it is read; its hash tells which one it is.
      if (answer.status === 200) acknowledged.add(createHash("sha256").update(raw).digest("hex"));
    };
    for (let round = 0; round < 3; round++) {
      let going = true;
      const before = acknowledged.size;
      const clients = Array.from({ length: 16 }, async () => {
        while (going) {
          try { await deliver(); } catch { if (world.server.exited) return; }
        }
      });
      await eventually("deliveries are acknowledged", () => acknowledged.size > before + 150);
      await world.server.stop("SIGKILL");
      going = false;
      await Promise.all(clients);
      await world.startServer();
    }
    await world.server.stop("SIGTERM");
    const stored = sql(world.url, "SELECT body_hash FROM webhook_deliveries WHERE signature <> 'bad'").trim().split("\n");
    const distinct = new Set(stored);
    for (const hash of acknowledged) assert.ok(distinct.has(hash), `a lead was acknowledged and is not stored: ${hash}`);
    assert.equal(stored.length, distinct.size, "a delivery is stored twice");
  });

  test(`signing in: cookie, CSRF, throttling, keys (${database})`, async (t) => {
    const world = await start(t, { database, sandbox: false });
    const base = world.server.base;
    const { email, password } = world.orgs[0];

    assert.equal((await http("GET", `${base}/api/me`)).status, 401);
    const wrong = await http("POST", `${base}/api/session`, { body: { email, password: "not this one" } });
    assert.equal(wrong.status, 401);
    assert.equal(wrong.json.kind, "denied");
    const unknown = await http("POST", `${base}/api/session`, { body: { email: "nobody@example.com", password: "not this one" } });
    assert.equal(unknown.json.detail, wrong.json.detail, "a wrong e-mail and a wrong password are one answer");

    const signed = await http("POST", `${base}/api/session`, { body: { email, password } });
    assert.equal(signed.status, 200, signed.text);
    const cookie = signed.headers.get("set-cookie");
    assert.match(cookie, /HttpOnly/);
    assert.match(cookie, /SameSite=Lax/);
    const jar = { cookie: cookie.split(";")[0] };
    const me = await http("GET", `${base}/api/me`, { headers: jar });
    assert.equal(me.status, 200);
    assert.deepEqual(me.json.rights, ["read", "edit", "spend", "admin"]);
    const forged = await http("POST", `${base}/api/keys`, { headers: jar, body: { name: "x", rights: ["read"] } });
    assert.equal(forged.status, 403, "a write without the CSRF token is refused");
    const made = await http("POST", `${base}/api/keys`, {
      headers: { ...jar, "x-csrf-token": signed.json.csrf }, body: { name: "reader", rights: ["read"] },
    });
    assert.equal(made.status, 201, made.text);
    const reader = { authorization: `Bearer ${made.json.key}` };
    assert.equal((await http("GET", `${base}/api/me`, { headers: reader })).status, 200);
    assert.equal((await http("GET", `${base}/api/keys`, { headers: reader })).status, 403);
    const revoked = await http("DELETE", `${base}/api/keys/${made.json.id}`, {
      headers: { ...jar, "x-csrf-token": signed.json.csrf },
    });
    assert.equal(revoked.status, 204);
    assert.equal((await http("GET", `${base}/api/me`, { headers: reader })).status, 401);

    for (let i = 0; i < 5; i++) await http("POST", `${base}/api/session`, { body: { email, password: `wrong ${i} again` } });
    const throttled = await http("POST", `${base}/api/session`, { body: { email, password } });
    assert.equal(throttled.status, 429);
    assert.match(throttled.json.hint, /minutes/);
    const wait = Number(throttled.headers.get("retry-after"));
    assert.ok(wait > 840 && wait <= 900, `Retry-After ${wait}`);
    assert.ok(Math.abs(Date.parse(throttled.json.retry_at) - world.clock.now() - wait * 1000) < 3000, throttled.text);
    world.clock.advance(16 * 60 * 1000);
    assert.equal((await http("POST", `${base}/api/session`, { body: { email, password } })).status, 200);

    const out = await http("DELETE", `${base}/api/session`, { headers: { ...jar, "x-csrf-token": signed.json.csrf } });
    assert.equal(out.status, 204);
    assert.equal((await http("GET", `${base}/api/me`, { headers: jar })).status, 401);
  });

  test(`problem bodies name the field and the request (${database})`, async (t) => {
    const world = await start(t, { database, sandbox: false });
    const bad = await world.server.call("POST", "/api/keys", { name: "", rights: ["read"] }, { headers: { "x-request-id": "my-request-7" } });
    assert.equal(bad.status, 400);
    assert.match(bad.headers.get("content-type"), /application\/problem\+json/);
    assert.equal(bad.json.kind, "invalid");
    assert.equal(bad.json.field, "name");
    assert.equal(bad.json.request_id, "my-request-7");
    assert.equal(bad.headers.get("x-request-id"), "my-request-7");
    const unknown = await world.server.call("POST", "/api/keys", { name: "a", rights: ["read"], colour: "red" });
    assert.equal(unknown.status, 400);
    assert.equal(unknown.json.field, "colour");
    assert.equal((await world.server.call("GET", "/api/nothing-here")).status, 404);
    const method = await world.server.call("DELETE", "/api/me");
    assert.equal(method.status, 405);
    assert.match(method.headers.get("allow"), /GET/);
  });

  test(`the console is served packed, cached and strict (${database})`, async (t) => {
    const world = await start(t, { database, sandbox: false });
    const { base } = world.server;
    const html = { accept: "text/html,application/xhtml+xml" };
    const index = await http("GET", `${base}/`, { headers: html });
    assert.equal(index.status, 200);
    const policy = index.headers.get("content-security-policy");
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.equal((await http("GET", `${base}/`, { headers: { ...html, "if-none-match": index.headers.get("etag") } })).status, 304);
    // Every address of the console is the page; what reads JSON gets a problem.
    assert.equal((await http("GET", `${base}/leads/some-id`, { headers: html })).text, index.text);
    assert.equal((await http("GET", `${base}/leads/some-id`)).status, 404);
    assert.equal((await http("GET", `${base}/api/nothing`, { headers: html })).status, 404);
    const [, script] = index.text.match(/src="(\/assets\/[^"]+\.js)"/);
    for (const [accepted, coding] of [["gzip, deflate, br", "br"], ["gzip", "gzip"], ["identity", null], ["br;q=0, gzip", "gzip"]]) {
      const file = await fetch(base + script, { headers: { "accept-encoding": accepted } });
      assert.equal(file.status, 200);
      assert.equal(file.headers.get("content-encoding"), coding, accepted);
      assert.match(file.headers.get("cache-control"), /immutable/);
      assert.match(file.headers.get("vary"), /accept-encoding/i);
      assert.match(await file.text(), /querySelector|createElement/);
    }
    assert.equal((await http("GET", `${base}/assets/none.js`)).status, 404);
    const old = await http("GET", `${base}/sign-in?link=forged`, { headers: html });
    assert.equal(old.status, 303);
    assert.match(old.headers.get("location"), /\/sign-in\?problem=link$/);
  });

  test(`a hidden platform is not offered and cannot be used (${database})`, async (t) => {
    const world = await start(t, { database, sandbox: false, flags: ["--feature_tiktok=false"] });
    const { call } = world.server;
    assert.equal((await call("POST", "/api/ad-accounts", { name: "Card" })).status, 201);
    const [account] = (await call("GET", "/api/ad-accounts")).json.data;
    assert.deepEqual(Object.keys(account.connections), ["facebook"]);
    assert.equal((await call("GET", "/api/ad-accounts/oauth/start")).status, 400);
    for (const [method, path, body] of [
      ["GET", "/api/tiktok-campaign-builder/campaigns"],
      ["GET", "/api/tiktok-campaign-builder/report"],
      ["GET", "/api/tiktok-campaign-builder/advertiser-info"],
      ["POST", "/api/tiktok-campaign-builder/auto-launch", {}],
      ["POST", "/api/tiktok-campaign-builder/manual-launch", { direction_id: "d", creative_ids: ["c"] }],
      ["POST", "/api/tiktok-campaign-builder/pause-campaign", { campaign_id: "1" }],
      ["GET", "/tiktok/instant-pages"],
      ["POST", "/api/brain/run-tiktok", {}],
      ["POST", "/api/actions", { idempotencyKey: "key-1", actions: [{ type: "TikTok.PauseAd", params: { ad_id: "1" } }] }],
      ["POST", "/api/metrics/collect", {}],
    ]) {
      const answer = await call(method, path, body);
      assert.equal(answer.status, 404, `${method} ${path}: ${answer.text}`);
      assert.match(answer.json.detail, /switched off/, path);
    }
    const tiktok = await call("POST", "/api/directions", { name: "T", platform: "tiktok", tiktok_objective: "traffic" });
    assert.equal(tiktok.status, 400);
    assert.equal(tiktok.json.field, "platform");
  });

  test(`lists refuse a platform or an ad account that is none (${database})`, async (t) => {
    const world = await start(t, { database, sandbox: false });
    const { call } = world.server;
    assert.equal((await call("GET", "/api/directions?platform=both")).status, 400);
    assert.equal((await call("GET", "/api/directions?accountId=nobody")).status, 404);
    assert.equal((await call("GET", "/api/autopilot/executions?platform=myspace")).status, 400);
    // Founding clients that name no platform mean Facebook.
    await call("POST", "/api/ad-accounts", { name: "Card" });
    const made = await call("POST", "/api/directions", { name: "English", objective: "lead_forms", daily_budget_cents: 500, target_cpl_cents: 50 });
    assert.equal(made.status, 201, made.text);
    assert.equal(made.json.direction.platform, "facebook");
  });
}

// People over real HTTP: the first run, invitations, members, orgs, one's own account.
import test from "node:test";
import assert from "node:assert/strict";
import { databases, temporaryFolder, freshDatabase, launch, http, start } from "./harness.mjs";
import { join } from "node:path";

// A browser: keeps its cookie and sends the CSRF token that the last answer named.
function browser(base) {
  const jar = { agent: "Test browser" };
  const call = async (method, path, body) => {
    const answer = await http(method, base + path, {
      body,
      headers: {
        "user-agent": jar.agent,
        ...(jar.cookie ? { cookie: jar.cookie, "x-csrf-token": jar.csrf } : {}),
      },
    });
    const set = answer.headers.get("set-cookie");
    if (set) jar.cookie = set.split(";")[0];
    if (answer.json?.csrf) jar.csrf = answer.json.csrf;
    return answer;
  };
  return { call, jar };
}

for (const database of databases) {
  test(`an empty installation, its first owner, and everybody after (${database})`, async (t) => {
    const folder = temporaryFolder(t);
    const flags = ["--db", freshDatabase(t, database, folder), "--data", join(folder, "data")];
    const server = await launch(t, "serve", flags);
    const owner = browser(server.base);
    const password = "correct horse battery";

    // The first run: only with the token that the console shows, and only one of many at once.
    assert.deepEqual((await owner.call("GET", "/api/setup")).json, { needed: true });
    const printed = await server.line(/make the first owner at (\S+)/);
    const address = new URL(printed[1]);
    assert.equal(address.origin, server.base);
    assert.equal(address.pathname, "/setup");
    const token = new URLSearchParams(address.hash.slice(1)).get("token");
    const wish = { org_name: "Agency", country: "KZ", currency: "KZT", email: "owner@example.com", password, token };
    const stranger = await http("POST", `${server.base}/api/setup`, { body: { ...wish, token: "0".repeat(32) } });
    assert.equal(stranger.status, 403, stranger.text);
    assert.equal(stranger.json.field, "token");
    const bad = await owner.call("POST", "/api/setup", { ...wish, org_name: " " });
    assert.equal(bad.status, 400);
    assert.equal(bad.json.field, "org_name");
    const rush = await Promise.all(Array.from({ length: 4 }, (_, i) =>
      http("POST", `${server.base}/api/setup`, { body: { ...wish, email: `owner${i}@example.com` } })));
    assert.deepEqual(rush.map((one) => one.status).sort(), [201, 409, 409, 409]);
    assert.deepEqual((await owner.call("GET", "/api/setup")).json, { needed: false });
    const email = `owner${rush.findIndex((one) => one.status === 201)}@example.com`;
    assert.equal((await owner.call("POST", "/api/session", { email, password })).status, 200);
    const me = (await owner.call("GET", "/api/me")).json;
    assert.equal(me.email, email);
    assert.equal(me.role, "owner");
    assert.deepEqual(me.orgs, [{ id: me.org.id, name: "Agency", role: "owner" }]);

    // An invitation: made, looked at by its holder, accepted once.
    const made = await owner.call("POST", "/api/invitations", { email: "New@example.com", role: "manager" });
    assert.equal(made.status, 201, made.text);
    assert.equal(made.json.path, `/invitation/${made.json.token}`);
    const place = `/api/invitations/${made.json.token}`;
    const member = browser(server.base);
    const seen = await member.call("GET", place);
    assert.equal(seen.json.org_name, "Agency");
    assert.equal(seen.json.email, "new@example.com");
    assert.equal(seen.json.known, false);
    assert.equal(seen.json.signed_in_as, null);
    const joined = await member.call("POST", place, { password });
    assert.equal(joined.status, 200, joined.text);
    assert.equal((await member.call("GET", "/api/me")).json.role, "manager");
    assert.equal((await member.call("GET", place)).status, 410, "a used link is gone");
    assert.equal((await member.call("GET", "/api/invitations")).status, 403, "a manager invites nobody");
    assert.equal((await member.call("GET", "/api/invitations/nothing")).status, 404);
    const listed = (await owner.call("GET", "/api/invitations")).json.data;
    assert.equal(listed[0].state, "used");
    assert.ok(!JSON.stringify(listed).includes(made.json.token), "the link is shown once");
    const second = await owner.call("POST", "/api/invitations", { email: "third@example.com", role: "analyst" });
    assert.equal((await owner.call("DELETE", `/api/invitations/${second.json.id}`)).status, 204);
    const withdrawn = await member.call("GET", `/api/invitations/${second.json.token}`);
    assert.equal(withdrawn.status, 410);
    assert.match(withdrawn.json.detail, /withdrawn/);

    // Another org: the owner's own, entered with a new CSRF token; the manager joins signed in.
    assert.equal((await member.call("POST", "/api/orgs", { name: "X", country: "KZ", currency: "KZT" })).status, 403);
    const other = await owner.call("POST", "/api/orgs", { name: "Client", country: "KZ", currency: "USD" });
    assert.equal(other.status, 201, other.text);
    const before = owner.jar.csrf;
    const entered = await owner.call("POST", "/api/session/org", { org_id: other.json.id });
    assert.equal(entered.status, 200, entered.text);
    assert.notEqual(owner.jar.csrf, before);
    const late = await http("POST", `${server.base}/api/keys`, {
      headers: { cookie: owner.jar.cookie, "x-csrf-token": before }, body: { name: "late", rights: ["read"] },
    });
    assert.equal(late.status, 403, "a page of the org before cannot write into this one");
    const there = (await owner.call("GET", "/api/me")).json;
    assert.equal(there.org.name, "Client");
    assert.deepEqual(there.orgs.map((one) => one.name), ["Agency", "Client"]);
    assert.equal((await owner.call("GET", "/api/users")).json.data.length, 1);
    assert.equal((await member.call("POST", "/api/session/org", { org_id: other.json.id })).status, 404);
    const known = await owner.call("POST", "/api/invitations", { email: "new@example.com", role: "analyst" });
    const offered = (await member.call("GET", `/api/invitations/${known.json.token}`)).json;
    assert.deepEqual([offered.known, offered.signed_in_as], [true, "new@example.com"]);
    const nobody = await http("POST", `${server.base}/api/invitations/${known.json.token}`, { body: {} });
    assert.equal(nobody.status, 400);
    assert.equal(nobody.json.field, "password");
    assert.equal((await member.call("POST", `/api/invitations/${known.json.token}`, {})).status, 200);
    const both = (await member.call("GET", "/api/me")).json;
    assert.deepEqual(both.orgs.map((one) => [one.name, one.role]), [["Agency", "manager"], ["Client", "analyst"]]);
    assert.equal(both.org.name, "Client");

    // Members change and go; their sessions end at once; an owner stays.
    const last = await owner.call("PATCH", `/api/users/${there.user_id}`, { role: "analyst" });
    assert.equal(last.status, 409);
    assert.match(last.json.hint, /owner/);
    assert.equal((await owner.call("PATCH", `/api/users/${both.user_id}`, { role: "manager" })).status, 204);
    assert.equal((await member.call("GET", "/api/me")).status, 401, "a new role is a new session");
    assert.equal((await member.call("POST", "/api/session", { email: "new@example.com", password })).status, 200);
    assert.equal((await member.call("GET", "/api/me")).json.org.name, "Client", "where they were last");
    assert.equal((await owner.call("DELETE", `/api/users/${both.user_id}`)).status, 204);
    assert.equal((await member.call("GET", "/api/me")).status, 401);
    assert.equal((await member.call("POST", "/api/session", { email: "new@example.com", password })).status, 200);
    assert.equal((await member.call("GET", "/api/me")).json.org.name, "Agency", "still a member there");

    // One's own account: preferences, sessions, password.
    assert.equal((await member.call("PATCH", "/api/profile", { language: "klingon" })).status, 400);
    assert.equal((await member.call("PATCH", "/api/profile", { language: "ar", theme: "dark" })).status, 200);
    assert.equal((await member.call("PATCH", "/api/profile", { digits: "latin" })).status, 200);
    assert.deepEqual((await member.call("GET", "/api/me")).json.preferences, { language: "ar", theme: "dark", digits: "latin" });
    const view = { page: "leads", name: "Горячие / hot", query: "?stage=qualified" };
    assert.equal((await member.call("PUT", "/api/profile/views", view)).status, 200);
    assert.equal((await member.call("PUT", "/api/profile/views", { ...view, page: "moon" })).json.field, "page");
    assert.equal((await member.call("PUT", "/api/profile/views", { ...view, query: "https://x.example" })).json.field, "query");
    assert.deepEqual((await member.call("GET", "/api/profile/views?page=leads")).json.data.map(({ name, query }) => [name, query]), [[view.name, view.query]]);
    assert.equal((await owner.call("GET", "/api/profile/views")).json.data.length, 0, "not another's");
    const named = `/api/profile/views?page=leads&name=${encodeURIComponent(view.name)}`;
    assert.equal((await owner.call("DELETE", named)).status, 404);
    assert.equal((await member.call("DELETE", named)).status, 204);
    assert.equal((await member.call("DELETE", named)).status, 404);
    const phone = browser(server.base);
    phone.jar.agent = "Phone";
    assert.equal((await phone.call("POST", "/api/session", { email: "new@example.com", password })).status, 200);
    const sessions = (await member.call("GET", "/api/profile/sessions")).json.data;
    assert.deepEqual(sessions.map((one) => [one.agent, one.current]).sort(), [["Phone", false], ["Test browser", true]]);
    const phones = sessions.find((one) => !one.current).id;
    assert.equal((await owner.call("DELETE", `/api/profile/sessions/${phones}`)).status, 404, "not another's");
    assert.equal((await member.call("DELETE", `/api/profile/sessions/${phones}`)).status, 204);
    assert.equal((await phone.call("GET", "/api/me")).status, 401);
    await phone.call("POST", "/api/session", { email: "new@example.com", password });
    const wrong = await member.call("POST", "/api/profile/password", { old_password: "not this one", new_password: "staple battery" });
    assert.equal(wrong.status, 400);
    assert.equal(wrong.json.field, "old_password");
    assert.equal((await member.call("POST", "/api/profile/password", { old_password: password, new_password: "staple battery" })).status, 204);
    assert.equal((await phone.call("GET", "/api/me")).status, 401, "other sessions end");
    assert.equal((await member.call("GET", "/api/me")).status, 200, "this one goes on");

    // The audit log, in pages and by filter.
    await owner.call("POST", "/api/session/org", { org_id: me.org.id });
    const log = (await owner.call("GET", "/api/audit")).json.data;
    for (const action of ["org.add", "user.add", "invitation.add", "invitation.accept", "invitation.revoke", "user.password", "session.end", "session.enter"])
      assert.ok(log.some((line) => line.action === action), `no line ${action}`);
    assert.equal(log.find((line) => line.action === "user.password").actor_name, "new@example.com");
    const first = (await owner.call("GET", "/api/audit?action=invitation&limit=2")).json;
    assert.equal(first.data.length, 2);
    const rest = (await owner.call("GET", `/api/audit?action=invitation&cursor=${first.next_cursor}`)).json;
    assert.equal(rest.next_cursor, null);
    assert.deepEqual([...first.data, ...rest.data].map((line) => line.action).sort(),
      ["invitation.accept", "invitation.add", "invitation.add", "invitation.revoke"]);
  });

  test(`a key is no person, and nobody prints a setup address once there are users (${database})`, async (t) => {
    const world = await start(t, { database, sandbox: false });
    const { call } = world.server;
    const me = (await call("GET", "/api/me")).json;
    assert.equal(me.email, null);
    assert.equal(me.orgs.length, 1);
    for (const [method, path, body] of [
      ["POST", "/api/orgs", { name: "X", country: "KZ", currency: "KZT" }],
      ["POST", "/api/session/org", { org_id: me.org.id }],
      ["PATCH", "/api/profile", { theme: "dark" }],
      ["GET", "/api/profile/sessions"],
      ["PUT", "/api/profile/views", { page: "leads", name: "x" }],
    ]) assert.equal((await call(method, path, body)).status, 403, `${method} ${path}`);
    assert.ok(!world.server.printed.includes("first owner"));
    const refused = await http("POST", `${world.server.base}/api/setup`, { body: {
      org_name: "Mine", country: "KZ", currency: "KZT", email: "stranger@example.com", password: "correct horse", token: "x" } });
    assert.equal(refused.status, 409);
  });
}

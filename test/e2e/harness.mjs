// The end-to-end harness: real binaries on free ports, temporary folders, both databases.
//
//   for (const database of databases) test(`... on ${database}`, async (t) => {
//     const world = await start(t, { database });          // a server, a sandbox, an org, a key
//     const answer = await world.server.call("GET", "/api/me");
//   });
//
// Everything is stopped and removed when the test ends.  Nothing sleeps: `eventually` waits for
// a condition.
import { spawn, execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync, openSync, writeSync, closeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { randomBytes } from "node:crypto";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const binary = process.env.ADWRIGHT_BINARY ?? join(root, "build", "adwright");
export const databases = ["sqlite", "postgres"];

// Our own settings in the developer's environment must not leak into tests.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(ADWRIGHT_|TIKTOK_)/.test(name)),
);

const running = new WeakMap(); // of a test: the programs that it launched

// Removed when the test ends and nothing writes there any more.
export function temporaryFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), "adwright-e2e-"));
  t.after(async () => {
    await Promise.all((running.get(t) ?? []).map((program) => program.stop("SIGKILL")));
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  return folder;
}

// A database URL that nobody used before.
export function freshDatabase(t, database, folder) {
  if (database === "sqlite") return `sqlite:${join(folder, "adwright.db")}`;
  const server = process.env.TEST_POSTGRES;
  if (!server) throw new Error("TEST_POSTGRES must name a PostgreSQL server (test/run starts one)");
  const name = `e2e_${randomBytes(6).toString("hex")}`;
  execFileSync("psql", ["-q", server, "-c", `CREATE DATABASE ${name}`]);
  t.after(() => {
    try {
      execFileSync("psql", ["-q", server, "-c", `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`]);
    } catch { /* the server is temporary anyway */ }
  });
  return server.replace(/\/[^/]*$/, `/${name}`);
}

// Run a subcommand to its end; resolves {status, stdout, stderr}.
export function run(args, { input = "", env = {} } = {}) {
  return new Promise((resolve) => {
    const child = execFile(binary, args, { env: { ...environment, ...env }, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => resolve({ status: error ? (error.code ?? 1) : 0, stdout, stderr }));
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

// Start a long-running subcommand and wait for its "listens on http://..." line.
export async function launch(t, command, flags, { env = {} } = {}) {
  const child = spawn(binary, [command, "--port", "0", "--log_format", "json", ...flags], {
    env: { ...environment, ...env }, stdio: ["ignore", "pipe", "pipe"],
  });
  const program = { child, log: "", printed: "", exited: null };
  const ended = new Promise((resolve) => child.on("exit", (code, signal) => {
    program.exited = { code, signal };
    resolve(program.exited);
  }));
  child.stderr.on("data", (data) => { program.log = (program.log + data).slice(-400_000); });
  program.base = await new Promise((resolve, reject) => {
    child.stdout.on("data", (data) => {
      program.printed += data;
      const match = program.printed.match(/listens on (http:\/\/[^\s]+)/);
      if (match) resolve(match[1]);
    });
    ended.then(() => reject(new Error(`${command} ended at its start: ${program.log || program.printed}`)));
  });
  program.line = (pattern) => eventually(`a line ${pattern}`, () => program.printed.match(pattern));
  program.stop = async (signal = "SIGTERM") => {
    if (!program.exited) child.kill(signal);
    return ended;
  };
  running.set(t, [...(running.get(t) ?? []), program]);
  t.after(() => program.stop("SIGKILL"));
  return program;
}

// An HTTP call; the answer has status, headers, text and (where it is JSON) json.
export async function http(method, url, { body, headers = {}, redirect = "manual", raw } = {}) {
  const options = { method, headers: { ...headers }, redirect };
  if (raw !== undefined) options.body = raw;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["content-type"] ??= "application/json";
  }
  const answer = await fetch(url, options);
  const text = await answer.text();
  let json;
  try { json = JSON.parse(text); } catch { /* not JSON */ }
  return { status: answer.status, headers: answer.headers, text, json };
}

export async function eventually(what, condition, { seconds = 20 } = {}) {
  const deadline = Date.now() + seconds * 1000;
  let last;
  for (;;) {
    try {
      last = await condition();
      if (last) return last;
    } catch (error) { last = error; }
    if (Date.now() > deadline) throw new Error(`not in ${seconds} s: ${what} (last: ${last?.message ?? last})`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

// A clock that several processes follow: 8 bytes of offset in milliseconds.
export function clockFile(folder) {
  const path = join(folder, "clock");
  const set = (offset) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(Math.round(offset)));
    const file = openSync(path, "r+");
    writeSync(file, bytes, 0, 8, 0);
    closeSync(file);
  };
  writeFileSync(path, Buffer.alloc(8));
  let offset = 0;
  return {
    path,
    now: () => Date.now() + offset,
    advance(ms) { offset += ms; set(offset); },
    setNow(ms) { offset = ms - Date.now(); set(offset); },
  };
}

// An org with an owner and an API key, made by the command line before the server starts.
export async function makeOrg(flags, { name = "Test org", rights = "read,edit,spend,admin" } = {}) {
  const must = async (args, input) => {
    const ended = await run([...args, ...flags], { input });
    if (ended.status !== 0) throw new Error(`${args.join(" ")}: ${ended.stderr}`);
    return ended.stdout.trim();
  };
  const org = await must(["org", "add", name]);
  const email = `owner-${randomBytes(4).toString("hex")}@example.com`;
  const password = "correct horse battery";
  await must(["user", "add", "--org", org, "--email", email], `${password}\n`);
  const key = await must(["org", "key", "--org", org, "--rights", rights]);
  return { org, key, email, password };
}

// A server over a fresh database with one org; with `sandbox` also the other side.
export async function start(t, {
  database = "sqlite", sandbox = true, sandboxFlags = [], flags = [], env = {}, orgs = 1,
} = {}) {
  const folder = temporaryFolder(t);
  const clock = clockFile(folder);
  const url = freshDatabase(t, database, folder);
  const store = ["--db", url, "--data", join(folder, "data")];
  const world = { folder, clock, database, url, store, orgs: [] };

  for (let i = 0; i < orgs; i++) world.orgs.push(await makeOrg(store, { name: `Org ${i + 1}` }));
  if (sandbox) {
    world.sandbox = await launch(t, "sandbox",
      ["--data", join(folder, "sandbox"), "--clock_file", clock.path, ...sandboxFlags]);
    world.sandbox.call = (method, path, body) => http(method, world.sandbox.base + path, { body });
    const state = (await world.sandbox.call("GET", "/sandbox/state")).json;
    world.sandbox.state = state;
    flags = [
      "--tiktok_base_url", world.sandbox.base, "--tiktok_auth_url", `${world.sandbox.base}/portal/auth`,
      "--tiktok_app_id", String(state?.app_id ?? state?.app?.id ?? ""),
      "--tiktok_app_secret", String(state?.secret ?? state?.app_secret ?? state?.app?.secret ?? ""),
      "--facebook_base_url", world.sandbox.base, "--facebook_video_base_url", world.sandbox.base,
      "--facebook_dialog_url", world.sandbox.base,
      "--facebook_app_id", String(state?.facebook_app_id ?? ""),
      "--facebook_app_secret", String(state?.facebook_app_secret ?? ""),
      ...flags,
    ];
  }
  world.startServer = async (more = []) => {
    world.server = await launch(t, "serve", [...store, "--clock_file", clock.path, ...flags, ...more], { env });
    world.server.call = (method, path, body, { org = 0, headers = {} } = {}) =>
      http(method, world.server.base + path, {
        body, headers: { authorization: `Bearer ${world.orgs[org].key}`, ...headers },
      });
    return world.server;
  };
  await world.startServer();
  return world;
}

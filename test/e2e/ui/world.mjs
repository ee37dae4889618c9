// The demo's world behind a running server, and the addresses of the console in it.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, http } from "../harness.mjs";

export async function openDemo() {
  const folder = mkdtempSync(join(tmpdir(), "adwright-ui-"));
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(ADWRIGHT_|TIKTOK_)/.test(name)));
  const program = spawn(binary, ["demo", "--port", "0", "--data", join(folder, "data"), "--log", "error"], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  const ended = new Promise((resolve) => program.on("exit", resolve));
  await new Promise((resolve, reject) => {
    program.stdout.on("data", (data) => {
      printed += data;
      if (/password \S+\)/.test(printed)) resolve();
    });
    program.stderr.on("data", (data) => (printed += data));
    ended.then(() => reject(new Error(`the demo ended: ${printed.slice(-2000)}`)));
  });
  const [, link] = printed.match(/page is at\s+(\S+)/);
  const [, email, password] = printed.match(/user (\S+), password (\S+)\)/);
  const base = new URL(link).origin;
  const signed = await http("POST", `${base}/api/session`, { body: { email, password } });
  const cookie = signed.headers.get("set-cookie").split(";")[0];
  const call = (method, path, body) => http(method, base + path, { body, headers: { cookie, "x-csrf-token": signed.json.csrf } });
  return {
    base, email, password, link, call,
    async close() {
      program.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function firstId(world, path) {
  const answer = await world.call("GET", path);
  const id = answer.json?.data?.[0]?.id;
  if (!id) throw new Error(`${path} has nothing: ${answer.text.slice(0, 300)}`);
  return id;
}

/** Every page of the console, with the demo's things in it. */
export async function pagesOf(world) {
  const [direction, creative, launch, lead, execution, account] = await Promise.all(
    ["/api/directions", "/api/creatives", "/api/launches", "/api/leads", "/api/autopilot/executions", "/api/ad-accounts"].map((path) => firstId(world, path)),
  );
  const inside = {
    dashboard: "/",
    "dashboard-facebook": "/?platform=facebook",
    directions: "/directions",
    "direction-new": "/directions/new",
    direction: `/directions/${direction}`,
    creatives: "/creatives",
    "creatives-list": "/creatives?view=list",
    creative: `/creatives/${creative}`,
    launch: "/launch",
    "launch-progress": `/launches/${launch}`,
    campaigns: "/campaigns",
    "ad-groups": "/campaigns?tab=ad-groups",
    ads: "/campaigns?tab=ads",
    leads: "/leads",
    "leads-board": "/leads?view=board",
    lead: `/leads/${lead}`,
    roi: "/roi",
    "roi-cohorts": "/roi?tab=cohorts",
    autopilot: "/autopilot",
    execution: `/autopilot/${execution}`,
    accounts: "/accounts",
    account: `/accounts/${account}`,
    profile: "/settings/profile",
    members: "/settings/members",
    keys: "/settings/keys",
    audit: "/settings/audit",
    "hand-offs": "/settings/hand-offs",
    sites: "/settings/sites",
    events: "/settings/events",
    "event-pixels": "/settings/events?view=pixels",
    "event-names": "/settings/events?view=names",
    "event-log": "/settings/events?view=log",
    dialogs: "/settings/dialogs",
  };
  const invited = await world.call("POST", "/api/invitations", { email: "invited@example.com", role: "manager" });
  await world.call("POST", "/api/endpoints", {
    name: "CRM", address: "https://crm.example.com/hook", topics: ["lead.created", "lead.stage"], mapping: [{ field: "PHONE", from: "phone" }],
  });
  const outside = { "sign-in": "/sign-in", setup: "/setup", invitation: invited.json.path };
  return [
    ...Object.entries(outside).map(([name, path]) => ({ name, path, signedIn: false })),
    ...Object.entries(inside).map(([name, path]) => ({ name, path, signedIn: true })),
  ];
}

export const sizes = [
  { name: "small-phone", width: 320, height: 568 },
  { name: "phone", width: 360, height: 800 },
  { name: "large-phone", width: 412, height: 915 },
  { name: "tablet", width: 768, height: 1024 },
  { name: "laptop", width: 1280, height: 800 },
  { name: "desktop", width: 1920, height: 1080 },
  { name: "4k", width: 3840, height: 2160 },
];
export const locales = ["en", "ar", "ru"];

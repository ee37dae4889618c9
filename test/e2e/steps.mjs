// Steps that many end-to-end tests begin with, each over real HTTP.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { http, root } from "./harness.mjs";

// As a browser: open the authorization page, confirm its form; where it sends us back to.
export async function authorize(url) {
  const page = await http("GET", url);
  assert.equal(page.status, 200, page.text);
  const action = page.text.match(/<form[^>]*action="([^"]*)"/)?.[1];
  assert.ok(action, page.text);
  const answers = new URLSearchParams({ answer: "confirm" });
  for (const [, tag] of page.text.matchAll(/<input ([^>]*)>/g)) {
    const value = (name) => tag.match(new RegExp(`${name}="([^"]*)"`))?.[1];
    if (value("name")) answers.append(value("name"), (value("value") ?? "").replaceAll("&amp;", "&"));
  }
  const allowed = await http("GET", `${new URL(action, url)}?${answers}`);
  assert.ok([302, 303].includes(allowed.status), `${allowed.status} ${allowed.text}`);
  return allowed.headers.get("location");
}

export async function connectAccount(world, { org = 0, query = "" } = {}) {
  const begun = await world.server.call("GET", `/api/ad-accounts/oauth/start?platform=tiktok${query}`, undefined, { org });
  assert.equal(begun.status, 200, begun.text);
  const callback = await http("GET", await authorize(begun.json.url));
  assert.equal(callback.status, 200, callback.text);
  const accounts = await world.server.call("GET", "/api/ad-accounts", undefined, { org });
  assert.equal(accounts.status, 200, accounts.text);
  return accounts.json.data[0];
}

// The callback's page.
export async function connectFacebook(world, { query = "" } = {}) {
  const begun = await world.server.call("GET", `/api/ad-accounts/oauth/start?platform=facebook${query}`);
  assert.equal(begun.status, 200, begun.text);
  assert.match(begun.json.url, /\/v26\.0\/dialog\/oauth\?client_id=800000000000000001/);
  const back = await authorize(begun.json.url);
  assert.ok(back.endsWith("#_=_"), back);
  return http("GET", back.replace(/#.*/, ""));
}

// On the account that Facebook is connected to; its conversions go to the seeded pixel.
export async function makeFacebookDirection(world, { pixel, source = "web", ...fields } = {}) {
  const made = await world.server.call("POST", "/api/directions",
    { name: "English course", platform: "facebook", objective: "lead_forms", daily_budget_cents: 500, target_cpl_cents: 50, ...fields });
  assert.equal(made.status, 201, made.text);
  const { direction } = made.json;
  const set = await world.server.call("PUT", `/api/directions/${direction.id}/event-source`,
    { pixel_code: pixel, source, page_url: "https://school.example/" });
  assert.equal(set.status, 200, set.text);
  return direction;
}

export async function makeDirection(world, account, { org = 0, ...fields } = {}) {
  const pages = await world.server.call("GET", `/api/tiktok/instant-pages?adAccountId=${account.id}`, undefined, { org });
  assert.equal(pages.status, 200, pages.text);
  const page = pages.json.data.find((one) => one.status === "PUBLISHED");
  const made = await world.server.call("POST", "/api/directions", {
    name: "English course", platform: "tiktok", tiktok_objective: "lead_generation", tiktok_daily_budget: 30000,
    tiktok_target_cpl: 1600, tiktok_adgroup_mode: "create_new", tiktok_instant_page_id: page.page_id,
    default_settings: { cities: ["Almaty", "Astana"], age_min: 18, age_max: 45, gender: "all" },
    ...fields,
  }, { org });
  assert.equal(made.status, 201, made.text);
  return made.json.direction ?? made.json.directions?.[0] ?? made.json;
}

export async function uploadCreative(world, direction, { org = 0, clip = "trial-lesson", title = clip } = {}) {
  const query = new URLSearchParams({ direction_id: direction.id, title, ad_text: "English with a tutor" });
  const answer = await http("POST", `${world.server.base}/api/creatives/upload?${query}`, {
    raw: readFileSync(join(root, "demo", `${clip}.mp4`)),
    headers: { "content-type": "video/mp4", authorization: `Bearer ${world.orgs[org].key}` },
  });
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

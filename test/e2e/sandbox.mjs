// A sandbox of its own, spoken to by hand: what a client of the platform would send, byte for
// byte.  Used by the sandbox's tests; those of the server have harness.mjs.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { http, launch, root, temporaryFolder } from "./harness.mjs";

export const KZ = "7000000000000000101"; // the seeded advertisers
export const AE = "7000000000000000102";
export const TT_USER = "1f0c5a52-0000-5000-8000-000000000001";
export const BC_AUTH_TT = "1f0c5a52-0000-5000-8000-000000000002";
export const BC_ID = "7000000000000000901";
export const PAGE = "7400000000000000601";
export const clip = readFileSync(join(root, "demo", "trial-lesson.mp4"));
export const md5 = (bytes) => createHash("md5").update(bytes).digest("hex");

// "2026-11-24 08:30:00", UTC.
export const stamp = (ms) => new Date(ms).toISOString().slice(0, 19).replace("T", " ");

// A PNG of one colour, big enough to have a size: the header is what the platform reads.
export function png(width, height) {
  const bytes = Buffer.alloc(64);
  Buffer.from("89504e470d0a1a0a0000000d49484452", "hex").copy(bytes);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

export async function openSandbox(t, { settings = {}, flags = [], grant = true } = {}) {
  const folder = temporaryFolder(t);
  const program = await launch(t, "sandbox", ["--data", folder, ...flags]);
  const box = { program, folder, base: program.base };
  box.control = async (method, path, body) => {
    const answer = await http(method, `${box.base}/sandbox/${path}`, { body });
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.text}`);
    return answer.json;
  };
  box.refused = (method, path, body) => http(method, `${box.base}/sandbox/${path}`, { body });
  await box.control("POST", "settings", { rate_level: "off", readiness_ms: 0, ...settings });
  box.state = await box.control("GET", "state");
  box.url = (path) => `${box.base}/open_api/v1.3/${path}`;
  box.raw = (method, path, { query = "", headers = {}, body, raw } = {}) =>
    http(method, box.url(path) + query, { headers: { "Access-Token": box.token, ...headers }, body, raw });
  // The envelope of a call; arrays and objects of a query are JSON-encoded, as documented.
  box.get = async (path, params = {}) => {
    const query = Object.entries(params).filter(([, v]) => v !== undefined).map(([k, v]) =>
      `${k}=${encodeURIComponent(typeof v === "object" ? JSON.stringify(v) : v)}`).join("&");
    return (await box.raw("GET", path, { query: `?${query}` })).json;
  };
  box.post = async (path, body) => (await box.raw("POST", path, { body })).json;
  box.form = async (path, fields) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      if (Buffer.isBuffer(value)) form.append(name, new Blob([value]), `${name}.bin`);
      else form.append(name, value);
    }
    const answer = await fetch(box.url(path), { method: "POST", headers: { "Access-Token": box.token }, body: form });
    return answer.json();
  };
  box.now = async () => (await box.control("GET", "clock")).now_ms;
  if (grant) box.token = await authorize(box);
  return box;
}

// The consent of a person with a browser: page, button, redirect.  Returns the token.
export async function authorize(box, { advertisers = [] } = {}) {
  const code = await authCode(box, { advertisers });
  const answer = await http("POST", box.url("oauth2/access_token/"), {
    body: { app_id: box.state.app_id, secret: box.state.app_secret, auth_code: code },
  });
  return answer.json.data.access_token;
}

export async function authCode(box, { advertisers = [] } = {}) {
  const chosen = advertisers.map((id) => `&advertiser_id=${id}`).join("");
  const answer = await http("GET", `${box.base}/portal/auth/confirm?app_id=${box.state.app_id}` +
    `&state=s-1&redirect_uri=${encodeURIComponent("http://127.0.0.1:9/callback")}&answer=confirm${chosen}`);
  return new URL(answer.headers.get("location")).searchParams.get("auth_code");
}

// --- requests that are right; tests spoil one thing at a time ------------------------------

export const campaignBody = (over = {}) => ({
  advertiser_id: KZ, campaign_name: `Leads ${Math.random()}`, objective_type: "LEAD_GENERATION",
  budget_mode: "BUDGET_MODE_INFINITE", ...over,
});

export const groupBody = async (box, campaign_id, over = {}) => ({
  advertiser_id: KZ, campaign_id, adgroup_name: `Almaty ${Math.random()}`,
  promotion_type: "LEAD_GENERATION", promotion_target_type: "INSTANT_PAGE",
  placement_type: "PLACEMENT_TYPE_NORMAL", placements: ["PLACEMENT_TIKTOK"],
  location_ids: ["1522867"], age_groups: ["AGE_25_34", "AGE_35_44"], gender: "GENDER_UNLIMITED",
  budget_mode: "BUDGET_MODE_DAY", budget: 20000, schedule_type: "SCHEDULE_FROM_NOW",
  schedule_start_time: stamp((await box.now()) + 60_000), optimization_goal: "LEAD_GENERATION",
  billing_event: "OCPM", bid_type: "BID_TYPE_NO_BID", pacing: "PACING_MODE_SMOOTH", ...over,
});

export async function makeCampaign(box, over) {
  return must(await box.post("campaign/create/", campaignBody(over))).campaign_id;
}

export async function makeGroup(box, over, campaign) {
  const campaign_id = campaign ?? (await makeCampaign(box));
  return must(await box.post("adgroup/create/", await groupBody(box, campaign_id, over))).adgroup_id;
}

export async function uploadVideo(box, over = {}) {
  return must(await box.form("file/video/ad/upload/", {
    advertiser_id: KZ, upload_type: "UPLOAD_BY_FILE", video_file: clip, video_signature: md5(clip), ...over,
  }))[0].video_id;
}

export async function uploadCover(box, width = 540, height = 960) {
  const image = png(width, height);
  return must(await box.form("file/image/ad/upload/", {
    advertiser_id: KZ, upload_type: "UPLOAD_BY_FILE", image_file: image, image_signature: md5(image),
  })).image_id;
}

export const creativeBody = (over = {}) => ({
  ad_name: "Trial lesson", identity_type: "TT_USER", identity_id: TT_USER, ad_format: "SINGLE_VIDEO",
  ad_text: "Пробный урок бесплатно", call_to_action: "SIGN_UP", ...over,
});

// JSON with page_id as the number that the documents want: larger than a JavaScript number holds.
export function adJson(adgroup_id, creatives, advertiser_id = KZ) {
  return JSON.stringify({ advertiser_id, adgroup_id, creatives })
    .replace(/"page_id":"(\d+)"/g, '"page_id":$1');
}

export async function createAd(box, adgroup_id, creative, advertiser_id = KZ) {
  return (await box.raw("POST", "ad/create/", {
    raw: adJson(adgroup_id, Array.isArray(creative) ? creative : [creative], advertiser_id),
    headers: { "content-type": "application/json" },
  })).json;
}

// A form ad that is right in every way, with what it is made of.
export async function makeAd(box, over = {}) {
  const adgroup_id = await makeGroup(box);
  const video_id = await uploadVideo(box);
  const image_id = await uploadCover(box);
  const creative = creativeBody({ video_id, image_ids: [image_id], page_id: PAGE, ...over });
  const data = must(await createAd(box, adgroup_id, creative));
  return { ad_id: data.ad_ids[0], adgroup_id, video_id, image_id, creative, data };
}

export function must(envelope) {
  if (envelope.code !== 0) throw new Error(`code ${envelope.code}: ${envelope.message}`);
  return envelope.data;
}

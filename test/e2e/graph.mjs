// Facebook's side of a sandbox, spoken to by hand: what a client of the Graph API would send.
import { createHmac } from "node:crypto";
import { http } from "./harness.mjs";
import { openSandbox } from "./sandbox.mjs";

export const ACCOUNT = "120000000000000101"; // the seeded objects
export const OTHER_ACCOUNT = "120000000000000102";
export const FB_PAGE = "110000000000000201";
export const FORM = "130000000000000301";
export const PIXEL = "140000000000000401";
export const BACK = "http://127.0.0.1:9/oauth/callback";
export const SCOPES = "ads_management,ads_read,pages_show_list,pages_read_engagement,pages_manage_metadata,pages_manage_ads,leads_retrieval";

export async function openGraph(t, { settings = {}, flags = [], scopes = SCOPES } = {}) {
  const box = await openSandbox(t, { settings, flags, grant: false });
  const graph = { box, base: box.base, app: box.state.facebook_app_id, secret: box.state.facebook_app_secret };
  graph.version = "v26.0";
  graph.raw = (method, path, { query = {}, ...rest } = {}) => {
    const text = new URLSearchParams(query).toString();
    return http(method, `${box.base}/${graph.version}/${path}${text ? `?${text}` : ""}`, rest);
  };
  // The answer's JSON; the token travels as a client sends it.
  graph.ask = async (method, path, params = {}, { token = graph.token } = {}) => {
    const query = { ...params };
    for (const [name, value] of Object.entries(query))
      if (typeof value === "object") query[name] = JSON.stringify(value);
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    if (method === "GET" || method === "DELETE") return (await graph.raw(method, path, { query, headers })).json;
    headers["content-type"] = "application/x-www-form-urlencoded";
    return (await graph.raw(method, path, { headers, raw: new URLSearchParams(query).toString() })).json;
  };
  graph.get = (path, params, more) => graph.ask("GET", path, params, more);
  graph.post = (path, params, more) => graph.ask("POST", path, params, more);
  graph.form = async (path, fields, { token = graph.token } = {}) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      if (Buffer.isBuffer(value)) form.append(name, new Blob([value]), `${name}.bin`);
      else form.append(name, value);
    }
    const answer = await fetch(`${box.base}/${graph.version}/${path}`,
      { method: "POST", headers: { authorization: `Bearer ${token}` }, body: form });
    const text = await answer.text();
    let json;
    try { json = JSON.parse(text); } catch { /* an edge's page */ }
    return { status: answer.status, headers: answer.headers, text, json };
  };
  graph.consent = (params) => http("GET", `${box.base}/v26.0/dialog/oauth/confirm?${new URLSearchParams({
    client_id: graph.app, redirect_uri: BACK, state: "s-1", scope: scopes, answer: "confirm", ...params,
  })}`);
  graph.code = async (params = {}) =>
    new URL((await graph.consent(params)).headers.get("location")).searchParams.get("code");
  graph.exchange = (params) => graph.ask("GET", "oauth/access_token",
    { client_id: graph.app, client_secret: graph.secret, redirect_uri: BACK, ...params }, { token: "" });
  graph.login = async (params = {}) => {
    const short = await graph.exchange({ code: await graph.code(params) });
    const long = await graph.exchange({ grant_type: "fb_exchange_token", fb_exchange_token: short.access_token });
    return long.access_token;
  };
  graph.proof = (token) => createHmac("sha256", graph.secret).update(token).digest("hex");
  graph.pageToken = async () => (await graph.get("me/accounts", { fields: "id,access_token" }))
    .data.find((page) => page.id === FB_PAGE).access_token;
  graph.token = await graph.login();
  return graph;
}

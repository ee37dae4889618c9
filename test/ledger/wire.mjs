// What stands between the server and the others: a way to the platform that the test can see and
// cut, and the CRM that leads are handed to.
import http from "node:http";
import { createHmac } from "node:crypto";

const listen = (server) => new Promise((resolve) =>
  server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${server.address().port}`)));

const bodyOf = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
};

// Whose events a call carries; null = none.
const platformOf = ({ method, url }) => url.includes("/event/track/") ? "TikTok"
  : method === "POST" && /^\/v[\d.]+\/\d+\/events(\?|$)/.test(url) ? "Facebook" : null;

// Forwards everything to the sandbox.  `onEvents(platform, when)` is told before a batch of events goes
// on ("before") and when the platform has taken it, but its answer is not yet on its way ("after").
export async function openWire(target, onEvents) {
  const agent = new http.Agent({ keepAlive: true });
  const { hostname, port } = new URL(target);
  const wire = { batches: 0 };
  const forward = (request, body) => new Promise((resolve, reject) => {
    const call = http.request({ hostname, port, agent, method: request.method, path: request.url,
      headers: { ...request.headers, host: `${hostname}:${port}` } }, async (answer) => {
      try { resolve({ answer, text: await bodyOf(answer) }); } catch (error) { reject(error); }
    });
    call.on("error", reject);
    call.end(body);
  });
  const server = http.createServer({ keepAliveTimeout: 120_000 }, async (request, response) => {
    try {
      const events = platformOf(request);
      const body = await bodyOf(request);
      if (events) { wire.batches++; onEvents(events, "before"); }
      const { answer, text } = await forward(request, body);
      if (events) onEvents(events, "after");
      const headers = { ...answer.headers };
      delete headers["transfer-encoding"];
      response.writeHead(answer.statusCode, { ...headers, "content-length": text.length });
      response.end(text);
    } catch { response.destroy(); }
  });
  wire.base = await listen(server);
  wire.close = () => { server.close(); server.closeAllConnections?.(); agent.destroy(); };
  return wire;
}

// Standard Webhooks' receiver: checks each signature, remembers what came and in which order, says
// no to some at their first attempt.
export async function openCrm(onLead) {
  const crm = { secret: null, repeats: 0, refusals: 0, wrong: [], leads: new Map(), ids: new Map() };
  const rank = (body) => body.type === "lead.created" ? 0
    : 1 + ["interest", "qualified", "scheduled"].indexOf(body.data.detail.to ?? body.data.detail.stage);

  const receive = (request, raw) => {
    const id = request.headers["webhook-id"], key = Buffer.from(crm.secret.slice("whsec_".length), "base64");
    const signature = createHmac("sha256", key)
      .update(`${id}.${request.headers["webhook-timestamp"]}.`).update(raw).digest("base64");
    if (request.headers["webhook-signature"] !== `v1,${signature}`) crm.wrong.push(`${id}: signature`);
    const body = JSON.parse(raw);
    const what = `${body.data.id} ${rank(body)}`;
    if (crm.ids.has(id)) {
      crm.repeats++;
      if (crm.ids.get(id) !== what) crm.wrong.push(`${id} was ${crm.ids.get(id)}, is ${what}`);
    } else if (crm.ids.size % 97 === 96) {
      crm.refusals++;
      crm.ids.set(id, what);
      return 503; // it comes again, under the same id
    }
    crm.ids.set(id, what);
    const told = crm.leads.get(body.data.id) ?? [];
    told.push({ id, rank: rank(body) });
    crm.leads.set(body.data.id, told);
    return 200;
  };
  const server = http.createServer({ keepAliveTimeout: 120_000 }, async (request, response) => {
    try {
      const status = receive(request, await bodyOf(request));
      onLead(status);
      response.writeHead(status).end();
    } catch (error) {
      crm.wrong.push(error.message);
      response.destroy();
    }
  });
  crm.base = await listen(server);
  crm.close = () => { server.close(); server.closeAllConnections?.(); };
  return crm;
}

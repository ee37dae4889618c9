// Leads from the signed webhook to the ROI table, and the small API of stages, sales and rates.
import test from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { databases, run, start, eventually, http } from "./harness.mjs";
import { authorize } from "./sandbox.mjs";
import { connectAccount, makeDirection } from "./steps.mjs";

const day = (ms) => new Date(ms).toISOString().slice(0, 10);

async function readOnlyKey(world) {
  const made = await world.server.call("POST", "/api/keys", { name: "reader", rights: ["read"] });
  assert.equal(made.status, 201, made.text);
  return made.json.key;
}

// More leads than a page holds, and more text than a piece: each once, in the order of the list.
async function exportOfManyPages(world) {
  const { server, orgs: [{ key }] } = world;
  const lines = Array.from({ length: 1100 }, (_, i) => `many-${i},Имя ${i},${"слово ".repeat(60)}`);
  const added = await http("POST", `${server.base}/api/leads/import`, {
    raw: `id,name,Comment\n${lines.join("\n")}\n`, headers: { "content-type": "text/csv", authorization: `Bearer ${key}` } });
  assert.deepEqual([added.json?.added, added.json?.failed], [1100, 0], added.text.slice(0, 500));
  const columns = "reveal=1&columns=id,platform_lead_id,name,created_at,answers&source=import";
  const file = await server.call("GET", `/api/leads/export?${columns}`);
  assert.equal(file.headers.get("transfer-encoding"), "chunked", "sent as it is read");
  const rows = file.text.trim().split("\r\n").slice(1);
  assert.equal(new Set(rows.map((row) => row.split(",")[1])).size, 1100);
  assert.equal(rows.length, 1100);
  const json = (await server.call("GET", `/api/leads/export?format=json&${columns}`)).json;
  assert.equal(json.next_cursor, null);
  assert.deepEqual(json.data.map((one) => one.id), rows.map((row) => row.split(",")[0]), "the same in both formats");
  const order = json.data.map((one) => `${one.created_at} ${one.id}`);
  assert.deepEqual(order, [...order].sort().reverse(), "newest first");
  assert.ok(json.data.every((one) => one.answers[0].value.startsWith("слово")));
}

for (const database of databases) {
  test(`leads, stages, sales and rates over HTTP (${database})`, async (t) => {
    const world = await start(t, { database, sandbox: false });
    const { server } = world;
    const call = (...args) => server.call(...args);

    const added = await call("POST", "/api/leads", {
      external_id: "crm-1", name: "Айгуль", phone: "8 (701) 123-45-67", email: "Aigul@Mail.kz",
      source: "crm", answers: { "Which course?": "English" }, ttclid: "E.C.P.abc",
    });
    assert.equal(added.status, 201, added.text);
    assert.equal(added.json.state, "unlinked");
    assert.equal(added.json.stage, "interest");
    assert.equal(added.json.click_id, "E.C.P.abc");
    assert.ok(!added.text.includes("1234567") && !added.text.includes("aigul@"), "contacts are masked");
    assert.equal(added.json.transitions.length, 5);
    const id = added.json.id;

    const again = await call("POST", "/api/leads", { external_id: "crm-1", name: "Айгуль" });
    assert.equal(again.status, 200, again.text);
    assert.equal(again.json.id, id);
    assert.equal(again.json.duplicate_deliveries, 1);

    // Contacts are shown to those who may edit, and the audit log has it.
    const revealed = await call("GET", `/api/leads/${id}?reveal=1`);
    assert.equal(revealed.json.phone, "+77011234567");
    assert.equal(revealed.json.email, "aigul@mail.kz");
    assert.deepEqual(revealed.json.answers, [{ field: "Which course?", value: "English" }]);
    const audit = (await call("GET", "/api/audit")).json.data;
    assert.ok(audit.some((line) => line.action === "lead.reveal" && line.object_id === id), "audited");
    const key = await readOnlyKey(world);
    const headers = { authorization: `Bearer ${key}` };
    assert.equal((await call("GET", `/api/leads/${id}`, undefined, { headers })).status, 200);
    assert.equal((await call("GET", `/api/leads/${id}?reveal=1`, undefined, { headers })).status, 403);
    assert.equal((await call("POST", `/api/leads/${id}/stage`, { stage: "lost" }, { headers })).status, 403);

    // Stages.
    const staged = await call("POST", `/api/leads/${id}/stage`, { stage: "qualified", cause: "answered the phone" });
    assert.equal(staged.status, 200, staged.text);
    assert.equal(staged.json.stage, "qualified");
    assert.equal(staged.json.transitions.at(-1).cause, "answered the phone");
    const backwards = await call("POST", `/api/leads/${id}/stage`, { stage: "interest" });
    assert.equal(backwards.status, 409, backwards.text);
    const bought = await call("POST", `/api/leads/${id}/stage`, { stage: "purchase" });
    assert.equal(bought.status, 400);
    assert.equal(bought.json.field, "stage");
    assert.match(bought.json.hint, /\/api\/purchases/);

    // Sales: once for each external id, by phone as a CRM writes it.
    const sale = { external_id: "deal-1", phone: "7701 123 45 67", amount: "150000.50", currency: "KZT" };
    const sold = await call("POST", "/api/purchases", sale);
    assert.equal(sold.status, 201, sold.text);
    assert.equal(sold.json.lead_id, id);
    assert.equal(sold.json.matched_by, "phone");
    assert.equal(sold.json.amount_micros, 150_000_500_000);
    assert.equal((await call("POST", "/api/purchases", sale)).status, 200);
    assert.equal((await call("POST", "/api/purchases", { ...sale, amount: 1 })).status, 409);
    const without = await call("POST", "/api/purchases", { external_id: "deal-2", phone: "+77770000000", amount: 10, currency: "USD" });
    assert.equal(without.status, 201);
    assert.equal(without.json.lead_id, null);
    const unmatched = (await call("GET", "/api/purchases?matched=false")).json.data;
    assert.deepEqual(unmatched.map((one) => one.external_id), ["deal-2"]);
    const refund = await call("POST", "/api/purchases", { kind: "refund", refund_of: "deal-1", amount: 50000.5, currency: "KZT" });
    assert.equal(refund.status, 201, refund.text);
    assert.equal(refund.json.amount_micros, -50_000_500_000);
    assert.equal((await call("GET", `/api/leads/${id}`)).json.stage, "purchase");
    const noCurrency = await call("POST", "/api/purchases", { amount: 10 });
    assert.equal(noCurrency.status, 400);
    assert.equal(noCurrency.json.field, "currency");

    // ROI: each sale once, the foreign one unknown until there is a rate.
    const before = (await call("GET", "/api/roi?currency=KZT")).json;
    assert.equal(before.unattributed.sales, 2);
    assert.equal(before.unattributed.revenue_micros, null);
    assert.deepEqual(before.missing_rates.map((one) => [one.base, one.quote]), [["USD", "KZT"]]);
    const today = day(world.clock.now());
    const rates = await call("PUT", "/api/currency-rates", { rates: [{ base: "USD", quote: "KZT", day: today, rate: "520.5" }] });
    assert.equal(rates.status, 200, rates.text);
    assert.equal((await call("GET", "/api/currency-rates")).json.data[0].rate, 520.5);
    const wrong = await call("PUT", "/api/currency-rates", { base: "USD", quote: "KZT", day: "2026-02-30", rate: 1 });
    assert.equal(wrong.status, 400);
    assert.equal(wrong.json.field, "day");
    const after = (await call("GET", "/api/roi?currency=KZT")).json;
    assert.equal(after.total.revenue_micros, 100_000_000_000 + 5_205_000_000);
    assert.equal(after.total.leads, 1);
    assert.equal(after.total.qualified, 1);
    assert.equal(after.total.spend_micros, null);
    assert.equal(after.total.roi, null);
    assert.equal(after.formulas.roi, "(revenue - spend) / spend");
    assert.deepEqual(after.rates.map((one) => [one.base, one.quote, one.amounts, one.oldest_days]), [["USD", "KZT", 1, 0]]);

    // A figure shows its rows, a page at a time, and their values make it up.
    const values = [];
    for (let cursor = ""; cursor !== null;) {
      const rows = (await call("GET", `/api/roi/rows?figure=revenue&currency=KZT&limit=1${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)).json;
      assert.equal(rows.data.length, 1);
      values.push(rows.data[0].value);
      cursor = rows.next_cursor;
    }
    assert.deepEqual(values.sort((a, b) => a - b), [-50_000_500_000, 5_205_000_000, 150_000_500_000]);
    assert.equal((await call("GET", "/api/roi/rows?figure=roi")).json.field, "figure");
    assert.equal((await call("GET", "/api/roi/rows?figure=spend&cursor=x")).json.field, "cursor");
    const people = (await call("GET", "/api/roi/rows?figure=qualified")).json.data;
    assert.deepEqual(people.map((one) => one.lead_id), [id]);
    // It says how it comes about, and why it is not known.
    const explained = (await call("GET", "/api/roi/explain?figure=roi&currency=KZT")).json;
    assert.equal(explained.value, null);
    assert.match(explained.unknown_because, /no figures/);
    assert.deepEqual(explained.inputs.map((one) => [one.figure, one.value, one.rows]),
      [["revenue", after.total.revenue_micros, 3], ["spend", null, 0]]);
    // By other dates, models and weeks, and beside the days before.
    const other = (await call("GET", "/api/roi?currency=KZT&basis=payment&model=last&compare=previous")).json;
    assert.equal(other.window.model, "last");
    assert.equal(other.total.revenue_micros, after.total.revenue_micros);
    assert.equal(other.previous.total.leads, 0);
    assert.equal((await call("GET", "/api/roi?basis=impression")).json.total.revenue_micros, null);
    assert.equal((await call("GET", "/api/roi?basis=moon")).json.field, "basis");
    const weeks = (await call("GET", "/api/roi/cohorts?currency=KZT")).json;
    assert.equal(weeks.data.length, 12);
    assert.equal(weeks.data.at(-1).customers, 1);
    assert.equal(weeks.data.at(-1).revenue_micros, 100_000_000_000, "of leads only");
    assert.equal(weeks.data.at(-1).ltv_micros["0"], null, "the week is not over");
    // Rates as a file: all of it or nothing.
    const file = (text) => http("POST", `${server.base}/api/currency-rates/import`,
      { raw: text, headers: { authorization: `Bearer ${world.orgs[0].key}`, "content-type": "text/csv" } });
    assert.equal((await file(`base,quote,day,rate\nEUR,KZT,${today},"601,5"\nRUB,KZT,${today},6.1\n`)).json.stored, 2);
    const refused = await file(`base,quote,day,rate\nGBP,KZT,${today},700\nGBP,KZT,${today},none\n`);
    assert.equal(refused.status, 400);
    assert.equal(refused.json.field, "rate");
    assert.deepEqual((await call("GET", "/api/currency-rates")).json.data.map((one) => one.base).sort(), ["EUR", "RUB", "USD"]);

    // Pages of a list, filters, and the org that may be named but never chosen.
    for (let i = 0; i < 4; i++) assert.equal((await call("POST", "/api/leads", { name: `L${i}` })).status, 201);
    const seen = [];
    for (let cursor = ""; cursor !== null;) {
      const page = (await call("GET", `/api/leads?limit=2${cursor && `&cursor=${cursor}`}`)).json;
      assert.ok(page.data.length <= 2);
      seen.push(...page.data.map((lead) => lead.id));
      cursor = page.next_cursor;
    }
    assert.equal(new Set(seen).size, 5);
    assert.equal((await call("GET", "/api/leads?stage=purchase")).json.data.length, 1);
    assert.equal((await call("GET", "/api/leads?stage=won")).status, 400);
    assert.equal((await call("GET", "/api/leads?limit=201")).status, 400);
    assert.equal((await call("GET", "/api/leads?cursor=x")).status, 400);
    assert.equal((await call("GET", `/api/leads?userAccountId=${world.orgs[0].org}`)).status, 200);
    assert.equal((await call("GET", "/api/leads?userAccountId=0190aaaa-0000-7000-8000-000000000000")).status, 404);
    assert.equal((await call("POST", "/api/leads", { name: "x", colour: "red" })).status, 400);
    assert.equal((await call("GET", "/api/metrics?first_day=2026-01-01")).status, 400);
    assert.equal((await call("POST", "/api/metrics/collect", {})).status, 404, "no ad account yet");
    await exportOfManyPages(world);
  });

  test(`a site's lead, the inbox, imports and a CRM over HTTP (${database})`, async (t) => {
    const world = await start(t, { database, flags: ["--allow_private_urls", "yes"] });
    const heard = [];
    const receiver = createServer(async (request, response) => {
      const parts = [];
      for await (const part of request) parts.push(part);
      heard.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.writeHead(200).end("taken");
    });
    await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    t.after(() => receiver.close());
    const { server } = world;
    const call = (...args) => server.call(...args);
    const account = await connectAccount(world);
    const direction = await makeDirection(world, account);
    const made = await call("POST", "/api/lead-keys", { name: "shop", direction_id: direction.id });
    assert.equal(made.status, 201, made.text);
    const address = `${server.base}/api/leads/${world.orgs[0].org}/${made.json.key}`;
    const form = (fields) => http("POST", address, {
      raw: new URLSearchParams(fields).toString(), headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    const crmEndpoint = (await call("POST", "/api/endpoints", { name: "Our CRM", url: `http://127.0.0.1:${receiver.address().port}/in`,
      mapping: [{ field: "PHONE", from: "phone" }, { field: "CITY", from: "answers.City", otherwise: "-" }] })).json;
    const posted = await form({ Name: "=Анна", Phone: "8 701 123 95 67", tranid: "t1", City: "Тараз", filled_in_ms: "900" });
    assert.equal(posted.status, 200, posted.text);
    assert.equal(posted.text, "ok");
    assert.equal((await http("POST", `${server.base}/api/leads/${world.orgs[0].org}/lead_wrong`, { raw: "phone=1" })).status, 401);
    const [lead] = await eventually("the lead is there", async () => {
      const { data } = (await call("GET", "/api/leads?source=site")).json;
      return data.length === 1 && data;
    });
    assert.equal(lead.state, "linked");
    assert.equal(lead.direction_id, direction.id);
    assert.equal(lead.arrived_by, "site");
    assert.equal(lead.spam_score, 30);
    assert.match(lead.spam_reasons[0], /900 ms/);

    // The CRM has heard of it, signed and in its own words; the lead says so.
    const told = await eventually("the lead is handed on", async () => {
      const { json } = await call("GET", `/api/leads/${lead.id}`);
      return json.handoffs[0]?.state === "delivered" && json;
    });
    assert.deepEqual([told.handoffs.length, told.handoffs[0].endpoint_name, told.handoffs[0].topic, told.handoffs[0].attempts], [1, "Our CRM", "lead.created", 1]);
    assert.deepEqual(told.transitions.filter((one) => one.to === "delivered").map((one) => [one.from, one.actor, one.cause]),
      [["scored", "job:handoff.send", "taken by Our CRM"]]);
    assert.deepEqual(JSON.parse(heard[0].body), { PHONE: "+77011239567", CITY: "Тараз" });
    const stamped = `${heard[0].headers["webhook-id"]}.${heard[0].headers["webhook-timestamp"]}.${heard[0].body}`;
    const hmac = createHmac("sha256", Buffer.from(crmEndpoint.secret.slice("whsec_".length), "base64")).update(stamped).digest("base64");
    assert.equal(heard[0].headers["webhook-signature"], `v1,${hmac}`);
    const button = await call("POST", `/api/endpoints/${crmEndpoint.id}/test`, { lead_id: lead.id });
    assert.deepEqual([button.status, button.json.delivered, button.json.answer, button.json.sent.CITY], [200, true, "taken", "Тараз"], button.text);
    assert.equal((await call("GET", "/api/leads?q=5678")).json.data.length, 0);
    assert.equal((await call("GET", "/api/leads?q=9567&spam_above=29&duplicates=false&recovered=no")).json.data.length, 1);
    assert.equal((await call("GET", "/api/leads?spam_above=30")).json.data.length, 0);
    assert.equal((await call("GET", "/api/leads?spam_above=x")).status, 400);

    // Notes, who works on it.
    const note = await call("POST", `/api/leads/${lead.id}/notes`, { text: "calls back" });
    assert.equal(note.status, 201, note.text);
    const user = (await call("GET", "/api/users")).json.data[0];
    const assigned = await call("POST", `/api/leads/${lead.id}/assign`, { user_id: user.id });
    assert.equal(assigned.status, 200, assigned.text);
    assert.equal(assigned.json.assigned_to, user.id);
    assert.equal(assigned.json.notes[0].text, null, "notes are shown with reveal alone");
    assert.equal((await call("POST", `/api/leads/${lead.id}/assign`, { user_id: "nobody" })).status, 404);
    const whole = (await call("GET", `/api/leads/${lead.id}?reveal=1`)).json;
    assert.equal(whole.notes[0].text, "calls back");
    assert.ok(Array.isArray(whole.events) && whole.touch.address, JSON.stringify(whole.touch));

    // Export: safe in spreadsheets, personal columns only when revealed.
    const file = await call("GET", "/api/leads/export?reveal=1&bom=1&separator=semicolon&columns=id,name,phone");
    assert.equal(file.status, 200, file.text);
    assert.equal(file.text.replace(/^\ufeff/, ""), `id;name;phone\r\n${lead.id};'=Анна;'+77011239567\r\n`);
    assert.ok(!(await call("GET", "/api/leads/export")).text.includes("Анна"));
    assert.equal((await call("GET", "/api/leads/export?columns=phone")).status, 400);
    assert.equal((await call("GET", "/api/leads/export?format=json&columns=id")).json.data[0].id, lead.id);

    // Sales by CSV, stages by the CRM.
    const csv = { raw: "external_id;phone;amount;currency;paid_at\nd1;87011239567;1500,50;KZT;\nd2;;x;KZT;\n",
      headers: { "content-type": "text/csv", authorization: `Bearer ${world.orgs[0].key}` } };
    const tried = await http("POST", `${server.base}/api/purchases/import?dry_run=1`, csv);
    assert.equal(tried.status, 200, tried.text);
    assert.deepEqual(tried.json.errors.map((one) => [one.line, one.field]), [[3, "amount"]]);
    assert.equal((await call("GET", "/api/purchases")).json.data.length, 0);
    for (const [added, known] of [[1, 0], [0, 1]]) {
      const done = (await http("POST", `${server.base}/api/purchases/import`, csv)).json;
      assert.deepEqual([done.added, done.known, done.failed], [added, known, 1]);
    }
    assert.equal((await call("GET", `/api/leads/${lead.id}`)).json.purchases[0].amount_micros, 1_500_500_000);
    const byHeader = await http("POST", `${server.base}/api/leads/${world.orgs[0].org}`, {
      body: { name: "Bea", phone: "+77015550001", tranid: "t2" }, headers: { "x-lead-key": made.json.key } });
    assert.equal(byHeader.status, 200, byHeader.text);
    const crm = { raw: JSON.stringify({ phone: "87015550001", stage: "qualified" }), headers: { "content-type": "application/json" } };
    assert.equal((await http("POST", address.replace("/api/leads/", "/api/crm/"), crm)).status, 200);
    await http("POST", address.replace("/api/leads/", "/api/crm/"), { ...crm, raw: "{" });
    await eventually("the CRM's stage is set", async () =>
      (await call("GET", "/api/leads?stage=qualified")).json.data.length === 1);
    const broken = await eventually("the broken one is listed", async () =>
      (await call("GET", "/api/lead-deliveries?state=failed")).json.data[0]);
    assert.equal(broken.source, "crm");
    assert.equal((await call("POST", `/api/lead-deliveries/${broken.id}/replay`, {})).status, 202);

    // The person goes, the count stays.
    const erased = await call("POST", `/api/leads/${lead.id}/erase`, {});
    assert.equal(erased.status, 200, erased.text);
    assert.equal(erased.json.has_contact, false);
    assert.equal(erased.json.transitions.at(-1).to, "erased");
    const after = (await call("GET", `/api/leads/${lead.id}?reveal=1`)).text;
    assert.ok(!after.includes("Анна") && !after.includes("9567") && !after.includes("Тараз") && !after.includes("calls back"), after);
    assert.equal((await call("GET", "/api/leads?q=9567")).json.data.length, 0);
    assert.equal((await call("GET", "/api/purchases")).json.data.length, 1);
  });

  test(`a signed webhook becomes a linked lead, once (${database})`, async (t) => {
    const secret = "webhook-secret";
    // Nobody but the test pulls, whatever the hour is.
    const world = await start(t, { database, flags: ["--tiktok_webhook_secret", secret, "--lead_poll_minutes", "0"] });
    const { server } = world;
    const account = await connectAccount(world);
    const direction = await makeDirection(world, account);
    const page = direction.instant_page_id ?? direction.tiktok_instant_page_id;
    assert.ok(page, "the direction has its page");
    const advertiser = account.tiktok_business_id ?? account.connections?.tiktok?.tiktok_business_id
      ?? account.tiktok?.tiktok_business_id ?? account.connections?.[0]?.advertiser_id;
    assert.ok(advertiser, JSON.stringify(account));

    const post = (body, signature) => {
      const raw = JSON.stringify(body);
      return http("POST", `${server.base}/tiktok/webhook`, {
        raw, headers: {
          "content-type": "application/json",
          "x-tiktok-signature": signature ?? createHmac("sha256", secret).update(raw).digest("hex"),
        },
      });
    };
    const lead = (id, fields) => ({
      object: 1, time: Math.floor(world.clock.now() / 1000),
      entry: [{ id, advertiser_id: advertiser, page_id: page, create_time: Math.floor(world.clock.now() / 1000), changes: fields }],
    });
    const person = [
      { field: "name", value: "Ержан" }, { field: "company name", value: "ТОО Ромашка" },
      { field: "phone_number", value: "8 701 765 43 21" },
    ];
    for (const body of [lead("7100000000000000001", person), lead("7100000000000000001", person), lead("7100000000000000002", [])])
      assert.equal((await post(body)).status, 200);
    assert.ok((await post(lead("7100000000000000003", person), "00")).status >= 400, "a forged one is refused");
    const leads = await eventually("two leads are there", async () => {
      const { data } = (await server.call("GET", "/api/leads?reveal=1")).json;
      const first = data.find((one) => one.platform_lead_id === "7100000000000000001");
      return data.length === 2 && first.duplicate_deliveries === 1 && data;
    });
    const first = leads.find((one) => one.platform_lead_id === "7100000000000000001");
    assert.equal(first.name, "Ержан");
    assert.equal(first.phone, "+77017654321");
    assert.equal(first.state, "linked");
    assert.equal(first.direction_id, direction.id);
    assert.ok(first.answers.some((one) => one.value === "ТОО Ромашка"), "every answer is kept");
    const second = leads.find((one) => one.platform_lead_id === "7100000000000000002");
    assert.equal(second.has_contact, false);

    // Collecting works against the other side and leaves its row.
    const asked = await server.call("POST", "/api/metrics/collect", { account_id: account.id, days: 3 });
    assert.equal(asked.status, 202, asked.text);
    const done = await eventually("a collection is recorded", async () =>
      (await server.call("GET", "/api/metrics/collections")).json.data[0]);
    assert.equal(done.state, "done", done.error);
    assert.ok(done.correlation_id);
    const roi = (await server.call("GET", `/api/roi?account_id=${account.id}`)).json;
    assert.ok(roi.metrics_collected_at, "the age of the data is told");
    assert.equal(roi.total.leads, 2);

    // A lead that no webhook brought is pulled from the form's export, once, with its delay.
    const url = (path) => `${world.sandbox.base}/open_api/v1.3/${path}`;
    const token = await authorize({ base: world.sandbox.base, state: world.sandbox.state, url });
    const mock = await http("POST", url("page/lead/mock/create/"), {
      body: { advertiser_id: advertiser, page_id: page }, headers: { "Access-Token": token },
    });
    assert.equal(mock.json.code, 0, mock.text);
    world.clock.advance(15 * 60_000);
    // By the command line where the database takes several processes, else through the server.
    const pull = async () => {
      if (database === "sqlite") {
        const readings = async () => (await server.call("GET", "/api/lead-pulls")).json.data
          .filter((one) => one.kind === "backfill" && one.page_id === page);
        const before = (await readings()).length;
        const after = await eventually("the backfill is done", async () => {
          // One that is still reading other forms serves: then it is asked for again.
          assert.equal((await server.call("POST", "/api/leads/backfill", { days: 2 })).json.accounts, 1);
          const list = await readings();
          return list.length > before && list;
        });
        return `${after[0].recovered} recovered`;
      }
      const ended = await run(["leads", "backfill", "--days", "2", ...world.store, "--clock_file", world.clock.path,
        "--tiktok_base_url", world.sandbox.base]);
      assert.equal(ended.status, 0, ended.stderr);
      return ended.stdout;
    };
    if (database === "postgres") {
      const cli = (...args) => run(["leads", ...args, ...world.store, "--clock_file", world.clock.path, "--tiktok_base_url", world.sandbox.base]);
      const wrong = [[["backfill", "--days", "91"], /--days|days/], [["gaps", "--days", "x"], /days/], [["gaps", "--org", "nobody"], /no org nobody/],
        [["deliveries", "--state", "lost"], /failed, unresolved, quarantined/], [["replay", "nothing"], /no delivery nothing/], [["backfill", "more"], /too many/]];
      for (const [args, says] of wrong) {
        const ended = await cli(...args);
        assert.equal(ended.status, 1, args.join(" "));
        assert.match(ended.stderr, says);
      }
      const listed = await cli("deliveries", "--state", "quarantined");
      assert.match(listed.stdout, /quarantined tiktok[^]*\n1 deliveries\n$/, listed.stdout + listed.stderr);
      assert.match((await cli("gaps")).stdout, /^tiktok [^\n]*\b1 recovered[^]*leads gained a direction or creative/);
    } else assert.match(await pull(), /\b1 recovered/);
    assert.match(await pull(), /\b0 recovered/);
    const [recovered] = (await server.call("GET", "/api/leads?recovered=true&reveal=1")).json.data;
    assert.equal(recovered.recovered_by, database === "postgres" ? "gap_finder" : "backfill");
    assert.equal(recovered.name, "Test Lead");
    assert.equal(recovered.direction_id, direction.id);
    assert.ok(recovered.delay_ms >= 15 * 60_000, String(recovered.delay_ms));
    const pulls = (await server.call("GET", "/api/lead-pulls?troubled=1")).json.data;
    assert.ok(pulls.some((one) => one.recovered === 1 && one.kind === recovered.recovered_by), JSON.stringify(pulls));
  });
}

test("the national bank's feed is asked once a day, and what a person set stays", async (t) => {
  const asked = [];
  const feed = createServer((request, response) => {
    asked.push(new URL(request.url, "http://x").searchParams.get("fdate"));
    const [d, m, y] = asked.at(-1).split(".");
    response.end(`<?xml version="1.0"?><rates><date>${d}.${m}.${y}</date>
      <item><fullname>ДОЛЛАР США</fullname><title>USD</title><description>523.17</description><quant>1</quant></item>
      <item><title>UZS</title><description>4.31</description><quant>100</quant></item></rates>`);
  });
  await new Promise((resolve) => feed.listen(0, "127.0.0.1", resolve));
  t.after(() => feed.close());
  const world = await start(t, { sandbox: false, flags: ["--rates_feed_url", `http://127.0.0.1:${feed.address().port}/rates`] });
  const rates = await eventually("the rates are here", async () => {
    const { data } = (await world.server.call("GET", "/api/currency-rates")).json;
    return data.length === 2 && data;
  });
  assert.deepEqual(rates.map((one) => [one.base, one.quote, one.rate, one.source]),
    [["USD", "KZT", 523.17, "nationalbank.kz"], ["UZS", "KZT", 0.0431, "nationalbank.kz"]]);
  const { day: of } = rates[0];
  assert.equal((await world.server.call("PUT", "/api/currency-rates", { base: "USD", quote: "KZT", day: of, rate: 500 })).status, 200);
  await world.server.stop();
  const [y, m, d] = of.split("-");
  assert.deepEqual(asked, [`${d}.${m}.${y}`]);
  const again = await run(["rates", "fetch", "--first-day", of, "--last-day", of, ...world.store,
    "--rates_feed_url", `http://127.0.0.1:${feed.address().port}/rates`]);
  assert.equal(again.status, 0, again.stderr);
  assert.match(again.stdout, /^0 rates/);
  assert.match((await run(["rates", "list", ...world.store])).stdout, /1 USD = 500 KZT {2}manual/);
  const rebuilt = await run(["roi", "rebuild", ...world.store]);
  assert.match(rebuilt.stdout, /0 leads, 0 purchases/, rebuilt.stderr);
});

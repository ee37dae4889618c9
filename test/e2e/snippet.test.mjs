// The site snippet: /t.js on pages of another origin in Chromium and Firefox, and its endpoint.
import test from "node:test";
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { parse } from "acorn";
import puppeteer from "puppeteer-core";
import { databases, start, eventually, http } from "./harness.mjs";
import { PIXEL as FB_PIXEL } from "./graph.mjs";
import { connectAccount, connectFacebook, makeDirection, makeFacebookDirection, uploadCreative } from "./steps.mjs";

const PIXEL = "C0SANDBOXPIXEL000001";
const CLICK = "E.C.P.CAbCdEf-0_9";

// A direction with a pixel at the sandbox and a key of its site.
async function makeSite(world) {
  const account = await connectAccount(world);
  const direction = await makeDirection(world, account);
  const source = await world.server.call("PUT", `/api/directions/${direction.id}/event-source`,
    { pixel_code: PIXEL, page_url: "https://shop.test/" });
  assert.equal(source.status, 200, source.text);
  const made = await world.server.call("POST", "/api/lead-keys", { name: "site", direction_id: direction.id });
  assert.equal(made.status, 201, made.text);
  return { direction, key: made.json.key, keyId: made.json.id };
}

const taken = async (world) => (await world.sandbox.call("GET", `/sandbox/events?pixel_code=${PIXEL}`)).json.data;
const takenAs = (world, id) => eventually(`event ${id} is at the platform`, async () => {
  const found = (await taken(world)).filter((event) => event.event_id === id);
  return found.length && found;
});
const views = async (world) => (await world.server.call("GET", "/api/lead-keys")).json.data[0].page_views;

for (const database of databases) {
  test(`events of pages over HTTP: stored before the answer, once, and told with their id (${database})`, async (t) => {
    const world = await start(t, { database });
    const { direction, key, keyId } = await makeSite(world);
    // The direction of the same name on the other platform hears of the page too.
    assert.equal((await connectFacebook(world)).status, 200);
    await makeFacebookDirection(world, { pixel: FB_PIXEL });
    const url = `${world.server.base}/t/${key}`;
    const agent = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "content-type": "text/plain;charset=UTF-8" };
    const send = (body, headers = {}) => http("POST", url, { raw: JSON.stringify(body), headers: { ...agent, ...headers } });
    const event = { event: "ViewContent", event_id: "http-1", value: "4990.50", currency: "KZT", page_url: "https://shop.test/course?ttclid=fromThePage",
      ttp: "ttp-1", fbp: "fb.1.1700000000000.1234567890", utm_source: "tiktok", first_touch: "utm_source=blog", gclid: "g-1", consent: "yes" };

    const first = await send(event);
    assert.equal(first.status, 204, first.text);
    assert.equal(first.headers.get("access-control-allow-origin"), "*");
    assert.equal((await send(event)).status, 204, "the same again");
    assert.equal((await send({ ...event, event_id: "http-no", consent: "no" })).status, 204);
    const image = await fetch(`${url}?d=${encodeURIComponent(JSON.stringify({ event: "SubmitForm", event_id: "http-2", page_url: "https://shop.test/" }))}`, { headers: agent });
    assert.equal(image.status, 204, "by an image");
    const robot = await send({ ...event, event_id: "http-bot" }, { "user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)" });
    assert.equal(robot.status, 204);
    const [one] = await takenAs(world, "http-1");
    assert.equal(one.event, "ViewContent");
    assert.equal(one.user.ttclid, "fromThePage");
    assert.equal(one.user.ttp, "ttp-1");
    assert.equal(one.user.ip, "127.0.0.1");
    assert.match(one.user.user_agent, /Firefox/);
    assert.equal(one.properties.value, 4990.5);
    assert.ok(!JSON.stringify(one).includes("blog"), "the first visit is ours");
    await takenAs(world, "http-2");
    const sibling = await eventually("Facebook has the page's event", async () =>
      (await world.sandbox.call("GET", `/sandbox/graph/events?pixel_id=${FB_PIXEL}`)).json.data.find((one) => one.event_id === "http-1"));
    assert.deepEqual([sibling.event_name, sibling.action_source, sibling.event_source_url, sibling.user_data.fbp, sibling.custom_data.value, sibling.duplicate],
      ["ViewContent", "website", event.page_url, event.fbp, 4990.5, false]);
    assert.ok(!/ttp|ttclid/.test(Object.keys(sibling.user_data)), "nothing of the other platform");

    // Refusals name the field; a wrong key gets no word.
    for (const [wrong, field] of [[{ event_id: "x" }, "event"], [{ event: "A" }, "event_id"], [{ ...event, currency: "" }, "currency"],
      [{ ...event, value: -1 }, "value"], [{ ...event, event_id: "x".repeat(101) }, "event_id"]]) {
      const answer = await send(wrong);
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.json.field, field);
    }
    assert.equal((await http("POST", url, { raw: "{" })).status, 400);
    assert.equal((await http("POST", url, { raw: JSON.stringify({ ...event, pad: "x".repeat(40_000) }) })).status, 413);
    const stranger = await http("POST", `${world.server.base}/t/lead_nobody`, { raw: JSON.stringify(event) });
    assert.equal(stranger.status, 401);
    assert.equal(stranger.text, "");

    // Views are counted; told only when the key says so.
    assert.equal((await send({ event: "PageView", event_id: "view-1", page_url: "https://shop.test/" })).status, 204);
    assert.equal(await views(world), 1);
    assert.equal((await world.server.call("PATCH", `/api/lead-keys/${keyId}`, { forward_page_views: true })).status, 204);
    assert.equal((await send({ event: "PageView", event_id: "view-2", page_url: "https://shop.test/" })).status, 204);
    await takenAs(world, "view-2");
    assert.equal(await views(world), 2);

    const events = (await world.server.call("GET", `/api/events?direction_id=${direction.id}`)).json.data;
    const states = Object.fromEntries(events.map((line) => [line.event_id, line.state]));
    assert.deepEqual(states, { "http-1": "sent", "http-2": "sent", "http-no": "skipped", "view-2": "sent" });
    assert.deepEqual((await taken(world)).map((line) => line.event_id).sort(), ["http-1", "http-2", "view-2"]);

    // The script itself.
    const script = await fetch(`${world.server.base}/t.js`);
    const text = await script.text();
    assert.match(script.headers.get("content-type"), /^text\/javascript/);
    assert.match(script.headers.get("cache-control"), /public, max-age=3600/);
    assert.equal((await fetch(`${world.server.base}/t.js`, { headers: { "if-none-match": script.headers.get("etag") } })).status, 304);
    const size = gzipSync(text).length;
    assert.ok(size < 3000, `${size} bytes gzipped`);
    assert.ok(!/https?:\/\//.test(text), "nobody else is called");
    parse(text, { ecmaVersion: 5 }); // throws at what an old browser does not know
    t.diagnostic(`/t.js: ${text.length} bytes, ${size} gzipped`);

    // Last, since it uses up what one address may send in a minute.  The process counts, no database.
    if (database !== "sqlite") return;
    const burst = await Promise.all(Array.from({ length: 650 }, (_, i) => send({ ...event, event_id: `burst-${i}`, event: "PageView", consent: "no" })));
    const refused = burst.filter((answer) => answer.status === 429);
    assert.ok(refused.length >= 50 && refused[0].headers.get("retry-after") === "60", `${refused.length} refused`);
  });
}

// A site on a port of its own; what its page holds is in `site`.
async function serveShop(t, base, site) {
  const server = createServer((rq, rs) => {
    if (!/^\/(landing|form|other)/.test(rq.url)) return rs.writeHead(404).end();
    rs.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    rs.end(`<!doctype html><title>Shop</title><script>
      window.pixel = []; window.told = [];
      window.ttq = { track: function (name, props, rest) { pixel.push(["ttq", name, rest.event_id]); } };
      window.fbq = function (what, name, props, rest) { pixel.push(["fbq", name, rest.eventID]); };
      document.addEventListener("adwright", function (e) { told.push([e.detail.name, e.detail.event_id]); });
      window.adwright = window.adwright || function () { (adwright.q = adwright.q || []).push(arguments); };
      ${site.early ?? ""}</script>
      <script async src="${base}/t.js" data-key="${site.key}" ${site.attributes ?? ""}></script>
      <form method="post" action="${base}/api/leads/${site.org}/${site.key}">
        <input name="name" value="Айгуль"><input name="phone" value="${site.phone}"><button id="go">Go</button></form>
      <form id="other" action="/other"><input name="q"></form>`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return server.address().port;
}

const browsers = {
  chromium: {
    browser: "chrome", executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--host-resolver-rules=MAP *.shop.test 127.0.0.1, MAP shop.test 127.0.0.1"],
  },
  firefox: {
    browser: "firefox", executablePath: "/usr/bin/firefox-esr",
    extraPrefsFirefox: { "network.dns.forceResolve": "127.0.0.1" },
  },
};

async function openBrowser(t, name) {
  const browser = await puppeteer.launch({ headless: true, ...browsers[name], protocolTimeout: 60_000 });
  t.after(() => browser.close());
  return browser;
}

const cookieOf = (page) => page.evaluate(() => decodeURIComponent((document.cookie.match(/_aw=([^;]*)/) ?? ["", ""])[1]));
const loaded = (page) => page.waitForFunction(() => window.adwright && window.adwright.on);

async function clickIdsTravelWithTheForm({ world, site, page, url, ad, name }) {
  site.attributes = 'data-consent="given"';
  await page.goto(`${url("www.shop.test", "/landing")}?utm_source=blog`);
  await loaded(page);
  site.early = `document.cookie = "_fbc=fb.1.1700000000000.AnOlderClick; path=/; domain=shop.test"; document.cookie = "_ttp=ttp-${name}; path=/; domain=shop.test"; adwright("event", "Search", { event_id: "early-${name}" });`;
  await page.goto(`${url("www.shop.test", "/landing")}?ttclid=${CLICK}&fbclid=IwAR1AbC&utm_source=tiktok&utm_medium=${ad}&utm_campaign=%D0%9B%D0%B5%D1%82%D0%BE&utm_term=__CID__`);
  await loaded(page);
  const kept = JSON.parse(await cookieOf(page));
  assert.equal(kept.l.ttclid, CLICK, "letters are as they were");
  assert.equal(kept.l.utm_campaign, "Лето");
  await takenAs(world, `early-${name}`);

  // Another host of the site, no query: the cookie is there, and the form is told.
  site.early = "";
  await page.goto(url("shop.test", "/form"));
  await loaded(page);
  assert.equal(JSON.parse(await cookieOf(page)).l.ttclid, CLICK, "the cookie is the whole site's");
  await page.evaluate(() => {
    document.querySelector("#other").addEventListener("submit", (e) => e.preventDefault());
    document.querySelector("#other").requestSubmit();
  });
  assert.equal(await page.evaluate(() => document.querySelectorAll("#other input").length), 1, "other forms are left alone");
  const fields = await page.evaluate(() => {
    const form = document.querySelector("form"), fields = {};
    form.addEventListener("submit", (e) => e.preventDefault(), { once: true }); // a check that fails at first
    form.requestSubmit();
    for (const one of form.querySelectorAll("input[type=hidden]")) fields[one.name] = one.value;
    return fields;
  });
  assert.match(fields.fbc, /^fb\.1\.\d{13}\.IwAR1AbC$/, "made of fbclid: the pixel's is of an older click");
  assert.equal(fields.first_touch, "utm_source=blog");
  assert.equal(fields.utm_campaign, "Лето");
  assert.equal(fields.consent, "yes");
  await Promise.all([page.waitForNavigation(), page.click("#go")]);
  const lead = await eventually("the form is a lead", async () => {
    const { data } = (await world.server.call("GET", "/api/leads?reveal=1")).json;
    return data.find((one) => one.phone === site.phone && one.state === "linked");
  });
  assert.equal(lead.click_id, CLICK);
  assert.equal(lead.ad_id, ad, "linked by utm_medium");
  assert.equal(lead.direction_id, site.direction.id);
  const told = await eventually("the form and the lead are told", async () => {
    const mine = (await taken(world)).filter((event) => event.user.ttp === `ttp-${name}`);
    const [form, ...more] = mine.filter((event) => event.event === "SubmitForm");
    assert.deepEqual(more, [], "submitted twice, told once");
    const interest = mine.find((event) => event.event === "ViewContent" && event.user.phone);
    return form && interest && { form, interest };
  });
  assert.equal(told.form.event_id, fields.event_id);
  assert.equal(told.interest.event_id, fields.event_id, "form, pixel and lead are one");
  for (const event of [told.form, told.interest]) {
    assert.equal(event.user.ttclid, CLICK);
    assert.match(event.page.url, /^http:\/\/shop\.test:\d+\/form$/);
    assert.match(event.user.user_agent, name === "firefox" ? /Firefox/ : /Chrome/);
  }
}

async function thePixelBearsTheSameId({ world, site, page, url, name }) {
  site.attributes = 'data-consent="given"';
  await page.goto(url("www.shop.test", "/other"));
  await loaded(page);
  const given = await page.evaluate(() => adwright("event", "ViewContent", { value: 4990, currency: "KZT" },
    (id) => ttq.track("ViewContent", {}, { event_id: id })));
  const [event] = await takenAs(world, given);
  assert.equal(event.properties.value, 4990);
  assert.deepEqual(await page.evaluate(() => pixel), [["ttq", "ViewContent", given]]);
  assert.deepEqual((await page.evaluate(() => told)).map(([what]) => what), ["PageView", "ViewContent"]);
  assert.equal((await page.evaluate(() => told))[1][1], given);
  // With data-pixel the snippet calls the pixels itself.
  site.attributes = 'data-consent="given" data-pixel="1"';
  await page.goto(url("www.shop.test", "/other"));
  await loaded(page);
  await page.evaluate((id) => { adwright("event", "AddToCart", { event_id: id }); }, `own-${name}`);
  assert.equal((await takenAs(world, `own-${name}`)).length, 1);
  assert.deepEqual(await page.evaluate(() => pixel), [["ttq", "AddToCart", `own-${name}`], ["fbq", "AddToCart", `own-${name}`]]);
}

async function itWorksWithoutBeaconsFetchAndCookies({ world, site, page, url, name }) {
  site.attributes = "";
  site.early = `Object.defineProperty(navigator, "sendBeacon", { value: undefined });
    Object.defineProperty(document, "cookie", { get: function () { return ""; }, set: function () {} });`;
  await page.goto(`${url("www.shop.test", "/landing")}?ttclid=${CLICK}3`);
  await loaded(page);
  await page.goto(url("www.shop.test", "/other"));
  await loaded(page);
  await page.evaluate((id) => {
    adwright("event", "ViewContent", { event_id: `fetch-${id}` });
    window.fetch = undefined;
    adwright("event", "ViewContent", { event_id: `image-${id}` });
  }, name);
  for (const way of ["fetch", "image"]) {
    const [event] = await takenAs(world, `${way}-${name}`);
    assert.equal(event.user.ttclid, `${CLICK}3`, "kept in localStorage");
  }
  await page.evaluate(() => localStorage.clear());
  site.early = "";
  await page.goto(url("www.shop.test", "/other"));
  await loaded(page);
}

async function nothingIsKeptBeforeConsent({ world, site, page, url, sent, name }) {
  await page.evaluate(() => { adwright("consent", false); });
  assert.equal(await cookieOf(page), "0", "taken back: only that is kept");
  // No is remembered, whatever the page says.
  site.attributes = 'data-consent="given"';
  sent.length = 0;
  await page.goto(`${url("www.shop.test", "/landing")}?ttclid=${CLICK}4`);
  await loaded(page);
  assert.deepEqual([sent, await cookieOf(page), await page.evaluate(() => localStorage.length)], [[], "0", 0]);
  await page.evaluate(() => { document.cookie = "_aw=; path=/; domain=shop.test; max-age=0"; });
  site.attributes = 'data-consent="required"';
  await page.goto(`${url("www.shop.test", "/landing")}?ttclid=${CLICK}2`);
  await loaded(page);
  sent.length = 0;
  const counted = await views(world);
  await page.evaluate((id) => { adwright("event", "ViewContent", { event_id: id }); }, `asked-${name}`);
  const left = await page.evaluate(() => [document.cookie.includes("_aw"), localStorage.length, pixel.length, told.length]);
  assert.deepEqual(left, [false, 0, 0, 0]);
  assert.equal(await page.evaluate(() => {
    const form = document.querySelector("form");
    form.addEventListener("submit", (e) => e.preventDefault());
    form.requestSubmit();
    return [...form.querySelectorAll("input[data-aw]")].map((one) => `${one.name}=${one.value}`).join();
  }), "consent=no");
  assert.deepEqual(sent, []);
  await page.evaluate(() => { adwright("consent", true); });
  assert.match(await cookieOf(page), new RegExp(`${CLICK}2`));
  const [event] = await takenAs(world, `asked-${name}`);
  assert.equal(event.user.ttclid, `${CLICK}2`);
  await eventually("the view is counted now", async () => await views(world) > counted);
  assert.ok(sent.length >= 2, "the browser tells of beacons");
  // So is yes: the next page need not ask.
  await page.goto(url("shop.test", "/other"));
  await loaded(page);
  await page.evaluate((id) => { adwright("event", "ViewContent", { event_id: id }); }, `again-${name}`);
  assert.equal((await takenAs(world, `again-${name}`))[0].user.ttclid, `${CLICK}2`);
  await page.evaluate((id) => { adwright("consent", false); adwright("event", "ViewContent", { event_id: id }); }, `no-${name}`);
  assert.equal(await cookieOf(page), "0");
  // Somebody who asks not to be followed is not, where the site says so.
  site.attributes = 'data-dnt="1"';
  site.early = 'Object.defineProperty(navigator, "doNotTrack", { value: "1" });';
  sent.length = 0;
  await page.goto(`${url("www.shop.test", "/landing")}?ttclid=x`, { waitUntil: "load" });
  assert.equal(await page.evaluate(() => adwright.on), undefined);
  assert.deepEqual(sent, []);
  assert.ok((await taken(world)).every((one) => one.event_id !== `no-${name}`));
}

test("the snippet in Chromium and in Firefox, on a site of another origin", async (t) => {
  const opened = Object.fromEntries(Object.keys(browsers).map((name) => [name, openBrowser(t, name)]));
  const world = await start(t, { database: "sqlite" });
  const made = await makeSite(world);
  const creative = await uploadCreative(world, made.direction);
  const launch = await world.server.call("POST", "/api/tiktok-campaign-builder/manual-launch?wait=0",
    { direction_id: made.direction.id, creative_ids: [creative.id], daily_budget: 12000, objective: "lead_generation" });
  assert.equal(launch.status, 202, launch.text);
  const done = await eventually("the launch is done", async () => {
    const { json } = await world.server.call("GET", `/api/launches/${launch.json.launch_id}`);
    return json.state === "done" && json;
  }, { seconds: 60 });
  const usage = (await world.server.call("GET", `/api/creatives/${creative.id}/usage`)).json;
  const ad = JSON.stringify(usage).match(/"ad_id":"(\d+)"/)?.[1];
  assert.ok(ad, JSON.stringify([usage, done]));

  for (const [i, name] of Object.keys(browsers).entries()) {
    await t.test(name, async () => {
      const site = { ...made, org: world.orgs[0].org, phone: `+7701555000${i}` };
      const port = await serveShop(t, world.server.base, site);
      const browser = await opened[name];
      const page = await browser.newPage();
      const errors = [], sent = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("request", (request) => { if (request.url().includes("/t/")) sent.push(request.url()); });
      const story = { world, site, page, ad, sent, name, url: (host, path) => `http://${host}:${port}${path}` };
      await clickIdsTravelWithTheForm(story);
      await thePixelBearsTheSameId(story);
      await itWorksWithoutBeaconsFetchAndCookies(story);
      await nothingIsKeptBeforeConsent(story);
      assert.deepEqual(errors, []);
    });
  }
});

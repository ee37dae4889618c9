// Facebook's side of the sandbox serves a client that its authors did not write: the official
// JavaScript SDK, with its host set to the sandbox.  Its uploads as multipart do not work in this
// version (the form is dropped before it is sent), so videos go by URL and images as Base64.
import test from "node:test";
import assert from "node:assert/strict";
import { createServer } from "node:http";
import sdk from "facebook-nodejs-business-sdk";
import { clip, png } from "./sandbox.mjs";
import { ACCOUNT, FB_PAGE, OTHER_ACCOUNT, PIXEL, openGraph } from "./graph.mjs";

async function openSdk(t, options) {
  const graph = await openGraph(t, options);
  for (const name of ["GRAPH", "GRAPH_VIDEO"])
    Object.defineProperty(sdk.FacebookAdsApi, name, { configurable: true, get: () => graph.base });
  const api = sdk.FacebookAdsApi.init(graph.token, "en_US", false);
  return { graph, api, account: new sdk.AdAccount(`act_${ACCOUNT}`) };
}

test("ad accounts page by page, pages, errors", async (t) => {
  const { graph } = await openSdk(t);
  const me = new sdk.User("me");
  const first = await me.getAdAccounts(["account_id", "name", "currency"], { limit: 1 });
  assert.deepEqual(first.map((one) => [one.account_id, one.currency]), [[ACCOUNT, "USD"]]);
  assert.ok(first.hasNext());
  const second = await first.next();
  assert.deepEqual(second.map((one) => one.account_id), [OTHER_ACCOUNT]);
  assert.ok(!second.hasNext());
  const pages = await me.getAccounts(["name", "tasks"]);
  assert.equal(pages[0].id, FB_PAGE);
  await graph.box.control("POST", "graph/tokens", { subcode: 463 });
  await assert.rejects(me.getAdAccounts(["name"]), (error) => {
    assert.equal(error.response.code, 190);
    assert.equal(error.response.error_subcode, 463);
    return true;
  });
});

test("images as Base64, videos by URL, their status and thumbnails", async (t) => {
  const { account } = await openSdk(t, { settings: { readiness_ms: 0 } });
  const made = await account.createAdImage([], { bytes: png(720, 1280).toString("base64") });
  const { hash } = made._data.images.bytes;
  const images = await account.getAdImages(["hash", "width"], { hashes: [hash] });
  assert.deepEqual(images.map((image) => [image.hash, image.width]), [[hash, 720]]);

  const files = createServer((request, response) => response.writeHead(200, { "content-type": "video/mp4" }).end(clip));
  await new Promise((resolve) => files.listen(0, "127.0.0.1", resolve));
  t.after(() => files.close());
  const video = await account.createAdVideo([], { file_url: `http://127.0.0.1:${files.address().port}/a.mp4`, title: "By SDK" });
  const read = await new sdk.AdVideo(video.id).read(["title", "status"]);
  assert.deepEqual([read.title, read.status.video_status], ["By SDK", "ready"]);
  const thumbnails = await read.getThumbnails(["uri", "is_preferred"]);
  assert.equal(thumbnails.filter((one) => one.is_preferred).length, 1);
  const listed = await account.getAdVideos(["title"]);
  assert.deepEqual(listed.map((one) => one.title), ["By SDK"]);
});

test("conversions: hashed by the SDK as we hash, taken as ours are", async (t) => {
  const { graph } = await openSdk(t);
  const user = new sdk.UserData().setEmails([" John_Smith@gmail.com "]).setPhones(["+7 (701) 123-45-67"])
    .setClientIpAddress("203.0.113.5").setClientUserAgent("Firefox").setFbp("fb.1.1558571054389.1098115397");
  const event = new sdk.ServerEvent().setEventName("Purchase").setEventTime(Math.floor(Date.now() / 1000)).setEventId("sdk-1")
    .setUserData(user).setCustomData(new sdk.CustomData().setCurrency("kzt").setValue(12500.5))
    .setEventSourceUrl("https://example.com/thanks").setActionSource("website");
  const request = new sdk.EventRequest(graph.token, PIXEL).setEvents([event]).setTestEventCode("TEST7");
  const answer = await request.execute();
  assert.equal(answer.events_received ?? answer._events_received, 1);
  const [taken] = (await graph.box.control("GET", "graph/events")).data;
  assert.deepEqual(taken.user_data.em, ["62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"]);
  assert.deepEqual(taken.user_data.ph, ["7c1dc35860507e0fee0dee49def2433f25534035de81deb1bbc6f4c006e4c90a"]);
  assert.deepEqual([taken.event_id, taken.test_event_code, taken.custom_data.value], ["sdk-1", "TEST7", 12500.5]);
  const old = new sdk.ServerEvent().setEventName("Lead").setEventTime(1600000000).setUserData(user).setActionSource("chat");
  await assert.rejects(new sdk.EventRequest(graph.token, PIXEL).setEvents([old]).execute());
});

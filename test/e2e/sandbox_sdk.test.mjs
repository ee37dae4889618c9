// The sandbox serves a client that its authors did not write: the official JavaScript SDK, with
// its base path set to the sandbox.
import test from "node:test";
import assert from "node:assert/strict";
import * as sdk from "tiktok-business-api-sdk-official";
import {
  KZ, TT_USER, campaignBody, clip, creativeBody, groupBody, md5, openSandbox, png,
} from "./sandbox.mjs";

const SHORT_PAGE = 7012345678901234; // the SDK holds page_id as a JavaScript number

async function openSdk(t) {
  const box = await openSandbox(t);
  const client = new sdk.ApiClient();
  client.basePath = box.base;
  client.timeout = 20_000;
  // The SDK's callbacks as promises; it throws for any code but 0.
  const call = (api, method, ...args) => new Promise((resolve, reject) => {
    api[method](...args, (error, data) => (error ? reject(error) : resolve(data.data)));
  });
  const api = Object.fromEntries(
    ["CampaignCreationApi", "AdgroupApi", "AdApi", "ReportingApi", "FileApi", "IdentityApi", "ToolApi", "AccountManagementApi"]
      .filter((name) => sdk[name]).map((name) => [name, new sdk[name](client)]));
  return { box, api, call, token: box.token };
}

test("campaigns: create, get, update, status", async (t) => {
  const { api, call, token } = await openSdk(t);
  const campaigns = api.CampaignCreationApi;
  const body = sdk.CampaignCreateBody.constructFromObject(campaignBody({ campaign_name: "By SDK", request_id: "77" }));
  const made = await call(campaigns, "campaignCreate", token, { body });
  assert.equal(made.campaign_name, "By SDK");
  assert.match(made.campaign_id, /^\d{16,19}$/);
  const list = await call(campaigns, "campaignGet", KZ, token, {
    filtering: sdk.FilteringCampaignGet.constructFromObject({ campaign_ids: [made.campaign_id], objective_type: "LEAD_GENERATION" }),
    fields: ["campaign_id", "operation_status", "secondary_status"], page: 1, page_size: 5,
  });
  assert.deepEqual(list.list, [{ campaign_id: made.campaign_id, secondary_status: "CAMPAIGN_STATUS_ENABLE", operation_status: "ENABLE" }]);
  assert.deepEqual(list.page_info, { page: 1, page_size: 5, total_number: 1, total_page: 1 });
  const renamed = await call(campaigns, "campaignUpdate", token, {
    body: { advertiser_id: KZ, campaign_id: made.campaign_id, campaign_name: "Renamed" },
  });
  assert.equal(renamed.campaign_name, "Renamed");
  const off = await call(campaigns, "campaignStatusUpdate", token, {
    body: { advertiser_id: KZ, campaign_ids: [made.campaign_id], operation_status: "DISABLE" },
  });
  assert.equal(off.status, "DISABLE");
  const plain = await call(campaigns, "campaignGet", KZ, token, { exclude_field_types_in_response: ["NULL_FIELD"] });
  assert.ok(Object.values(plain.list[0]).every((value) => value !== null));
  const full = await call(campaigns, "campaignGet", KZ, token, {});
  assert.equal(full.list[0].app_id, null, "unset fields are explicit nulls");
  await assert.rejects(call(campaigns, "campaignCreate", token, { body: campaignBody({ objective_type: "CONVERSIONS" }) }),
    /code: 40002/);
  await assert.rejects(call(campaigns, "campaignGet", KZ, "revoked", {}), /code: 40105/);
});

test("files, identities, ad groups, ads", async (t) => {
  const { box, api, call, token } = await openSdk(t);
  const [video] = await call(api.FileApi, "adVideoUpload", token, {
    advertiser_id: KZ, upload_type: "UPLOAD_BY_FILE", file_name: "sdk.mp4", video_file: clip,
    video_signature: md5(clip), flaw_detect: true,
  });
  assert.equal(video.signature, md5(clip));
  const info = await call(api.FileApi, "adVideoInfo", KZ, [video.video_id, "v0"], token);
  assert.equal(info.list.length, 1);
  const found = await call(api.FileApi, "adVideoSearch", KZ, token, { filtering: { video_name: "sdk" }, page_size: 10 });
  assert.equal(found.list[0].video_id, video.video_id);
  const cover = png(540, 960);
  const image = await call(api.FileApi, "adImageUpload", token, {
    advertiser_id: KZ, upload_type: "UPLOAD_BY_FILE", image_file: cover, image_signature: md5(cover),
  });
  const images = await call(api.FileApi, "fileImageAdInfo", KZ, [image.image_id], token);
  assert.equal(images.list[0].width, 540);
  await assert.rejects(call(api.FileApi, "adVideoUpload", token, {
    advertiser_id: KZ, upload_type: "UPLOAD_BY_FILE", video_file: clip, video_signature: md5(cover),
  }), /40002/);

  const identities = await call(api.IdentityApi, "identityGet", KZ, token, { identity_type: "TT_USER", page_size: 50 });
  const able = identities.identity_list.find((one) => one.can_push_video);
  assert.equal(able.identity_id, TT_USER);
  const post = await call(api.IdentityApi, "identityVideoInfo", token, KZ, "TT_USER", TT_USER, "7400000000000000501", {});
  assert.equal(post.video_detail.item_id, "7400000000000000501");

  const { campaign_id } = await call(api.CampaignCreationApi, "campaignCreate", token, { body: campaignBody() });
  const groups = api.AdgroupApi;
  const group = await call(groups, "adgroupCreate", token, {
    body: sdk.AdgroupCreateBody.constructFromObject(await groupBody(box, campaign_id)),
  });
  assert.equal(group.secondary_status, "ADGROUP_STATUS_CREATE");
  const bigger = await call(groups, "adgroupUpdate", token, {
    body: sdk.AdgroupUpdateBody.constructFromObject({ advertiser_id: KZ, adgroup_id: group.adgroup_id, budget: 25000 }),
  });
  assert.equal(bigger.budget, 25000);
  await assert.rejects(call(groups, "adgroupUpdate", token, {
    body: { advertiser_id: KZ, adgroup_id: group.adgroup_id, optimization_goal: "CLICK" },
  }), /40002.*/);

  const ads = api.AdApi;
  const creative = sdk.AdcreateCreatives.constructFromObject(
    creativeBody({ video_id: video.video_id, image_ids: [image.image_id], page_id: SHORT_PAGE }));
  const made = await call(ads, "adCreate", token, {
    body: sdk.AdCreateBody.constructFromObject({ advertiser_id: KZ, adgroup_id: group.adgroup_id, creatives: [creative] }),
  });
  const [ad_id] = made.ad_ids;
  const list = await call(ads, "adGet", KZ, token, { filtering: { adgroup_ids: [group.adgroup_id] }, page_size: 100 });
  assert.equal(list.list[0].ad_id, ad_id);
  assert.equal(list.list[0].page_id, SHORT_PAGE);
  assert.equal(list.list[0].secondary_status, "AD_STATUS_AUDIT");
  await call(ads, "adUpdate", token, {
    body: sdk.AdUpdateBody.constructFromObject({ advertiser_id: KZ, adgroup_id: group.adgroup_id, patch_update: true,
      creatives: [{ ad_id, ad_name: "Patched" }] }),
  });
  const off = await call(ads, "adStatusUpdate", token, {
    body: { advertiser_id: KZ, ad_ids: [ad_id], operation_status: "DISABLE" },
  });
  assert.deepEqual(off.ad_ids, [ad_id]);
  const after = await call(groups, "adgroupGet", KZ, token, { filtering: { campaign_ids: [campaign_id] } });
  assert.equal(after.list.length, 1);
  const stopped = await call(groups, "adgroupStatusUpdate", token, {
    body: { advertiser_id: KZ, adgroup_ids: [group.adgroup_id], operation_status: "DISABLE", allow_partial_success: true },
  });
  assert.equal(stopped.status, "DISABLE");
  const quota = await call(groups, "adgroupQuota", KZ, token);
  assert.equal(quota.used_adgroup_quota, 1);
});

test("reports: what was delivered, by the SDK", async (t) => {
  const { box, api, call, token } = await openSdk(t);
  const [video] = await call(api.FileApi, "adVideoUpload", token, {
    advertiser_id: KZ, upload_type: "UPLOAD_BY_FILE", video_file: clip, video_signature: md5(clip),
  });
  const cover = png(540, 960);
  const image = await call(api.FileApi, "adImageUpload", token, {
    advertiser_id: KZ, upload_type: "UPLOAD_BY_FILE", image_file: cover, image_signature: md5(cover),
  });
  const { campaign_id } = await call(api.CampaignCreationApi, "campaignCreate", token, { body: campaignBody() });
  const group = await call(api.AdgroupApi, "adgroupCreate", token, { body: await groupBody(box, campaign_id) });
  const { ad_ids } = await call(api.AdApi, "adCreate", token, {
    body: { advertiser_id: KZ, adgroup_id: group.adgroup_id, creatives: [creativeBody({
      video_id: video.video_id, image_ids: [image.image_id], page_id: SHORT_PAGE })] },
  });
  const day = (ms) => new Date(ms + 5 * 3600_000).toISOString().slice(0, 10); // Almaty
  const start_date = day(await box.now());
  await box.control("POST", "clock", { advance_hours: 24 * 5 });
  const ask = (opts) => call(api.ReportingApi, "reportIntegratedGet", "BASIC", token, {
    advertiser_id: KZ, service_type: "AUCTION", data_level: "AUCTION_AD", dimensions: ["ad_id", "stat_time_day"],
    metrics: ["spend", "impressions", "clicks", "conversion"], start_date, end_date: day(Date.now() + 6 * 86400_000),
    page: 1, page_size: 100, enable_total_metrics: true, ...opts,
  });
  const answer = await ask({ filtering: [{ field_name: "ad_ids", filter_type: "IN", filter_value: JSON.stringify(ad_ids) }] });
  const review = await call(api.AdApi, "adGet", KZ, token, { filtering: { ad_ids } });
  if (review.list[0].secondary_status !== "AD_STATUS_AUDIT_DENY") {
    assert.ok(answer.list.length >= 1);
    const spend = answer.list.reduce((sum, row) => sum + Number(row.metrics.spend), 0);
    assert.ok(Math.abs(spend - Number(answer.total_metrics.spend)) < 0.02 * (answer.list.length + 1));
  }
  await assert.rejects(ask({ data_level: "AUCTION_ADVERTISER" }), /Conflict occurs/);
  const task = await call(api.ReportingApi, "reportTaskCreate", token, {
    body: { advertiser_id: KZ, report_type: "BASIC", data_level: "AUCTION_CAMPAIGN", dimensions: ["campaign_id"],
      metrics: ["spend"], start_date, end_date: start_date },
  });
  const check = await call(api.ReportingApi, "reportTaskCheck", task.task_id, KZ, token);
  assert.ok(["QUEUING", "PROCESSING", "SUCCESS"].includes(check.status));
});

test("every field of the SDK's models is known to the sandbox", async (t) => {
  const { box } = await openSdk(t);
  const models = {
    "campaign/create/": [sdk.CampaignCreateBody, (fields) => fields],
    "campaign/update/": [sdk.CampaignUpdateBody, (fields) => fields],
    "adgroup/create/": [sdk.AdgroupCreateBody, (fields) => fields],
    "adgroup/update/": [sdk.AdgroupUpdateBody, (fields) => fields],
    "ad/create/": [sdk.AdcreateCreatives, (fields) => ({ creatives: [fields] })],
    "ad/update/": [sdk.AdupdateCreatives, (fields) => ({ creatives: [fields] })],
  };
  for (const [path, [model, wrap]] of Object.entries(models)) {
    const names = Object.getOwnPropertyNames(model.prototype).filter((name) => name !== "constructor");
    assert.ok(names.length > 3, path);
    for (const name of names) {
      // An empty object has the wrong type for every field but an object: known fields say so.
      const { message } = await box.post(path, wrap({ [name]: {} }));
      assert.doesNotMatch(message, /is not supported in/, `${path} ${name}`);
    }
  }
});

// Does the demo's JSON document hold what the loop must have done?  node demo-check.mjs FILE
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const demo = JSON.parse(readFileSync(process.argv[2], "utf8"));

assert.equal(demo.steps.length, 11);
for (const step of demo.steps) assert.ok(Number.isInteger(step.ms) && step.outcome, step.name);
const { counts } = demo;
assert.equal(counts.days, 14);
assert.equal(counts.executions, 14);
assert.ok(counts.leads >= 50, `only ${counts.leads} leads`);
assert.ok(counts.forms >= counts.leads, "a person may send several forms");
assert.ok(counts.qualified > 0 && counts.sales > 0, "nobody was qualified, or nobody bought");
assert.ok(counts.changes > 0, "the autopilot changed nothing");
// One person by a site, a chat and a sale; those of the last week are told along with it.
assert.ok(counts.events >= 4, `only ${counts.events} events reached the platform`);
assert.match(demo.steps.at(-1).outcome, /ViewContent, ViewContent, CompleteRegistration, Purchase/);

const { data, total, unattributed } = demo.roi;
assert.equal(data.filter((row) => row.creative_id).length, 3, "three creatives");
const rows = unattributed ? [...data, unattributed] : data;
for (const name of ["leads", "impressions", "clicks", "sales"]) {
  assert.equal(rows.reduce((all, row) => all + row[name], 0), total[name], `rows of ${name} add up`);
}
assert.ok(total.spend_micros > 0 && total.revenue_micros > 0);
assert.equal(demo.roi.currency, "KZT");
assert.ok(demo.execution.decisions.groups.length >= 2);
for (const group of demo.execution.decisions.groups) assert.ok(group.reason.length >= 2, `${group.name} says why`);
// ... and is in the ROI: one lead and one sale more than the fortnight brought.
assert.equal(total.leads, counts.leads + 1);
assert.equal(total.sales, counts.sales + 1);
console.log(`${counts.leads} leads, ${counts.sales} sales, ${counts.changes} changes, ${counts.events} events`);

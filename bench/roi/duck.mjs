// DuckDB on the same rows: raw tables, and a daily roll-up of its own.
//
//     node duck.mjs load DATABASE CSV_FOLDER
//     node duck.mjs store DATABASE           (after load) the same rows once more, as we store them
//
// In its favour: only the columns that are asked for, whether a person is qualified known
// beforehand, and two threads (all cores of the machine).  `raw` and `rolled` have integers as
// keys besides; `stored` has what the product stores: ids, days, platform and currency as text.
import { DuckDBInstance } from '@duckdb/node-api'
import { fileURLToPath } from 'node:url'

const org = '00000000-0000-7000-8000-000000000001'
const lastDay = '2026-11-14'
const nowMs = Date.UTC(2026, 10, 14, 19) // the end of that day in Almaty

export async function open (path, settings = {}) {
  const instance = await DuckDBInstance.create(path, settings)
  const connection = await instance.connect()
  return { instance, connection, close () { connection.closeSync(); instance.closeSync() } }
}

async function load (path, folder) {
  const duck = await open(path)
  const run = (sql) => duck.connection.run(sql)
  await run(`CREATE TABLE metrics AS SELECT account::UTINYINT AS account, creative::USMALLINT AS creative,
    day, spend, impressions, clicks, leads FROM read_csv('${folder}/metrics.csv', columns = {account: 'INT',
    creative: 'INT', day: 'DATE', spend: 'BIGINT', impressions: 'BIGINT', clicks: 'BIGINT', leads: 'BIGINT'})
    ORDER BY day, account, creative`) // as they arrive: each day's figures of all accounts together
  await run(`CREATE TABLE leads AS SELECT lead, account::UTINYINT AS account, creative::USMALLINT AS creative,
    created_ms, duplicate_of, qualified = 1 AS qualified FROM read_csv('${folder}/leads.csv')`)
  await run(`CREATE TABLE purchases AS SELECT account::UTINYINT AS account, creative::USMALLINT AS creative,
    lead_ms, paid_ms, refund = 1 AS refund, amount FROM read_csv('${folder}/purchases.csv')`)
  // Its own roll-up: one table a subject, by creative and day of the account's zone.
  const day = (ms) => `CAST(make_timestamp((${ms} + 18000000) * 1000) AS DATE)`
  await run(`CREATE TABLE metrics_daily AS SELECT account, creative, day, sum(spend)::BIGINT AS spend,
    sum(impressions)::BIGINT AS impressions, sum(clicks)::BIGINT AS clicks FROM metrics
    GROUP BY ALL ORDER BY account, creative, day`)
  await run(`CREATE TABLE leads_daily AS SELECT account, creative, ${day('created_ms')} AS day,
    count(*) FILTER (duplicate_of < 0) AS leads, count(*) FILTER (duplicate_of < 0 AND qualified) AS qualified
    FROM leads GROUP BY ALL ORDER BY account, creative, day`)
  await run(`CREATE TABLE sales_daily AS SELECT account, creative, ${day('lead_ms')} AS day,
    count(*) FILTER (NOT refund) AS sales, sum(amount)::BIGINT AS amount FROM purchases
    GROUP BY ALL ORDER BY account, creative, day`)
  await run('CHECKPOINT')
  duck.close()
}

// The ids are those of data.c; `same` in run.mjs would tell.
async function store (path) {
  const duck = await open(path)
  const run = (sql) => duck.connection.run(sql)
  const id = (kind, number) => `'00000000-0000-7000-8000-${kind}' || lpad(${number}::VARCHAR, 11, '0')`
  const keys = `'${org}' AS org_id, 'tiktok' AS platform, ${id(1, 'account')} AS ad_account_id, ${id(2, 'creative')} AS creative_id`
  await run(`CREATE OR REPLACE TABLE stored_metrics AS SELECT ${keys}, day::VARCHAR AS day, 'KZT' AS currency,
    spend AS spend_micros, impressions, clicks FROM metrics`)
  await run(`CREATE OR REPLACE TABLE stored_leads AS SELECT ${keys}, ${id(3, 'lead')} AS lead_id, created_ms,
    CASE WHEN duplicate_of < 0 THEN '' ELSE ${id(3, 'duplicate_of')} END AS duplicate_of, qualified FROM leads`)
  await run(`CREATE OR REPLACE TABLE stored_purchases AS SELECT ${keys}, lead_ms, paid_ms, 'KZT' AS currency,
    CASE WHEN refund THEN 'refund' ELSE 'sale' END AS kind, amount AS amount_micros FROM purchases`)
  await run('CHECKPOINT')
  duck.close()
}

function text (days, metrics, leads, sales) {
  const first = `DATE '${lastDay}' - ${days - 1}`
  return `WITH m AS (SELECT creative, sum(spend)::BIGINT AS spend, sum(impressions)::BIGINT AS impressions,
      sum(clicks)::BIGINT AS clicks FROM ${metrics} WHERE account = 0 AND day BETWEEN ${first} AND DATE '${lastDay}'
      GROUP BY creative),
    l AS (${leads}), s AS (${sales})
    SELECT m.creative::INT AS creative, spend, impressions, clicks, coalesce(leads, 0)::BIGINT AS leads,
      coalesce(qualified, 0)::BIGINT AS qualified, coalesce(sales, 0)::BIGINT AS sales,
      coalesce(revenue, 0)::BIGINT AS revenue, (coalesce(revenue, 0) - spend) / spend AS roi
    FROM m LEFT JOIN l USING (creative) LEFT JOIN s USING (creative) ORDER BY spend DESC`
}

export function raw (days) {
  const from = nowMs - days * 86400000
  return text(days, 'metrics',
    `SELECT creative, count(*) FILTER (duplicate_of < 0) AS leads,
      count(*) FILTER (duplicate_of < 0 AND qualified) AS qualified FROM leads
      WHERE account = 0 AND created_ms >= ${from} AND created_ms < ${nowMs} GROUP BY creative`,
    `SELECT creative, count(*) FILTER (NOT refund) AS sales, sum(amount) AS revenue FROM purchases
      WHERE account = 0 AND lead_ms >= ${from} AND lead_ms < ${nowMs} GROUP BY creative`)
}

export function rolled (days) {
  const between = `day BETWEEN DATE '${lastDay}' - ${days - 1} AND DATE '${lastDay}'`
  return text(days, 'metrics_daily',
    `SELECT creative, sum(leads) AS leads, sum(qualified) AS qualified FROM leads_daily
      WHERE account = 0 AND ${between} GROUP BY creative`,
    `SELECT creative, sum(sales) AS sales, sum(amount) AS revenue FROM sales_daily
      WHERE account = 0 AND ${between} GROUP BY creative`)
}

export function stored (days) {
  const from = nowMs - days * 86400000
  const account = `org_id = '${org}' AND ad_account_id = '00000000-0000-7000-8000-100000000000'`
  const first = new Date(Date.parse(lastDay) - (days - 1) * 86400000).toISOString().slice(0, 10)
  return `WITH m AS (SELECT creative_id, sum(spend_micros)::BIGINT AS spend, sum(impressions)::BIGINT AS impressions,
      sum(clicks)::BIGINT AS clicks FROM stored_metrics WHERE ${account} AND day BETWEEN '${first}' AND '${lastDay}'
      GROUP BY creative_id),
    l AS (SELECT creative_id, count(*) FILTER (duplicate_of = '') AS leads,
      count(*) FILTER (duplicate_of = '' AND qualified) AS qualified FROM stored_leads
      WHERE ${account} AND created_ms >= ${from} AND created_ms < ${nowMs} GROUP BY creative_id),
    s AS (SELECT creative_id, count(*) FILTER (kind = 'sale') AS sales, sum(amount_micros) AS revenue FROM stored_purchases
      WHERE ${account} AND lead_ms >= ${from} AND lead_ms < ${nowMs} GROUP BY creative_id)
    SELECT right(m.creative_id, 11)::INT AS creative, spend, impressions, clicks, coalesce(leads, 0)::BIGINT AS leads,
      coalesce(qualified, 0)::BIGINT AS qualified, coalesce(sales, 0)::BIGINT AS sales,
      coalesce(revenue, 0)::BIGINT AS revenue, (coalesce(revenue, 0) - spend) / spend AS roi
    FROM m LEFT JOIN l USING (creative_id) LEFT JOIN s USING (creative_id) ORDER BY spend DESC`
}

// [creative, spend, impressions, clicks, leads, qualified, sales, revenue] a row.
export async function ask (duck, sql) {
  const begin = performance.now()
  const reader = await duck.connection.runAndReadAll(sql)
  const rows = reader.getRows()
  return { ms: performance.now() - begin, rows: rows.map((r) => r.slice(0, 8).map(Number)) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , verb, path, folder] = process.argv
  await (verb === 'load' ? load(path, folder) : store(path))
}

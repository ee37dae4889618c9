// DuckDB on the same rows: raw tables, and a daily roll-up of its own.
//
//     node duck.mjs load DATABASE CSV_FOLDER
//
// In its favour: integers as keys, only the columns that are asked for, whether a person is
// qualified known beforehand, and two threads (all cores of the machine).
import { DuckDBInstance } from '@duckdb/node-api'
import { fileURLToPath } from 'node:url'

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

// [creative, spend, impressions, clicks, leads, qualified, sales, revenue] a row.
export async function ask (duck, sql) {
  const begin = performance.now()
  const reader = await duck.connection.runAndReadAll(sql)
  const rows = reader.getRows()
  return { ms: performance.now() - begin, rows: rows.map((r) => r.slice(0, 8).map(Number)) }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === 'load') {
  await load(process.argv[3], process.argv[4])
}

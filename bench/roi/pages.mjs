// The founding way: an HTTP server that hands out rows as JSON, a thousand a page, and a client
// that fetches all of them and adds them up.
//
// In its favour: pages go on from the last key (an offset would be read again and again), the
// columns are those of the question, and everything is on one machine.
import http from 'node:http'
import pg from 'pg'

const org = '00000000-0000-7000-8000-000000000001'
const account = '00000000-0000-7000-8000-100000000000'
const lastDay = '2026-11-14'
const nowMs = Date.UTC(2026, 10, 14, 19)
const page = 1000

const queries = {
  metrics: `SELECT creative_id, ad_id, day, spend_micros, impressions, clicks FROM creative_metrics_history
    WHERE org_id = $1 AND ad_account_id = $2 AND day >= $3 AND (day > $3 OR ad_id > $4)
    AND day >= $5 AND day <= $6 ORDER BY day, ad_id LIMIT ${page}`,
  leads: `SELECT l.creative_id, l.lead_id, l.duplicate_of, l.created_ms, l.stage FROM leads l
    WHERE l.org_id = $1 AND l.ad_account_id = $2 AND l.created_ms >= $3
    AND (l.created_ms > $3 OR l.lead_id > $4) AND l.created_ms >= $5 AND l.created_ms < $6 ORDER BY l.created_ms, l.lead_id LIMIT ${page}`,
  purchases: `SELECT creative_id, purchase_id, kind, amount_micros, lead_ms FROM purchases
    WHERE org_id = $1 AND ad_account_id = $2 AND lead_ms >= $3
    AND (lead_ms > $3 OR purchase_id > $4) AND lead_ms >= $5 AND lead_ms < $6 ORDER BY lead_ms, purchase_id LIMIT ${page}`
}

export async function serve (url) {
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  const server = http.createServer(async (request, response) => {
    const { pathname, searchParams: q } = new URL(request.url, 'http://x')
    try {
      const { rows } = await pool.query({ name: pathname, text: queries[pathname.slice(1)],
        values: [org, account, q.get('after'), q.get('after_id'), q.get('from'), q.get('to')] })
      response.setHeader('Content-Type', 'application/json')
      response.end(JSON.stringify(rows))
    } catch (error) {
      response.statusCode = 500
      response.end(String(error))
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: server.address().port, async close () { server.closeAllConnections(); server.close(); await pool.end() } }
}

async function all (port, what, from, to, start, keys, add) {
  let [after, id] = start
  for (;;) {
    const path = `/${what}?after=${after}&after_id=${id}&from=${from}&to=${to}`
    const answer = await fetch(`http://127.0.0.1:${port}${path}`)
    if (!answer.ok) throw new Error(await answer.text())
    const rows = await answer.json()
    for (const row of rows) add(row)
    if (rows.length < page) return
    after = rows.at(-1)[keys[0]]
    id = rows.at(-1)[keys[1]]
  }
}

export async function ask (port, days) {
  const begin = performance.now()
  const sums = new Map()
  const of = (row) => {
    let sum = sums.get(row.creative_id)
    if (!sum) sums.set(row.creative_id, sum = [0, 0, 0, 0, 0, 0, 0])
    return sum
  }
  const first = new Date(Date.parse(lastDay) - (days - 1) * 86400000).toISOString().slice(0, 10)
  const from = nowMs - days * 86400000
  const qualified = new Set()
  await all(port, 'metrics', first, lastDay, [first, ''], ['day', 'ad_id'], (row) => {
    const sum = of(row)
    sum[0] += Number(row.spend_micros)
    sum[1] += Number(row.impressions)
    sum[2] += Number(row.clicks)
  })
  await all(port, 'leads', from, nowMs, [from, ''], ['created_ms', 'lead_id'], (row) => {
    const person = row.duplicate_of || row.lead_id
    if (!row.duplicate_of) of(row)[3]++
    if (row.stage === 'qualified' && !qualified.has(person)) qualified.add(person)
  })
  await all(port, 'purchases', from, nowMs, [from, ''], ['lead_ms', 'purchase_id'], (row) => {
    const sum = of(row)
    sum[5] += row.kind === 'sale' ? 1 : 0
    sum[6] += Number(row.amount_micros)
  })
  const rows = [...sums].map(([id, sum]) => [Number(id.slice(-11)), ...sum])
  return { ms: performance.now() - begin, rows }
}

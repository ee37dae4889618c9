// The peer: fastify + pg, one insert per request, answered when it is committed.
//
//     node peer.mjs PORT POSTGRES_URL POOL SECRET
//
// The same work as ours at intake: HMAC-SHA256 over the raw body compared in constant time, the
// body read as JSON, the lead's own id as the key that makes a second delivery harmless.
import { createHmac, timingSafeEqual } from 'node:crypto'
import fastify from 'fastify'
import pg from 'pg'

const [port, url, pool, secret] = process.argv.slice(2)
const database = new pg.Pool({ connectionString: url, max: Number(pool) })
await database.query(`CREATE TABLE IF NOT EXISTS peer_leads (
  lead_id TEXT PRIMARY KEY, advertiser_id TEXT NOT NULL, received_ms BIGINT NOT NULL,
  body TEXT NOT NULL)`)

const app = fastify({ logger: false, bodyLimit: 256 * 1024 })
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

app.post('/tiktok/webhook', async (request, reply) => {
  const given = Buffer.from(String(request.headers['x-open-signature'] ?? ''), 'hex')
  const expected = createHmac('sha256', secret).update(request.body).digest()
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return reply.code(401).send({ code: 40100 })
  }
  const text = request.body.toString('utf8')
  const lead = JSON.parse(text).entry[0]
  await database.query({
    name: 'insert',
    text: `INSERT INTO peer_leads (lead_id, advertiser_id, received_ms, body)
           VALUES ($1, $2, $3, $4) ON CONFLICT (lead_id) DO NOTHING`,
    values: [lead.id, lead.advertiser_id, Date.now(), text]
  })
  return { code: 0 }
})

await app.listen({ port: Number(port), host: '127.0.0.1' })
process.on('SIGTERM', () => process.exit(0))

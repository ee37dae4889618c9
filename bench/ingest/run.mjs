// Rounds of measurements, the sides in turn; medians; one JSON object as the last line.
//
// Environment: POSTGRES_URL (a superuser's), ROUNDS (5), SECONDS (3), WARM_SECONDS (1.5).
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, openSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'

const run = promisify(execFile)
const here = new URL('.', import.meta.url).pathname
const root = new URL('../..', import.meta.url).pathname
const server = process.env.POSTGRES_URL
const rounds = Number(process.env.ROUNDS ?? 5)
const seconds = process.env.SECONDS ?? '3'
const warm = process.env.WARM_SECONDS ?? '1.5'
const secret = 'a-secret-of-the-bench'
const folder = mkdtempSync(join(tmpdir(), 'adwright-bench-'))
let made = 0

process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

async function sql (url, text) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

async function freshDatabase () {
  const name = `bench_${++made}`
  await sql(server, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'`)
  return { name, url: server.replace(/\/postgres$/, `/${name}`) }
}

async function dropDatabase ({ name }) {
  await sql(server, `DROP DATABASE ${name} WITH (FORCE)`)
}

function freePort () {
  return new Promise((resolve) => {
    const s = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => resolve(port))
    })
  })
}

async function listening (port, child) {
  for (let i = 0; i < 400; i++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    const ok = await new Promise((resolve) => {
      const s = net.connect(port, '127.0.0.1')
      s.once('connect', () => { s.destroy(); resolve(true) })
      s.once('error', () => resolve(false))
    })
    if (ok) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('the server does not listen')
}

// Start, load, stop, and compare what was acknowledged with what is stored.
async function measure (connections, command, args, port, stored) {
  const log = openSync(join(folder, 'log'), 'w')
  const child = spawn(command, args, { stdio: ['ignore', log, log] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  let result
  try {
    await listening(port, child)
    const { stdout } = await run(join(root, 'build/bench/load'), ['-p', port, '-u', '/tiktok/webhook',
      '-k', secret, '-c', connections, '-s', seconds, '-w', warm].map(String))
    result = JSON.parse(stdout)
  } finally {
    child.kill('SIGTERM')
    await ended
  }
  const rows = await stored()
  if (rows < result.acknowledged) {
    throw new Error(`${result.acknowledged} were acknowledged, ${rows} are stored`)
  }
  return result
}

async function ours (connections, url) {
  const port = await freePort()
  const data = mkdtempSync(join(folder, 'data-'))
  const db = url ?? `sqlite:${data}/adwright.db`
  const args = ['serve', '--data', data, '--db', db, '--port', port, '--tiktok_app_secret', secret,
    '--log', 'warn'].map(String)
  try {
    return await measure(connections, join(root, 'build/adwright'), args, port, async () =>
      Number((await run(join(root, 'build/bench/stored'), [db])).stdout))
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

async function withDatabase (measured) {
  const database = await freshDatabase()
  try {
    await sql(server, 'CHECKPOINT')
    return await measured(database.url)
  } finally {
    await dropDatabase(database)
  }
}

const sides = {
  sqlite: (connections) => ours(connections),
  postgres: (connections) => withDatabase((url) => ours(connections, url)),
  peer: (connections) => withDatabase(async (url) => {
    const port = await freePort()
    const args = [join(here, 'peer.mjs'), port, url, 32, secret].map(String)
    return measure(connections, process.execPath, args, port, async () =>
      Number((await sql(url, 'SELECT count(*) AS n FROM peer_leads'))[0].n))
  })
}

function median (list) {
  const sorted = [...list].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const results = {} // results[connections][side] = one per round
for (let round = 0; round < rounds; round++) {
  for (const connections of [64, 256]) {
    const order = Object.keys(sides)
    for (let i = 0; i < round % order.length; i++) order.push(order.shift())
    for (const side of order) {
      const r = await sides[side](connections)
      ;((results[connections] ??= {})[side] ??= []).push(r)
      console.log(`round ${round + 1}  ${String(connections).padStart(3)} connections  ${side.padEnd(8)}` +
        `  ${String(r.rps).padStart(6)} req/s  p50 ${r.p50_ms} ms  p99 ${r.p99_ms} ms`)
    }
  }
}

const answer = { bench: 'ingest', sqlite: {}, postgres: {} }
console.log('\nmedians of %d rounds [lowest..highest]', rounds)
for (const [connections, bySide] of Object.entries(results)) {
  for (const [side, list] of Object.entries(bySide)) {
    const rps = list.map((r) => r.rps)
    console.log(`${connections.padStart(3)} connections  ${side.padEnd(8)}  ${median(rps)} req/s` +
      ` [${Math.min(...rps)}..${Math.max(...rps)}]  p50 ${median(list.map((r) => r.p50_ms))} ms` +
      `  p99 ${median(list.map((r) => r.p99_ms))} ms`)
  }
  for (const side of ['sqlite', 'postgres']) {
    // ratios are taken within a round, where the machine was the same
    const ratio = (of) => Number(median(bySide[side].map((r, i) => of(r) / of(bySide.peer[i]))).toFixed(2))
    answer[side][connections] = { ratio: ratio((r) => r.rps), p99_ratio: ratio((r) => r.p99_ms) }
  }
}
console.log(JSON.stringify(answer))

// Rounds of measurements, the sides in turn; medians; one JSON object as the last line.
//
// Environment: ROUNDS (5), MEGABYTES (200), PARALLEL (50; 0 = no memory part), FOLDER (where the
// files lie; build/bench, because O_DIRECT wants a real file system).
import { execFile, execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, openSync, closeSync, readFileSync, readdirSync, rmSync, statSync, statfsSync, writeSync } from 'node:fs'
import { createHash, randomBytes } from 'node:crypto'
import net from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const here = new URL('.', import.meta.url).pathname
const root = new URL('../..', import.meta.url).pathname
const adwright = join(root, 'build/adwright')
const rounds = Number(process.env.ROUNDS ?? 5)
const megabytes = Number(process.env.MEGABYTES ?? 200)
const warm = process.env.WARM === '1'
const parallel = Number(process.env.PARALLEL ?? 50)
const place = process.env.FOLDER ?? join(root, 'build/bench')
mkdirSync(place, { recursive: true })
const folder = mkdtempSync(join(place, 'upload-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

const bytes = megabytes * 1e6
const source = join(folder, 'source.mp4')

// A playable video of this size: a clip of the demo, then a box of noise that players skip.
function makeSource () {
  copyFileSync(join(root, 'demo/trial-lesson.mp4'), source)
  const fd = openSync(source, 'a')
  let left = bytes - statSync(source).size
  const box = Buffer.alloc(8)
  box.writeUInt32BE(left, 0)
  box.write('free', 4, 'latin1')
  writeSync(fd, box)
  for (left -= 8; left > 0; left -= 1e6) writeSync(fd, randomBytes(Math.min(left, 1e6)))
  closeSync(fd)
}

function needSpace (wanted) {
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize < wanted) throw new Error(`${Math.ceil(wanted / 1e9)} GB must be free in ${place}`)
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

function megabytesOf (pid, field) { // VmRSS, VmHWM
  return Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`${field}:\\s+(\\d+)`))[1]) / 1024
}

function cpuOf (pid) { // seconds of all its threads, at 100 ticks a second
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

// --- the servers ---

const servers = {
  async ours (port, data, more = []) {
    const flags = ['--data', data, '--db', `sqlite:${data}/adwright.db`]
    const org = (await run(adwright, ['org', 'add', 'Bench', ...flags])).stdout.trim()
    const key = (await run(adwright, ['org', 'key', '--org', org, '--rights', 'read,edit', ...flags])).stdout.trim()
    const args = ['serve', ...flags, '--port', String(port), '--log', 'warn', ...more]
    return { command: adwright, args, key }
  },
  hashed: (port, data) => servers.ours(port, data, ['--upload_sync', 'off']),
  plain: (port, data) => servers.ours(port, data, ['--upload_sync', 'off', '--upload_hash', 'off']),
  async peer (port, data) {
    return { command: process.execPath, args: [join(here, 'peer.mjs'), String(port), data], key: 'none' }
  }
}

// A server for as long as `use` takes; its data are gone afterwards.
async function withServer (kind, more, use) {
  const port = await freePort()
  const data = mkdtempSync(join(folder, `${kind}-`))
  const { command, args, key } = await servers[kind](port, data, more)
  const log = openSync(join(folder, 'log'), 'w')
  const child = spawn(command, args, { stdio: ['ignore', log, log] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    await listening(port, child)
    return await use({ port, key, data, pid: child.pid })
  } catch (error) {
    throw new Error(`${error.message}\n${readFileSync(join(folder, 'log'), 'utf8')}`)
  } finally {
    child.kill('SIGKILL') // what it does after the upload is not measured
    await ended
    closeSync(log)
    rmSync(data, { recursive: true, force: true })
    execFileSync('sync', ['-f', folder])
  }
}

const plainClient = (at, more = []) =>
  run(join(root, 'build/bench/upload'), ['-p', at.port, '-k', at.key, '-f', source, ...more].map(String))
const clients = {
  plain: plainClient,
  tusjs: (at) => run(process.execPath, [join(here, 'client.mjs'), at.port, source, at.key].map(String))
}

let sourceHash

function filesOfSourceSize (folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesOfSourceSize(path)
    return statSync(path).size === bytes ? [path] : []
  })
}

// As a server that has been up for a while: code is compiled, memory is there.  The upload of the
// warming is left unfinished, so that no work follows from it.
async function warmUp (at) {
  await plainClient(at, ['-u'])
  for (const path of filesOfSourceSize(at.data)) rmSync(path)
  execFileSync('sync', ['-f', folder])
}

// The stored file is the source's content: a fast wrong answer counts for nothing.
function mustBeStored (data) {
  const found = filesOfSourceSize(data)
  if (found.length !== 1) throw new Error(`${found.length} files of ${bytes} bytes are stored`)
  const hash = createHash('sha256').update(readFileSync(found[0])).digest('hex')
  if (hash !== sourceHash) throw new Error('the stored file is another')
}

function measure (kind, client) {
  return withServer(kind, [], async (at) => {
    const idle = megabytesOf(at.pid, 'VmRSS')
    if (warm) await warmUp(at)
    const before = cpuOf(at.pid)
    const { seconds } = JSON.parse((await clients[client](at)).stdout)
    const [peak, after] = [megabytesOf(at.pid, 'VmHWM'), cpuOf(at.pid)]
    mustBeStored(at.data)
    return { rate: bytes / 1e6 / seconds, rss: peak - idle, cpu: after - before }
  })
}

function timed (command, args) {
  const target = join(folder, 'copy')
  const began = process.hrtime.bigint()
  execFileSync(command, args(target), { stdio: 'ignore' })
  const seconds = Number(process.hrtime.bigint() - began) / 1e9
  rmSync(target)
  execFileSync('sync', ['-f', folder])
  return { rate: bytes / 1e6 / seconds }
}

const sides = {
  'cp': async () => timed('cp', (to) => [source, to]),
  'O_DIRECT write': async () => timed('dd', (to) => [`if=${source}`, `of=${to}`, 'bs=1M', 'oflag=direct']),
  'ours, durable, C client': () => measure('ours', 'plain'),
  'ours, SHA-256, C client': () => measure('hashed', 'plain'),
  'ours, neither, C client': () => measure('plain', 'plain'),
  '@tus/server, C client': () => measure('peer', 'plain'),
  'ours, durable, tus-js-client': () => measure('ours', 'tusjs'),
  'ours, SHA-256, tus-js-client': () => measure('hashed', 'tusjs'),
  'ours, neither, tus-js-client': () => measure('plain', 'tusjs'),
  '@tus/server, tus-js-client': () => measure('peer', 'tusjs')
}

function median (list) {
  const sorted = [...list].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

needSpace(bytes * 4)
makeSource()
sourceHash = createHash('sha256').update(readFileSync(source)).digest('hex')

const results = {}
for (let round = 0; round < rounds; round++) {
  const order = Object.keys(sides)
  for (let i = 0; i < round % order.length; i++) order.push(order.shift())
  for (const side of order) {
    const r = await sides[side]()
    ;(results[side] ??= []).push(r)
    console.log(`round ${round + 1}  ${side.padEnd(36)}  ${r.rate.toFixed(0).padStart(5)} MB/s` +
      (r.rss === undefined ? '' : `  server CPU ${r.cpu.toFixed(2)} s  memory +${r.rss.toFixed(1)} MB`))
  }
}

console.log(`\n${megabytes} MB, medians of ${rounds} rounds [lowest..highest]`)
for (const [side, list] of Object.entries(results)) {
  const rates = list.map((r) => r.rate)
  console.log(`${side.padEnd(36)}  ${median(rates).toFixed(0).padStart(5)} MB/s` +
    ` [${Math.min(...rates).toFixed(0)}..${Math.max(...rates).toFixed(0)}]` +
    (list[0].rss === undefined ? '' : `  server CPU ${median(list.map((r) => r.cpu)).toFixed(2)} s` +
      `  memory +${median(list.map((r) => r.rss)).toFixed(1)} MB`))
}
// Ratios are taken within a round, where the machine was the same.
const ratio = (one, other) => Number(median(results[one].map((r, i) => r.rate / results[other][i].rate)).toFixed(2))
console.log('\nby tus-js-client: %s x @tus/server durable, %s x with SHA-256, %s x with neither',
  ratio('ours, durable, tus-js-client', '@tus/server, tus-js-client'),
  ratio('ours, SHA-256, tus-js-client', '@tus/server, tus-js-client'),
  ratio('ours, neither, tus-js-client', '@tus/server, tus-js-client'))
console.log('by the C client, durable: %s x @tus/server, %s x cp',
  ratio('ours, durable, C client', '@tus/server, C client'), ratio('ours, durable, C client', 'cp'))

// Memory: many at once, and one that is alone; the worse figure counts.
let perUpload = median(results['ours, durable, C client'].map((r) => r.rss))
if (parallel) {
  needSpace(bytes * (parallel + 2))
  const many = await withServer('ours', [], async (at) => {
    const idle = megabytesOf(at.pid, 'VmRSS')
    const { stdout } = await plainClient(at, ['-n', parallel])
    return { idle, peak: megabytesOf(at.pid, 'VmHWM'), seconds: JSON.parse(stdout).seconds }
  })
  console.log(`${parallel} at once, ${megabytes} MB each: ${(parallel * bytes / 1e6 / many.seconds).toFixed(0)} MB/s,` +
    ` resident ${many.idle.toFixed(1)} MB idle, ${many.peak.toFixed(1)} MB at most`)
  if (many.peak >= 150) throw new Error('that is not under 150 MB')
  perUpload = Math.max(perUpload, (many.peak - many.idle) / parallel)
}
console.log(JSON.stringify({
  bench: 'upload',
  sha256_ratio: ratio('ours, SHA-256, C client', '@tus/server, C client'),
  plain_ratio: ratio('ours, neither, C client', '@tus/server, C client'),
  durable_vs_odirect: ratio('ours, durable, C client', 'O_DIRECT write'),
  rss_mb_per_upload: Number(perUpload.toFixed(1))
}))

// Rounds of measurements, the sides in turn; medians; one JSON object as the last line.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as duck from './duck.mjs'
import * as pages from './pages.mjs'

const root = new URL('../..', import.meta.url).pathname
const measure = join(root, 'build/bench/roi-measure')
const { FOLDER: folder, POSTGRES_URL: postgres, POSTGRES_DATA: data } = process.env
const sizes = process.env.SIZES.split(' ').filter(Boolean).map(Number)
const rounds = Number(process.env.ROUNDS ?? 7)
const coldRounds = Number(process.env.COLD_ROUNDS ?? 3)
const pageRounds = Number(process.env.PAGE_ROUNDS ?? 5)
const biggest = sizes.at(-1)
const spans = [30, 365]

// --- the sides: each opens, answers {ms, rows}, closes -----------------------------------------

// Our own code in a process of its own, asked over a pipe; the time is taken inside.
function ours (url) {
  return async () => {
    const child = spawn(measure, [url], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const command = async (text) => {
      child.stdin.write(text + '\n')
      const { value, done } = await lines.next()
      if (done) throw new Error(`${measure} ${url} ended`)
      return JSON.parse(value)
    }
    return {
      ask: async (days) => command(`ask ${days}`),
      rows: async (days) => command(`rows ${days}`),
      command,
      close: () => new Promise((resolve) => { child.once('exit', resolve); child.stdin.end() })
    }
  }
}

function duckSide (size, sql) {
  return async () => {
    const opened = await duck.open(join(folder, `${size}.duckdb`), { access_mode: 'READ_ONLY' })
    return {
      ask: async (days) => duck.ask(opened, sql(days)),
      rows: async (days) => (await duck.ask(opened, sql(days))).rows,
      close: async () => opened.close()
    }
  }
}

function pagesSide (size) {
  return async () => {
    const server = await pages.serve(`${postgres}/roi_${size}`)
    return {
      ask: async (days) => pages.ask(server.port, days),
      rows: async (days) => (await pages.ask(server.port, days)).rows,
      close: async () => server.close()
    }
  }
}

const sidesOf = (size) => ({
  sqlite: ours(`sqlite:${join(folder, `${size}.db`)}`),
  ...(postgres && { postgres: ours(`${postgres}/roi_${size}`) }),
  duckdb_stored: duckSide(size, duck.stored),
  duckdb_raw: duckSide(size, duck.raw),
  duckdb_rollup: duckSide(size, duck.rolled)
})

// --- helpers --------------------------------------------------------------------------------------

function median (list) {
  const sorted = [...list].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

function show (name, size, days, list) {
  const low = Math.min(...list)
  const high = Math.max(...list)
  console.log(`${String(size).padStart(9)} rows  ${String(days).padStart(3)} days  ${name.padEnd(22)}` +
    `${median(list).toFixed(2).padStart(10)} ms  [${low.toFixed(2)}..${high.toFixed(2)}]`)
}

function files (path) {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true }).map((name) => join(path, name))
    .filter((name) => statSync(name).isFile())
}

function forget (...paths) {
  const list = paths.flatMap(files)
  for (let i = 0; i < list.length; i += 500) spawnSync(measure, ['forget', ...list.slice(i, i + 500)])
}

function restartPostgres () {
  const base = [process.env.POSTGRES_CTL, '-D', data, '-w', '-l', join(folder, 'postgres.log')]
  const as = process.getuid() === 0 ? ['runuser', '-u', 'postgres', '--'] : []
  for (const rest of [['-m', 'fast', 'stop'], ['-o', process.env.POSTGRES_OPTIONS, 'start']]) {
    const [command, ...args] = [...as, ...base, ...rest]
    if (spawnSync(command, args, { cwd: '/', stdio: 'ignore' }).status !== 0) throw new Error(`pg_ctl ${rest.at(-1)}`)
    if (rest.at(-1) === 'stop') forget(data)
  }
}

// Every side must come to the same figures; the pages know no qualified persons.
function same (name, expected, got, but = -1) {
  const sort = (rows) => [...rows].sort((a, b) => a[0] - b[0])
    .map((row) => row.map((value, i) => (i === but ? 0 : value)).join(' ')).join('\n')
  if (sort(expected) !== sort(got)) {
    const [a, b] = [sort(expected).split('\n'), sort(got).split('\n')]
    const at = a.findIndex((line, i) => line !== b[i])
    throw new Error(`${name} comes to other figures: ${b[at]} instead of ${a[at]} (${b.length} of ${a.length} rows)`)
  }
}

// --- warm --------------------------------------------------------------------------------------------

const warm = {} // warm[size][days][side] = one a round
const opened = {}
for (const size of sizes) {
  opened[size] = {}
  for (const [name, open] of Object.entries(sidesOf(size))) opened[size][name] = await open()
  for (const days of spans) {
    const expected = await opened[size].sqlite.rows(days)
    for (const [name, side] of Object.entries(opened[size])) same(name, expected, await side.rows(days))
    for (const side of Object.values(opened[size])) for (let i = 0; i < 5; i++) await side.ask(days)
  }
}
console.log('all sides come to the same figures; %d rounds, warm:', rounds)
for (let round = 0; round < rounds; round++) {
  const turns = sizes.flatMap((size) => spans.flatMap((days) => Object.keys(opened[size]).map((name) => [size, days, name])))
  for (let i = 0; i < round % turns.length; i++) turns.push(turns.shift())
  for (const [size, days, name] of turns) {
    // One turn is the best of three: what the neighbours of this machine do is nobody's merit.
    const times = []
    for (let i = 0; i < 3; i++) times.push((await opened[size][name].ask(days)).ms)
    ;(((warm[size] ??= {})[days] ??= {})[name] ??= []).push(Math.min(...times))
  }
}
for (const size of sizes) for (const days of spans) for (const [name, list] of Object.entries(warm[size][days])) show(name, size, days, list)

// --- the founding way --------------------------------------------------------------------------------

const founding = {}
if (postgres) {
  const side = await pagesSide(biggest)()
  for (const days of spans) {
    const expected = await opened[biggest].sqlite.rows(days)
    for (let round = 0; round < pageRounds; round++) {
      const { ms, rows } = await side.ask(days)
      if (round === 0) same('pages', expected, rows, 5)
      ;(founding[days] ??= []).push(ms)
    }
    show('pages of JSON', biggest, days, founding[days])
  }
  await side.close()
}

// --- cold: a new process or server, nothing of the files in memory ---------------------------------------

for (const sides of Object.values(opened)) for (const side of Object.values(sides)) await side.close()
const cold = {}
for (let round = 0; round < coldRounds; round++) {
  for (const [name, open] of Object.entries(sidesOf(biggest))) {
    for (const days of spans) {
      if (name === 'postgres') restartPostgres()
      else forget(join(folder, `${biggest}.db`), join(folder, `${biggest}.duckdb`))
      const side = await open()
      ;((cold[days] ??= {})[name] ??= []).push((await side.ask(days)).ms)
      await side.close()
    }
  }
}
console.log('cold, %d rounds:', coldRounds)
for (const days of spans) for (const [name, list] of Object.entries(cold[days])) show(name, biggest, days, list)

// --- what late corrections cost ----------------------------------------------------------------------------

console.log('late corrections of one account, seven days read again, one figure in ten other than before:')
for (const name of ['sqlite', 'postgres'].filter((side) => side !== 'postgres' || postgres)) {
  const side = await sidesOf(biggest)[name]()
  const c = await side.command('correct')
  await side.close()
  console.log(`${name.padEnd(10)} ${c.read} figures, ${c.corrected} corrected: ${c.collect_ms} ms, of these the roll-ups` +
    ` ${c.roll_up_ms} ms (${(100 * c.roll_up_ms / c.collect_ms).toFixed(0)} %); a lead ${c.lead_ms} ms, of these its facts ${c.facts_ms} ms`)
}

// --- ratios, within a round, where the machine was the same ----------------------------------------------------

const of = (size, name) => warm[size][365][name]
const ratio = (a, b) => a && b && Number(median(a.map((value, i) => value / b[i])).toPrecision(3))
console.log(JSON.stringify({
  bench: 'roi',
  sqlite_vs_duckdb_raw: ratio(of(biggest, 'sqlite'), of(biggest, 'duckdb_raw')),
  sqlite_vs_duckdb_stored: ratio(of(biggest, 'sqlite'), of(biggest, 'duckdb_stored')),
  sqlite_vs_duckdb_rollup: ratio(of(biggest, 'sqlite'), of(biggest, 'duckdb_rollup')),
  m10_vs_m1: ratio(of(biggest, 'sqlite'), of(sizes[0], 'sqlite')),
  postgres_vs_sqlite: ratio(of(biggest, 'postgres'), of(biggest, 'sqlite')),
  vs_founding: founding[365] && Number((median(of(biggest, 'sqlite')) / median(founding[365])).toPrecision(3))
}))

// npm run mutants -- js: faults put into src/js, one at a time, and whether the suite notices.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { atOnce } from '../test/at-once.mjs'
import { startedHost, stopHost } from '../test/runtimes.mjs'
import { edits } from './edits.mjs'
import { harmless } from './harmless.mjs'
import { mutantsOf } from './mutate.mjs'

/** @typedef {{ only?: string, most: number, seed: string, atATime: number, again: boolean }} Wanted */

/**
 * A fault in a file: the file with it, and the lines that it changes, as they were and as they are.
 * @typedef {object} Mutant
 * @property {string} file
 * @property {number} line
 * @property {number} start
 * @property {string} operator
 * @property {string} changed
 * @property {string} was
 * @property {string} now
 */

/**
 * What noticed it, if anything did.
 * @typedef {Mutant & { caughtBy?: string, isElsewhere?: boolean, why?: string, note?: string }} Outcome
 */

/** @typedef {[start: number, end: number, count: number]} Range */

/**
 * A test, and what it runs of each file.
 * @typedef {{ name: string, ms: number, files: Record<string, Range[]> }} Covered
 */

/** @typedef {{ root: string, folder: string, host: string }} Suite */

// What the suites of js-tests/transport and js-tests/packed are about is not among them.
const FILES = [
  ...['deadline', 'error', 'host', 'options', 'progress', 'signals'].map((name) => `common/${name}`),
  ...[
    'call',
    'ending',
    'fetch',
    'flight',
    'flights',
    'join',
    'leader',
    'leases',
    'many',
    'options',
    'proof',
    'request',
  ].map((name) => `provider/${name}`),
  ...['session-provider', 'sessions', 'widget'].map((name) => `provider/${name}`),
  ...['guarded-store', 'index', 'seal', 'shared-sessions'].map((name) => `stores/${name}`),
  ...['buckets', 'cors', 'grant', 'index', 'limit', 'options'].map((name) => `handler/${name}`),
  ...['ks/shell', 'manager/calls', 'manager/list', 'manager/shell', 'session/bind'],
].map((name) => `${name}.js`)

/** Partly for Workers: what this runtime does not run of them, the suite in workerd does. */
const FOR_WORKERS = ['provider/flight.js', 'provider/leader.js', 'provider/lookout.js']
/** What the suite takes on a machine that is not busy; the times below are for such a one. */
const USUAL_MS = 80_000
/** Longer tests are about something else. */
const LONGEST_TEST_MS = 8_000
/** So much of the tests that run a line is enough, the quickest first. */
const ENOUGH_MS = 60_000
const START_MS = 30_000

/**
 * `only`: files whose names have it in them; `most`: faults of each file; `atATime` processes; `again`:
 * only those that were not noticed the last time.
 * @param {string} root
 * @param {Wanted} options
 * @param {(line: string) => void} log
 */
export async function javascriptMutants(root, { only = '', most, seed, atATime, again }, log) {
  const folder = join(root, 'target/mutants')
  mkdirSync(folder, { recursive: true })
  // src/js in the place of the package, for the host and for what runs the suite.
  process.env.NODE_OPTIONS = `--import=${pathToFileURL(join(root, 'scripts/dev/register.mjs')).href}`
  const { url: host } = await startedHost(root)
  const suite = { root, folder, host }
  try {
    const coverage = await coverageOf(suite, log)
    const all = [...chosenEdits(root, only), ...sampled(root, { only, most, seed })]
    const last = join(folder, 'survivors.json')
    const wanted = again ? new Set(JSON.parse(readFileSync(last, 'utf8'))) : undefined
    const mutants = wanted ? all.filter((mutant) => wanted.has(nameOf(mutant))) : all
    /** @type {Outcome[]} */
    const outcomes = []
    await atOnce(atATime, mutants.entries(), async ([number, mutant]) => {
      const outcome = { ...mutant, ...(await tried(suite, coverage, mutant, number)) }
      if (outcome.isElsewhere) return log(`not run by this runtime: ${shown(outcome)}`)
      outcomes.push(outcome)
      if (!outcome.caughtBy) log(`survived: ${shown(outcome)}`)
    })
    writeFileSync(last, JSON.stringify(outcomes.filter(({ caughtBy }) => !caughtBy).map(nameOf)))
    return outcomes.map((outcome) => ({ ...outcome, why: reasonOf(outcome) }))
  } finally {
    await stopHost()
  }
}

/**
 * Those that somebody has thought of, each of which must still fit.
 * @param {string} root
 * @param {string} only
 */
function chosenEdits(root, only) {
  return edits
    .filter(({ file }) => file.includes(only))
    .map(({ file, from, to, why }) => {
      const source = readFileSync(join(root, 'src/js', file), 'utf8')
      const start = source.indexOf(from)
      if (start === -1 || source.includes(from, start + 1)) {
        throw new Error(`scripts/mutants/edits.mjs: ${file} has to have this once: ${from}`)
      }
      return mutantIn(file, source, { start, end: start + from.length, text: to, operator: why })
    })
}

/**
 * `most` faults of each file, the same for the same source and seed.
 * @param {string} root
 * @param {{ only: string, most: number, seed: string }} options
 */
function sampled(root, { only, most, seed }) {
  return FILES.filter((file) => file.includes(only)).flatMap((file) => {
    const source = readFileSync(join(root, 'src/js', file), 'utf8')
    /** @param {import('./mutate.mjs').Fault} options */
    const rank = ({ start, end, text }) =>
      createHash('sha256')
        .update(`${seed} ${file} ${lineOf(source, start)} ${source.slice(start, end)} ${text}`)
        .digest('hex')
    const ranked = mutantsOf(source).map((mutant) => ({ mutant, rank: rank(mutant) }))
    ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1))
    return ranked.slice(0, most).map(({ mutant }) => mutantIn(file, source, mutant))
  })
}

/**
 * @param {string} file
 * @param {string} source
 * @param {import('./mutate.mjs').Fault} options
 */
function mutantIn(file, source, { start, end, text, operator }) {
  const changed = source.slice(0, start) + text + source.slice(end)
  const line = source.slice(0, start).split('\n').length
  return {
    file,
    line,
    start,
    operator,
    changed,
    was: linesOf(source, start, end),
    now: linesOf(changed, start, start + text.length),
  }
}

/**
 * @param {string} source
 * @param {number} at
 */
const lineOf = (source, at) => linesOf(source, at, at)

/**
 * The whole lines around a stretch, as one.
 * @param {string} source
 * @param {number} start
 * @param {number} end
 */
function linesOf(source, start, end) {
  const from = source.lastIndexOf('\n', start - 1) + 1
  const to = source.indexOf('\n', end)
  return source
    .slice(from, to === -1 ? undefined : to)
    .trim()
    .replace(/\s+/g, ' ')
}

/**
 * What each test runs: measured once for a source, since it takes as long as the suite.
 * @param {Suite} options
 * @param {(line: string) => void} log
 */
async function coverageOf({ root, folder, host }, log) {
  const source = pathToFileURL(join(root, 'src/js')).href
  const digest = digestOf(['src/js', 'js-tests/suite'].map((name) => join(root, name)))
  const file = join(folder, `coverage-${digest}.json`)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  log('looking at what each test runs')
  const raw = `${file}.raw`
  const { printed, code } = await suite({ root, host }, ['cover', raw, source], {}, 600_000)
  if (code !== 0) throw new Error(`the suite can't be run:\n${printed}`)
  /** @type {{ tests: Covered[], failed: string[] }} */
  const { tests, failed } = JSON.parse(readFileSync(raw, 'utf8'))
  for (const name of failed) log(`fails without a fault, and is left out: ${name}`)
  const slowness = Math.max(1, tests.reduce((sum, { ms }) => sum + ms, 0) / USUAL_MS)
  const coverage = tests
    .map(({ name, ms, files }) => ({
      name,
      ms: Math.ceil(ms / slowness),
      files: Object.fromEntries(Object.entries(files).map(([url, ranges]) => [url.slice(source.length + 1), ranges])),
    }))
    .filter(({ ms }) => ms <= LONGEST_TEST_MS)
  writeFileSync(file, JSON.stringify(coverage))
  return coverage
}

/** @param {string[]} paths */
function digestOf(paths) {
  const hash = createHash('sha256')
  for (const path of paths) {
    for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()) {
      if (/\.m?js$/.test(name)) hash.update(name).update(readFileSync(join(path, name)))
    }
  }
  return hash.digest('hex').slice(0, 16)
}

/**
 * @param {Suite} options
 * @param {Covered[]} coverage
 * @param {Mutant} mutant
 * @param {number} number
 */
async function tried({ root, folder, host }, coverage, mutant, number) {
  const tests = testsFor(coverage, mutant)
  if (FOR_WORKERS.includes(mutant.file) && !tests.isExact) return { isElsewhere: true }
  const name = join(folder, `mutant-${number}`)
  writeFileSync(`${name}.js`, mutant.changed)
  const longest = Math.max(0, ...tests.map(({ ms }) => ms))
  const total = tests.reduce((sum, { ms }) => sum + ms, 0)
  // It may be busier now than when they were measured.
  const deadlineMs = 10_000 + 8 * longest
  writeFileSync(`${name}.json`, JSON.stringify({ names: tests.map((test) => test.name), deadlineMs }))
  const url = pathToFileURL(join(root, 'src/js', mutant.file)).href
  const env = { MUTANT: JSON.stringify({ url, file: `${name}.js` }) }
  const { printed, code } = await suite({ root, host }, ['try', `${name}.json`], env, START_MS + 3 * total + deadlineMs)
  if (code !== 0) return { caughtBy: code === null ? 'it does not end' : 'it does not start' }
  return { caughtBy: JSON.parse(printed.trim().split('\n').at(-1)).failed }
}

/**
 * The tests that run the place of a fault; of what is run once and for all, those of its file.
 * @param {Covered[]} coverage
 * @param {{ file: string, start: number }} options
 */
function testsFor(coverage, { file, start }) {
  // Of what is decided there, too, not only of what comes of it.
  /**
   * @param {Range[]} ranges
   * @param {number} at
   */
  const runsAt = (ranges, at) => (innermost(ranges, at)?.[2] ?? 0) > 0
  /** @param {Covered} test */
  const runsIt = ({ files }) => [start, start - 1].some((at) => runsAt(files[file] ?? [], at))
  /** @param {Covered} test */
  const runsFile = ({ files }) => (files[file] ?? []).some(([, , count]) => count > 0)
  const hits = coverage.filter(runsIt)
  const sorted = (hits.length > 0 ? hits : coverage.filter(runsFile)).sort((a, b) => a.ms - b.ms)
  let left = ENOUGH_MS
  return Object.assign(
    sorted.filter(({ ms }) => (left -= ms) > 0),
    { isExact: hits.length > 0 },
  )
}

/** @param {{ file: string, was: string, now: string }} options */
const nameOf = ({ file, was, now }) => `${file} ${was} ${now}`

/**
 * @param {Range[]} ranges
 * @param {number} at
 */
const innermost = (ranges, at) =>
  ranges.filter(([start, end]) => start <= at && at < end).sort((a, b) => a[1] - a[0] - (b[1] - b[0]))[0]

/**
 * @param {{ root: string, host: string }} options
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @param {number} timeoutMs
 */
function suite({ root, host }, args, env, timeoutMs) {
  /** @param {string} name */
  const file = (name) => join(root, 'scripts/mutants', name)
  const register = `--import=${pathToFileURL(file('register.mjs')).href}`
  const child = spawn(process.execPath, ['--expose-gc', register, file('suite.mjs'), host, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  })
  /** @type {Buffer[]} */
  const pieces = []
  child.stdout.on('data', (piece) => pieces.push(piece))
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, printed: Buffer.concat(pieces).toString() }))
  })
}

/** @param {Outcome} options */
const reasonOf = ({ caughtBy, file, was, now }) =>
  caughtBy ? undefined : harmless.find((one) => one.file === file && one.was === was && one.now === now)?.why

/** @param {Outcome} options */
export const shown = ({ file, line, operator, was, now, note }) =>
  `${file}:${line} (${operator}${note ? `, ${note}` : ''})\n    - ${was}\n    + ${now}`

// The command as a person or a script calls it: installed from the tarball, through pipes or on
// a terminal. Whatever is printed is searched for secrets that must be nowhere.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { stripVTControlCharacters } from 'node:util'
import { environmentOf } from '../environment.mjs'
import { node } from '../runtimes/index.mjs'
import { project } from '../packed/project.mjs'

/**
 * @import { Kaltura } from '../suite/harness.js'
 * @import { ChildProcess, ChildProcessWithoutNullStreams } from 'node:child_process'
 */

const NODE_VERSION = 20
const LONGEST_MS = 180_000

const secrets = new Set()

/**
 * From now on, no command may print this.
 * @param {...string} texts
 */
export function guard(...texts) {
  for (const secret of texts) secrets.add(secret)
}

/**
 * @param {string[]} args
 * @param {string} printed
 * @param {string[]} [mayShow]
 */
function searchForSecrets(args, printed, mayShow = []) {
  for (const secret of secrets) {
    if (mayShow.includes(secret) || !printed.includes(secret)) continue
    throw new Error(`${args.join(' ')} shows a secret`)
  }
  const mayShowKs = args.some((arg) => /\bstart\b/.test(arg))
  if (!mayShowKs && /djJ8\S{30}/.test(printed)) throw new Error(`${args.join(' ')} shows a KS`)
}

/** @type {ReturnType<typeof project> | undefined} */
let made

/** An empty project with the package installed; one does for all tests. */
export const installed = () => (made ??= project({}))

/**
 * Only what is given, and where programs are: no variable of this machine's gets in.
 * @param {Record<string, string | undefined>} env
 */
async function environment(env) {
  const { folder } = await installed()
  const paths = [join(folder, 'node_modules/.bin'), dirname(node(NODE_VERSION)), process.env.PATH]
  return { PATH: paths.join(delimiter), HOME: folder, TERM: 'xterm-256color', ...env }
}

/** @type {Set<ChildProcess>} */
const alive = new Set()
process.on('exit', () => {
  for (const child of alive) signal(child, 'SIGKILL')
})

/**
 * How a program is started. `mayShow`: secrets that it may show.
 * @typedef {{ env?: Record<string, string | undefined>, cwd?: string, mayShow?: string[], program?: string[], input?: string }} Started
 */

/**
 * @param {string} program
 * @param {string[]} args
 * @param {Started} options
 */
async function start(program, args, { env = {}, cwd }) {
  const { folder } = await installed()
  const child = spawn(program, args, {
    ...{ cwd: cwd ?? folder, env: await environment(env) },
    // A group of its own, for signals to reach all of it, as they do on a terminal.
    detached: true,
    ...{ timeout: LONGEST_MS, killSignal: 'SIGKILL' },
  })
  alive.add(child)
  child.on('close', () => alive.delete(child))
  return child
}

/**
 * @param {ChildProcess} child
 * @param {NodeJS.Signals} name
 */
const signal = (child, name) => process.kill(-Number(child.pid), name)

/**
 * A command to its end, through pipes: `{ code, stdout, stderr }`.
 * @param {string[]} args
 * @param {Started} [options]
 */
export async function command(args, { input = '', program = ['kaltura-app-token'], ...options } = {}) {
  const child = await start(program[0], [...program.slice(1), ...args], options)
  // A command that fails early doesn't read it.
  child.stdin.on('error', (/** @type {NodeJS.ErrnoException} */ { code }) => {
    if (code !== 'EPIPE') throw new Error(`standard input: ${code}`)
  })
  child.stdin.end(input)
  const ended = new Promise((resolve) => child.on('close', resolve))
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  searchForSecrets(args, stdout + stderr, options.mayShow)
  return { code, stdout, stderr }
}

/**
 * The same, where it must do as it was told: its standard output.
 * @param {string[]} args
 * @param {Started} [options]
 */
export async function printed(args, options) {
  const { code, stdout, stderr } = await command(args, options)
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`)
  return stdout
}

/**
 * A command that goes on until it is told to stop.
 * @param {string[]} args
 * @param {Started} [options]
 */
export async function running(args, { program = ['kaltura-app-token'], ...options } = {}) {
  const child = await start(program[0], [...program.slice(1), ...args], options)
  return followed(child, args, options)
}

/**
 * A shell's line on a terminal of 80 columns, which echoes what is typed unless it is told not
 * to. util-linux's `script` makes the terminal.
 * @param {string} line
 * @param {Started} [options]
 */
export async function onTerminal(line, options = {}) {
  checkScript()
  const child = await start(
    'script',
    ['--quiet', '--flush', '--return', '--echo', 'always', '--command', `stty cols 80 rows 24; ${line}`, '/dev/null'],
    { ...options, env: { SHELL: '/bin/sh', ...options.env } },
  )
  return followed(child, [line], options)
}

function checkScript() {
  const { status, stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' })
  if (status !== 0 || !stdout.includes('util-linux')) {
    throw new Error("util-linux's `script` is missing: it plays the terminal")
  }
}

/**
 * @param {ChildProcessWithoutNullStreams} child
 * @param {string[]} args
 * @param {{ mayShow?: string[] }} [options]
 */
function followed(child, args, { mayShow } = {}) {
  let shown = ''
  /** @type {Set<() => void>} */
  const waiting = new Set()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      shown += chunk
      for (const look of waiting) look()
    })
  }
  /** @type {Promise<string | number | null>} */
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)))
  const text = () => stripVTControlCharacters(shown).replaceAll('\r\n', '\n')
  return {
    pid: child.pid,
    /** What it has shown so far, with the codes for the terminal. */
    raw: () => shown,
    text,
    /** Types, as a person would. */
    type: (/** @type {string} */ keys) => child.stdin.write(keys),
    /** @param {NodeJS.Signals} name */
    signal: (name) => signal(child, name),
    /**
     * What `pattern` matches, as soon as it is shown.
     * @param {RegExp} pattern
     * @returns {Promise<RegExpMatchArray>}
     */
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = text().match(pattern)
          if (!match) return
          waiting.delete(look)
          resolve(match)
        }
        waiting.add(look)
        look()
        ended.then(() => reject(new Error(`ended without ${pattern}: ${text()}`)), reject)
      }),
    /** Its end: `{ code, text }`. */
    async end() {
      const code = await ended
      searchForSecrets(args, shown, mayShow)
      return { code, text: text() }
    },
  }
}

/** A service URL where nobody listens. */
export async function nobodysUrl() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}

/**
 * What the command finds in its environment, for `kaltura` of the harness.
 * @param {Kaltura} kaltura
 * @param {...string} names
 * @returns {Record<string, string>}
 */
export function variables(kaltura, ...names) {
  const { credentials, adminSecret } = kaltura
  guard(credentials.appToken, adminSecret)
  /** @type {Record<string, string>} */
  const all = { ...environmentOf(kaltura), KALTURA_ADMIN_SECRET: adminSecret }
  return Object.fromEntries(names.map((name) => [`KALTURA_${name}`, all[`KALTURA_${name}`]]))
}

/**
 * What `start` needs.
 * @param {Kaltura} kaltura
 */
export const startVariables = (kaltura) =>
  variables(kaltura, 'SERVICE_URL', 'PARTNER_ID', 'APP_TOKEN_ID', 'APP_TOKEN', 'HASH_TYPE')

/**
 * What `tokens` needs.
 * @param {Kaltura} kaltura
 */
export const adminVariables = (kaltura) => variables(kaltura, 'SERVICE_URL', 'PARTNER_ID', 'ADMIN_SECRET')

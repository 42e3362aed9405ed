import { randomBytes } from 'node:crypto'
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createEmulator } from '../emulator/index.js'
import { listen } from '../emulator/node.js'
import { Failure, fileFailure, LISTEN, usage } from './failure.js'
import { defined, numberOf } from './options.js'
import { keepPrivate } from './output.js'
import { readOwn } from './secrets.js'
import { exportLines } from './shell-lines.js'

/**
 * @import { Emulator, EmulatorState } from '../emulator/index.js'
 * @import { ListenOptions } from '../emulator/node.js'
 * @import { Called, Options } from './commands.js'
 * @import { Terminal } from './terminal.js'
 */

const PORT = 8080
const SAVE_EVERY_MS = 1000

export const about = `
Runs a Kaltura server on this machine, with real sessions and real rules; nothing is sent anywhere.
Prints the variables that make the other commands use it, and stops with Ctrl-C. With --state it
keeps its state between runs; the file contains secrets and is readable only by its owner.`

/** @type {Options} */
export const options = {
  port: {
    type: 'string',
    value: 'N',
    help: `the port; by default ${PORT}, 0 for any free port`,
  },
  host: { type: 'string', value: 'ADDRESS', help: 'the address to listen at; by default 127.0.0.1' },
  'allow-host': {
    ...{ type: 'string', value: 'NAME', multiple: true },
    help: 'another host name that clients may use, besides addresses and localhost',
  },
  state: { type: 'string', value: 'FILE', help: 'the file for its accounts, tokens and caches' },
}

export const examples = ['kaltura-app-token emulator --port 8080 --state emulator.json']

/** @param {Called} called */
export async function run({ values, terminal }) {
  // An empty address would mean every address of this machine.
  for (const name of /** @type {const} */ (['host', 'state']))
    if (values[name] === '') throw usage(`--${name} is empty`)
  keepPrivate()
  const file = values.state
  const state = file && readState(file, terminal)
  const emulator = createEmulator(state ? { state } : { partners: [newPartner()] })
  const port = numberOf(values, 'port') ?? PORT
  if (port > 65_535) throw usage('--port must be at most 65535')
  const stopped = stopSignal()
  const where = { port, host: values.host, allowedHosts: values['allow-host'] ?? [] }
  const { url, close } = await listening(emulator, defined(where))
  /** @type {ReturnType<typeof keepState> | undefined} */
  let keeper
  try {
    keeper = file ? keepState(emulator, file, terminal) : undefined
    show(emulator, url, terminal)
    if (!isLoopback(new URL(url).hostname)) {
      terminal.warn(`anybody who can reach ${url} may do everything there`)
    }
    await stopped
  } finally {
    // A listener would keep the process alive, and signals are handled already.
    await close()
  }
  keeper?.stop()
  terminal.note(file ? `stopped; ${file} has its state` : 'stopped')
}

/** @param {number} bytes */
const randomHex = (bytes) => randomBytes(bytes).toString('hex')

/** An account with random secrets. */
const newPartner = () => ({
  id: 1_234_567,
  adminSecret: randomHex(16),
  userSecret: randomHex(16),
})

/** @param {string} host */
const isLoopback = (host) => /^(127\.|localhost$|\[::1\]$)/.test(host)

/**
 * @param {Emulator} emulator
 * @param {ListenOptions} where
 */
async function listening(emulator, where) {
  try {
    return await listen(emulator, where)
  } catch (error) {
    const { code, name } = /** @type {NodeJS.ErrnoException} */ (error)
    const hint = code === 'EADDRINUSE' ? 'try another --port; 0 takes any free one' : undefined
    const at = `${where.host ?? '127.0.0.1'}:${where.port}`
    throw new Failure(`can't listen at ${at} (${code ?? name})`, { code: LISTEN, hint })
  }
}

/**
 * @param {Emulator} options
 * @param {string} url
 * @param {Terminal} terminal
 */
function show({ partnerId, adminSecret }, url, terminal) {
  if (terminal.json) return terminal.result({ serviceUrl: url, partnerId, adminSecret })
  const lines = exportLines({
    KALTURA_SERVICE_URL: url,
    KALTURA_PARTNER_ID: partnerId,
    KALTURA_ADMIN_SECRET: adminSecret,
  })
  terminal.out(lines.join('\n'))
  terminal.note(
    'listening until Ctrl-C. Set these variables in another terminal; then tokens add makes an application token, and start starts a session',
  )
}

/** Settles at the first signal to stop. */
function stopSignal() {
  return new Promise((resolve) => {
    // Not `once`: a launcher may pass on a signal that the group has received, which would end the process midway.
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, resolve)
  })
}

/**
 * @param {string} file
 * @param {Terminal} terminal
 */
function readState(file, terminal) {
  if (!existsSync(file)) return undefined
  const text = readOwn(file, terminal)
  try {
    const state = JSON.parse(text)
    createEmulator({ state })
    return state
  } catch {
    throw usage(`${file} doesn't contain an emulator's state`, 'use another --state FILE to begin with a new state')
  }
}

/**
 * Saves the state now, after requests, and at the end.
 * @param {Emulator} emulator
 * @param {string} file
 * @param {Terminal} terminal
 */
function keepState(emulator, file, terminal) {
  let saved = -1
  const save = () => {
    if (saved === emulator.requests) return
    saved = emulator.requests
    writeState(file, emulator.state())
  }
  save()
  const timer = setInterval(() => {
    try {
      save()
    } catch (failure) {
      terminal.warn(/** @type {Error} */ (failure).message)
    }
  }, SAVE_EVERY_MS)
  return {
    stop() {
      clearInterval(timer)
      save()
    },
  }
}

/**
 * Writes the state in one step, so that a crash leaves the old one; readable only by the owner.
 * @param {string} file
 * @param {EmulatorState} state
 */
function writeState(file, state) {
  // A random name, so that nobody can place a file or link there before.
  const next = `${file}.${randomHex(8)}.tmp`
  try {
    writeFileSync(next, JSON.stringify(state), { mode: 0o600, flag: 'wx' })
    renameSync(next, file)
  } catch (error) {
    rmSync(next, { force: true })
    throw fileFailure('write', file, error)
  }
}

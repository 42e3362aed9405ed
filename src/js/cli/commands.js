// The commands by name. Each is loaded when it is called, because most need no emulator.

/** @import { Terminal } from './terminal.js' */

/**
 * An option: its type, the name of its value in the help, and its environment variable.
 * @typedef {object} Option
 * @property {'string' | 'boolean'} type
 * @property {string} [value]
 * @property {string} [env]
 * @property {string} [short]
 * @property {boolean} [multiple]
 * @property {string} help
 */

/** @typedef {Record<string, Option>} Options */

/**
 * Those whose value is a text.
 * @typedef {'partner-id' | 'service-url' | 'timeout' | 'app-token-id' | 'app-token-file' | 'hash-type'} Connecting
 * @typedef {'admin-secret-file' | 'ks-file' | 'token-file' | 'state' | 'users' | 'host' | 'port'} Local
 * @typedef {'user-id' | 'session-type' | 'session-duration' | 'session-privileges'} OfSessions
 * @typedef {'expiry' | 'grants' | 'description' | 'status'} Other
 * @typedef {Connecting | Local | OfSessions | Other} TextOption
 */

/** @typedef {'help' | 'isolated' | 'yes' | 'any-user' | 'known-user' | 'dangerously-allow-http' | 'dangerously-allow-unverified-tls'} Flag */

/**
 * The parsed arguments.
 * @typedef {{ [name in TextOption]?: string } & { [name in Flag]?: boolean } & { 'allow-host'?: string[] }} Values
 */

/** @typedef {{ values: Values, positionals: string[], terminal: Terminal }} Called */

/**
 * The module of a command; `run` returns the exit code, unless it is 0.
 * @typedef {object} Command
 * @property {string} about
 * @property {string} [positional]
 * @property {Options} options
 * @property {string[]} examples
 * @property {(called: Called) => Promise<unknown>} run
 */

/** @typedef {Record<string, { summary: string, load: () => Promise<Command> }>} Commands */

/** @type {Commands} */
export const commands = {
  start: {
    summary: 'start a session, or one for each of many users',
    load: () => import('./start.js'),
  },
  inspect: {
    summary: 'show what a KS contains, with its privileges explained',
    load: () => import('./inspect.js'),
  },
  hash: {
    summary: 'print the hash that proves an application token',
    load: () => import('./hash.js'),
  },
  doctor: {
    summary: 'find out why no session starts, and what to do about it',
    load: () => import('./doctor.js'),
  },
  'tokens list': {
    summary: 'list the application tokens of an account',
    load: () => import('./tokens/list.js'),
  },
  'tokens add': {
    summary: 'make an application token',
    load: () => import('./tokens/add.js'),
  },
  'tokens show': {
    summary: 'show what an application token allows',
    load: () => import('./tokens/show.js'),
  },
  'tokens rotate': {
    summary: 'make the successor of an application token',
    load: () => import('./tokens/rotate.js'),
  },
  'tokens delete': {
    summary: 'delete an application token and end its sessions',
    load: () => import('./tokens/delete.js'),
  },
  emulator: {
    summary: 'run a Kaltura server on this machine, to try all of this',
    load: () => import('./emulator.js'),
  },
}

/**
 * Finds the command at the beginning of `args`: its name, and the arguments after it.
 * @param {string[]} args
 */
export function find(args) {
  for (const words of [2, 1]) {
    const name = args.slice(0, words).join(' ')
    if (Object.hasOwn(commands, name)) return { name, rest: args.slice(words) }
  }
  return undefined
}

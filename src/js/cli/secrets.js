// The sources of secrets: a file, the environment, standard input, or a prompt.
import { readFileSync, statSync } from 'node:fs'
import { fileFailure, usage } from './failure.js'
import { nextLine } from './input.js'
import { ask } from './prompt.js'

/**
 * @import { Options, Values } from './commands.js'
 * @import { Terminal } from './terminal.js'
 */

/** @typedef {{ name: string, env: string, file: 'app-token-file' | 'admin-secret-file' | 'ks-file' }} Secret */

/**
 * The sources of a secret.
 * @typedef {{ values: Values, terminal: Terminal, piped?: boolean, asked?: boolean }} From
 */

/** @type {{ appToken: Secret, adminSecret: Secret, ks: Secret }} */
export const SECRETS = {
  appToken: { name: 'application token', env: 'KALTURA_APP_TOKEN', file: 'app-token-file' },
  adminSecret: { name: 'admin secret', env: 'KALTURA_ADMIN_SECRET', file: 'admin-secret-file' },
  ks: { name: 'KS', env: 'KALTURA_KS', file: 'ks-file' },
}

/** The argument of a command that may be a KS. */
export const TAKES_KS = '[KS]'

/**
 * Whether a text looks like a secret, by the core's rule: a token, an admin secret, a hash, or a KS.
 * @param {string} text
 */
export const looksSecret = (text) => /^[0-9A-Fa-f]{32,}$|^djJ8/.test(text)

/**
 * The option for the file of a secret, for a command's `options`.
 * @param {Secret} secret
 * @param {string} [what]
 * @returns {Options}
 */
export const fileOption = ({ name, env, file }, what = name) => ({
  [file]: {
    type: 'string',
    value: 'FILE',
    help: `a file with the ${what}, in place of ${env}; - is standard input`,
  },
})

/**
 * Finds the secret in the first of these sources: its file, its variable, standard input if `piped`, a prompt if
 * `asked`. Undefined if it is in none.
 * @param {Secret} secret
 * @param {From} options
 */
export async function findSecret(secret, { values, terminal, piped = false, asked = true }) {
  const { name, env, file } = secret
  const path = values[file]
  if (path !== undefined) {
    const found = path === '-' ? await fromInput(secret, terminal) : fromFile(path, terminal)
    if (!found) throw usage(`no ${name} in ${path === '-' ? 'standard input' : path}`)
    return found
  }
  if (process.env[env]) return process.env[env]
  if (piped && !process.stdin.isTTY) return nextLine()
  if (asked && terminal.canAsk) return (await ask(`${name}: `)) || undefined
  return undefined
}

/**
 * Finds the secret; an error if it is missing.
 * @param {Secret} secret
 * @param {From} from
 */
export async function needSecret(secret, from) {
  const found = await findSecret(secret, from)
  if (found !== undefined) return found
  const { name, env, file } = secret
  throw usage(
    `the ${name} is missing`,
    `set ${env}, or use --${file} FILE (- for standard input), or run the command in a terminal to be asked`,
  )
}

/**
 * Standard input; on a terminal, a prompt without echo.
 * @param {Secret} options
 * @param {Terminal} terminal
 */
const fromInput = ({ name }, terminal) => (terminal.canAsk ? ask(`${name}: `) : nextLine())

/**
 * @param {string} path
 * @param {Terminal} terminal
 */
function fromFile(path, terminal) {
  const content = readOwn(path, terminal)
  return content.replace(/^\uFEFF/, '').replace(/\r?\n$/, '')
}

/**
 * Reads a file that should be private; warns if others can read it.
 * @param {string} path
 * @param {Terminal} terminal
 */
export function readOwn(path, terminal) {
  try {
    const content = readFileSync(path, 'utf8')
    warnOfReaders(path, statSync(path), terminal)
    return content
  } catch (error) {
    throw fileFailure('read', path, error)
  }
}

/**
 * @param {string} path
 * @param {import('node:fs').Stats} stats
 * @param {Terminal} terminal
 */
function warnOfReaders(path, stats, terminal) {
  // Windows has no such mode, and a shell's pipe is private.
  if (process.platform === 'win32' || !stats.isFile() || (stats.mode & 0o077) === 0) return
  const octal = (stats.mode & 0o777).toString(8).padStart(4, '0')
  terminal.warn(`others on this machine can read or write ${path} (mode ${octal}): run chmod 600 ${path}`)
}

// Where secrets come from: a file, the environment, standard input, or a person who is asked.
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
 * Where a secret may come from.
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
 * As the core knows secrets by their looks: a token, an admin secret, a hash, or a KS.
 * @param {string} text
 */
export const looksSecret = (text) => /^[0-9A-Fa-f]{32,}$|^djJ8/.test(text)

/**
 * The option that names the file of a secret, for a command's `options`.
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
 * The secret, from the first of these that has it: its file, its variable, standard input where
 * `piped` allows it, a person where `asked` allows it. Undefined if none has.
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
 * The secret; it is an error if nobody has it.
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
 * Standard input; on a terminal, what is typed without echo.
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
 * What a file holds that should be its owner's alone; says so if others can read it.
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
  // Windows has no such mode, and a pipe of the shell's is nobody else's.
  if (process.platform === 'win32' || !stats.isFile() || (stats.mode & 0o077) === 0) return
  const octal = (stats.mode & 0o777).toString(8).padStart(4, '0')
  terminal.warn(`others on this machine can read or write ${path} (mode ${octal}): run chmod 600 ${path}`)
}

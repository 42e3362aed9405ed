// Parses arguments with node:util, and refuses secrets among them.
import { parseArgs } from 'node:util'
import { usage } from './failure.js'
import { looksSecret, SECRETS, TAKES_KS } from './secrets.js'

/**
 * @import { Command, Options } from './commands.js'
 * @import { Secret } from './secrets.js'
 */

/** @typedef {Record<string, { type: 'string' | 'boolean', multiple?: boolean, short?: string }>} Config */

/**
 * The options of every command.
 * @type {Options}
 */
export const COMMON = {
  json: {
    type: 'boolean',
    help: 'print JSON: the result on standard output, warnings and errors on standard error',
  },
  help: { type: 'boolean', short: 'h', help: 'show this help' },
}

/**
 * Options for secrets that somebody may try, without case and separators.
 * @type {Record<string, Secret>}
 */
const TRIED = {
  apptoken: SECRETS.appToken,
  token: SECRETS.appToken,
  adminsecret: SECRETS.adminSecret,
  secret: SECRETS.adminSecret,
  ks: SECRETS.ks,
}

/** Options whose values may be any text. */
const ANY_TEXT = ['user-id', 'session-privileges', 'description']

/** The names of options that may be shown in errors. */
const NAME = /^[A-Za-z][A-Za-z-]{0,30}$/

/**
 * Parses the arguments of a command into `{ values, positionals }`.
 * @param {Command} command
 * @param {string[]} args
 */
export function parse({ options, positional }, args) {
  const known = { ...options, ...COMMON }
  const config = Object.fromEntries(
    Object.entries(known).map(([name, { type, short, multiple = false }]) => [
      name,
      { type, multiple, ...(short && { short }) },
    ]),
  )
  refuseSecrets(args, config)
  const { values, positionals } = readArguments(args, config)
  if (positionals.length > (positional ? 1 : 0)) {
    // Not shown, because it may be a misplaced secret.
    throw usage('too many arguments', 'options begin with --; --help lists them')
  }
  for (const [name, value] of Object.entries(values)) {
    if (!ANY_TEXT.includes(name)) refuseSecret(`--${name}`, value)
  }
  if (positional !== TAKES_KS) positionals.forEach((value) => refuseSecret(positional, value))
  return { values, positionals }
}

/**
 * @param {string[]} args
 * @param {Config} options
 */
function readArguments(args, options) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error)
    if (!/^ERR_PARSE_ARGS/.test(`${code}`)) throw error
    // The rest explains how to pass a value that begins with a dash.
    throw usage(message.split(/\n|\. To /)[0], '--help lists the options')
  }
}

/**
 * Refuses a misplaced secret without showing it.
 * @param {string | undefined} place
 * @param {unknown} value
 */
function refuseSecret(place, value) {
  if (typeof value !== 'string' || !looksSecret(value)) return
  throw usage(
    `the value of ${place} looks like a secret, and arguments are visible in process lists and in the shell's history`,
    'if it is a secret, it is no longer secret: replace it. If it is the name of a file, write ./NAME',
  )
}

/**
 * @param {string[]} args
 * @param {Config} options
 */
function refuseSecrets(args, options) {
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true })
  for (const token of tokens) {
    if (token.kind !== 'option' || Object.hasOwn(options, token.name)) continue
    const { name, rawName } = token
    const secret = TRIED[name.toLowerCase().replaceAll(/[-_]/g, '')]
    if (!secret && NAME.test(name)) continue
    if (!secret) {
      throw usage('unknown option; its name is not shown, because it may be a secret', '--help lists the options')
    }
    const instead = `set ${secret.env}, or use --${secret.file} FILE (- for standard input)`
    throw usage(
      `${rawName} is refused: arguments are visible in process lists and in the shell's history`,
      `${instead}, or run the command in a terminal to be asked. The value just given is no longer secret: replace it`,
    )
  }
}

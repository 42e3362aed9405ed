// The options that several commands share, and their values for the library.
import { usage } from './failure.js'
import { needSecret, SECRETS, fileOption } from './secrets.js'

/**
 * @import { StartOptions } from '../entries/index.js'
 * @import { Options, TextOption, Values } from './commands.js'
 * @import { Terminal } from './terminal.js'
 */

// The longest delay of timers, in whole seconds.
const LONGEST_S = 2_147_483

/** @type {Options} */
export const CONNECTION = {
  'partner-id': {
    ...{ type: 'string', value: 'N', env: 'KALTURA_PARTNER_ID' },
    help: 'the account (partner) number',
  },
  'service-url': {
    ...{ type: 'string', value: 'URL', env: 'KALTURA_SERVICE_URL' },
    help: "Kaltura's URL, or a region (us de eu sg ca ap); by default https://www.kaltura.com",
  },
  timeout: { type: 'string', value: 'SECONDS', help: 'the time limit; by default 10' },
  'dangerously-allow-http': {
    type: 'boolean',
    help: 'allow http to other machines: sessions are then sent in the clear',
  },
  'dangerously-allow-unverified-tls': {
    type: 'boolean',
    help: 'continue although NODE_TLS_REJECT_UNAUTHORIZED=0 lets anybody pose as Kaltura',
  },
}

/** @type {Options} */
export const APP_TOKEN = {
  'app-token-id': {
    ...{ type: 'string', value: 'ID', env: 'KALTURA_APP_TOKEN_ID' },
    help: "the application token's id",
  },
  ...fileOption(SECRETS.appToken),
  'hash-type': {
    ...{ type: 'string', value: 'TYPE', env: 'KALTURA_HASH_TYPE' },
    help: "the token's hash type: SHA1 SHA256 SHA512 MD5, or auto; by default SHA1",
  },
}

/**
 * The value of an option: its argument, or its environment variable unless empty.
 * @param {Values} values
 * @param {TextOption} name
 * @param {Options} [options]
 */
export function given(values, name, options = { ...CONNECTION, ...APP_TOKEN }) {
  const { env } = options[name]
  return values[name] ?? ((env && process.env[env]) || undefined)
}

/**
 * The whole number of an option, if given.
 * @param {Values} values
 * @param {TextOption} name
 */
export function numberOf(values, name) {
  const text = values[name]
  if (text === undefined) return undefined
  if (!/^\d{1,15}$/.test(text)) throw usage(`--${name} must be a whole number`)
  return Number(text)
}

/**
 * A session's type for the library, also by Kaltura's number.
 * @param {string | undefined} text
 */
export const sessionTypeOf = (text) =>
  /** @type {StartOptions['sessionType']} */ (/^[02]$/.test(`${text}`) ? Number(text) : text)

/**
 * The library's options for reaching Kaltura.
 * @param {Values} values
 */
export function connectionOf(values) {
  const seconds = numberOf(values, 'timeout')
  if (seconds !== undefined && (seconds < 1 || seconds > LONGEST_S)) {
    throw usage(`--timeout must be a whole number of seconds, from 1 to ${LONGEST_S}`)
  }
  return defined({
    partnerId: given(values, 'partner-id'),
    serviceUrl: given(values, 'service-url'),
    timeoutMs: seconds === undefined ? undefined : seconds * 1000,
    dangerouslyAllowHttp: values['dangerously-allow-http'],
    dangerouslyAllowUnverifiedTls: values['dangerously-allow-unverified-tls'],
  })
}

/**
 * The library's options for reaching Kaltura, and for the application token.
 * @param {Values} values
 * @param {Terminal} terminal
 */
export async function credentialsOf(values, terminal) {
  need(values, ['partner-id', 'app-token-id'])
  const options = defined({
    ...connectionOf(values),
    appTokenId: given(values, 'app-token-id'),
    appToken: await needSecret(SECRETS.appToken, { values, terminal }),
    hashType: given(values, 'hash-type'),
  })
  return /** @type {StartOptions} */ (options)
}

/**
 * Requires these options, and reports all missing ones at once.
 * @param {Values} values
 * @param {TextOption[]} names
 */
export function need(values, names) {
  const missing = names.filter((name) => given(values, name) === undefined)
  if (missing.length === 0) return
  const ways = missing.map((name) => `--${name} (${{ ...CONNECTION, ...APP_TOKEN }[name].env})`)
  throw usage(`missing: ${ways.join(', ')}`, '--help describes each of them')
}

/**
 * Removes undefined properties, because the library refuses them.
 * @template {object} T
 * @param {T} object
 * @returns {{ [name in keyof T]: Exclude<T[name], undefined> }}
 */
export function defined(object) {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined)
  return /** @type {{ [name in keyof T]: Exclude<T[name], undefined> }} */ (Object.fromEntries(entries))
}

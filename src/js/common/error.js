import * as codes from './codes.js'

/** @import { Difference } from '../entries/index.js' */

/**
 * What an error says, and more that only some of them do.
 * @typedef {object} Details
 * @property {string} code
 * @property {string} message
 * @property {boolean} [retryable]
 * @property {number} [attempts]
 * @property {unknown} [cause]
 * @property {Cause[]} [causes]
 * @property {string} [path]
 * @property {string} [service]
 * @property {string} [action]
 * @property {string} [kalturaCode]
 * @property {Difference[]} [differences]
 */

/** @typedef {{ name: string, code?: string | undefined, message: string }} Cause */

/** What an error is told that is not copied as it is. */
const BY_SUPER = ['message', 'cause', 'causes']

/**
 * The one error of this package. What it shows is redacted: no token, hash or KS is in it.
 */
export class AppTokenError extends Error {
  /** @param {Details} given */
  constructor(given) {
    /**
     * @template {keyof Details} Name
     * @param {Name} name
     * @returns {Details[Name] | undefined}
     */
    const own = (name) => (Object.hasOwn(given, name) ? given[name] : undefined)
    const cause = own('cause') ?? chain(own('causes') ?? [])
    super(own('message'), cause === undefined ? undefined : { cause })
    this.retryable = false
    this.attempts = 0
    for (const [name, value] of Object.entries(given)) {
      if (!BY_SUPER.includes(name)) /** @type {Record<string, unknown>} */ (/** @type {object} */ (this))[name] = value
    }
  }

  static {
    // On the prototype, as the names of the built-in errors are.
    Object.defineProperty(this.prototype, 'name', { value: 'AppTokenError', configurable: true, writable: true })
  }
}

/**
 * Also true of an error from another copy of this package.
 * @type {typeof import('../entries/index.js').isAppTokenError}
 */
export function isAppTokenError(value) {
  try {
    const { name, code } = /** @type {{ name?: string, code?: unknown }} */ (value instanceof Error ? value : {})
    return name === 'AppTokenError' && typeof code === 'string' && code.startsWith('ERR_')
  } catch {
    // A proxy that throws at every question.
    return false
  }
}

/**
 * `path` must be `expected`.
 * @param {string} path
 * @param {string} expected
 */
export function invalid(path, expected) {
  return new AppTokenError({
    code: codes.INVALID_OPTIONS,
    message: `${path} must be ${expected}`,
    path,
  })
}

/**
 * Whether a name is shown: one that could be a secret in the wrong place isn't.
 * @param {string} name
 */
const isShown = (name) => /^(?:[A-Za-z]{1,31}|\w{1,15})$/.test(name)

/**
 * The path of the option `name` behind `prefix`, such as `fallback.`.
 * @param {string} prefix
 * @param {string} name
 */
export const pathOf = (prefix, name) =>
  isShown(name) ? prefix + name : prefix.slice(0, -1) || 'options'

/**
 * There is no option `name`; `expected` tells what there is in its place.
 * @param {string} prefix
 * @param {string} name
 * @param {string} [expected]
 */
export const unknownOption = (prefix, name, expected = 'left out: there is no such option') =>
  invalid(
    pathOf(prefix, name),
    isShown(name)
      ? expected
      : "without an option that doesn't exist; its name is not shown, as it may be a secret",
  )

/**
 * The error for what the core has thrown: a plain object that describes one, or a trap.
 * @param {unknown} thrown
 */
export function fromCore(thrown) {
  if (thrown instanceof AppTokenError) return thrown
  if (typeof (/** @type {Details | undefined} */ (thrown)?.code) === 'string') {
    return new AppTokenError(/** @type {Details} */ (thrown))
  }
  const name = thrown instanceof Error ? thrown.name : 'not an Error'
  return new AppTokenError(internal(name))
}

/**
 * The details of a fault of this package's own; `name` is what is known of it.
 * @param {string | undefined} name
 */
export const internal = (name) => ({
  code: codes.INTERNAL,
  message: `internal error (${name}); please report it`,
})

/**
 * The errors behind one, from the outermost.
 * @param {Cause[]} causes
 */
function chain(causes) {
  return causes.reduceRight((cause, one) => {
    const { name, code, message } = /** @type {Cause} */ ({ __proto__: null, ...one })
    const error = new Error(message, cause === undefined ? undefined : { cause })
    error.name = name
    error.stack = `${name}: ${message}`
    if (code !== undefined) /** @type {NodeJS.ErrnoException} */ (error).code = code
    return error
  }, /** @type {Error | undefined} */ (undefined))
}

import * as codes from './codes.js'

/** @import { Difference } from '../entries/index.js' */

/**
 * The fields of an error; only some errors have the optional ones.
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

/** The details that are not copied unchanged. */
const BY_SUPER = ['message', 'cause', 'causes']

/**
 * The one error class of this package. Its fields are redacted: they contain no token, hash or KS.
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
    // On the prototype, like the names of the built-in errors.
    Object.defineProperty(this.prototype, 'name', { value: 'AppTokenError', configurable: true, writable: true })
  }
}

/**
 * Also returns true for errors of another copy of this package.
 * @type {typeof import('../entries/index.js').isAppTokenError}
 */
export function isAppTokenError(value) {
  try {
    const { name, code } = /** @type {{ name?: string, code?: unknown }} */ (value instanceof Error ? value : {})
    return name === 'AppTokenError' && typeof code === 'string' && code.startsWith('ERR_')
  } catch {
    // A proxy that throws whenever it is read.
    return false
  }
}

/**
 * The error for an option: `path` must be `expected`.
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
 * Whether a name may be shown. A name that could be a misplaced secret may not.
 * @param {string} name
 */
const isShown = (name) => /^(?:[A-Za-z]{1,31}|\w{1,15})$/.test(name)

/**
 * The path of the option `name` after `prefix`, such as `fallback.`.
 * @param {string} prefix
 * @param {string} name
 */
export const pathOf = (prefix, name) => (isShown(name) ? prefix + name : prefix.slice(0, -1) || 'options')

/**
 * The error for an option that doesn't exist; `known` are the options that do.
 * @param {string} prefix
 * @param {string} name
 * @param {string[]} [known]
 */
export function unknownOption(prefix, name, known) {
  const path = pathOf(prefix, name)
  const which = isShown(name) ? path : `in ${path}; its name is not shown, because it may be a secret`
  const others = known ? `; the options are ${known.join(', ')}` : ''
  return new AppTokenError({ code: codes.INVALID_OPTIONS, message: `unknown option ${which}${others}`, path })
}

/**
 * Makes an error of what the core has thrown: a plain object that describes an error, or a trap.
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
 * The details of a fault of this package; `name` is all that is known about it.
 * @param {string | undefined} name
 */
export const internal = (name) => ({
  code: codes.INTERNAL,
  message: `internal error (${name}); please report it`,
})

/**
 * Makes an `Error` of a chain of causes, the outermost first.
 * @param {Cause[]} causes
 */
function chain(causes) {
  return causes.reduceRight(
    (cause, one) => {
      const { name, code, message } = /** @type {Cause} */ ({ __proto__: null, ...one })
      const error = new Error(message, cause === undefined ? undefined : { cause })
      error.name = name
      error.stack = `${name}: ${message}`
      if (code !== undefined) /** @type {NodeJS.ErrnoException} */ (error).code = code
      return error
    },
    /** @type {Error | undefined} */ (undefined),
  )
}

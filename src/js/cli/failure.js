// The failure of a command, and its exit code.
import * as codes from '../common/codes.js'
import { isAppTokenError } from '../common/error.js'

/** @import { AppTokenError } from '../entries/index.js' */

// The codes of the command line's own errors.
export const DECLINED = 'ERR_DECLINED'
export const FILE = 'ERR_FILE'
export const GIVEN_UP = 'ERR_GIVEN_UP'
export const INTERRUPTED = 'ERR_INTERRUPTED'
export const LISTEN = 'ERR_LISTEN'
export const USAGE = 'ERR_USAGE'

export const EXIT_CODES = {
  0: 'success',
  1: 'refused or failed; for doctor: a problem was found',
  2: 'wrong usage: an argument, a setting or a secret is missing or wrong',
  130: 'ended with Ctrl-C',
}

/** The names here of the library's options, where they differ. */
/** @type {Record<string, string>} */
const NAMES = {
  partnerId: '--partner-id (KALTURA_PARTNER_ID)',
  appTokenId: '--app-token-id (KALTURA_APP_TOKEN_ID)',
  appToken: 'the application token (KALTURA_APP_TOKEN or --app-token-file)',
  adminSecret: 'the admin secret (KALTURA_ADMIN_SECRET or --admin-secret-file)',
  ks: 'the KS',
  'secrets[0]': 'the admin secret (KALTURA_ADMIN_SECRET or --admin-secret-file)',
  hashType: '--hash-type (KALTURA_HASH_TYPE)',
  serviceUrl: '--service-url (KALTURA_SERVICE_URL)',
  sessionUserId: '--user-id',
  id: 'ID',
}

/** A failure, with a message for people and fields for programs. Neither contains a secret. */
export class Failure extends Error {
  /**
   * @param {string} message
   * @param {{ code: string, exitCode?: number, hint?: string | undefined, details?: Record<string, unknown> }} options
   */
  constructor(message, { code, exitCode = 1, hint, details = {} }) {
    super(message)
    this.code = code
    this.exitCode = exitCode
    this.hint = hint
    /** @type {Record<string, unknown>} */
    this.details = details
  }

  /**
   * Converts a thrown value to a failure.
   * @param {unknown} thrown
   */
  static of(thrown) {
    if (thrown instanceof Failure) return thrown
    if (isAppTokenError(thrown)) return ofAppTokenError(thrown)
    const { code, name } = /** @type {NodeJS.ErrnoException} */ (thrown ?? {})
    return new Failure(`internal error (${code ?? name ?? typeof thrown}); please report it`, { code: codes.INTERNAL })
  }

  toJSON() {
    const { code, message, hint, details } = this
    return { code, message, ...details, ...(hint && { hint }) }
  }
}

/** @param {AppTokenError} error */
function ofAppTokenError(error) {
  const { code, message, cause, ...details } = error
  if (code === codes.INVALID_OPTIONS) {
    const words = error.message
      .replace(error.path, named(error.path))
      .replace('dangerouslyAllowHttp', '--dangerously-allow-http')
      .replace('set knownUser: true', 'set --known-user')
    return new Failure(words, { code, exitCode: 2, details })
  }
  const isStart = 'action' in details && ['startSession', 'startWidgetSession'].includes(details.action)
  const hint = isStart ? 'kaltura-app-token doctor finds the cause' : undefined
  return new Failure(error.message, { code, hint, details })
}

/**
 * The name here of a library's option, or of a field of a line of --users.
 * @param {string} path
 */
function named(path) {
  if (path.startsWith('request.')) return path.slice('request.'.length)
  return NAMES[path] ?? `--${path.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/**
 * The failure for wrong usage.
 * @param {string} message
 * @param {string} [hint]
 */
export const usage = (message, hint) => new Failure(message, { code: USAGE, exitCode: 2, hint })

/**
 * The failure for a file that can't be read or written.
 * @param {string} doing
 * @param {string} file
 * @param {unknown} error
 */
export function fileFailure(doing, file, error) {
  const { code, name } = /** @type {NodeJS.ErrnoException} */ (error)
  return new Failure(`can't ${doing} ${file} (${code ?? name})`, { code: FILE, exitCode: 2 })
}

export const interrupted = () => new Failure('interrupted', { code: INTERRUPTED, exitCode: 130 })

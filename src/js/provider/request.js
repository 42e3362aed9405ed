// Callers' requests to a provider, read once.
import { checkPlain, copied, plainPrivilege } from '../common/options.js'
import { readLimits } from '../common/deadline.js'
import { invalid } from '../common/error.js'

/**
 * @import { Signal } from '../entries/index.js'
 * @import { ProviderRequest } from './index.js'
 */

// The fields by which requests differ.
/** @type {(keyof SessionRequest)[]} */
const KEYED = ['userId', 'sessionType', 'expiry', 'sessionPrivileges', 'noOtherPrivileges']

/** @typedef {{ signal: Signal | undefined, timeoutMs: number | undefined }} RequestLimits */
/** @typedef {{ key: string | undefined, request: SessionRequest, limits: RequestLimits | undefined }} Wanted */

/**
 * The limits of a call without its own.
 * @type {RequestLimits}
 */
export const NO_LIMITS = Object.freeze({ signal: undefined, timeoutMs: undefined })

/** What the core reads, without inherited properties. A literal without a prototype takes three times as long. */
class SessionRequest {
  /** @type {unknown} */
  userId = undefined
  /** @type {unknown} */
  sessionType = undefined
  /** @type {unknown} */
  expiry = undefined
  /** @type {unknown} */
  sessionPrivileges = undefined
  /** @type {unknown} */
  noOtherPrivileges = undefined

  static {
    Object.setPrototypeOf(this.prototype, null)
  }
}

/**
 * Reads a caller's request, each property once: `{ key, request, limits }`. The core reads `request`. Requests with
 * the same `key` get the same session; it is undefined if the core must compare them. `limits`, `{ signal, timeoutMs }`,
 * are those of this call, if any.
 * @param {ProviderRequest} [given]
 * @returns {Wanted}
 */
export function readRequest(given) {
  const request = new SessionRequest()
  if (given === undefined) return { key: '', request, limits: undefined }
  checkPlain(given, 'request')
  /** @type {Signal | undefined} */
  let signal
  /** @type {number | undefined} */
  let timeoutMs
  let isKnown = true
  try {
    for (const name of Object.keys(given)) {
      const value = /** @type {Record<string, unknown>} */ (given)[name]
      if (name === 'signal') signal = /** @type {Signal | undefined} */ (value)
      else if (name === 'timeoutMs') timeoutMs = /** @type {number | undefined} */ (value)
      else if (KEYED.includes(/** @type {keyof SessionRequest} */ (name))) {
        request[/** @type {keyof SessionRequest} */ (name)] = value
      } else {
        const property = /** @type {PropertyDescriptor} */ ({ __proto__: null, value, enumerable: true })
        isKnown = !Object.defineProperty(request, name, property)
      }
    }
  } catch {
    throw invalid('request', 'an object whose properties can be read')
  }
  if (typeof request.sessionPrivileges === 'object') {
    request.sessionPrivileges = copied('request.sessionPrivileges', request.sessionPrivileges, plainPrivilege)
  }
  const hasLimits = signal !== undefined || timeoutMs !== undefined
  if (hasLimits) readLimits({ signal, timeoutMs })
  const key = isKnown ? keyOf(request) : undefined
  return { key, request, limits: hasLimits ? { signal, timeoutMs } : undefined }
}

/** @param {SessionRequest} request */
function keyOf(request) {
  let key = ''
  for (const name of KEYED) {
    const value = request[name]
    if (value === undefined) continue
    if (typeof value === 'string') key += `${name}:${value.length}:${value}`
    else if (typeof value === 'number' || typeof value === 'boolean') key += `${name}=${value};`
    else return undefined
  }
  return key
}

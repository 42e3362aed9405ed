// What callers ask of a provider, read once.
import { checkPlain, copied, plainPrivilege } from '../common/options.js'
import { readLimits } from '../common/deadline.js'
import { invalid } from '../common/error.js'

// What makes requests differ.
const KEYED = ['userId', 'sessionType', 'expiry', 'sessionPrivileges', 'noOtherPrivileges']

/** Those of a call that has none of its own. */
export const NO_LIMITS = Object.freeze({ signal: undefined, timeoutMs: undefined })

/** What the core reads: nothing that is inherited. A literal without a prototype takes three times as long. */
class SessionRequest {
  userId = undefined
  sessionType = undefined
  expiry = undefined
  sessionPrivileges = undefined
  noOtherPrivileges = undefined

  static {
    Object.setPrototypeOf(this.prototype, null)
  }
}

/**
 * What a caller says, each property of which is read once: `{ key, request, limits }`. The `request` is
 * what the core reads. Its `key` is the same text for requests that are answered alike, and undefined if
 * the core has to look at them. The `limits`, `{ signal, timeoutMs }`, are this call's, if it has some.
 */
export function readRequest(given) {
  const request = new SessionRequest()
  if (given === undefined) return { key: '', request, limits: undefined }
  checkPlain(given, 'request')
  let signal
  let timeoutMs
  let isKnown = true
  try {
    for (const name of Object.keys(given)) {
      const value = given[name]
      if (name === 'signal') signal = value
      else if (name === 'timeoutMs') timeoutMs = value
      else if (KEYED.includes(name)) request[name] = value
      else isKnown = !Object.defineProperty(request, name, { __proto__: null, value, enumerable: true })
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

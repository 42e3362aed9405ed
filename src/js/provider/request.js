// What callers ask of a provider, and what is asked alike.
import { checkPlain, copied, plainPrivilege } from '../common/options.js'
import { readLimits } from '../common/deadline.js'
import { invalid } from '../common/error.js'

// What makes requests differ.
const KEYED = ['userId', 'sessionType', 'expiry', 'sessionPrivileges', 'noOtherPrivileges']

/** What the core reads: nothing that is inherited. A literal without a prototype takes three times as long. */
class Wish {
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
 * What a request says, each property of which is read once: the `wish` that the core reads, its `key`,
 * which is the same text for requests that are answered alike, and undefined if the core has to look at
 * them, and the `signal` and `timeoutMs` of this call, if it has some.
 */
export function readRequest(request) {
  const wish = new Wish()
  if (request === undefined) return { wish, key: '', signal: undefined, timeoutMs: undefined, isPlain: true }
  checkPlain(request, 'request')
  let signal
  let timeoutMs
  let isKnown = true
  try {
    for (const name of Object.keys(request)) {
      const value = request[name]
      if (name === 'signal') signal = value
      else if (name === 'timeoutMs') timeoutMs = value
      else if (KEYED.includes(name)) wish[name] = value
      else isKnown = !Object.defineProperty(wish, name, { __proto__: null, value, enumerable: true })
    }
  } catch {
    throw invalid('request', 'an object whose properties can be read')
  }
  if (typeof wish.sessionPrivileges === 'object') {
    wish.sessionPrivileges = copied('request.sessionPrivileges', wish.sessionPrivileges, plainPrivilege)
  }
  const isPlain = signal === undefined && timeoutMs === undefined
  if (!isPlain) readLimits({ signal, timeoutMs })
  return { wish, key: isKnown ? keyOf(wish) : undefined, signal, timeoutMs, isPlain }
}

function keyOf(wish) {
  let key = ''
  for (const name of KEYED) {
    const value = wish[name]
    if (value === undefined) continue
    if (typeof value === 'string') key += `${name}:${value.length}:${value}`
    else if (typeof value === 'number' || typeof value === 'boolean') key += `${name}=${value};`
    else return undefined
  }
  return key
}

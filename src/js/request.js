// What callers ask of a provider, and what is asked alike.
import { ownOptions } from './check.js'
import { readLimits } from './deadline.js'

// What makes requests differ.
const KEYED = ['userId', 'sessionType', 'expiry', 'sessionPrivileges', 'noOtherPrivileges']
const NOTHING = Object.freeze(Object.create(null))

/**
 * What a request says, read once: the `wish` that the core reads, its `key` (see
 * {@link requestKey}), and the `signal` and `timeoutMs` of this call, if it has some.
 */
export function readRequest(request = NOTHING) {
  const wish = ownOptions(request, 'request', 'request.')
  const { signal, timeoutMs } = wish
  delete wish.signal
  delete wish.timeoutMs
  const isPlain = signal === undefined && timeoutMs === undefined
  if (!isPlain) readLimits({ signal, timeoutMs })
  return { wish, key: requestKey(wish), signal, timeoutMs, isPlain }
}

/**
 * The same text for requests that are answered alike; undefined for a request that the core has
 * to look at.
 */
export function requestKey(request) {
  if (request === undefined) return ''
  if (request === null || typeof request !== 'object') return undefined
  try {
    return keyOf(request)
  } catch {
    return undefined
  }
}

function keyOf(request) {
  let key = ''
  for (const name of Object.keys(request)) {
    const value = request[name]
    if (value === undefined) continue
    if (name === 'timeoutMs' && Number.isInteger(value) && value > 0) continue
    if (!KEYED.includes(name)) return undefined
    if (typeof value === 'string') key += `${name}:${value.length}:${value}`
    else if (typeof value === 'number' || typeof value === 'boolean') key += `${name}=${value};`
    else return undefined
  }
  return key
}

// The options of a handler.
import { checkFunctions, ownProperties, unknownIn } from '../common/options.js'
import { readLimits } from '../common/deadline.js'
import { invalid, unknownOption } from '../common/error.js'
import { tell } from '../common/host.js'
import { checkStore } from '../stores/guarded-store.js'
import { STORE_KEY } from '../stores/seal.js'
import { RateLimit } from './limit.js'

/**
 * @import { AppTokenSession } from '../entries/index.js'
 * @import { ProviderRequest, SessionProvider } from '../provider/index.js'
 * @import { KsHandlerEvent, KsHandlerOptions } from './index.js'
 */

const OPTIONS = [
  ...['provider', 'authorize', 'methods', 'origins', 'expiry', 'rateLimit', 'store', 'timeoutMs'],
  ...['storeKey', 'onEvent', 'isolate', 'dangerouslyAllowAdmin'],
]
const RATE = { burst: 10, perMinute: 30 }

/** @typedef {Pick<SessionProvider, 'getSession'> & Partial<SessionProvider>} Provider */
/** @typedef {ReturnType<typeof readOptions>} HandlerSettings */
/** @typedef {Provider & { [STORE_KEY]: () => unknown }} Keyed */

/** @param {KsHandlerOptions<unknown[]>} options */
export function readOptions(options) {
  const own = ownProperties(options, 'options')
  refuseUnknown(own, OPTIONS, '')
  const { provider, authorize, onEvent, store, rateLimit = {} } = own
  const { expiry = 3600, timeoutMs = 10_000, dangerouslyAllowAdmin = false } = own
  if (!gives(provider, 'getSession')) throw invalid('provider', 'a provider from createSessionProvider')
  if (authorize === undefined) throw invalid('authorize', 'a function')
  checkFunctions({ authorize, onEvent })
  if (store !== undefined) checkStore(store)
  if (!Number.isInteger(expiry) || expiry < 1) throw invalid('expiry', 'a whole number, 1 or more')
  readLimits({ timeoutMs })
  checkIsolation(own.isolate, provider)
  if (typeof dangerouslyAllowAdmin !== 'boolean') {
    throw invalid('dangerouslyAllowAdmin', 'a boolean')
  }
  /**
   * @param {Partial<KsHandlerEvent>} event
   * @param {Request} [request]
   */
  const say = (event, request) =>
    tell(onEvent && ((told) => onEvent(/** @type {KsHandlerEvent} */ (told), request)), event)
  const rate = rateLimit === false ? undefined : readRate(rateLimit)
  const isKeyed = store !== undefined || own.storeKey !== undefined
  const storeKey = isKeyed ? readStoreKey(own.storeKey, provider) : undefined
  return {
    obtain: obtainFrom(provider, () => say({ type: 'exposed' })),
    ...{ authorize, expiry, timeoutMs, dangerouslyAllowAdmin },
    tell: say,
    methods: readMethods(own.methods),
    origins: readOrigins(own.origins),
    limit: rate && new RateLimit(rate, store, storeKey, say),
  }
}

/**
 * Returns the key for buckets: the provider's, unless the caller gives one.
 * @param {unknown} key
 * @param {Provider} provider
 */
function readStoreKey(key, provider) {
  if (key === undefined && gives(provider, STORE_KEY)) return () => /** @type {Keyed} */ (provider)[STORE_KEY]()
  try {
    const bytes = /** @type {Uint8Array} */ (key)
    const isKey = ArrayBuffer.isView(bytes) && bytes.BYTES_PER_ELEMENT === 1 && bytes.length === 32
    // A key with few different bytes is a pattern, or text.
    const copy = isKey ? Uint8Array.from(bytes) : undefined
    if (new Set(copy).size >= 16) return () => copy
  } catch {
    // Unreadable, so not a key.
  }
  throw invalid('storeKey', '32 random bytes, because this provider has no key for the store')
}

/**
 * @param {object} own
 * @param {string[]} known
 * @param {string} prefix
 */
export function refuseUnknown(own, known, prefix) {
  const unknown = unknownIn(own, known)
  if (unknown !== undefined) throw unknownOption(prefix, unknown, known)
}

/**
 * Returns the function that fetches a session. It calls `onExposed` if the first session can end all others.
 * @param {Provider} provider
 * @param {() => void} onExposed
 * @returns {(request: ProviderRequest) => Promise<AppTokenSession>}
 */
function obtainFrom(provider, onExposed) {
  // The caller's own provider may not be able to prove a session.
  if (!gives(provider, 'getProvenSession')) return (request) => provider.getSession(request)
  let isKnown = false
  const warn = () => {
    if (!isKnown) onExposed()
    isKnown = true
  }
  return async (request) => {
    const session = await /** @type {SessionProvider} */ (provider).getProvenSession(
      request,
      isKnown ? undefined : warn,
    )
    isKnown = true
    return session
  }
}

/**
 * Checks `isolate` now, because nobody should find out after users were logged out.
 * @param {unknown} isolate
 * @param {Provider} provider
 */
function checkIsolation(isolate, provider) {
  if (isolate === undefined) return
  if (isolate !== 'user' && isolate !== 'session') throw invalid('isolate', "'user' or 'session'")
  if (provider.isolate !== isolate) {
    throw invalid('isolate', "the same as the provider's `isolate`, because the provider makes the sessions")
  }
}

/**
 * @param {object} object
 * @param {string | symbol} method
 */
function gives(object, method) {
  try {
    return typeof (/** @type {Record<string | symbol, unknown>} */ (object)?.[method]) === 'function'
  } catch {
    return false
  }
}

function readMethods(methods = ['POST']) {
  const known = ['GET', 'POST']
  const fits = Array.isArray(methods) && methods.length > 0 && methods.every((one) => known.includes(one))
  if (!fits) throw invalid('methods', "a list of 'GET' and 'POST'")
  return [...methods]
}

/**
 * Returns a function that says whether an origin may ask.
 * @param {unknown} [origins]
 * @returns {(origin: string) => boolean}
 */
function readOrigins(origins = []) {
  if (typeof origins === 'function') return (origin) => origins(origin) === true
  if (!Array.isArray(origins) || !origins.every(isOrigin)) {
    throw invalid(
      'origins',
      "a list of origins as browsers write them, such as 'https://www.example.org' (in lower case, without a path, a wildcard or a usual port), or a function",
    )
  }
  const list = [...origins]
  return (origin) => list.includes(origin)
}

/**
 * Refuses other spellings, which would match no browser's.
 * @param {string} text
 */
function isOrigin(text) {
  try {
    return /^https?:/.test(text) && !text.includes('*') && new URL(text).origin === text
  } catch {
    return false
  }
}

/** @param {object} rateLimit */
function readRate(rateLimit) {
  const own = ownProperties(rateLimit, 'rateLimit')
  refuseUnknown(own, Object.keys(RATE), 'rateLimit.')
  const rate = { ...RATE, ...own }
  /**
   * @param {keyof typeof RATE} name
   * @param {number} least
   * @param {string} expected
   */
  const check = (name, least, expected) => {
    if (!(Number.isFinite(rate[name]) && rate[name] >= least)) throw invalid(`rateLimit.${name}`, expected)
  }
  check('burst', 1, 'a number, 1 or more')
  check('perMinute', Number.MIN_VALUE, 'a number greater than 0')
  return rate
}

import { instances } from '../runtime/load.js'
import { Inside } from './inside.js'
import { instantiate } from './kaltura_emulator.js'

/**
 * @import { Loadable, Loaded } from '../runtime/load.js'
 * @import { AppToken, Emulator, EmulatorOptions, EmulatorState, Fault, PartnerSeed, Switches, User } from './index.js'
 * @import { Sleep } from './inside.js'
 * @import { Answered, EmulatorExports } from './kaltura_emulator.js'
 */

/** @typedef {PartnerSeed & { users: Record<string, User> }} Partner */
/** @typedef {{ partners: Partner[], appTokens: AppToken[], switches: Partial<Switches> }} Parts */

/**
 * A request as the emulator receives it.
 * @typedef {{ method: string, url: string, headers: [name: string, value: string][], body: Uint8Array, ip: string, https: boolean }} Call
 */

/** The most that the emulator accepts; longer lists aren't serialised for it. */
const MOST_APP_TOKENS = 10_000

/** The default partner. */
const DEFAULT_PARTNER = {
  id: 1234567,
  adminSecret: 'emulated-admin-secret',
  userSecret: 'emulated-user-secret',
}

const OPTIONS = [
  'appTokens',
  'cache',
  'itemMs',
  'latencyMs',
  'now',
  'partners',
  'random',
  'rateLimits',
  'serviceUrl',
  'sleep',
  'state',
]

/** Timers with a longer delay fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/**
 * The inside of each emulator; `answer` finds it for the listeners.
 * @type {WeakMap<object, Inside>}
 */
const insides = new WeakMap()

/**
 * Makes `createEmulator`, with a module that `load` returns at the first call.
 * @param {() => Loadable} load
 * @returns {{ createEmulator: typeof import('./index.js').createEmulator }}
 */
export function bind(load) {
  const wasm = instances(instantiate, load)
  return { createEmulator: (options = {}) => create(wasm, options) }
}

/**
 * @param {() => Loaded<EmulatorExports>} wasm
 * @param {EmulatorOptions} options
 * @returns {Emulator}
 */
function create(wasm, options) {
  mustBeObject(options, 'createEmulator')
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name))
  if (unknown) throw new TypeError(`createEmulator has no option ${unknown}`)
  if (options.appTokens && options.appTokens.length > MOST_APP_TOKENS) {
    throw new TypeError(`appTokens is a list of at most ${MOST_APP_TOKENS}`)
  }
  const {
    partners = [DEFAULT_PARTNER],
    appTokens = [],
    state = { partners },
    now = () => Date.now(),
    random = (bytes) => void crypto.getRandomValues(/** @type {Uint8Array<ArrayBuffer>} */ (bytes)),
    serviceUrl = 'https://kaltura.test',
    sleep = timer,
  } = options
  /** @param {string} json */
  const begin = (json) => {
    const { Emulator, instance } = wasm()
    return { wasm: new Emulator(json), instance }
  }
  const inside = new Inside(begin, JSON.stringify(state), { now, random, sleep })

  /**
   * Edits a part of the state with `change`.
   * @template {keyof Parts} Name
   * @param {Name} name
   * @param {(part: Parts[Name]) => unknown} change
   */
  const edit = (name, change) => {
    const part = JSON.parse(inside.part(name))
    change(part)
    inside.replace(JSON.stringify({ [name]: part }))
  }
  /** @param {unknown} wanted */
  const addAppTokens = (wanted) => JSON.parse(inside.addAppTokens(JSON.stringify(wanted)))
  /** @param {Partial<Switches>} switches */
  const set = (switches) => {
    mustBeObject(switches, 'set')
    edit('switches', (current) => Object.assign(current, switches))
  }

  const [partnerId, adminSecret] = JSON.parse(inside.part('account')) ?? []
  const emulator = {
    serviceUrl,
    partnerId,
    adminSecret,
    get requests() {
      return inside.requests
    },
    /**
     * @param {string | URL | Request} input
     * @param {RequestInit} [init]
     */
    fetch: (input, init) => respond(inside, input, init),
    addAppToken: (wanted = {}) => addAppTokens([wanted])[0],
    /** @param {PartnerSeed} partner */
    addPartner: (partner) => edit('partners', (partners) => partners.push(/** @type {Partner} */ (partner))),
    /**
     * @param {number} id
     * @param {object} changes
     */
    setPartner(id, changes) {
      mustBeObject(changes, 'setPartner')
      edit('partners', (partners) => Object.assign(partnerOf(partners, id), changes))
    },
    /**
     * @param {number} partnerId
     * @param {string} userId
     * @param {object} changes
     */
    setUser(partnerId, userId, changes) {
      mustBeObject(changes, 'setUser')
      edit('partners', (partners) => {
        const { users } = partnerOf(partners, partnerId)
        const created = Math.floor(now() / 1000)
        users[userId] = { createdAt: created, updatedAt: created, ...users[userId], ...changes }
      })
    },
    /**
     * @param {string} id
     * @param {object} changes
     */
    setAppToken(id, changes) {
      mustBeObject(changes, 'setAppToken')
      edit('appTokens', (appTokens) => {
        const token = appTokens.find((known) => known.id === id)
        if (!token) throw new TypeError(`the emulator has no app token ${id}`)
        Object.assign(token, changes)
      })
    },
    set,
    /** @param {...Partial<Fault>} faults */
    setFaults: (...faults) => inside.replace(JSON.stringify({ faults: faults.map(plainFault) })),
    flushCaches: () => inside.flushCaches(),
    state: () => JSON.parse(inside.state()),
    /** @param {EmulatorState} state */
    restore: (state) => inside.restore(JSON.stringify(state)),
  }
  insides.set(emulator, inside)
  const switches = Object.fromEntries(
    /** @type {const} */ (['cache', 'itemMs', 'latencyMs', 'rateLimits'])
      .filter((name) => options[name] !== undefined)
      .map((name) => [name, options[name]]),
  )
  if (Object.keys(switches).length > 0) set(switches)
  if (appTokens.length > 0) addAppTokens(appTokens)
  return emulator
}

/**
 * @param {Partner[]} partners
 * @param {number} id
 */
function partnerOf(partners, id) {
  const partner = partners.find((known) => known.id === id)
  if (!partner) throw new TypeError(`the emulator has no partner ${id}`)
  return partner
}

/** @param {Partial<Fault>} wanted */
function plainFault(wanted) {
  mustBeObject(wanted, 'setFaults')
  const { headers, ...fault } = wanted
  return { ...fault, headers: headers ? [...new Headers(headers)] : [] }
}

/**
 * Refuses text, because spreading it would make a property of each letter.
 * @param {unknown} value
 * @param {string} name
 */
function mustBeObject(value, name) {
  if (typeof value !== 'object' || value === null) throw new TypeError(`${name} takes an object`)
}

/**
 * The emulator's response to a request, and what to do to the connection.
 * @param {Emulator} emulator
 * @param {Call} call
 */
export function answer(emulator, { method, url, headers, body, ip, https }) {
  return handle(/** @type {Inside} */ (insides.get(emulator)), { method, url, headers, body, ip, https })
}

/**
 * @param {Inside} inside
 * @param {Call} call
 */
function handle(inside, { method, url, headers, body, ip, https }) {
  inside.requests += 1
  const flat = headers.flat()
  return inside.handle(method, url, flat, body, ip, https)
}

/**
 * @param {Inside} inside
 * @param {string | URL | Request} input
 * @param {RequestInit & { remoteAddr?: { hostname?: string } }} [init]
 */
async function respond(inside, input, init) {
  // Deno, Bun and Workers pass their handlers a second argument.
  const isHandler = input instanceof Request
  const request = isHandler ? input : new Request(input, init)
  if (!isHandler) request.signal.throwIfAborted()
  const body = new Uint8Array(await request.arrayBuffer())
  const { protocol, pathname, search } = new URL(request.url)
  const outcome = handle(inside, {
    method: request.method,
    url: pathname + search,
    headers: [...request.headers],
    body,
    ip: (isHandler && init?.remoteAddr?.hostname) || '127.0.0.1',
    https: protocol === 'https:',
  })
  // Deno warns about handlers that read their request's signal, so it is read only to wait.
  const isSlow = outcome.delayMs > 0 || outcome.bytesPerSecond
  const signal = isHandler && !isSlow ? undefined : request.signal
  await pause(inside, outcome.delayMs, signal)
  signal?.throwIfAborted()
  if (outcome.cut === 'before') {
    throw new TypeError('fetch failed', { cause: new Error('the connection was cut') })
  }
  const whole = outcome.cut === null && !outcome.bytesPerSecond
  const empty = request.method === 'HEAD' || [204, 205, 304].includes(outcome.status)
  const content = whole ? outcome.body : stream(inside, outcome, signal)
  return new Response(empty ? null : content, {
    status: outcome.status,
    headers: outcome.headers,
  })
}

/**
 * Waits with the clock of the emulator of `inside`.
 * @param {{ sleep: Sleep }} options
 * @param {number} ms
 * @param {AbortSignal} [signal]
 */
async function pause({ sleep }, ms, signal) {
  if (ms) await sleep(ms, signal)
}

/**
 * Waits with the clock of `emulator`.
 * @param {Emulator} emulator
 * @param {number} ms
 */
export const pauseOf = (emulator, ms) => pause(/** @type {Inside} */ (insides.get(emulator)), ms)

/**
 * Waits, but at most until an abort.
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
function timer(ms, signal) {
  return new Promise((resolve, reject) => {
    // The event may have passed.
    if (signal?.aborted) return reject(signal.reason)
    const id = setTimeout(done, Math.min(ms, LONGEST_TIMER))
    function done() {
      signal?.removeEventListener('abort', stop)
      resolve()
    }
    function stop() {
      clearTimeout(id)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/**
 * The pieces of a body, each with the delay before it.
 * @param {Pick<Answered, 'body' | 'cut' | 'bytesPerSecond'>} options
 */
export function* pieces({ body, cut, bytesPerSecond }) {
  const end = cut === 'body' ? Math.ceil(body.length / 2) : body.length
  const size = bytesPerSecond ? Math.ceil(bytesPerSecond / 20) : end
  const wait = bytesPerSecond ? (1000 * size) / bytesPerSecond : 0
  for (let start = 0; start < end; start += size) {
    yield { wait, bytes: body.subarray(start, Math.min(start + size, end)) }
  }
}

/**
 * @param {Inside} inside
 * @param {Answered} outcome
 * @param {AbortSignal} [signal]
 */
function stream(inside, outcome, signal) {
  const rest = pieces(outcome)
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = rest.next()
      if (!done) {
        await pause(inside, value.wait, signal)
        controller.enqueue(value.bytes)
      } else if (outcome.cut === 'body') {
        controller.error(new TypeError('terminated'))
      } else {
        controller.close()
      }
    },
  })
}

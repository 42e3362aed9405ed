// @ts-self-types="./provider.d.ts"
// A live session at hand. What to do is decided in the core; here it is done: the caller's
// promises, deadlines and fetches, and the leases by which the core lets a session be handed out
// without being asked.
import {
  checkFunctions,
  checkText,
  copied,
  guarded,
  ownOptions,
  ownProperties,
} from './check.js'
import { Deadline, LONGEST_MS, readLimits } from './deadline.js'
import { AppTokenError, fromCore, invalid } from './error.js'
import { SILENT } from './flight.js'
import { Flights } from './flights.js'
import { createHost, now, tell } from './host.js'
import { Leases } from './leases.js'
import { remade } from './load.js'
import { checkStore } from './patient.js'
import { ownRequest, requestKey } from './request.js'
import { Shelf } from './shelf.js'

/** Many sessions that end sooner than all can be started are asked for so often. */
const MOST_ROUNDS = 3
/** A session that was at hand, and a new one of each token; then there is none to ask for. */
const MOST_CALLS = 3
const ENDED = {
  code: 'ERR_TIMEOUT',
  message: 'the session ended before all others were started: ask for fewer, or for a longer expiry',
  retryable: true,
}

/** The options that the core doesn't see. */
const SHELL_OPTIONS = ['timeoutMs', 'fetch', 'onEvent', 'waitUntil', 'fallback', 'store']

/**
 * Reads the options of a provider. `wasm` gives the core's functions; `usualFetch` is for callers
 * that give no fetch.
 */
export function createSessionProvider(wasm, options, usualFetch) {
  const own = ownOptions(options)
  const { timeoutMs, fetch = usualFetch, onEvent, waitUntil, fallback, store } = own
  for (const name of SHELL_OPTIONS) delete own[name]
  const limits = readLimits({ timeoutMs })
  checkFunctions({ fetch, onEvent, waitUntil })
  if (store !== undefined) checkStore(store)
  const second = fallback === undefined ? undefined : ownOptions(fallback, 'fallback', 'fallback.')
  const tokens = [own, second].map((from) => from?.appToken)
  const areFunctions = tokens.map((token) => typeof token === 'function')
  for (const [index, from] of [own, second].entries()) if (areFunctions[index]) delete from.appToken
  const settings = {
    ...{ fetch, onEvent, waitUntil },
    timeoutMs: limits.timeoutMs,
    isOver: ({ expiresAt }) => wasm().ProviderCore.isOver(expiresAt, now()),
    tokens: tokens.map((token) => (typeof token === 'function' ? token : () => token)),
  }
  // Flights have numbers of their core's: another core, after a trap, has flights of its own.
  const parts = remade(wasm, ({ ProviderCore, instance }) => {
    const core = guarded(() => new ProviderCore(own, second, ...areFunctions))
    const shelf = store && new Shelf(core, store, (event) => tell(onEvent, event), limits.timeoutMs)
    const everyMs = ProviderCore.checkEveryMs()
    return { core, instance, flights: new Flights(core, everyMs, { ...settings, shelf, instance }) }
  })
  parts()
  return new SessionProvider(parts, new Leases(own.maxEntries ?? 10_000), settings)
}

class SessionProvider {
  #parts
  #leases
  #settings
  #turn = new Map()

  /**
   * `parts` gives the core and what works with it, anew after a trap; `settings` are the options
   * that the core has nothing to do with.
   */
  constructor(parts, leases, settings) {
    this.#parts = parts
    this.#leases = leases
    this.#settings = settings
  }

  get #core() {
    return this.#parts().core
  }

  get #flights() {
    return this.#parts().flights
  }

  async getKs(request) {
    return (this.#leases.sessionFor(request) ?? (await this.#get(request))).ks
  }

  async getSession(request) {
    return copyOf(this.#leases.sessionFor(request) ?? (await this.#get(request)))
  }

  async startSessions(requests, options = {}) {
    const list = copied('requests', requests)
    if (!Array.isArray(list)) throw invalid('requests', 'an array of requests')
    const { signal, ...others } = ownOptions(options)
    for (const name of Object.keys(others)) throw invalid(name, 'left out: there is no such option')
    readLimits({ signal })
    const parts = this.#parts()
    const wanted = list.map((request) => readOne(request, signal, parts))
    const all = new Deadline({ signal, timeoutMs: LONGEST_MS })
    const abort = () => {
      for (const { deadline } of wanted) deadline?.abort()
    }
    all.signal.addEventListener('abort', abort)
    // What only looks like a signal may tell at once.
    if (all.error) abort()
    try {
      if (all.error?.code === 'ERR_INVALID_OPTIONS') throw all.error
      return await this.#startAll(parts, wanted)
    } finally {
      for (const { deadline } of [{ deadline: all }, ...wanted]) deadline?.settle()
    }
  }

  async #startAll(parts, wanted) {
    const outcomes = []
    let left = [...wanted.keys()]
    for (let rounds = 0; left.length > 0 && rounds < MOST_ROUNDS; rounds += 1) {
      const asked = left.map((index) => askFor(parts, wanted[index]))
      const led = asked.filter(({ told }) => told?.lead).map(({ told }) => told.flight)
      parts.flights.leadAll(led, parts.core)
      const found = await Promise.all(asked.map((one) => this.#outcome(parts, one)))
      for (const [place, index] of left.entries()) outcomes[index] = found[place]
      // Those that came first may have ended while the last was waited for.
      left = [...wanted.keys()].filter((index) => this.#isOver(outcomes[index]))
    }
    for (const index of left) outcomes[index] = { error: new AppTokenError(ENDED) }
    return outcomes
  }

  async #outcome(parts, { wish, limits, told, deadline, key, error }) {
    if (error) return { error }
    try {
      return { session: copyOf(await this.#obtainInTime(parts, wish, key, deadline, limits, told)) }
    } catch (thrown) {
      return { error: thrown }
    }
  }

  async call(service, action, params = {}, request) {
    checkText('service', service)
    checkText('action', action)
    const parameters = ownProperties(params, 'params')
    // Nothing is sent for what could not be sent.
    guarded(() => this.#core.checkCall(service, action))
    bodyOf(parameters)
    const { wish, limits } = ownRequest(request, this.#settings)
    const parts = this.#parts()
    const { instance } = parts
    const deadline = new Deadline({ ...limits, instance, what: `answer to ${service}.${action}` })
    try {
      if (deadline.error) throw deadline.error
      return await this.#call(parts, { service, action, parameters, wish, deadline, limits })
    } catch (thrown) {
      throw deadline.error ?? fromCore(thrown)
    } finally {
      deadline.settle()
    }
  }

  async #call(parts, { service, action, parameters, wish, deadline, limits }) {
    const { fetch, onEvent } = this.#settings
    const host = createHost({ deadline, fetch, onEvent })
    for (let attempts = 1; ; attempts += 1) {
      const { ks, privileges } = await this.#obtain(parts, wish, undefined, deadline, limits)
      const body = bodyOf({ ...parameters, format: 1, ks })
      const answer = parts.core.call(service, action, body, ks, attempts, host)
      const { text, failure, dead, loggedOut } = await deadline.within(answer)
      if (text !== undefined) return JSON.parse(text)
      if (!dead) throw failure
      this.invalidate(ks)
      if (attempts === 1) continue
      if (!loggedOut) throw failure
      // The session was new: it is the whole token that was ended.
      this.#tell({ type: 'revoked' })
      this.#core.revoke(privileges, now())
      this.#flights.deleteObsolete()
      this.#forget()
      if (attempts > MOST_CALLS) throw failure
    }
  }

  invalidate(requestOrKs) {
    const wanted = typeof requestOrKs === 'string' ? undefined : ownRequest(requestOrKs)
    guarded(() => {
      if (wanted) this.#core.invalidate(wanted.wish, now())
      else this.#core.invalidateKs(requestOrKs, now())
    })
    this.#flights.deleteObsolete()
    this.#forget()
  }

  clear() {
    this.#forget()
    this.#flights.forget()
    guarded(() => this.#core.clear())
  }

  #forget() {
    this.#leases.forget()
    this.#turn.clear()
  }

  /**
   * Calls for the same session that are made in one turn of the event loop are one call: they
   * come from the same context, and their time ends at the same moment.
   */
  #get(request) {
    const key = requestKey(request)
    if (key === undefined || request?.timeoutMs !== undefined) return this.#start(request, key)
    let started = this.#turn.get(key)
    if (!started) {
      if (this.#turn.size === 0) queueMicrotask(() => this.#turn.clear())
      started = this.#start(request, key)
      this.#turn.set(key, started)
    }
    return started
  }

  async #start(request, key) {
    const { wish, limits } = ownRequest(request, this.#settings)
    const parts = this.#parts()
    const deadline = new Deadline({ ...limits, instance: parts.instance })
    try {
      if (deadline.error) throw deadline.error
      return await this.#obtainInTime(parts, wish, key, deadline, limits)
    } finally {
      deadline.settle()
    }
  }

  /** A session; one that lives is better than none when the time for a new one is over. */
  async #obtainInTime(parts, wish, key, deadline, limits, told) {
    try {
      return await this.#obtain(parts, wish, key, deadline, limits, told)
    } catch (thrown) {
      const isLate = deadline.error?.code === 'ERR_TIMEOUT'
      const last = isLate ? parts.core.lastResort(wish, now()) : undefined
      if (!last) throw thrown
      return this.#hand(key, last)
    }
  }

  /**
   * A session from the core, or from a flight that is led or followed until one lands. What
   * was `told` already comes with a flight that is under way.
   */
  async #obtain({ core, flights }, wish, key, deadline, limits, told) {
    let former
    let silentChecks = 0
    for (let isBoarded = told !== undefined; ; isBoarded = false, told = undefined) {
      const { age } = this.#leases
      told ??= guarded(() => core.ask(wish, former ?? 0, silentChecks, now()))
      const { session, flight, lead } = told
      if (lead && !isBoarded) {
        const replaced = silentChecks > 0 ? former : undefined
        const { timeoutMs } = limits
        flights.lead(flight, { former: replaced, keep: !!session, timeoutMs })
      }
      former = flight
      if (session) {
        const isLost = flight !== undefined && !lead && flights.isSilent(flight)
        if (!isLost) return this.#hand(key, told, age)
        // The request that was renewing it may have ended, and its work with it.
        silentChecks = SILENT.silentChecks
        continue
      }
      const outcome = await flights.follow(flight, deadline, lead)
      if (outcome.session && !this.#isOver(outcome)) return this.#hand(key, outcome, age)
      if (outcome.failure) throw fromCore(outcome.failure)
      if (outcome.lost && lead) throw outcome.lost
      silentChecks = outcome.silentChecks ?? 0
    }
  }

  /** Whether the session that came has ended since. */
  #isOver({ session }) {
    return session !== undefined && this.#settings.isOver(session)
  }

  /** Gives what it was told to, and keeps it for as long as the core lets it. */
  #hand(key, { session, lease, stale }, age) {
    // Since it was asked for, it may have been found dead.
    const isKept = lease && key !== undefined && age === this.#leases.age
    if (isKept) this.#leases.keep(key, session, lease)
    if (stale) this.#tell({ type: 'servedStale', expiresAt: session.expiresAt })
    return session
  }

  #tell(event) {
    tell(this.#settings.onEvent, event)
  }
}

/** What the core says to one of many requests. */
function askFor({ core }, one) {
  if (one.error) return one
  try {
    return { ...one, told: guarded(() => core.ask(one.wish, 0, 0, now())) }
  } catch (error) {
    return { error }
  }
}

/** One of many requests, with the time that it has; `also` ends it like its own signal. */
function readOne(request, also, { instance }) {
  try {
    const { wish, limits } = ownRequest(request, { timeoutMs: LONGEST_MS })
    const deadline = new Deadline({ ...limits, also, instance })
    return deadline.error ? { error: deadline.error } : { wish, limits, deadline, key: requestKey(request) }
  } catch (error) {
    return { error }
  }
}

/** What its caller may change. */
const copyOf = (session) => ({
  ...session,
  differences: session.differences.map((difference) => ({ ...difference })),
})

/** JSON of parameters; what JSON can't say is the caller's to change. */
function bodyOf(parameters) {
  try {
    // One of its own would say what is sent in its place.
    if (typeof parameters.toJSON !== 'function') return JSON.stringify(parameters)
  } catch {
    // A cycle, a BigInt, a getter that throws.
  }
  throw invalid('params', 'an object that JSON can express')
}

// @ts-self-types="./index.d.ts"
// A live session at hand. What to do is decided in the core; here it is done: the caller's
// promises, deadlines and fetches, and the leases by which the core lets a session be handed out
// without being asked.
import { auditKeyOf, tellOf } from '../common/audit.js'
import {
  checkFunctions,
  checkText,
  copied,
  guarded,
  ownOptions,
  ownProperties,
  takeAllowUnverified,
} from '../common/options.js'
import { Deadline, LONGEST_MS, readLimits } from '../common/deadline.js'
import { AppTokenError, fromCore, invalid, unknownOption } from '../common/error.js'
import { SILENT } from './flight.js'
import { Flights } from './flights.js'
import { createHost, now, steady, tell } from '../common/host.js'
import { Leases } from './leases.js'
import { remade } from '../runtime/load.js'
import { startMany } from './many.js'
import { checkStore } from '../stores/guarded-store.js'
import { readRequest } from './request.js'
import { readSeal, STORE_KEY } from '../stores/seal.js'
import { Shelf } from '../stores/shared-sessions.js'
import { sealSecretOf, takeToken } from '../common/token.js'

/** A session that was at hand, and a new one of each token; then there is none to ask for. */
const MOST_CALLS = 3

/** Of so many wrong requests, the errors tell where they came from. */
const MOST_STACKS = 100

/** How long the answer to a proof is waited for; a later one tells nothing. */
const PROOF_MS = 3000

/** The options that the core doesn't see. */
const SHELL_OPTIONS = [
  ...['timeoutMs', 'fetch', 'onEvent', 'auditKey', 'waitUntil', 'fallback', 'store', 'seal'],
]

/**
 * Reads the options of a provider. `wasm` gives the core's functions; `usualFetch` is for callers
 * that give no fetch.
 */
export function createSessionProvider(wasm, options, usualFetch) {
  const own = ownOptions(options)
  const allowUnverified = takeAllowUnverified(own, usualFetch)
  const { timeoutMs, fetch = usualFetch, onEvent, waitUntil, fallback, store, seal } = own
  const auditKey = auditKeyOf(own.auditKey)
  for (const name of SHELL_OPTIONS) delete own[name]
  const limits = readLimits({ timeoutMs })
  checkFunctions({ fetch, onEvent, waitUntil })
  if (store !== undefined) checkStore(store)
  const second = fallback === undefined ? undefined : ownOptions(fallback, 'fallback', 'fallback.')
  const keys = seal === undefined ? [] : readSeal(seal)
  const tokens = [own, second].filter((from) => from !== undefined).map(takeToken)
  const hasOwnKeys = keys.length > 0
  const sealSecret = sealSecretOf(tokens[0], store !== undefined && !hasOwnKeys)
  const leases = new Leases(own.maxEntries ?? 10_000)
  const settings = {
    ...{ fetch, onEvent, auditKey, waitUntil, allowUnverified },
    ...{ leases, tokens, sealSecret, hasOwnKeys, isolate: own.isolate },
    timeoutMs: limits.timeoutMs,
    isOver: ({ expiresAt }) => wasm().ProviderCore.isOver(expiresAt, now()),
  }
  // Flights have numbers of their core's: another core, after a trap, has flights of its own.
  const parts = remade(wasm, ({ ProviderCore, instance }) => {
    for (const [index, { copy }] of tokens.entries()) {
      if (copy) guarded(() => ProviderCore.checkToken(index === 0 ? 'appToken' : 'fallback.appToken', copy))
    }
    const kinds = [tokens[0].kind, tokens[1]?.kind ?? 0]
    const core = guarded(() => new ProviderCore(own, second, ...kinds, leases.ofNewCore(), keys))
    const shelf = store && new Shelf(core, store, (event) => tell(onEvent, event), limits.timeoutMs)
    const everyMs = ProviderCore.checkEveryMs()
    return { core, instance, flights: new Flights(core, everyMs, { ...settings, shelf, instance }) }
  })
  parts()
  return new SessionProvider(parts, leases, settings)
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

  /** Which sessions end together: the option. */
  get isolate() {
    return this.#settings.isolate
  }

  get #core() {
    return this.#parts().core
  }

  get #flights() {
    return this.#parts().flights
  }

  async getKs(request) {
    const read = readRequest(request)
    return (this.#leases.sessionFor(read) ?? (await this.#get(read))).ks
  }

  async getSession(request) {
    const read = readRequest(request)
    return copyOf(this.#leases.sessionFor(read) ?? (await this.#get(read)))
  }

  async getProvenSession(request, onExposed) {
    checkFunctions({ onExposed })
    const { wish, signal, timeoutMs = this.#settings.timeoutMs } = readRequest(request)
    const start = steady()
    const limits = () => ({ signal, timeoutMs: Math.ceil(Math.max(1, timeoutMs - (steady() - start))) })
    const session = await this.getSession({ ...wish, ...limits() })
    if (onExposed && guarded(() => this.#core.isExposed(session.privileges))) tell(onExposed)
    if (!(await this.#death(session, limits()))) return session
    // If only that one was ended, another lives; if it was the token, starting one tells.
    const next = await this.getSession({ ...wish, ...limits() })
    const death = await this.#death(next, limits())
    if (death) throw death
    return next
  }

  /** Why a session is not to be handed out, if it is time to ask, and Kaltura says that it is dead. */
  async #death({ ks, privileges }, { signal, timeoutMs }) {
    const { core, instance, flights } = this.#parts()
    if (!guarded(() => core.proofIsDue(ks, privileges, now()))) return undefined
    const deadline = new Deadline({ signal, timeoutMs: Math.min(timeoutMs, PROOF_MS), instance })
    let failure
    try {
      failure = await deadline.within(core.prove(ks, privileges, this.#host(deadline)))
    } catch {
      // No answer: a session that may well live is better than none.
      if (deadline.error?.code === 'ERR_ABORTED') throw deadline.error
    } finally {
      deadline.settle()
    }
    if (!failure) return undefined
    flights.tellNews()
    this.#forget()
    return fromCore(failure)
  }

  async startSessions(requests, options = {}) {
    const list = copied('requests', requests)
    if (!Array.isArray(list)) throw invalid('requests', 'an array of requests')
    const { signal, ...others } = ownOptions(options)
    for (const name of Object.keys(others)) throw unknownOption('', name)
    readLimits({ signal })
    const parts = this.#parts()
    const { instance } = parts
    const all = new Deadline({ signal, timeoutMs: LONGEST_MS, instance })
    const wanted = readAll(list, (request) => readOne(request, all, signal, instance))
    try {
      if (all.error?.code === 'ERR_INVALID_OPTIONS') throw all.error
      return await startMany(wanted, this.#waysToStart(parts, all))
    } finally {
      for (const { deadline } of [...wanted, { deadline: all }]) deadline?.settle()
    }
  }

  /** What {@link startMany} needs. */
  #waysToStart(parts, all) {
    const { batchSize, batchesInFlight } = parts.core
    return {
      ask: (request) => ask(parts, request, 0, 0),
      obtain: async (...one) => copyOf(await this.#obtainInTime(parts, ...one)),
      leadAll: (ids) => parts.flights.leadAll(ids),
      isOver: (outcome) => this.#isOver(outcome),
      pause: () => all.sleep(0).catch(() => {}),
      batchSize,
      batchesInFlight,
    }
  }

  async call(service, action, params = {}, request) {
    checkText('service', service)
    checkText('action', action)
    // Nothing is sent for what could not be sent, and what the caller changes later isn't.
    guarded(() => this.#core.checkCall(service, action))
    const parameters = JSON.parse(bodyOf(ownProperties(params, 'params')))
    const wanted = readRequest(request)
    const parts = this.#parts()
    const deadline = this.#deadline(parts, wanted, `answer to ${service}.${action}`)
    try {
      return await this.#call(parts, { service, action, parameters, wanted, deadline })
    } catch (thrown) {
      throw counted(deadline.error ?? fromCore(thrown), deadline)
    } finally {
      deadline.settle()
    }
  }

  async #call(parts, { service, action, parameters, wanted, deadline }) {
    const host = this.#host(deadline)
    for (let attempts = 1; ; attempts += 1) {
      const { ks, privileges } = await this.#obtain(parts, wanted, deadline)
      const body = JSON.stringify({ __proto__: null, ...parameters, format: 1, ks })
      const answer = parts.core.call(service, action, body, ks, attempts, host)
      const { text, failure, dead, loggedOut } = await deadline.within(answer)
      if (text !== undefined) return JSON.parse(text)
      if (!dead) throw failure
      this.invalidate(ks)
      if (attempts === 1) continue
      if (!loggedOut) throw failure
      if (!this.isolate) {
        // The session was new: it is the whole token that was ended.
        this.#tell({ type: 'revoked', appTokenId: this.#core.revoke(privileges, now()) })
        this.#flights.tellNews()
        this.#forget()
      }
      if (attempts > MOST_CALLS) throw failure
    }
  }

  async endSessions(request) {
    const wanted = readRequest(request)
    const parts = this.#parts()
    const { core, flights } = parts
    const flight = guarded(() => core.beginEnding(wanted.wish))
    const deadline = this.#deadline(parts, wanted, 'end of the sessions')
    try {
      flights.lead(flight, undefined, wanted.timeoutMs)
      const { session, failure, lost } = await flights.follow(flight, deadline, true)
      if (!session) throw lost ?? fromCore(failure)
      await this.#end(parts, session.ks, deadline)
      guarded(() => core.ended(wanted.wish, session.privileges, now()))
      tellOf(core, this.#settings, 'ended', session)
      this.#forget()
      flights.tellNews()
      await flights.publish()
    } catch (thrown) {
      throw counted(deadline.error ?? fromCore(thrown), deadline)
    } finally {
      deadline.settle()
    }
  }

  /** What the core is lent for a request of a session's own. */
  #host(deadline) {
    const { fetch, onEvent, allowUnverified } = this.#settings
    return createHost({ deadline, fetch, onEvent, allowUnverified })
  }

  async #end({ core }, ks, deadline) {
    const answer = core.endSession(bodyOf({ format: 1, ks }), ks, this.#host(deadline), deadline.at)
    const { failure, loggedOut } = await deadline.within(answer)
    // One that was ended already, perhaps by a request whose answer was lost.
    if (failure && !loggedOut) throw failure
  }

  invalidate(requestOrKs) {
    const wanted = typeof requestOrKs === 'string' ? undefined : readRequest(requestOrKs)
    const core = this.#core
    const held = guarded(() =>
      wanted ? core.invalidate(wanted.wish, now()) : core.invalidateKs(requestOrKs, now()),
    )
    if (held) tellOf(core, this.#settings, 'invalidated', held)
    this.#flights.tellNews()
    this.#forget()
  }

  clear() {
    this.#forget()
    this.#flights.forget()
    guarded(() => this.#core.clear(now()))
    this.#flights.tellNews()
  }

  /** Gives 32 bytes that only who has the key, or the token, can tell; none if this process has neither. */
  get [STORE_KEY]() {
    const { sealSecret, hasOwnKeys } = this.#settings
    if (!sealSecret && !hasOwnKeys) return undefined
    return async () => {
      const secret = hasOwnKeys ? undefined : await sealSecret()
      return this.#core.deriveKey(typeof secret === 'string' ? secret : undefined)
    }
  }

  #forget() {
    this.#leases.forget()
    this.#turn.clear()
  }

  /**
   * Calls for the same session that are made in one turn of the event loop are one call: they
   * come from the same context, and their time ends at the same moment.
   */
  async #get(request) {
    const { key } = request
    if (key === undefined || !request.isPlain) return this.#start(request)
    let started = this.#turn.get(key)
    if (!started) {
      if (this.#turn.size === 0) queueMicrotask(() => this.#turn.clear())
      started = this.#start(request)
      this.#turn.set(key, started)
    }
    return started
  }

  /** The time of a call. */
  #deadline({ instance }, { signal, timeoutMs = this.#settings.timeoutMs }, what) {
    return new Deadline({ signal, timeoutMs, what, instance })
  }

  async #start(request) {
    const parts = this.#parts()
    const deadline = this.#deadline(parts, request)
    try {
      return await this.#obtainInTime(parts, request, deadline)
    } finally {
      deadline.settle()
    }
  }

  /** A session; one that lives is better than none when the time for a new one is over. */
  async #obtainInTime(parts, request, deadline, decision) {
    try {
      return await this.#obtain(parts, request, deadline, decision)
    } catch (thrown) {
      const isLate = deadline.error?.code === 'ERR_TIMEOUT'
      const last = isLate ? parts.core.lastResort(request.wish, now()) : undefined
      if (!last) throw counted(thrown, deadline)
      return this.#hand(request.key, last)
    }
  }

  /**
   * A session from the core, or from a flight that is led or followed until one lands. A `decision`
   * that is given comes with a flight that is under way.
   */
  async #obtain(parts, request, deadline, decision) {
    const { flights } = parts
    if (deadline.error) throw deadline.error
    let { age } = this.#leases
    let isUnderWay = decision?.lead
    const { key, timeoutMs } = request
    const ways = {
      ask: (former, silentChecks) => {
        age = this.#leases.age
        return ask(parts, request, former, silentChecks)
      },
      lead: (flight, former) => {
        if (!isUnderWay) flights.lead(flight, former, timeoutMs)
        isUnderWay = false
        return flights.follow(flight, deadline, true)
      },
      isEnough: (outcome, isLed) =>
        outcome.failure || (outcome.lost && isLed) || (outcome.session && !this.#isOver(outcome)),
    }
    const end = await flights.join(deadline, ways, decision)
    // A session that is served for want of a new one comes with the failure.
    if (end.failure && (!end.session || this.#isOver(end))) throw fromCore(end.failure)
    if (end.lost) throw end.lost
    return this.#hand(key, end, age)
  }

  /** Whether the session that came has ended since. */
  #isOver(outcome) {
    return Object.hasOwn(outcome, 'session') && this.#settings.isOver(outcome.session)
  }

  /** Gives what it was told to, and keeps it for as long as the core lets it. */
  #hand(key, { session, lease, stale }, age) {
    // Since it was asked for, it may have been found dead.
    const isKept = lease && key !== undefined && age === this.#leases.age
    if (isKept) this.#leases.keep(key, session, lease)
    if (stale) tellOf(this.#core, this.#settings, 'servedStale', session)
    return session
  }

  #tell(event) {
    tell(this.#settings.onEvent, event)
  }
}

/** What the core decides on a request. A renewal is begun on the way. */
function ask({ core, flights, instance }, request, former, silentChecks) {
  // One of many that were asked for at once may have ended it for all.
  if (instance.isOver) throw instance.error()
  const { wish, timeoutMs } = request
  const decision = guarded(() => core.ask(wish, former, silentChecks, now()))
  const { session, flight, lead } = decision
  if (!session || flight === undefined) return decision
  if (lead) {
    flights.lead(flight, former, timeoutMs, true)
  } else if (flights.isSilent(flight)) {
    // The request that was renewing it may have ended, and its work with it.
    return ask({ core, flights, instance }, request, flight, SILENT.silentChecks)
  }
  return decision
}

/** Reads all before their caller can change any. Most of what thousands of errors cost is their stacks. */
function readAll(list, read) {
  const { stackTraceLimit } = Error
  let wrong = 0
  try {
    return list.map((one) => {
      const it = read(one)
      if (it.error && (wrong += 1) === MOST_STACKS) Reflect.set(Error, 'stackTraceLimit', 0)
      return it
    })
  } finally {
    if (wrong >= MOST_STACKS) Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }
}

/** One of many requests, within the time of all, or with less of its own; `also` ends it too. */
function readOne(one, all, also, instance) {
  try {
    const request = readRequest(one)
    const { signal, timeoutMs = LONGEST_MS, isPlain } = request
    const deadline = isPlain ? all : new Deadline({ signal, timeoutMs, also, instance })
    return { request, deadline, error: undefined }
  } catch (error) {
    return { request: undefined, deadline: undefined, error }
  }
}

/** What its caller may change. */
const copyOf = (session) => ({
  ...session,
  differences: session.differences.map((difference) => ({ ...difference })),
})

/** The error with the requests that were made until then: the core knows of its own alone. */
function counted(error, { progress }) {
  if (error instanceof AppTokenError) error.attempts = progress.attempts
  return error
}

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

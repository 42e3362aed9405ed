// @ts-self-types="./provider.d.ts"
// A live session at hand. What to do is decided in the core; here it is done: the caller's
// promises, deadlines and fetches, and the leases by which the core lets a session be handed out
// without being asked.
import { checkFunctions, checkText, guarded, ownOptions, ownProperties } from './check.js'
import { Deadline, readLimits } from './deadline.js'
import { fromCore, invalid } from './error.js'
import { Crew, Flight } from './flight.js'
import { attempt, createHost, steady, tell } from './host.js'
import { checkStore } from './patient.js'
import { Shelf } from './shelf.js'

// What makes requests differ.
const KEYED = ['userId', 'sessionType', 'expiry', 'sessionPrivileges']
const LONGEST_MS = 2 ** 31 - 1
const NOTHING = Object.freeze(Object.create(null))
// The core replaces a leader after fewer checks than this without a sign.
const PATIENCE = 3

/** The options that the core doesn't see. */
const SHELL_OPTIONS = ['timeoutMs', 'fetch', 'onEvent', 'waitUntil', 'fallback', 'store']

/** Reads the options of a provider; `usualFetch` is for callers that give no fetch. */
export function createSessionProvider(exports, options, usualFetch) {
  const own = ownOptions(options)
  const { timeoutMs, fetch = usualFetch, onEvent, waitUntil, fallback, store } = own
  for (const name of SHELL_OPTIONS) delete own[name]
  const limits = readLimits({ timeoutMs })
  checkFunctions({ fetch, onEvent, waitUntil })
  if (store !== undefined) checkStore(store)
  const second = fallback === undefined ? undefined : ownOptions(fallback, 'fallback')
  const tokens = [own, second].map((from) => from?.appToken)
  const areFunctions = tokens.map((token) => typeof token === 'function')
  for (const [index, from] of [own, second].entries()) if (areFunctions[index]) delete from.appToken
  const core = guarded(() => new exports.ProviderCore(own, second, ...areFunctions))
  return new SessionProvider(core, exports.ProviderCore.checkEveryMs(), {
    ...{ fetch, onEvent, waitUntil },
    shelf: store && new Shelf(core, store, (event) => tell(onEvent, event)),
    timeoutMs: limits.timeoutMs,
    maxLeases: own.maxEntries ?? 10_000,
    tokens: tokens.map((token) => (typeof token === 'function' ? token : () => token)),
  })
}

class SessionProvider {
  #core
  #settings
  #leases = new Map()
  #turn = new Map()
  #flights = new Map()
  #checkEveryMs

  /** `settings` are the options that the core has nothing to do with. */
  constructor(core, checkEveryMs, settings) {
    this.#core = core
    this.#checkEveryMs = checkEveryMs
    this.#settings = settings
  }

  async getKs(request) {
    const lease = this.#lease(request)
    return lease ? lease.session.ks : (await this.#get(request)).ks
  }

  async getSession(request) {
    const lease = this.#lease(request)
    return { ...(lease ? lease.session : await this.#get(request)) }
  }

  async startSessions(requests, { signal } = {}) {
    if (!Array.isArray(requests)) throw invalid('requests', 'an array of requests')
    const asked = requests.map((request) => this.#askFor(request))
    const led = asked.filter(({ told }) => told?.lead).map(({ told }) => told.flight)
    const { batchSize, batchesInFlight } = this.#core
    const crews = []
    for (let next = 0; next < led.length; next += batchSize) {
      crews.push(this.#board(led.slice(next, next + batchSize), false))
    }
    this.#keepAlive(inTurns(crews, batchesInFlight, (crew) => this.#fly(crew, 0)))
    return Promise.all(asked.map((one) => this.#outcome(one, signal)))
  }

  /** What the core says to one of many requests. */
  #askFor(request) {
    try {
      const { wish, limits } = ownRequest(request, { timeoutMs: LONGEST_MS })
      const told = guarded(() => this.#core.ask(wish, 0, 0, now()))
      return { wish, limits, told, key: leaseKey(request) }
    } catch (error) {
      return { error }
    }
  }

  async #outcome({ wish, limits, told, key, error }, signal) {
    if (error) return { error }
    const deadline = new Deadline({ signal, ...limits, ...(limits.signal ? {} : { signal }) })
    try {
      if (deadline.error) throw deadline.error
      const session = await this.#obtain(wish, key, deadline, limits, told)
      return { session: { ...session } }
    } catch (thrown) {
      return { error: thrown }
    } finally {
      deadline.settle()
    }
  }

  async call(service, action, params = {}, request) {
    checkText({ service, action })
    const parameters = ownProperties(params, 'params')
    const { wish, limits } = ownRequest(request, this.#settings)
    const deadline = new Deadline(limits)
    try {
      if (deadline.error) throw deadline.error
      return await this.#call({ service, action, parameters, wish, deadline, limits })
    } catch (thrown) {
      throw deadline.error ?? fromCore(thrown)
    } finally {
      deadline.settle()
    }
  }

  async #call({ service, action, parameters, wish, deadline, limits }) {
    const { fetch, onEvent } = this.#settings
    const host = createHost({ deadline, fetch, onEvent })
    for (let attempts = 1; ; attempts += 1) {
      const { ks, privileges } = await this.#obtain(wish, undefined, deadline, limits)
      const body = bodyOf({ ...parameters, format: 1, ks })
      const answer = this.#core.call(service, action, body, ks, attempts, host)
      const { text, failure, dead, loggedOut } = await deadline.within(answer)
      if (text !== undefined) return JSON.parse(text)
      if (!dead) throw failure
      this.invalidate(ks)
      if (attempts === 1) continue
      if (!loggedOut) throw failure
      // The session was new: it is the whole token that was ended.
      this.#tell({ type: 'revoked' })
      this.#core.revoke(privileges, now())
      this.#forget()
      if (attempts > 2) throw failure
    }
  }

  invalidate(requestOrKs) {
    const wanted = typeof requestOrKs === 'string' ? undefined : ownRequest(requestOrKs)
    guarded(() => {
      if (wanted) this.#core.invalidate(wanted.wish, now())
      else this.#core.invalidateKs(requestOrKs, now())
    })
    this.#forget()
  }

  clear() {
    this.#forget()
    this.#flights.clear()
    guarded(() => this.#core.clear())
  }

  #forget() {
    this.#leases.clear()
    this.#turn.clear()
  }

  /** The lease that answers this request without entering the core. */
  #lease(request) {
    const lease = this.#leases.get(leaseKey(request))
    if (lease === undefined || request?.signal !== undefined) return undefined
    return Date.now() < lease.wall && steady() < lease.steady ? lease : undefined
  }

  /**
   * Calls for the same session that are made in one turn of the event loop are one call: they
   * come from the same context, and their time ends at the same moment.
   */
  #get(request) {
    const key = leaseKey(request)
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
    const deadline = new Deadline(limits)
    try {
      if (deadline.error) throw deadline.error
      return await this.#obtain(wish, key, deadline, limits)
    } finally {
      deadline.settle()
    }
  }

  /**
   * A session from the core, or from a flight that is led or followed until one lands. What
   * was `told` already comes with a flight that is under way.
   */
  async #obtain(wish, key, deadline, limits, told) {
    let followed = 0
    let silentChecks = 0
    for (let isBoarded = told !== undefined; ; isBoarded = false, told = undefined) {
      told ??= guarded(() => this.#core.ask(wish, followed, silentChecks, now()))
      if (told.session) {
        if (told.lead && !isBoarded) this.#lead(told.flight, { keep: true })
        return this.#hand(key, told)
      }
      if (told.lead && !isBoarded) this.#lead(told.flight, { timeoutMs: limits.timeoutMs })
      const outcome = await this.#follow(told.flight, deadline, told.lead)
      if (outcome.session) return this.#hand(key, outcome)
      if (outcome.failure) throw fromCore(outcome.failure)
      if (outcome.lost && told.lead) throw outcome.lost
      followed = told.flight
      silentChecks = outcome.silentChecks ?? 0
    }
  }

  /** Gives what it was told to, and keeps it for as long as the core lets it. */
  #hand(key, { session, lease, stale }) {
    if (lease && key !== undefined) {
      if (this.#leases.size >= this.#settings.maxLeases) this.#leases.clear()
      this.#leases.set(key, { session, ...lease })
    }
    if (stale) this.#tell({ type: 'servedStale', expiresAt: session.expiresAt })
    return session
  }

  async #follow(id, deadline, own) {
    const flight = this.#flights.get(id)
    // What the shell has let go of is replaced like any other that gives no sign.
    if (!flight) return { silentChecks: PATIENCE }
    return flight.follow(deadline, { own, patience: PATIENCE })
  }

  /** Sets out to fetch one session. */
  #lead(id, { keep = false, timeoutMs = 0 }) {
    this.#keepAlive(this.#fly(this.#board([id], keep), timeoutMs))
  }

  #keepAlive(work) {
    const { waitUntil } = this.#settings
    if (waitUntil) attempt(() => waitUntil(work)).catch(() => {})
  }

  /** A crew for these flights, from now on to be followed. */
  #board(ids, keep) {
    const crew = new Crew({ checkEveryMs: this.#checkEveryMs, keep })
    crew.flights = ids.map((id) => new Flight(id, crew))
    for (const flight of crew.flights) this.#flights.set(flight.id, flight)
    return crew
  }

  /** Fetches what the flights are for, and ends each. It never rejects. */
  async #fly(crew, timeoutMs) {
    const deadline = crew.startDeadline(Math.max(timeoutMs, this.#settings.timeoutMs))
    const { flights } = crew
    const ids = flights.map(({ id }) => id)
    let outcomes
    try {
      const host = this.#host(crew, deadline)
      outcomes = await this.#fetch(crew, ids, deadline, host)
    } catch (thrown) {
      const lost = deadline.error ?? fromCore(thrown)
      for (const id of ids) this.#core.abandon(id, lost.code === 'ERR_TIMEOUT', now())
      outcomes = ids.map(() => ({ lost }))
    }
    crew.end()
    flights.forEach((flight, index) => this.#land(flight, outcomes[index]))
  }

  /** From the store what is there, and from Kaltura the rest. */
  async #fetch(crew, ids, deadline, host) {
    const { shelf, tokens } = this.#settings
    let taken = []
    if (shelf) {
      const token = await deadline.within(attempt(tokens[0])).catch(() => undefined)
      const take = (id) => shelf.take(id, token, crew, deadline)
      if (typeof token === 'string') taken = await deadline.within(Promise.all(ids.map(take)))
    }
    const left = ids.filter((_, index) => !taken[index]?.outcome)
    let minted = []
    try {
      if (left.length > 0) {
        await this.#fetchWidget(crew, deadline, host)
        minted =
          this.#core.failForWidget(left, now()) ??
          (await deadline.within(this.#core.mint(left, host, deadline.at)))
      }
    } finally {
      // Nobody waits until the others can have it.
      for (const { put } of taken) if (put) this.#keepAlive(put())
    }
    const rest = minted.values()
    return ids.map((_, index) => taken[index]?.outcome ?? rest.next().value)
  }

  #land(flight, outcome) {
    flight.end(outcome)
    if (this.#flights.get(flight.id) === flight) this.#flights.delete(flight.id)
    const { session, failure, renewed, stale, adopted } = outcome
    if (session && !stale && !adopted) {
      this.#tell({ type: renewed ? 'renewed' : 'minted', expiresAt: session.expiresAt })
    }
    if (failure) {
      const { code, kalturaCode } = failure
      this.#tell({ type: 'failed', code, kalturaCode })
    }
  }

  /** Sees to it that there is a widget session, or that the core knows why there is none. */
  async #fetchWidget(crew, deadline, host) {
    let followed = 0
    let silentChecks = 0
    for (;;) {
      const told = this.#core.askForWidget(followed, silentChecks, now())
      if (!told) return
      if (told.lead) {
        const flight = new Flight(told.flight, crew)
        this.#flights.set(flight.id, flight)
        try {
          await deadline.within(this.#core.fetchWidget(flight.id, host, deadline.at))
          flight.end({})
        } finally {
          if (!flight.outcome) this.#core.abandonWidget(flight.id)
          flight.end({ lost: true })
          this.#flights.delete(flight.id)
        }
        return
      }
      const outcome = await this.#follow(told.flight, deadline, false)
      if (!outcome.silentChecks && !outcome.lost) return
      followed = told.flight
      silentChecks = outcome.silentChecks ?? 0
    }
  }

  #host(crew, deadline) {
    const { fetch, onEvent, tokens } = this.#settings
    const host = createHost({ deadline, fetch, onEvent })
    return {
      ...host,
      fetch: async (url, init) => {
        try {
          return await host.fetch(url, init)
        } finally {
          crew.sign()
        }
      },
      askForAppToken: (credential) => deadline.within(attempt(() => tokens[credential]())),
    }
  }

  #tell(event) {
    tell(this.#settings.onEvent, event)
  }
}

/** JSON of parameters; what JSON can't say is the caller's to change. */
function bodyOf(parameters) {
  try {
    return JSON.stringify(parameters)
  } catch {
    throw invalid('params', 'an object that JSON can express')
  }
}

/** Runs all of the work, at most so many at a time. */
async function inTurns(items, atATime, run) {
  const left = items.values()
  const worker = async () => {
    for (const item of left) await run(item)
  }
  await Promise.all(Array.from({ length: atATime }, worker))
}

function now() {
  return { wall: Date.now(), steady: steady() }
}

/** The key of a request's lease; undefined for a request that the core has to look at. */
function leaseKey(request) {
  if (request === undefined) return ''
  if (request === null || typeof request !== 'object') return undefined
  let key = ''
  for (const name of Object.keys(request)) {
    const value = request[name]
    if (value === undefined) continue
    if (name === 'timeoutMs' && Number.isInteger(value) && value > 0) continue
    if (!KEYED.includes(name)) return undefined
    if (typeof value === 'string') key += `${name}:${value.length}:${value}`
    else if (typeof value === 'number') key += `${name}=${value};`
    else return undefined
  }
  return key
}

/** The request's own properties: what the core reads, and the limits of this call. */
function ownRequest(request = NOTHING, { timeoutMs: usual } = {}) {
  const wish = ownOptions(request, 'request')
  const { signal, timeoutMs = usual } = wish
  delete wish.signal
  delete wish.timeoutMs
  return { wish, limits: readLimits({ signal, timeoutMs }) }
}

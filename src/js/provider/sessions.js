// Returns sessions: a cached one, one that is being fetched, or a new one.
import * as codes from '../common/codes.js'
import { tellOf } from '../common/audit.js'
import { Deadline } from '../common/deadline.js'
import { AppTokenError, fromCore } from '../common/error.js'
import { guarded } from '../common/options.js'
import { now } from '../common/host.js'
import { SILENT } from './flight.js'
import { join } from './join.js'
import { NO_LIMITS } from './request.js'

/**
 * @import { AppTokenSession } from '../entries/index.js'
 * @import { Decision, Now, Outcome, Served } from '../kaltura_app_token.js'
 * @import { Instance } from '../runtime/trap.js'
 * @import { Leases } from './leases.js'
 * @import { Parts, Settings } from './options.js'
 * @import { RequestLimits, Wanted } from './request.js'
 */

/**
 * A decision of the core, made at `age`. If it is to lead, the flight has begun; `outcome` is set if it has landed.
 * @typedef {{ decision: Decision | undefined, outcome: Outcome | undefined, age: number }} Known
 */

export class Sessions {
  #parts
  #leases
  #settings
  /** @type {Map<string, Promise<AppTokenSession>>} */
  #turn = new Map()

  /**
   * `parts` returns the core and its parts, new ones after a trap; `settings` are the options that the core doesn't
   * use.
   * @param {() => Parts} parts
   * @param {Leases} leases
   * @param {Settings} settings
   */
  constructor(parts, leases, settings) {
    this.#parts = parts
    this.#leases = leases
    this.#settings = settings
  }

  /** How often the cache was cleared. */
  get age() {
    return this.#leases.age
  }

  forget() {
    this.#leases.forget()
    this.#turn.clear()
  }

  /**
   * The deadline of a call.
   * @param {{ instance: Instance }} options
   * @param {{ limits: RequestLimits | undefined }} options
   * @param {string} [what]
   */
  deadline({ instance }, { limits }, what) {
    const { signal, timeoutMs = this.#settings.timeoutMs } = limits ?? NO_LIMITS
    return new Deadline({ signal, timeoutMs, what, instance })
  }

  /**
   * Joins calls for the same session in one turn of the event loop: they come from the same context, and their time
   * ends at the same moment.
   * @param {Wanted} wanted
   */
  get(wanted) {
    const { key, limits } = wanted
    if (key === undefined || limits) return this.#get(wanted)
    let started = this.#turn.get(key)
    if (!started) {
      if (this.#turn.size === 0) queueMicrotask(() => this.#turn.clear())
      started = this.#get(wanted)
      this.#turn.set(key, started)
    }
    return started
  }

  /** @param {Wanted} wanted */
  async #get(wanted) {
    const parts = this.#parts()
    const deadline = this.deadline(parts, wanted)
    try {
      return await this.obtainInTime(parts, wanted, deadline)
    } finally {
      deadline.settle()
    }
  }

  /**
   * Returns a session; a live cached one if the time for a new one is over. See {@link obtain} for `known`.
   * @param {Parts} parts
   * @param {Wanted} wanted
   * @param {Deadline} deadline
   * @param {Known} [known]
   */
  async obtainInTime(parts, wanted, deadline, known) {
    try {
      return await this.obtain(parts, wanted, deadline, known)
    } catch (thrown) {
      const isLate = deadline.error?.code === codes.TIMEOUT
      const last = isLate ? parts.core.lastResort(wanted.request, now()) : undefined
      if (!last) throw counted(thrown, deadline)
      return this.hand(wanted.key, /** @type {Served} */ (last))
    }
  }

  /**
   * Returns a session from the core, or from a flight that is led or followed. `known` is a decision of the core, if
   * it was made already.
   * @param {Parts} parts
   * @param {Wanted} wanted
   * @param {Deadline} deadline
   * @param {Known} [known]
   */
  async obtain(parts, wanted, deadline, known) {
    if (deadline.error) throw deadline.error
    const search = new WantedSession(this, parts, wanted, deadline, known)
    const end = /** @type {Served} */ (await join(parts.flights, deadline, search, known?.decision))
    // A session that is returned because a new one failed comes with the failure.
    if (end.failure && (!end.session || this.isOver(end))) throw fromCore(end.failure)
    if (end.lost) throw end.lost
    return this.hand(wanted.key, end, search.age)
  }

  /**
   * Whether the session has expired since.
   * @param {{ session?: AppTokenSession }} outcome
   */
  isOver(outcome) {
    return Object.hasOwn(outcome, 'session') && this.#settings.isOver(/** @type {Served} */ (outcome).session.expiresAt)
  }

  /**
   * Returns a session, and keeps its lease, unless the cache was cleared since `age`.
   * @param {string | undefined} key
   * @param {Served} served
   * @param {number} [age]
   */
  hand(key, { session, lease, stale }, age) {
    // It may have been found dead since the request.
    const isKept = lease && key !== undefined && age === this.#leases.age
    if (isKept) this.#leases.keep(key, session, lease)
    if (stale) tellOf(this.#parts().core, this.#settings, 'servedStale', session)
    return session
  }
}

/** A caller's session request, for {@link join}. */
class WantedSession {
  age
  #sessions
  #parts
  #wanted
  #deadline
  #begun

  /**
   * @param {Sessions} sessions
   * @param {Parts} parts
   * @param {Wanted} wanted
   * @param {Deadline} deadline
   * @param {Known} [known]
   */
  constructor(sessions, parts, wanted, deadline, known) {
    this.age = known?.age ?? sessions.age
    this.#sessions = sessions
    this.#parts = parts
    this.#wanted = wanted
    this.#deadline = deadline
    this.#begun = known?.decision?.lead ? known : undefined
  }

  /**
   * @param {number} predecessor
   * @param {number} silentChecks
   */
  ask(predecessor, silentChecks) {
    this.age = this.#sessions.age
    return decisionOn(this.#parts, this.#wanted, now(), predecessor, silentChecks)
  }

  /**
   * @param {number} flight
   * @param {number} [predecessor]
   */
  lead(flight, predecessor) {
    const { flights } = this.#parts
    const begun = this.#begun
    this.#begun = undefined
    if (!begun) flights.lead(flight, predecessor, this.#wanted.limits?.timeoutMs)
    return begun?.outcome ?? flights.follow(flight, this.#deadline, true)
  }

  /**
   * @param {Outcome} outcome
   * @param {boolean | undefined} isLed
   */
  isEnough(outcome, isLed) {
    return outcome.failure || (outcome.lost && isLed) || (outcome.session && !this.#sessions.isOver(outcome))
  }
}

/**
 * The core's decision on a request. Starts a renewal if one is due.
 * @param {Parts} parts
 * @param {Wanted} wanted
 * @param {Now} moment
 * @param {number} [predecessor]
 * @param {number} [silentChecks]
 */
export function decisionOn(parts, wanted, moment, predecessor = 0, silentChecks = 0) {
  const { core, flights, instance } = parts
  // A simultaneous request may have ended it for all.
  if (instance.isOver) throw instance.error()
  const { request, limits } = wanted
  const decision = guarded(() => core.ask(request, predecessor, silentChecks, moment))
  const { session, flight, lead } = decision
  if (!session || flight === undefined) return decision
  if (lead) {
    flights.lead(flight, predecessor, limits?.timeoutMs, true)
  } else if (flights.isSilent(flight)) {
    // The request that was renewing it may have ended, and its renewal with it.
    return decisionOn(parts, wanted, moment, flight, SILENT.silentChecks)
  }
  return decision
}

/**
 * A copy that the caller may change.
 * @param {AppTokenSession} session
 */
export function copyOf(session) {
  const { differences } = session
  return {
    ...session,
    differences: differences.length === 0 ? [] : differences.map((difference) => ({ ...difference })),
  }
}

/**
 * Adds to the error the requests that were made before: the core knows only its own.
 * @param {unknown} error
 * @param {Deadline} options
 */
export function counted(error, { progress }) {
  if (error instanceof AppTokenError) error.attempts = progress.attempts
  return error
}

// A session for whoever asks: one at hand, one that is under way, or a new one.
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
 * A decision of the core's, made at `age`; if it is to lead, the flight has begun, and its `outcome` is there
 * if it has landed.
 * @typedef {{ decision: Decision | undefined, outcome: Outcome | undefined, age: number }} Known
 */

export class Sessions {
  #parts
  #leases
  #settings
  /** @type {Map<string, Promise<AppTokenSession>>} */
  #turn = new Map()

  /**
   * `parts` gives the core and what works with it, anew after a trap; `settings` are the options
   * that the core has nothing to do with.
   * @param {() => Parts} parts
   * @param {Leases} leases
   * @param {Settings} settings
   */
  constructor(parts, leases, settings) {
    this.#parts = parts
    this.#leases = leases
    this.#settings = settings
  }

  /** How often all that was at hand was forgotten. */
  get age() {
    return this.#leases.age
  }

  forget() {
    this.#leases.forget()
    this.#turn.clear()
  }

  /**
   * The time of a call.
   * @param {{ instance: Instance }} options
   * @param {{ limits: RequestLimits | undefined }} options
   * @param {string} [what]
   */
  deadline({ instance }, { limits }, what) {
    const { signal, timeoutMs = this.#settings.timeoutMs } = limits ?? NO_LIMITS
    return new Deadline({ signal, timeoutMs, what, instance })
  }

  /**
   * Calls for the same session that are made in one turn of the event loop are one call: they
   * come from the same context, and their time ends at the same moment.
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
   * A session; one that lives is better than none when the time for a new one is over. See
   * {@link obtain} for `known`.
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
   * A session from the core, or from a flight that is led or followed until one lands. `known` is the
   * core's `decision`, which was made at `age`; if it is to lead, the flight has begun, and its `outcome`
   * is there if it has landed.
   * @param {Parts} parts
   * @param {Wanted} wanted
   * @param {Deadline} deadline
   * @param {Known} [known]
   */
  async obtain(parts, wanted, deadline, known) {
    if (deadline.error) throw deadline.error
    const search = new WantedSession(this, parts, wanted, deadline, known)
    const end = /** @type {Served} */ (await join(parts.flights, deadline, search, known?.decision))
    // A session that is served for want of a new one comes with the failure.
    if (end.failure && (!end.session || this.isOver(end))) throw fromCore(end.failure)
    if (end.lost) throw end.lost
    return this.hand(wanted.key, end, search.age)
  }

  /**
   * Whether the session that came has ended since.
   * @param {{ session?: AppTokenSession }} outcome
   */
  isOver(outcome) {
    return Object.hasOwn(outcome, 'session') && this.#settings.isOver(/** @type {Served} */ (outcome).session.expiresAt)
  }

  /**
   * Gives a session, and keeps it for as long as the core lets it: unless all was forgotten since `age`.
   * @param {string | undefined} key
   * @param {Served} served
   * @param {number} [age]
   */
  hand(key, { session, lease, stale }, age) {
    // Since it was asked for, it may have been found dead.
    const isKept = lease && key !== undefined && age === this.#leases.age
    if (isKept) this.#leases.keep(key, session, lease)
    if (stale) tellOf(this.#parts().core, this.#settings, 'servedStale', session)
    return session
  }
}

/** What one caller wants, for {@link join}. */
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
 * What the core decides on a request. A renewal is begun on the way.
 * @param {Parts} parts
 * @param {Wanted} wanted
 * @param {Now} moment
 * @param {number} [predecessor]
 * @param {number} [silentChecks]
 */
export function decisionOn(parts, wanted, moment, predecessor = 0, silentChecks = 0) {
  const { core, flights, instance } = parts
  // One of many that were asked for at once may have ended it for all.
  if (instance.isOver) throw instance.error()
  const { request, limits } = wanted
  const decision = guarded(() => core.ask(request, predecessor, silentChecks, moment))
  const { session, flight, lead } = decision
  if (!session || flight === undefined) return decision
  if (lead) {
    flights.lead(flight, predecessor, limits?.timeoutMs, true)
  } else if (flights.isSilent(flight)) {
    // The request that was renewing it may have ended, and its work with it.
    return decisionOn(parts, wanted, moment, flight, SILENT.silentChecks)
  }
  return decision
}

/**
 * What its caller may change.
 * @param {AppTokenSession} session
 */
export function copyOf(session) {
  const { differences } = session
  return { ...session, differences: differences.length === 0 ? [] : differences.map((difference) => ({ ...difference })) }
}

/**
 * The error with the requests that were made until then: the core knows of its own alone.
 * @param {unknown} error
 * @param {Deadline} options
 */
export function counted(error, { progress }) {
  if (error instanceof AppTokenError) error.attempts = progress.attempts
  return error
}

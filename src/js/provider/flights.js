// The flights of a provider: everything that is being fetched for its callers.
import * as codes from '../common/codes.js'
import { tellOf } from '../common/audit.js'
import { fromCore } from '../common/error.js'
import { attempt, now, tell } from '../common/host.js'
import { fetchSessions } from './fetch.js'
import { Flight, SILENT } from './flight.js'
import { Leader } from './leader.js'

/**
 * @import { Deadline } from '../common/deadline.js'
 * @import { SealSecret } from '../common/token.js'
 * @import { Outcome, ProviderCore } from '../kaltura_app_token.js'
 * @import { ProviderEvent } from './index.js'
 * @import { FlightSettings } from './options.js'
 */

export class Flights {
  #core
  #checkEveryMs
  #settings
  /** @type {Map<number, Flight>} */
  #underWay = new Map()

  /**
   * `settings` are the options that the core doesn't use.
   * @param {ProviderCore} core
   * @param {number} checkEveryMs
   * @param {FlightSettings} settings
   */
  constructor(core, checkEveryMs, settings) {
    this.#core = core
    this.#checkEveryMs = checkEveryMs
    this.#settings = settings
  }

  /**
   * Starts to fetch a session, in place of the silent flight `predecessor`, if given. `keep`: continues even if
   * nobody waits for it.
   * @param {number} id
   * @param {number | undefined} predecessor
   * @param {number} [timeoutMs]
   * @param {boolean} [keep]
   */
  lead(id, predecessor, timeoutMs = 0, keep = false) {
    const leader = this.#leader(timeoutMs, keep, this.#underWay.get(predecessor ?? 0)?.leader)
    leader.flights = [this.begin(id, leader, predecessor)]
    this.keepAlive(this.#fetch(leader))
  }

  /**
   * Starts to fetch many sessions in one request; returns their leader.
   * @param {number[]} ids
   */
  leadAll(ids) {
    const leader = this.#leader(0)
    leader.flights = ids.map((id) => this.begin(id, leader))
    this.keepAlive(this.#fetch(leader))
    return leader
  }

  /**
   * Registers a flight, so that it can be followed.
   * @param {number} id
   * @param {Leader} leader
   * @param {number} [predecessor]
   */
  begin(id, leader, predecessor) {
    const flight = new Flight(id, leader, this.#underWay.get(predecessor ?? 0))
    this.#underWay.set(id, flight)
    return flight
  }

  /**
   * The outcome of a flight, or a promise of it, for one of its followers; see {@link Flight.follow}.
   * @param {number} id
   * @param {Deadline} deadline
   * @param {boolean} [own]
   * @returns {Outcome | Promise<Outcome>}
   */
  follow(id, deadline, own) {
    return this.#underWay.get(id)?.follow(deadline, own) ?? SILENT
  }

  /**
   * Whether the flight's leader is silent.
   * @param {number} id
   */
  isSilent(id) {
    return this.#underWay.get(id)?.leader.isSilent ?? true
  }

  /**
   * Removes a flight with an outcome, and its predecessors.
   * @param {Flight} flight
   */
  remove(flight) {
    this.#drop(flight)
    for (let it = flight.predecessor; it; it = it.predecessor) this.#drop(it)
    flight.unlink()
  }

  forget() {
    this.#underWay.clear()
  }

  /** Reports dead sessions to the store, in the background. */
  tellNews() {
    const { shared, sealSecret } = this.#settings
    if (shared?.hasUnpublished) this.keepAlive(shared.publish())
    if (shared?.hasNews) this.keepAlive(shared.tellNews(() => /** @type {SealSecret} */ (sealSecret)()))
  }

  /** Reports ended sessions to the store. Never rejects. */
  async publish() {
    await this.#settings.shared?.publish()
  }

  /**
   * Makes the caller's runtime wait for work that continues after a response.
   * @param {Promise<unknown>} work
   */
  keepAlive(work) {
    work.catch(() => {})
    const { waitUntil } = this.#settings
    if (!waitUntil) return
    attempt(() => waitUntil(work)).catch((thrown) => {
      this.#tell({ type: 'waitUntilFailed', problem: problemOf(thrown) })
    })
  }

  /**
   * @param {number} timeoutMs
   * @param {boolean} [keep]
   * @param {Leader} [predecessor]
   */
  #leader(timeoutMs, keep = false, predecessor = undefined) {
    const { timeoutMs: usual, instance } = this.#settings
    const longest = Math.max(timeoutMs, usual)
    return new Leader({ checkEveryMs: this.#checkEveryMs, timeoutMs: longest, instance, keep, predecessor })
  }

  /**
   * Fetches the sessions of a leader's flights, and ends each flight. Never rejects.
   * @param {Leader} leader
   */
  async #fetch(leader) {
    const { flights, deadline } = leader
    const ids = flights.map(({ id }) => id)
    let outcomes
    try {
      outcomes = await fetchSessions(this.#core, this, this.#settings, leader, ids)
    } catch (thrown) {
      const lost = deadline.error ?? fromCore(thrown)
      for (const id of ids) this.#core.abandon(id, lost.code === codes.TIMEOUT, now())
      outcomes = ids.map(() => ({ __proto__: null, lost }))
    } finally {
      leader.end()
    }
    flights.forEach((flight, index) => this.#land(flight, outcomes[index]))
  }

  /**
   * @param {Flight} flight
   * @param {Outcome} outcome
   */
  #land(flight, outcome) {
    flight.end(outcome)
    for (let it = flight.predecessor; it; it = it.predecessor) this.#core.abandon(it.id, false, now())
    this.remove(flight)
    const { session, failure, renewed, stale, adopted } = outcome
    if (session && !stale) {
      const type = adopted ? 'fromStore' : renewed ? 'renewed' : 'minted'
      tellOf(this.#core, this.#settings, type, session)
    }
    if (failure) {
      const { code, kalturaCode } = failure
      this.#tell({ type: 'failed', code, kalturaCode })
    }
  }

  /** @param {Flight} flight */
  #drop(flight) {
    if (this.#underWay.get(flight.id) === flight) this.#underWay.delete(flight.id)
  }

  /** @param {ProviderEvent} event */
  #tell(event) {
    tell(this.#settings.onEvent, event)
  }
}

/**
 * Describes a failure of the caller's function by the name of its error only.
 * @param {unknown} thrown
 */
function problemOf(thrown) {
  try {
    const { name } = /** @type {Error} */ (thrown)
    if (/^[A-Za-z]{1,48}$/.test(name)) return `it failed with ${name}`
  } catch {
    // Reading what was thrown may throw too.
  }
  return 'it failed'
}

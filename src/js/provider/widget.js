// The widget session, with which all sessions of a provider are started.
import { now } from '../common/host.js'
import { drive } from '../runtime/drive.js'
import { UNTOLD } from './flight.js'
import { join } from './join.js'

/**
 * @import { Host } from '../common/host.js'
 * @import { Outcome, ProviderCore } from '../kaltura_app_token.js'
 * @import { Flights } from './flights.js'
 * @import { Leader } from './leader.js'
 */

/**
 * Fetches the widget session unless there is one. The core keeps the session, or the failure. Returns the last flight
 * that was awaited, or 0.
 * @param {ProviderCore} core
 * @param {Flights} flights
 * @param {Leader} leader
 * @param {Host} host
 */
export async function fetchWidget(core, flights, leader, host) {
  const wanted = new WantedWidget(core, flights, leader, host)
  await join(flights, leader.deadline, wanted)
  return wanted.waitedFor
}

class WantedWidget {
  /** @type {number | undefined} */
  waitedFor
  #core
  #flights
  #leader
  #host

  /**
   * @param {ProviderCore} core
   * @param {Flights} flights
   * @param {Leader} leader
   * @param {Host} host
   */
  constructor(core, flights, leader, host) {
    this.#core = core
    this.#flights = flights
    this.#leader = leader
    this.#host = host
  }

  /**
   * @param {number} predecessor
   * @param {number} silentChecks
   */
  ask(predecessor, silentChecks) {
    this.waitedFor = predecessor
    return this.#core.askForWidget(predecessor, silentChecks, now())
  }

  /**
   * @param {number} id
   * @param {number} [predecessor]
   */
  async lead(id, predecessor) {
    const { deadline } = this.#leader
    const flight = this.#flights.begin(id, this.#leader, predecessor)
    try {
      const task = this.#core.fetchWidget(id, deadline.at, now())
      await deadline.within(drive(task, this.#host))
      flight.end(UNTOLD)
    } finally {
      if (!flight.outcome) this.#core.abandonWidget(id, now())
      flight.end(/** @type {Outcome} */ ({ __proto__: null, lost: true }))
      this.#flights.remove(flight)
    }
    return /** @type {Outcome} */ (flight.outcome)
  }

  /** Asks the core again, which knows the outcome. */
  isEnough() {
    return false
  }
}

// The widget session, which all sessions of a provider are started from.
import { now } from '../common/host.js'
import { UNTOLD } from './flight.js'
import { join } from './join.js'

/**
 * Fetches the widget session unless there is one; the core keeps the session, or the failure. Returns the
 * last flight that was waited for, or 0.
 */
export async function fetchWidget(core, flights, leader, host) {
  const wanted = new WantedWidget(core, flights, leader, host)
  await join(flights, leader.deadline, wanted)
  return wanted.waitedFor
}

class WantedWidget {
  waitedFor
  #core
  #flights
  #leader
  #host

  constructor(core, flights, leader, host) {
    this.#core = core
    this.#flights = flights
    this.#leader = leader
    this.#host = host
  }

  ask(predecessor, silentChecks) {
    this.waitedFor = predecessor
    return this.#core.askForWidget(predecessor, silentChecks, now())
  }

  async lead(id, predecessor) {
    const { deadline } = this.#leader
    const flight = this.#flights.begin(id, this.#leader, predecessor)
    try {
      await deadline.within(this.#core.fetchWidget(id, this.#host, deadline.at))
      flight.end(UNTOLD)
    } finally {
      if (!flight.outcome) this.#core.abandonWidget(id, now())
      flight.end({ __proto__: null, lost: true })
      this.#flights.remove(flight)
    }
    return flight.outcome
  }

  /** The core is asked again, which knows what has come. */
  isEnough() {
    return false
  }
}

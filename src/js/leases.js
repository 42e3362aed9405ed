// The hot path: sessions that the core lets be handed out without being asked.
import { steady } from './host.js'
import { requestKey } from './request.js'

export class Leases {
  /** How often all were forgotten. */
  age = 0
  #most
  #leases = new Map()

  constructor(most) {
    this.#most = most
  }

  /** The session that answers this request; undefined if the core has to be asked. */
  sessionFor(request) {
    const lease = this.#leases.get(requestKey(request))
    // Its caller may have aborted already. What got into Object.prototype is no signal.
    if (lease === undefined || (request !== undefined && request.signal !== undefined)) {
      return undefined
    }
    return Date.now() < lease.wall && steady() < lease.steady ? lease.session : undefined
  }

  /** Keeps a session until a moment of both clocks. */
  keep(key, session, { wall, steady }) {
    if (this.#leases.size >= this.#most) this.#leases.clear()
    this.#leases.set(key, { session, wall, steady })
  }

  forget() {
    this.age += 1
    this.#leases.clear()
  }
}

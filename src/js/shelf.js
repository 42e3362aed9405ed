// What a fleet shares: sealed sessions in a store of the caller's. Whatever the store does, it
// never fails a call, and never holds one up for long.
import { Deadline } from './deadline.js'
import { attempt, now, steady } from './host.js'
import { PatientStore } from './patient.js'

/** How long the release of a lock may take. */
const PATIENCE_MS = 500
/** A lock's holder that has not released it by then is taken to be dead. */
const LOCK_MS = 5000
const LOOK_EVERY_MS = 50

export class Shelf {
  #core
  #store
  /** The locks that we have asked for and not released, each with its release once it is known. */
  #locks = new Map()

  constructor(core, store, tell) {
    this.#core = core
    this.#store = new PatientStore(store, tell)
  }

  /**
   * What the store gives for a flight: `{ outcome }`, or `{ put }` to be called when the
   * session was minted, or could not be.
   */
  async take(flight, token, crew, deadline) {
    const place = this.#core.place(flight, token)
    if (!place) return {}
    const { name } = place
    const look = async () => {
      const sealed = await this.#store.ask('get', name)
      crew.progress()
      if (typeof sealed !== 'string') return undefined
      const outcome = this.#core.adopt(flight, token, sealed, now())
      if (outcome?.rejected) this.#store.report('get', 'no session of ours')
      return outcome?.session && outcome
    }
    let outcome = await look()
    if (outcome) return { outcome }
    // Batches take no locks: two that hold what the other waits for would stand still, and one
    // that is made twice costs two requests for 25 sessions.
    let lock
    if (this.#store.hasLock && crew.flights.length === 1) {
      lock = await this.#lock(name, look, crew, deadline)
      if (lock?.outcome) return lock
      // Somebody may have put it there while the lock was waited for.
      outcome = lock && !lock.isLeft && (await look())
      if (outcome) {
        await this.#unlock(name, lock)
        return { outcome }
      }
    }
    const put = async () => {
      const sealed = this.#core.seal(place.key, token, now())
      if (sealed) await this.#store.ask('set', name, sealed.text, sealed.ttlMs)
      if (lock) await this.#unlock(name, lock)
    }
    return { put }
  }

  /**
   * `{ release }`; `{ outcome }` if another holder has made one; nothing if it must do without.
   */
  async #lock(name, look, crew, deadline) {
    // A flight of ours that was replaced has left it, or is still waiting for the answer.
    const left = this.#locks.get(name)
    if (left && steady() < left.until) return Object.assign(left, { isLeft: true })
    // A lock that never runs out must fail nobody, so half of the time is left for a mint.
    const giveUpAt = steady() + Math.min(2 * LOCK_MS, (deadline.at - Date.now()) / 2)
    while (steady() < giveUpAt) {
      const lock = { until: steady() + LOCK_MS }
      this.#locks.set(name, lock)
      const release = await this.#store.ask('lock', `${name}:lock`, LOCK_MS)
      crew.progress()
      if (typeof release === 'function') return Object.assign(lock, { release })
      this.#locks.delete(name)
      // Undefined: the store has failed.
      if (release !== false && release !== null) return undefined
      await deadline.sleep(LOOK_EVERY_MS * (0.5 + Math.random()))
      const outcome = await look()
      if (outcome) return { outcome }
    }
    return undefined
  }

  async #unlock(name, lock) {
    if (this.#locks.get(name) === lock) this.#locks.delete(name)
    if (lock.release) await settled(lock.release)
  }
}

async function settled(release) {
  const deadline = new Deadline({ timeoutMs: PATIENCE_MS })
  try {
    await deadline.within(attempt(release))
  } catch {
    // It runs out by itself.
  } finally {
    deadline.settle()
  }
}

// What a fleet shares: sealed sessions in a store of the caller's. Whatever the store does, it
// never fails a call, and never holds one up for long.
import { Deadline } from './deadline.js'
import { attempt, steady } from './host.js'
import { PatientStore } from './patient.js'

/** How long the release of a lock may take. */
const PATIENCE_MS = 500
/** A lock's holder that has not released it by then is taken to be dead. */
const LOCK_MS = 5000
const LOOK_EVERY_MS = 50

export class Shelf {
  #core
  #store

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
      if (typeof sealed !== 'string') return undefined
      const outcome = this.#core.adopt(flight, token, sealed, now())
      if (outcome?.rejected) this.#store.report('get', 'no session of ours')
      return outcome?.session && outcome
    }
    let outcome = await look()
    if (outcome) return { outcome }
    const release = this.#store.hasLock && (await this.#lock(name, look, crew, deadline))
    if (release?.outcome) return release
    if (typeof release === 'function') {
      // Somebody may have put it there while the lock was waited for.
      outcome = await look()
      if (outcome) {
        await settled(release)
        return { outcome }
      }
    }
    const put = async () => {
      const sealed = this.#core.seal(place.key, token, now())
      if (sealed) await this.#store.ask('set', name, sealed.text, sealed.ttlMs)
      if (typeof release === 'function') await settled(release)
    }
    return { put }
  }

  /** The lock's release; the outcome that its holder has made; nothing if it must do without. */
  async #lock(name, look, crew, deadline) {
    const giveUpAt = steady() + 2 * LOCK_MS
    while (steady() < giveUpAt) {
      const lock = await this.#store.ask('lock', `${name}:lock`, LOCK_MS)
      if (typeof lock === 'function') return lock
      // Undefined: the store has failed.
      if (lock !== false && lock !== null) return undefined
      crew.sign()
      await deadline.sleep(LOOK_EVERY_MS * (0.5 + Math.random()))
      const outcome = await look()
      if (outcome) return { outcome }
    }
    return undefined
  }
}

const now = () => ({ wall: Date.now(), steady: steady() })

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

// Shares a fleet's sealed sessions through the caller's store. Whatever the store does, no call fails or waits for
// long.
import { Deadline } from '../common/deadline.js'
import { attempt, now, steady } from '../common/host.js'
import { GuardedStore } from './guarded-store.js'

/**
 * @import { Outcome, Place, ProviderCore } from '../kaltura_app_token.js'
 * @import { Leader } from '../provider/leader.js'
 * @import { StoreFailed } from './guarded-store.js'
 * @import { SessionStore } from './index.js'
 */

/** A lock's holder that has not released it by then counts as dead. */
const LOCK_MS = 5000
const LOOK_EVERY_MS = 50
/** How long ends of sessions are stored: longer than any session lives. */
const ENDED_MS = 30 * 86_400_000
/** How many dead sessions are deleted at a time. */
const DELETIONS_AT_A_TIME = 8

/**
 * The session that a flight got from the store, or the function to call when it has got one elsewhere.
 * @typedef {{ outcome?: Outcome, put?: () => Promise<void> }} Taken
 */

/**
 * A lock, or the session that another holder of it has started.
 * @typedef {object} Lock
 * @property {number} [until]
 * @property {Leader} [leader]
 * @property {unknown} [release]
 * @property {boolean} [isLeft]
 * @property {Outcome} [outcome]
 */

export class SharedSessions {
  #core
  #store
  #timeoutMs
  /**
   * The locks that we have asked for and not released, each with its release once it is known.
   * @type {Map<string, Lock>}
   */
  #locks = new Map()
  /**
   * The last change of each name that is under way: the next one waits for it.
   * @type {Map<string, Promise<unknown>>}
   */
  #changes = new Map()

  /**
   * @param {ProviderCore} core
   * @param {SessionStore} store
   * @param {(event: StoreFailed) => void} tell
   * @param {number} timeoutMs
   */
  constructor(core, store, tell, timeoutMs) {
    this.#core = core
    this.#store = new GuardedStore(store, tell)
    this.#timeoutMs = timeoutMs
    core.useStore()
  }

  /** Whether values are sealed with the caller's keys, so that the token isn't needed. */
  get hasOwnKeys() {
    return this.#core.hasOwnKeys
  }

  /**
   * The store's result for a flight: `{ outcome }`, or `{ put }`, to call when the session was started, or failed.
   * `epoch` is the result of {@link learnEpoch}. `learnTime` makes a request to learn the server's time, if none was
   * made yet.
   * @param {number} flight
   * @param {string | undefined} token
   * @param {Leader} leader
   * @param {Promise<boolean>} epoch
   * @param {() => Promise<unknown>} learnTime
   * @returns {Promise<Taken>}
   */
  async take(flight, token, leader, epoch, learnTime) {
    const { deadline } = leader
    const place = this.#core.place(flight, token)
    if (!place) return NOTHING
    const [name] = place.names
    /**
     * @param {string} text
     * @param {string} place
     */
    const adopt = async (text, place) => {
      let outcome = this.#core.adopt(flight, token, text, now())
      if (outcome?.needsTime) {
        // Rejects only when the time is over.
        await learnTime().catch(() => {})
        outcome = this.#core.adopt(flight, token, text, now())
      }
      if (outcome?.rejected) this.#store.report('get', 'no session of ours')
      if (outcome?.obsolete) await this.#change(place, () => this.#store.ask('delete', place))
      return outcome?.session && outcome
    }
    /** @param {Promise<boolean>} [epoch] */
    const look = async (epoch) => {
      const texts = await this.#getAll(place.names)
      leader.progress()
      if (!epoch && !texts.some(isText)) return undefined
      // Without the epoch nobody knows whether they are dead.
      if (!(await (epoch ?? this.learnEpoch(token)))) return undefined
      for (const [index, text] of texts.entries()) {
        const outcome = isText(text) && (await adopt(text, place.names[index]))
        if (outcome) return outcome
      }
      return undefined
    }
    let outcome = await look(epoch)
    if (outcome) return taken(outcome)
    // Batches take no locks: two could wait for each other, and a batch that is made twice costs only two requests
    // for 25 sessions.
    /** @type {Lock | undefined} */
    let lock
    if (this.#store.hasLock && leader.flights.length === 1) {
      lock = await this.#lock(name, look, leader)
      if (lock?.outcome) return lock
      // Another process may have stored it while this one waited for the lock.
      outcome = lock && !lock.isLeft && !deadline.isOver ? await look() : undefined
      // When the time is over nobody will call `put`.
      const isLost = deadline.isOver && lock?.leader === leader
      if (outcome || isLost) await this.#unlock(name, lock)
      if (outcome) return taken(outcome)
    }
    const { epoch: startedIn } = this.#core
    return /** @type {Taken} */ ({ __proto__: null, put: () => this.#put(place, token, startedIn, lock) })
  }

  /**
   * Learns whether a flight's sessions were ended elsewhere.
   * @param {number} flight
   */
  async check(flight) {
    const name = this.#core.generationName(flight, now())
    if (name === undefined) return
    const text = /** @type {string} */ ((await this.#store.ask('get', name)) ?? '')
    this.#core.learnGeneration(flight, text, now())
  }

  /** Whether this process knows ended sessions that the store may not know. */
  get hasUnpublished() {
    return this.#core.hasUnpublished
  }

  /** Stores which sessions were ended, for the other processes. Never rejects. */
  async publish() {
    const texts = unlessTrapped(() => this.#core.takeUnpublished()) ?? []
    /**
     * @param {string} name
     * @param {number} index
     */
    const set = (name, index) =>
      index % 2 === 0 && this.#change(name, () => this.#store.ask('set', name, texts[index + 1], ENDED_MS))
    await Promise.all(texts.map(set))
  }

  /**
   * Never rejects.
   * @param {Place} options
   * @param {string | undefined} token
   * @param {number} startedIn
   * @param {Lock | undefined} lock
   */
  async #put({ names: [name], key }, token, startedIn, lock) {
    const sealed = unlessTrapped(() => this.#core.seal(key, token, startedIn, now()))
    if (sealed?.tooLong) this.#store.report('set', 'the session is too long to be shared')
    if (sealed?.text) {
      await this.#change(name, () => this.#store.ask('set', name, sealed.text, sealed.ttlMs))
    }
    await this.#unlock(name, lock)
  }

  /**
   * Learns the epoch from the store, and stores a later one. False if the store can't be read. Never rejects.
   * @param {string | undefined} token
   */
  async learnEpoch(token) {
    const names = unlessTrapped(() => this.#core.epochNames(token)) ?? []
    const texts = await this.#getAll(names)
    if (names.length === 0 || texts.includes(undefined)) return false
    const learnt = unlessTrapped(() => this.#core.learnEpoch(token, texts.filter(isText), now()))
    if (!learnt) return false
    const { rejected, text, ttlMs } = learnt
    if (rejected) this.#store.report('get', 'no epoch of ours')
    if (text) await this.#change(names[0], () => this.#store.ask('set', names[0], text, ttlMs))
    return true
  }

  /** @param {string[]} names */
  #getAll(names) {
    return Promise.all(names.map((name) => this.#store.ask('get', name)))
  }

  /** Whether this process knows an epoch or dead sessions that the store doesn't know. */
  get hasNews() {
    return this.#core.hasNews
  }

  /**
   * Stores the epoch and deletes the dead sessions, but not their replacements. Never rejects.
   * @param {() => Promise<string | undefined>} askForToken
   */
  async tellNews(askForToken) {
    const token = this.hasOwnKeys ? undefined : await this.#askInTime(askForToken)
    if (!this.hasOwnKeys && typeof token !== 'string') return
    await this.learnEpoch(token)
    const places = unlessTrapped(() => this.#core.takeObsolete(token)) ?? []
    const left = places.flatMap(({ names, key }) => names.map((name) => ({ name, key }))).values()
    const worker = async () => {
      for (const { name, key } of left) {
        await this.#change(name, async () => {
          const sealed = await this.#store.ask('get', name)
          if (!isText(sealed)) return
          const isDead = unlessTrapped(() => this.#core.isDead(key, token, sealed))
          if (isDead) await this.#store.ask('delete', name)
        })
      }
    }
    await Promise.all(Array.from({ length: DELETIONS_AT_A_TIME }, worker))
  }

  /** @param {() => Promise<string | undefined>} ask */
  async #askInTime(ask) {
    const deadline = new Deadline({ timeoutMs: this.#timeoutMs })
    try {
      return await deadline.within(attempt(ask))
    } catch {
      // It is found when somebody asks for that session.
      return undefined
    } finally {
      deadline.settle()
    }
  }

  /**
   * Makes changes of a name one after the other, so that no delete overtakes a set. `make` never rejects.
   * @param {string} name
   * @param {() => Promise<unknown>} make
   */
  async #change(name, make) {
    const change = (this.#changes.get(name) ?? Promise.resolve()).then(make)
    this.#changes.set(name, change)
    await change
    if (this.#changes.get(name) === change) this.#changes.delete(name)
  }

  /**
   * `{ release }`; `{ outcome }` if another holder has started the session; undefined without a lock.
   * @param {string} name
   * @param {(epoch?: Promise<boolean>) => Promise<Outcome | undefined>} look
   * @param {Leader} leader
   */
  async #lock(name, look, leader) {
    const { deadline } = leader
    // A replaced flight of this process has left the lock, or still waits for it.
    const left = this.#locks.get(name)
    if (left && steady() < /** @type {number} */ (left.until)) return Object.assign(left, { isLeft: true, leader })
    // A lock that never expires must not fail a call, so half of the time is left for starting a session.
    const giveUpAt = steady() + Math.min(2 * LOCK_MS, (deadline.at - Date.now()) / 2)
    while (steady() < giveUpAt) {
      const lock = /** @type {Lock} */ ({ __proto__: null, until: steady() + LOCK_MS, leader })
      this.#locks.set(name, lock)
      const release = await this.#store.ask('lock', `${name}:lock`, LOCK_MS)
      leader.progress()
      lock.release = release
      if (release && this.#locks.get(name) === lock) return lock
      // Its successor may have finished without waiting for the lock.
      await this.#unlock(name, lock)
      // Undefined means that the store has failed.
      if (release === undefined) return undefined
      await deadline.sleep(LOOK_EVERY_MS * (0.5 + Math.random()))
      const outcome = await look()
      if (outcome) return taken(outcome)
    }
    return undefined
  }

  /**
   * @param {string} name
   * @param {Lock | undefined} lock
   */
  async #unlock(name, lock) {
    if (!lock) return
    if (this.#locks.get(name) === lock) this.#locks.delete(name)
    const { release } = lock
    // Two flights may hold it in turn.
    lock.release = undefined
    await this.#store.release(release)
  }
}

/**
 * @param {unknown} value
 * @returns {value is string}
 */
const isText = (value) => typeof value === 'string'
const NOTHING = /** @type {Taken} */ (Object.freeze({ __proto__: null }))
/**
 * @param {Outcome} outcome
 * @returns {Taken}
 */
const taken = (outcome) => /** @type {Taken} */ ({ __proto__: null, outcome })

/**
 * The core's result; undefined if it has run out of memory.
 * @template T
 * @param {() => T} ask
 */
function unlessTrapped(ask) {
  try {
    return ask()
  } catch {
    return undefined
  }
}

// Calls the caller's store. Whatever the store does, no call fails or waits for long.
import { hasMethods } from '../common/options.js'
import { invalid } from '../common/error.js'
import { attempt, steady } from '../common/host.js'

/** @import { SessionStore } from './index.js' */

/** @typedef {'get' | 'set' | 'delete' | 'lock'} Method */
/** @typedef {{ type: 'storeFailed', method: Method, problem: string }} StoreFailed */
/** @typedef {(name: string, ...args: unknown[]) => unknown} StoreCall */

/**
 * @template T
 * @typedef {{ value: T, error?: undefined } | { value?: undefined, error: unknown }} Answer
 */

const LEAST_PATIENCE_MS = 500
const MOST_PATIENCE_MS = 3000
/** An answer is awaited for this many times as long as the slowest recent one took. */
const PATIENCE_FACTOR = 4
/** The share of the slowest time that each faster answer takes off. */
const FORGETTING = 0.1
/** A timer that fires so late shows that the event loop, or the machine, was busy, and not the store. */
const BUSY_MS = 20
/** After a busy time an answer may take a few turns of the event loop to get through; then twice as long. */
const GRACE_MS = 50
const MOST_GRACES = 5
/** How long something that failed is paused. */
const PAUSE_MS = 2000
/** A method that fails for so many names in a row is paused for all names. */
const MOST_FAILURES = 3
const MOST_PAUSES = 1000

/** @param {SessionStore} store */
export function checkStore(store) {
  const fits = hasMethods(store, ['get', 'set', 'delete'])
  if (!fits || (store.lock !== undefined && !hasMethods(store, ['lock']))) {
    throw invalid('store', 'an object with the functions get, set and delete, and optionally lock')
  }
}

/** A store whose calls end in time. */
export class GuardedStore {
  #store
  #tell
  #pauses = new Pauses()
  #patience = new Patience()

  /**
   * `tell` receives the events `storeFailed`.
   * @param {SessionStore} store
   * @param {(event: StoreFailed) => void} tell
   */
  constructor(store, tell) {
    this.#store = store
    this.#tell = tell
  }

  get hasLock() {
    return this.#store.lock !== undefined
  }

  /**
   * Calls a method. `get` gives text, or null if there is none; `lock` a function or false. Undefined if the method
   * fails, is slow, or is paused. Never rejects.
   * @param {Method} method
   * @param {string} name
   * @param {...unknown} args
   */
  async ask(method, name, ...args) {
    if (this.#pauses.has(method, name)) return undefined
    const asked = attempt(() => /** @type {Record<Method, StoreCall>} */ (this.#store)[method](name, ...args))
    const since = steady()
    const answer = await inTime(asked, this.#patience.ms)
    if (answer === undefined) {
      this.#pauses.pauseAll()
      // A late answer shows that the store is only slow.
      asked.then(
        () => this.#answered(since),
        () => {},
      )
      this.report(method, 'no answer in time')
      // A lock that is granted late would keep everybody waiting until it expires.
      if (method === 'lock')
        asked.then(
          (release) => this.release(release),
          () => {},
        )
      return undefined
    }
    if ('error' in answer) {
      const isTooLarge = method === 'set' && saysTooLarge(answer.error)
      this.#pauses.failed(method, name, isTooLarge)
      this.report(
        method,
        isTooLarge ? `too large for it: ${/** @type {string} */ (args[0]).length} characters` : 'it failed',
      )
      return undefined
    }
    this.#patience.took(steady() - since)
    this.#pauses.succeeded(method)
    if (method === 'get') return this.#textOf(answer.value)
    if (method === 'lock') return this.#grantOf(answer.value)
    return answer.value
  }

  /** @param {number} since */
  #answered(since) {
    const ms = steady() - since
    // The next answer would come too late as well.
    if (ms > MOST_PATIENCE_MS) return
    this.#patience.took(ms)
    this.#pauses.endAll()
  }

  /**
   * Releases a lock; one that can't be released expires by itself. Never rejects.
   * @param {unknown} release
   */
  async release(release) {
    if (typeof release !== 'function') return
    const answer = await inTime(attempt(/** @type {() => unknown} */ (release)), this.#patience.ms)
    if (answer === undefined) this.report('lock', 'no answer in time to its release')
    else if ('error' in answer) this.report('lock', 'its release failed')
  }

  /**
   * @param {Method} method
   * @param {string} problem
   */
  report(method, problem) {
    this.#tell({ type: 'storeFailed', method, problem })
  }

  /**
   * Converts a value to text, because clients may return bytes.
   * @param {unknown} value
   */
  #textOf(value) {
    if (typeof value === 'string') return value
    if (value === undefined || value === null || value === false) return null
    try {
      // Throws for bytes that are not UTF-8, and for anything other than bytes.
      return new TextDecoder('utf-8', { fatal: true }).decode(/** @type {Uint8Array} */ (value))
    } catch {
      this.report('get', 'neither text nor bytes of text')
      return undefined
    }
  }

  /** @param {unknown} value */
  #grantOf(value) {
    if (typeof value === 'function') return value
    if (value === false || value === null) return false
    this.report('lock', 'neither false nor a function that releases it')
    return undefined
  }
}

/** How long an answer is awaited, by the slowest recent one. */
class Patience {
  #slowestMs = 0

  get ms() {
    return Math.min(Math.max(PATIENCE_FACTOR * this.#slowestMs, LEAST_PATIENCE_MS), MOST_PATIENCE_MS)
  }

  /** @param {number} ms */
  took(ms) {
    this.#slowestMs = Math.max(ms, this.#slowestMs * (1 - FORGETTING))
  }
}

/** The parts of a store that have failed lately, and are paused. */
class Pauses {
  /** When the pause of the store, of a method, or of a method for one name ends. */
  #until = new Map()
  /** For each method, the names for which it has failed since it last succeeded. */
  #failures = new Map()
  /** The methods that have failed since any of them last succeeded. */
  #failing = new Set()

  /**
   * @param {Method} method
   * @param {string} name
   */
  has(method, name) {
    const now = steady()
    return [ALL, method, placeOf(method, name)].some((what) => now < this.#until.get(what))
  }

  pauseAll() {
    this.#pause(ALL)
    this.#failing.clear()
  }

  endAll() {
    this.#until.delete(ALL)
  }

  /** @param {Method} method */
  succeeded(method) {
    this.#failures.delete(method)
    this.#failing.clear()
  }

  /**
   * A value that is too large says nothing about the store.
   * @param {Method} method
   * @param {string} name
   * @param {boolean} isTooLarge
   */
  failed(method, name, isTooLarge) {
    this.#pause(placeOf(method, name))
    if (isTooLarge) return
    if (this.#failing.add(method).size > 1) return this.pauseAll()
    const names = this.#failures.get(method) ?? new Set()
    this.#failures.set(method, names.add(name))
    if (names.size < MOST_FAILURES) return
    this.#pause(method)
    names.clear()
  }

  /** @param {string} what */
  #pause(what) {
    // The oldest pauses end first.
    this.#until.delete(what)
    this.#until.set(what, steady() + PAUSE_MS)
    if (this.#until.size > MOST_PAUSES) this.#until.delete(this.#until.keys().next().value)
  }
}

const ALL = ''
/**
 * @param {Method} method
 * @param {string} name
 */
const placeOf = (method, name) => `${method} ${name}`

/**
 * `{ value }`, `{ error }`, or undefined if there is no result in time. Never rejects.
 * @template T
 * @param {Promise<T>} promise
 * @param {number} patienceMs
 * @returns {Promise<Answer<T> | undefined>}
 */
export function inTime(promise, patienceMs = LEAST_PATIENCE_MS) {
  return new Promise((resolve) => {
    /** @type {NodeJS.Timeout} */
    let timer
    /** @param {Answer<T>} answer */
    const answered = (answer) => {
      clearTimeout(timer)
      resolve(answer)
    }
    promise.then(
      (value) => answered({ value }),
      (error) => answered({ error }),
    )
    let due = steady() + patienceMs
    let looks = 0
    const giveUp = () => {
      // Results that came meanwhile are seen only after the timers, so this looks at least once more.
      const wasBusy = steady() - due > BUSY_MS
      if (looks >= (wasBusy ? MOST_GRACES : 1)) return resolve(undefined)
      const grace = wasBusy ? GRACE_MS * 2 ** looks : 0
      looks += 1
      due = steady() + grace
      timer = setTimeout(giveUp, grace)
    }
    timer = setTimeout(giveUp, patienceMs)
  })
}

/**
 * Whether a store says that a value is too large for it.
 * @param {unknown} error
 */
function saysTooLarge(error) {
  try {
    return /too (large|long|big)|exceed|max(imum)? /i.test(/** @type {Error} */ (error).message)
  } catch {
    return false
  }
}

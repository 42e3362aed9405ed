// Asking a store of the caller's: whatever it does, it fails nobody, and holds nobody up for long.
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
/** So many times what its slowest answers of late took. */
const PATIENCE_FACTOR = 4
/** How much of the slowest answer is forgotten at each that is faster. */
const FORGETTING = 0.1
/** A timer that fires so late shows that the event loop, or the machine, was busy, and not the store. */
const BUSY_MS = 20
/** After a busy time an answer may take a few turns of the event loop to get through; then twice as long. */
const GRACE_MS = 50
const MOST_GRACES = 5
/** How long something that failed is left alone. */
const PAUSE_MS = 2000
/** A method that fails for so many names in a row is left alone for all of them. */
const MOST_FAILURES = 3
const MOST_PAUSES = 1000

/** @param {SessionStore} store */
export function checkStore(store) {
  const fits = hasMethods(store, ['get', 'set', 'delete'])
  if (!fits || (store.lock !== undefined && !hasMethods(store, ['lock']))) {
    throw invalid('store', 'an object with the functions get, set, delete, and lock if it has one')
  }
}

/** A store that answers in time, or not at all. */
export class GuardedStore {
  #store
  #tell
  #pauses = new Pauses()
  #patience = new Patience()

  /**
   * `tell` is handed the events `storeFailed`.
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
   * What its method gives: text of `get`, or null if there is nothing; a function or false of `lock`.
   * Undefined if it fails, is slow, or has lately been so. It never rejects.
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
      // It is slow, and not gone.
      asked.then(() => this.#answered(since), () => {})
      this.report(method, 'no answer in time')
      // A lock that is granted after all would keep everybody waiting until it runs out.
      if (method === 'lock') asked.then((release) => this.release(release), () => {})
      return undefined
    }
    if ('error' in answer) {
      const isTooLarge = method === 'set' && saysTooLarge(answer.error)
      this.#pauses.failed(method, name, isTooLarge)
      this.report(method, isTooLarge ? `too large for it: ${/** @type {string} */ (args[0]).length} characters` : 'it failed')
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
    this.#patience.took(steady() - since)
    this.#pauses.endAll()
  }

  /**
   * Lets go of a lock: what cannot be released runs out by itself. It never rejects.
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
   * Clients may give text as bytes.
   * @param {unknown} value
   */
  #textOf(value) {
    if (typeof value === 'string') return value
    if (value === undefined || value === null || value === false) return null
    try {
      // Fails for bytes that are no text, and for all that is no bytes.
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

/** How long an answer is waited for: by what the slowest took of late. */
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

/** What has failed lately, and is left alone. */
class Pauses {
  /** The whole store, one of its methods, or a method for one name: until when. */
  #until = new Map()
  /** For each method the names that it has failed for since it last succeeded. */
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
   * A value that is too large says nothing of the store.
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
    // What was paused first ends first.
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
 * `{ value }`, `{ error }`, or undefined if there is no answer in time. It never rejects.
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
      // What has come meanwhile is only seen after the timers, so this looks once more at least.
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

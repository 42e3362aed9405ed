// Time limits. They are kept here, not in WebAssembly, so that no lost promise can hang a caller.
import * as codes from './codes.js'
import { AppTokenError, invalid } from './error.js'
import { Progress } from './progress.js'
import { unwatch, watch } from './signals.js'

/**
 * @import { Signal, SignalLike } from '../entries/index.js'
 * @import { Instance } from '../runtime/trap.js'
 * @import { Details } from './error.js'
 */

/** @typedef {{ signal?: Signal | undefined, timeoutMs?: number | undefined }} Limits */

/**
 * @typedef {object} Timed
 * @property {SignalLike | undefined} [signal]
 * @property {SignalLike | undefined} [also]
 * @property {number} timeoutMs
 * @property {string | undefined} [what]
 * @property {Instance | undefined} [instance]
 * @property {Progress} [progress]
 */

/**
 * Starts what settles a promise later. May return a function to call when the promise is settled.
 * @template T
 * @typedef {(resolve: (value: T) => void, reject: (reason: unknown) => void) => (() => unknown) | undefined | void} Start
 */

/** The longest delay of a timer. */
export const LONGEST_MS = 2 ** 31 - 1

/**
 * Checks the options of a `Deadline`, and returns them with their defaults.
 * @param {Limits} limits
 */
export function readLimits(limits) {
  const { signal, timeoutMs = 10_000 } = /** @type {Limits} */ ({ __proto__: null, ...limits })
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > LONGEST_MS) {
    throw invalid('timeoutMs', `a whole number of milliseconds, from 1 to ${LONGEST_MS}`)
  }
  if (signal !== undefined && !isSignal(signal)) throw invalid('signal', 'an AbortSignal')
  return { signal, timeoutMs }
}

/** @param {SignalLike} signal */
function isSignal(signal) {
  try {
    return (
      typeof signal.aborted === 'boolean' &&
      typeof signal.addEventListener === 'function' &&
      typeof signal.removeEventListener === 'function'
    )
  } catch {
    return false
  }
}

/**
 * The time of one call. It is over when the deadline passes, the caller aborts, or the call is settled; from
 * then on it holds no timer, listener or waiter.
 */
export class Deadline {
  /** @type {AppTokenError | undefined} */
  #error
  #isOver = false
  /** @type {AbortController | undefined} */
  #controller
  #timer
  #callers
  #instance
  /**
   * The reject functions of the waiting promises.
   * @type {Set<(reason: unknown) => void>}
   */
  #waiters = new Set()

  /**
   * `signal` and `also` may end it before `timeoutMs` have passed. `what` is the missing result, for the
   * message. The call runs on `instance`, whose trap ends it at once. `progress` is its progress so far.
   * @param {Timed} limits
   */
  constructor(limits) {
    const {
      signal,
      also,
      timeoutMs,
      what = 'session',
      instance,
      progress,
    } = /** @type {Timed} */ ({ __proto__: null, ...limits })
    this.progress = progress ?? new Progress()
    this.at = Date.now() + timeoutMs
    this.#callers = [signal, also].filter((caller) => caller !== undefined)
    this.#timer = setTimeout(() => {
      const { step, cause } = this.progress
      const waited = step === undefined ? '' : `, while waiting for ${step}`
      this.#end({
        code: codes.TIMEOUT,
        message: `no ${what} within ${timeoutMs} ms (timeoutMs)${waited}; check the network and the service`,
        retryable: true,
        cause,
      })
    }, timeoutMs)
    try {
      for (const caller of this.#callers) if (!this.#isOver) watch(caller, this)
    } catch {
      const { code, message, path } = invalid('signal', 'an AbortSignal')
      this.#end({ code, message, path })
    }
    if (this.#isOver) return
    this.#instance = instance
    instance?.watch(this)
  }

  /**
   * Ends the call with an error of these details, unless it is over.
   * @param {Details} details
   */
  fail(details) {
    if (!this.#isOver) this.#end(details)
  }

  /**
   * Ends the call because of `signal`, if this is one of its signals.
   * @param {SignalLike} [signal]
   */
  abort(signal) {
    const message = "aborted by the caller's signal"
    if (!this.#isOver) this.#end({ code: codes.ABORTED, message, cause: reasonOf(signal) })
  }

  /** Aborted when the time is over, for fetch. */
  get signal() {
    this.#controller ??= new AbortController()
    if (this.#isOver) this.#controller.abort()
    return this.#controller.signal
  }

  /** The error that ended the call; undefined while it runs, and after a call that ended by itself. */
  get error() {
    return this.#error
  }

  get isOver() {
    return this.#isOver
  }

  /**
   * Returns the value of the promise, or rejects when the time is over. Don't pass a promise that outlives many
   * calls: it keeps each waiter until it is settled.
   * @template T
   * @param {T | PromiseLike<T>} value
   * @returns {Promise<T>}
   */
  within(value) {
    /**
     * @param {(value: T) => void} resolve
     * @param {(reason: unknown) => void} reject
     */
    const listen = (resolve, reject) => {
      try {
        Promise.resolve(/** @type {PromiseLike<T>} */ (value)).then(resolve, reject)
      } catch (thrown) {
        reject(thrown)
      }
    }
    // Nobody waits for it, but a rejection must be handled.
    if (this.#isOver) listen(ignore, ignore)
    return this.wait(listen)
  }

  /**
   * Waits, but rejects when the time is over.
   * @param {number} ms
   * @returns {Promise<void>}
   */
  sleep(ms) {
    return this.wait((resolve) => {
      const timer = setTimeout(resolve, ms)
      return () => clearTimeout(timer)
    })
  }

  /**
   * Returns a promise that `start` settles with its two arguments, unless the time is over first. In both cases
   * the function that `start` returned is called.
   * @template T
   * @param {Start<T>} start
   * @returns {Promise<T>}
   */
  wait(start) {
    return new Promise((resolve, reject) => {
      if (this.#isOver) return reject(this.#why())
      /** @type {ReturnType<Start<T>>} */
      let release
      /**
       * @template V
       * @param {(value: V) => void} settle
       */
      const settling = (settle) => (/** @type {V} */ value) => {
        if (!this.#waiters.delete(end)) return
        release?.()
        settle(value)
      }
      const end = settling(reject)
      this.#waiters.add(end)
      release = start(settling(resolve), end)
    })
  }

  /** The call is over. */
  settle() {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#instance?.unwatch(this)
    for (const caller of this.#callers) unwatch(caller, this)
    // Nobody waits any more for what is still under way.
    if (this.#error || this.#waiters.size > 0) this.#controller?.abort()
    for (const end of this.#waiters) end(this.#why())
  }

  #why() {
    return this.#error ?? new AppTokenError({ code: codes.ABORTED, message: 'the call is over' })
  }

  /** @param {Details} details */
  #end(details) {
    const { attempts } = this.progress
    this.#error = new AppTokenError({ attempts, ...details })
    this.settle()
  }
}

const ignore = () => {}

/**
 * The reason of an aborted signal; undefined if reading it throws, as an imitation of a signal may.
 * @param {Signal | SignalLike | undefined} signal
 */
function reasonOf(signal) {
  try {
    return signal?.aborted ? signal.reason : undefined
  } catch {
    return undefined
  }
}

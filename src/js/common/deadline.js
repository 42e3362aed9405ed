// Time limits, kept here rather than in wasm, so that no lost promise can hang a caller.
import { AppTokenError, invalid } from './error.js'
import { Progress } from './progress.js'
import { unwatch, watch } from './signals.js'

/** The longest that a timer waits. */
export const LONGEST_MS = 2 ** 31 - 1

/** Checks what `Deadline` takes, and gives it back with its default. */
export function readLimits(limits) {
  const { signal, timeoutMs = 10_000 } = { __proto__: null, ...limits }
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > LONGEST_MS) {
    throw invalid('timeoutMs', `a whole number of milliseconds, from 1 to ${LONGEST_MS}`)
  }
  if (signal !== undefined && !isSignal(signal)) throw invalid('signal', 'an AbortSignal')
  return { signal, timeoutMs }
}

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
 * One call's time: over when its deadline passes, its caller aborts, or it is settled. From then on
 * it holds no timer, listener or waiter.
 */
export class Deadline {
  #error
  #isOver = false
  #controller
  #timer
  #callers
  #instance
  /** What rejects each promise that waits. */
  #waiters = new Set()

  /**
   * `signal` and `also` may end it before `timeoutMs` have passed. `what` is missing when the time
   * is over. The call runs on `instance`, whose trap ends it at once. `progress` is how far it has got.
   */
  constructor(limits) {
    const { signal, also, timeoutMs, what = 'session', instance, progress } = { __proto__: null, ...limits }
    this.progress = progress ?? new Progress()
    this.at = Date.now() + timeoutMs
    this.#callers = [signal, also].filter((caller) => caller !== undefined)
    this.#timer = setTimeout(() => {
      const { step, cause } = this.progress
      const waited = step === undefined ? '' : `, while waiting for ${step}`
      this.#end({
        code: 'ERR_TIMEOUT',
        message: `no ${what} within ${timeoutMs} ms (timeoutMs)${waited}; look at the network and the service`,
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

  /** Ends it with an error of these details, unless it is over. */
  fail(details) {
    if (!this.#isOver) this.#end(details)
  }

  /** Ends it for `signal`, if it was one. */
  abort(signal) {
    const message = "aborted by the caller's signal"
    if (!this.#isOver) this.#end({ code: 'ERR_ABORTED', message, cause: reasonOf(signal) })
  }

  /** Aborted when the time is over, for fetch. */
  get signal() {
    this.#controller ??= new AbortController()
    if (this.#isOver) this.#controller.abort()
    return this.#controller.signal
  }

  /** Why the time is over; undefined while it isn't, and after a call that ended by itself. */
  get error() {
    return this.#error
  }

  get isOver() {
    return this.#isOver
  }

  /**
   * The value or promise, but rejecting when the time is over. A promise that outlives calls must
   * not come here often: each time it keeps what waits for it until it is settled.
   */
  within(value) {
    const listen = (resolve, reject) => {
      try {
        Promise.resolve(value).then(resolve, reject)
      } catch (thrown) {
        reject(thrown)
      }
    }
    // Nobody waits, but somebody must hear it.
    if (this.#isOver) listen(ignore, ignore)
    return this.wait(listen)
  }

  /** Waits, but rejects when the time is over. */
  sleep(ms) {
    return this.wait((resolve) => {
      const timer = setTimeout(resolve, ms)
      return () => clearTimeout(timer)
    })
  }

  /**
   * A promise that `start` settles, later on, with the two functions that it is handed, unless the
   * time is over first. In either case the function that it gave is called.
   */
  wait(start) {
    return new Promise((resolve, reject) => {
      if (this.#isOver) return reject(this.#why())
      let release
      const settling = (settle) => (value) => {
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
    // What is still under way is nobody's any more.
    if (this.#error || this.#waiters.size > 0) this.#controller?.abort()
    for (const end of this.#waiters) end(this.#why())
  }

  #why() {
    return this.#error ?? new AppTokenError({ code: 'ERR_ABORTED', message: 'the call is over' })
  }

  #end(details) {
    const { attempts } = this.progress
    this.#error = new AppTokenError({ attempts, ...details })
    this.settle()
  }
}

const ignore = () => {}

/** Why a signal was aborted; nothing of one that throws, as what only looks like a signal may. */
function reasonOf(signal) {
  try {
    return signal?.aborted ? signal.reason : undefined
  } catch {
    return undefined
  }
}

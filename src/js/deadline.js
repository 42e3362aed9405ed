// Time limits, kept here rather than in wasm, so that no lost promise can hang a caller.
import { AppTokenError, internal, invalid } from './error.js'
import { trapsSoFar } from './trap.js'

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

/** What `ask` gives; nothing if it throws, as what only looks like a signal may. */
function attempted(ask) {
  try {
    return ask()
  } catch {
    return undefined
  }
}

/** One call's time: over when its deadline passes, its caller aborts, or it is settled. */
export class Deadline {
  #controller = new AbortController()
  #error
  #reject
  #cutoff = new Promise((_, reject) => {
    this.#reject = reject
  })
  #timer
  #signal
  #callers
  abort = () => {
    if (this.#error) return
    const cause = attempted(() => this.#callers.find(({ aborted }) => aborted)?.reason)
    this.#end({ code: 'ERR_ABORTED', message: "aborted by the caller's signal", cause })
  }

  /**
   * `signal`: what may end it before `timeoutMs` have passed. `also`: the same, but who gives it
   * calls `abort`: runtimes warn of a signal with many listeners. `what` there is none of when the
   * time is over.
   */
  constructor(limits) {
    const { signal, also, timeoutMs, what = 'session' } = { __proto__: null, ...limits }
    // It may end before anybody waits for it.
    this.#cutoff.catch(() => {})
    this.at = Date.now() + timeoutMs
    this.#signal = signal
    this.#callers = [signal, also].filter((caller) => caller !== undefined)
    const traps = trapsSoFar()
    this.#timer = setTimeout(() => {
      if (trapsSoFar() > traps) return this.#end(internal('RuntimeError'))
      this.#end({
        code: 'ERR_TIMEOUT',
        message: `no ${what} within ${timeoutMs} ms (timeoutMs); look at the network and the service`,
        retryable: true,
      })
    }, timeoutMs)
    try {
      this.#listen()
    } catch {
      const { code, message, path } = invalid('signal', 'an AbortSignal')
      this.#end({ code, message, path })
    }
  }

  #listen() {
    if (this.#callers.some(({ aborted }) => aborted)) return this.abort()
    // The runtime reads options from prototypes too.
    this.#signal?.addEventListener('abort', this.abort, { __proto__: null, once: true })
  }

  /** Aborted when the time is over, for fetch. */
  get signal() {
    return this.#controller.signal
  }

  /** Why the time is over; undefined while it isn't. */
  get error() {
    return this.#error
  }

  /** The value or promise, but rejecting when the time is over. */
  within(value) {
    return Promise.race([value, this.#cutoff])
  }

  /** Waits, but rejects when the time is over. */
  async sleep(ms) {
    let timer
    const pause = new Promise((resolve) => {
      timer = setTimeout(resolve, ms)
    })
    try {
      await this.within(pause)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Lets go of the timer and the caller's signal. */
  settle() {
    clearTimeout(this.#timer)
    attempted(() => this.#signal?.removeEventListener('abort', this.abort))
  }

  #end(details) {
    this.#error = new AppTokenError(details)
    this.#reject(this.#error)
    this.#controller.abort()
    this.settle()
  }
}

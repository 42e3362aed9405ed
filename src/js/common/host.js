// What the core uses of JavaScript during one call.
import { refusalOf } from './tls.js'

/**
 * @import { Fetch, FetchInit, FetchResponse, HashType } from '../entries/index.js'
 * @import { Deadline } from './deadline.js'
 * @import { Details } from './error.js'
 * @import { AskedFor, Signer, Token } from './token.js'
 */

/**
 * Whether each request has a context of its own, as in Workers: its timers and fetches end with it, and other
 * requests must not await them.
 */
export const SEPARATE_CONTEXTS = globalThis.navigator?.userAgent === 'Cloudflare-Workers'

const LOOK_EVERY_MS = 25

/**
 * The parts of a host.
 * @template E
 * @typedef {object} Lent
 * @property {Deadline} deadline
 * @property {Fetch | undefined} [fetch]
 * @property {((event: E) => void) | undefined} [onEvent]
 * @property {Token[]} [tokens]
 * @property {boolean} [allowUnverified]
 */

/**
 * The functions that the core calls. Only the core knows which events it sends.
 * @typedef {Omit<ReturnType<typeof createHost>, 'emit'> & { emit: (event: never) => void }} Host
 */

/** The step to report while the caller's function runs. */
const APP_TOKEN = 'the appToken function'
const SIGNER = 'the signer'

/**
 * Nothing here may throw, because an exception through WebAssembly would leave the call pending.
 * @template E
 * @param {Lent<E>} given
 */
export function createHost(given) {
  const {
    deadline,
    fetch,
    onEvent,
    tokens = [],
    allowUnverified,
  } = /** @type {Lent<E>} */ ({ __proto__: null, ...given })
  const { progress } = deadline
  return {
    signal: deadline.signal,
    ended: () => deadline.isOver,
    /** @param {unknown} value */
    within: (value) => heard(deadline.within(value)),
    bytes,
    /** @param {unknown} promise */
    forget: (promise) => void Promise.resolve(promise).catch(() => {}),
    turn: () => turn(deadline),
    /** @param {number} ms */
    sleep: (ms) => {
      progress.waitsFor('the pause before the next try')
      return heard(deadline.sleep(ms))
    },
    now: () => Date.now(),
    steady,
    // Called without `this`: calling fetch as a method is an illegal invocation.
    /**
     * @param {string} url
     * @param {FetchInit} init
     * @returns {Promise<FetchResponse | undefined>}
     */
    fetch: (url, init) => {
      const refusal = allowUnverified ? undefined : refusalOf(url)
      if (refusal) {
        deadline.fail(refusal)
        return heard(deadline.within(undefined))
      }
      progress.requests(url)
      return heard(deadline.within(attempt(() => (fetch ?? globalThis.fetch)(url, init))))
    },
    /** @param {Details} failure */
    failed: (failure) => progress.failed(failure),
    /** @param {number} credential */
    askForAppToken: (credential) => {
      progress.waitsFor(APP_TOKEN)
      return heard(deadline.within(attempt(/** @type {AskedFor} */ (tokens[credential]).ask)))
    },
    /**
     * @param {number} credential
     * @param {string} ks
     * @param {HashType} hashType
     */
    askForHash: (credential, ks, hashType) => {
      progress.waitsFor(SIGNER)
      return heard(deadline.within(attempt(() => /** @type {Signer} */ (tokens[credential]).hash(ks, hashType))))
    },
    /** @param {E} event */
    emit: (event) => tell(onEvent, event),
  }
}

/**
 * An event that calls wait for and another call triggers: `{ wait, come }`. It also triggers itself after a
 * while, sooner where contexts are separate, because no call can wake another there.
 * @param {Deadline} deadline
 */
function turn(deadline) {
  /** @type {() => void} */
  let come = nothing
  /** @type {import('./deadline.js').Start<void>} */
  const start = (resolve) => {
    if (!SEPARATE_CONTEXTS) come = resolve
    const timer = setTimeout(resolve, SEPARATE_CONTEXTS ? LOOK_EVERY_MS : 1000)
    return () => clearTimeout(timer)
  }
  return { wait: heard(deadline.wait(start)), come }
}

const nothing = () => {}

/**
 * A plain view of bytes of any realm or class; undefined for anything else.
 * @param {unknown} value
 */
export function bytes(value) {
  try {
    const { buffer, byteOffset, byteLength } = /** @type {Uint8Array} */ (value)
    return ArrayBuffer.isView(value) ? new Uint8Array(buffer, byteOffset, byteLength) : undefined
  } catch {
    return undefined
  }
}

/**
 * Runs `run` and returns a promise of its result, even if it throws at once.
 * @template T
 * @param {() => T | PromiseLike<T>} run
 */
export async function attempt(run) {
  return run()
}

/**
 * Marks a promise as handled. The core may trap before it listens to it, and that must not end the process.
 * @template T
 * @param {Promise<T>} promise
 */
export function heard(promise) {
  promise.catch(() => {})
  return promise
}

/**
 * Calls a listener and ignores its errors.
 * @template E
 * @param {((event: E) => unknown) | undefined} onEvent
 * @param {E} [event]
 */
export function tell(onEvent, event) {
  if (!onEvent) return
  try {
    const told = /** @type {PromiseLike<unknown> | undefined} */ (onEvent(/** @type {E} */ (event)))
    if (typeof told?.then === 'function') told.then(undefined, () => {})
  } catch {
    // A call must not fail because its listener does.
  }
}

/** Milliseconds on a steady clock, if the runtime has one. */
export function steady() {
  return globalThis.performance?.now() ?? Date.now()
}

/** The current time on both clocks. */
export function now() {
  return { wall: Date.now(), steady: steady() }
}

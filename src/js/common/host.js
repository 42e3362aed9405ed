// What the core borrows of JavaScript for the length of one call.
import { refusalOf } from './tls.js'

/**
 * @import { Fetch, FetchInit, FetchResponse, HashType } from '../entries/index.js'
 * @import { Deadline } from './deadline.js'
 * @import { Details } from './error.js'
 * @import { AskedFor, Signer, Token } from './token.js'
 */

/**
 * Whether each request has a context of its own: its timers and fetches end with it, and what
 * belongs to it must not be awaited by others.
 */
export const SEPARATE_CONTEXTS = globalThis.navigator?.userAgent === 'Cloudflare-Workers'

const LOOK_EVERY_MS = 25

/**
 * What a host is made of.
 * @template E
 * @typedef {object} Lent
 * @property {Deadline} deadline
 * @property {Fetch | undefined} [fetch]
 * @property {((event: E) => void) | undefined} [onEvent]
 * @property {(() => Uint8Array) | undefined} [auditKey]
 * @property {Token[]} [tokens]
 * @property {boolean} [allowUnverified]
 */

/**
 * What the core relies on; only it knows which events it tells.
 * @typedef {Omit<ReturnType<typeof createHost>, 'emit'> & { emit: (event: never) => void }} Host
 */

/** What is waited for when the caller's function is asked. */
const APP_TOKEN = 'the appToken function'
const SIGNER = 'the signer'

/**
 * The core relies on it that nothing here throws: an exception that flew through wasm would
 * leave the call pending.
 * @template E
 * @param {Lent<E>} given
 */
export function createHost(given) {
  const {
    deadline,
    fetch,
    onEvent,
    auditKey,
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
    // Called as a bare function: a fetch that is called as a method is an illegal invocation.
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
    tokenKind: tokens[0]?.kind ?? 0,
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
    auditKey: onEvent && auditKey?.(),
    /** @param {E} event */
    emit: (event) => tell(onEvent, event),
  }
}

/**
 * Something to wait for that another call may let come: `{ wait, come }`. It also comes by itself,
 * soon where contexts are separate: there no call can wake another.
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
 * A plain view of bytes, whatever realm or class they are of; nothing of anything else.
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
 * A promise for what `run` gives, even if it throws at once.
 * @template T
 * @param {() => T | PromiseLike<T>} run
 */
export async function attempt(run) {
  return run()
}

/**
 * A promise that the core is handed, and may trap before it listens to: that must not end the process.
 * @template T
 * @param {Promise<T>} promise
 */
export function heard(promise) {
  promise.catch(() => {})
  return promise
}

/**
 * Tells a listener, whose faults are its own.
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
    // A call must not fail because somebody who watches it does.
  }
}

/** Milliseconds by a clock that is never set, where the runtime has one. */
export function steady() {
  return globalThis.performance?.now() ?? Date.now()
}

/** The moment, by both clocks. */
export function now() {
  return { wall: Date.now(), steady: steady() }
}

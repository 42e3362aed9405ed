// What the core borrows of JavaScript for the length of one call.
import { refusalOf } from './tls.js'

/**
 * Whether each request has a context of its own: its timers and fetches end with it, and what
 * belongs to it must not be awaited by others.
 */
export const SEPARATE_CONTEXTS = globalThis.navigator?.userAgent === 'Cloudflare-Workers'

const LOOK_EVERY_MS = 25

/** What is waited for when the caller's function is asked. */
const APP_TOKEN = 'the appToken function'
const SIGNER = 'the signer'

/**
 * The core relies on it that nothing here throws: an exception that flew through wasm would
 * leave the call pending.
 */
export function createHost(given) {
  const { deadline, fetch, onEvent, auditKey, tokens = [], allowUnverified } = { __proto__: null, ...given }
  const { progress } = deadline
  return {
    signal: deadline.signal,
    ended: () => deadline.isOver,
    within: (value) => heard(deadline.within(value)),
    bytes,
    forget: (promise) => void Promise.resolve(promise).catch(() => {}),
    turn: () => turn(deadline),
    sleep: (ms) => {
      progress.waitsFor('the pause before the next try')
      return heard(deadline.sleep(ms))
    },
    now: () => Date.now(),
    steady,
    // Called as a bare function: a fetch that is called as a method is an illegal invocation.
    fetch: (url, init) => {
      const refusal = allowUnverified ? undefined : refusalOf(url)
      if (refusal) {
        deadline.fail(refusal)
        return heard(deadline.within())
      }
      progress.requests(url)
      return heard(deadline.within(attempt(() => (fetch ?? globalThis.fetch)(url, init))))
    },
    failed: (failure) => progress.failed(failure),
    tokenKind: tokens[0]?.kind ?? 0,
    askForAppToken: (credential) => {
      progress.waitsFor(APP_TOKEN)
      return heard(deadline.within(attempt(tokens[credential].ask)))
    },
    askForHash: (credential, ks, hashType) => {
      progress.waitsFor(SIGNER)
      return heard(deadline.within(attempt(() => tokens[credential].hash(ks, hashType))))
    },
    auditKey: onEvent && auditKey?.(),
    emit: (event) => tell(onEvent, event),
  }
}

/**
 * Something to wait for that another call may let come: `{ wait, come }`. It also comes by itself,
 * soon where contexts are separate: there no call can wake another.
 */
function turn(deadline) {
  let come = nothing
  const wait = deadline.wait((resolve) => {
    if (!SEPARATE_CONTEXTS) come = resolve
    const timer = setTimeout(resolve, SEPARATE_CONTEXTS ? LOOK_EVERY_MS : 1000)
    return () => clearTimeout(timer)
  })
  return { wait: heard(wait), come }
}

const nothing = () => {}

/** A plain view of bytes, whatever realm or class they are of; nothing of anything else. */
export function bytes(value) {
  try {
    const { buffer, byteOffset, byteLength } = value
    return ArrayBuffer.isView(value) ? new Uint8Array(buffer, byteOffset, byteLength) : undefined
  } catch {
    return undefined
  }
}

/** A promise for what `run` gives, even if it throws at once. */
export async function attempt(run) {
  return run()
}

/** A promise that the core is handed, and may trap before it listens to: that must not end the process. */
export function heard(promise) {
  promise.catch(() => {})
  return promise
}

/** Tells a listener, whose faults are its own. */
export function tell(onEvent, event) {
  if (!onEvent) return
  try {
    const told = onEvent(event)
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

// Asking a store of the caller's: whatever it does, it fails nobody, and holds nobody up for long.
import { hasMethods } from './check.js'
import { Deadline } from './deadline.js'
import { invalid } from './error.js'
import { attempt, steady } from './host.js'

const PATIENCE_MS = 500
/** After a failure the store is left alone for so long. */
const PAUSE_MS = 2000

export function checkStore(store) {
  const fits = hasMethods(store, ['get', 'set', 'delete'])
  if (!fits || (store.lock !== undefined && !hasMethods(store, ['lock']))) {
    throw invalid('store', 'an object with the functions get, set, delete, and lock if it has one')
  }
}

/** A store that answers in time, or not at all. */
export class PatientStore {
  #store
  #tell
  #leftAloneUntil = 0

  /** `tell` is handed the events `storeFailed`. */
  constructor(store, tell) {
    this.#store = store
    this.#tell = tell
  }

  get hasLock() {
    return this.#store.lock !== undefined
  }

  /** What its method gives; undefined if it fails, is slow, or has lately been so. */
  async ask(method, ...args) {
    if (steady() < this.#leftAloneUntil) return undefined
    const deadline = new Deadline({ timeoutMs: PATIENCE_MS })
    try {
      return await deadline.within(attempt(() => this.#store[method](...args)))
    } catch {
      this.#leftAloneUntil = steady() + PAUSE_MS
      this.report(method, deadline.error ? 'no answer in time' : 'it failed')
      return undefined
    } finally {
      deadline.settle()
    }
  }

  report(method, problem) {
    this.#tell({ type: 'storeFailed', method, problem })
  }
}

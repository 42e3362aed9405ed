// An instance of WebAssembly, until it traps. A trap (there is no more memory, the stack has
// overflowed, a fault of the core's) leaves the memory as it was in the midst of something, with
// whatever secrets were in use. So the instance is not entered again, the calls under way on it
// end, and its memory is wiped; src/js/runtime/load.js makes a new instance for the next call.
import { AppTokenError, internal } from '../common/error.js'
import { SEPARATE_CONTEXTS } from '../common/host.js'
import { plain } from './plain.js'

/** @import { Deadline } from '../common/deadline.js' */

/** @typedef {Record<string, unknown>} Exports */
/** @typedef {(...args: unknown[]) => unknown} Run */

/** How much is wiped in one turn of the event loop: some 10 ms. */
const SLICE_BYTES = 32 * 1024 * 1024

const nothing = () => {}

/**
 * The error of the calls that a trap ends: a new instance may well succeed.
 * @param {string | undefined} name
 */
const trapped = (name) => ({ ...internal(name), retryable: true })

export class Instance {
  /** Whether it has trapped. */
  isOver = false
  plain = plain
  /** @type {Set<Deadline>} */
  #calls = new Set()
  /** @type {string | undefined} */
  #name
  /** @type {WebAssembly.Memory | undefined} */
  #memory
  /** @type {(() => void) | undefined} */
  #retire
  #isEnding = false

  /**
   * The exports, for the glue. Whatever is thrown out of one has left frames of WebAssembly behind
   * that were not taken down: refusals are returned, not thrown. After a trap they do nothing.
   * `retire` is handed what takes their place, so that the memory can be collected.
   * @param {Exports} exports
   * @param {WebAssembly.Memory} memory
   * @param {(exports: Exports) => void} retire
   */
  guarded(exports, memory, retire) {
    this.#memory = memory
    this.#retire = () => retire(mapped(exports, () => nothing))
    return mapped(exports, (it) => (typeof it === 'function' ? this.#guard(/** @type {Run} */ (it)) : it))
  }

  /**
   * @param {Run} run
   * @returns {Run}
   */
  #guard(run) {
    return (...args) => {
      if (this.isOver) return undefined
      try {
        const result = run(...args)
        // What JavaScript was called from there may have caused a trap further in.
        if (!this.isOver) return result
      } catch (thrown) {
        // First of all, and without a call: there may be no room left on the stack.
        this.isOver = true
        this.#name ??= /** @type {Partial<Error> | undefined} */ (thrown)?.name
      }
      this.end()
      throw this.error()
    }
  }

  /**
   * A registry of the glue's, whose callbacks nobody else could catch.
   * @param {(held: unknown) => void} free
   */
  registry(free) {
    return new FinalizationRegistry((held) => {
      try {
        free(held)
      } catch {
        // The calls under way have been told.
      }
    })
  }

  /** What the calls that the trap has ended fail with. */
  error() {
    return new AppTokenError(trapped(this.#name))
  }

  /**
   * Fails `deadline` when the instance traps; at once if it has.
   * @param {Deadline} deadline
   */
  watch(deadline) {
    if (this.isOver) deadline.fail(trapped(this.#name))
    else this.#calls.add(deadline)
  }

  /**
   * Its call has ended.
   * @param {Deadline} deadline
   */
  unwatch(deadline) {
    this.#calls.delete(deadline)
  }

  /** Ends what is under way, when no frame of the instance is on the stack any more. */
  end() {
    if (this.#isEnding) return
    queueMicrotask(() => this.#end())
    this.#isEnding = true
  }

  #end() {
    this.#retire?.()
    wipe(/** @type {WebAssembly.Memory} */ (this.#memory))
    this.#memory = undefined
    for (const deadline of this.#calls) deadline.fail(trapped(this.#name))
    this.#calls.clear()
  }
}

/**
 * @param {object} object
 * @param {(it: unknown) => unknown} change
 */
const mapped = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, it]) => [name, change(it)]))

/**
 * Fills a memory with zeros, in slices.
 * @param {WebAssembly.Memory} options
 */
function wipe({ buffer }) {
  const { byteLength } = buffer
  let at = 0
  const slice = () => {
    do {
      new Uint8Array(buffer, at, Math.min(SLICE_BYTES, byteLength - at)).fill(0)
      at += SLICE_BYTES
      // There timers end with the request, and a memory has 128 MB at most.
    } while (SEPARATE_CONTEXTS && at < byteLength)
    if (at < byteLength) setTimeout(slice)
  }
  slice()
}

// An instance of WebAssembly, until it traps. A trap (no memory left, a stack overflow, a fault of the core) leaves the
// memory half-written, with the secrets that were in use. So the instance is never entered again, its calls under way
// fail, and its memory is wiped; src/js/runtime/load.js makes a new instance for the next call.
import { AppTokenError, internal } from '../common/error.js'
import { SEPARATE_CONTEXTS } from '../common/host.js'
import { plain } from './plain.js'

/** @import { Deadline } from '../common/deadline.js' */

/** @typedef {Record<string, unknown>} Exports */
/** @typedef {(...args: unknown[]) => unknown} Run */

/** How much is wiped in one turn of the event loop, in about 10 ms. */
const SLICE_BYTES = 32 * 1024 * 1024

const nothing = () => {}

/**
 * The error of calls that a trap ends. Retryable, because a new instance may succeed.
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
   * Wraps the exports, for the glue. Anything thrown out of an export is a trap, because it has left WebAssembly's
   * frames behind; refusals are returned, not thrown. After a trap the exports do nothing. `retire` receives their
   * replacements, so that the memory can be collected.
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
        // JavaScript that the export called may have trapped the instance.
        if (!this.isOver) return result
      } catch (thrown) {
        // First, and without a call, because the stack may be full.
        this.isOver = true
        this.#name ??= /** @type {Partial<Error> | undefined} */ (thrown)?.name
      }
      this.end()
      throw this.error()
    }
  }

  /**
   * A finalization registry for the glue, whose callbacks nobody else could catch.
   * @param {(held: unknown) => void} free
   */
  registry(free) {
    return new FinalizationRegistry((held) => {
      try {
        free(held)
      } catch {
        // The calls under way have failed already.
      }
    })
  }

  /** The error of the calls that the trap has ended. */
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
   * Unregisters a deadline whose call has ended.
   * @param {Deadline} deadline
   */
  unwatch(deadline) {
    this.#calls.delete(deadline)
  }

  /** Fails the calls under way, and wipes the memory when no frame of the instance is on the stack any more. */
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
const mapped = (object, change) => Object.fromEntries(Object.entries(object).map(([name, it]) => [name, change(it)]))

/**
 * Fills a memory with zeros, slice by slice.
 * @param {WebAssembly.Memory} options
 */
function wipe({ buffer }) {
  const { byteLength } = buffer
  let at = 0
  const slice = () => {
    do {
      new Uint8Array(buffer, at, Math.min(SLICE_BYTES, byteLength - at)).fill(0)
      at += SLICE_BYTES
      // In Workers timers end with the request, and a memory has at most 128 MB.
    } while (SEPARATE_CONTEXTS && at < byteLength)
    if (at < byteLength) setTimeout(slice)
  }
  slice()
}

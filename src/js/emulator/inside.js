// The WebAssembly side of an emulator, and its recovery after a trap.

/**
 * @import { Instance } from '../runtime/trap.js'
 * @import { Emulator, Random } from './kaltura_emulator.js'
 */

const LOST =
  'the WebAssembly of this emulator has trapped, and its state is lost: create another one, or give it ' +
  'a state with restore()'

/** @typedef {(ms: number, signal?: AbortSignal) => Promise<unknown>} Sleep */
/** @typedef {[method: string, url: string, headers: string[], body: Uint8Array, ip: string, https: boolean]} Asked */

export class Inside {
  requests = 0
  #begin
  #now
  #random
  /** @type {Emulator | undefined} */
  #wasm
  /** @type {Instance | undefined} */
  #instance
  #isEntered = false

  /**
   * `begin` returns an instance, and in it an emulator with the state of some JSON; `now`, `random` and `sleep` are
   * the caller's.
   * @param {(json: string) => { wasm: Emulator, instance: Instance }} begin
   * @param {string} json
   * @param {{ now: () => number, random: Random, sleep: Sleep }} outside
   */
  constructor(begin, json, { now, random, sleep }) {
    this.#begin = begin
    this.sleep = sleep
    this.#now = now
    this.#random = random
    this.restore(json)
  }

  /**
   * Replaces the state by that of some JSON; after a trap, in another instance.
   * @param {string} json
   */
  restore(json) {
    if (this.#instance && !this.#instance.isOver) return this.#enter((wasm) => wasm.restore(json))
    const { wasm, instance } = this.#begin(json)
    this.#wasm = wasm
    this.#instance = instance
  }

  state() {
    return this.#enter((wasm) => wasm.state())
  }

  flushCaches() {
    this.#enter((wasm) => wasm.flushCaches())
  }

  /**
   * Returns a part of the state as JSON.
   * @param {string} name
   */
  part(name) {
    return this.#enter((wasm) => wasm.part(name))
  }

  /**
   * Replaces the parts of the state that are in the JSON.
   * @param {string} json
   */
  replace(json) {
    this.#enter((wasm) => wasm.replace(json))
  }

  /** @param {string} json */
  addAppTokens(json) {
    const now = this.#now()
    return this.#enter((wasm) => wasm.addAppTokens(json, now, this.#random))
  }

  /** @param {Asked} request */
  handle(...request) {
    const now = this.#now()
    return this.#enter((wasm) => wasm.handle(...request, now, this.#random))
  }

  /**
   * @template T
   * @param {(wasm: Emulator) => T} use
   */
  #enter(use) {
    const instance = /** @type {Instance} */ (this.#instance)
    if (instance.isOver) throw new Error(LOST)
    // Entering the instance again while it runs would break it, and all other emulators with it.
    if (this.#isEntered) throw new TypeError('random must not call the emulator')
    this.#isEntered = true
    try {
      return use(/** @type {Emulator} */ (this.#wasm))
    } catch (thrown) {
      throw instance.isOver ? new Error(LOST, { cause: thrown }) : thrown
    } finally {
      this.#isEntered = false
    }
  }
}

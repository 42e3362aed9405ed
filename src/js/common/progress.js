// The progress of a call, for the error that ends it before the core can report anything.
import { AppTokenError } from './error.js'

/** @import { Details } from './error.js' */

export class Progress {
  #requests = 0
  /** @type {string | { other: Progress, isOwn: boolean } | undefined} */
  #waitsFor
  /** @type {import('./error.js').Details | undefined} */
  #failure
  /**
   * What it has waited for that others do: their progress.
   * @type {Set<Progress>}
   */
  #joined = new Set()

  /**
   * Counts an HTTP request to `url`.
   * @param {string} url
   */
  requests(url) {
    this.#requests += 1
    const [, service, action] = /\/service\/(\w+)\/action\/(\w+)$/.exec(url) ?? []
    this.waitsFor(`the answer to ${service ? `${service}.${action}` : 'a multirequest'}`)
  }

  /**
   * Notes that the step `what` begins.
   * @param {string} what
   */
  waitsFor(what) {
    this.#waitsFor = what
  }

  /**
   * Notes a failure that the core may retry.
   * @param {Details} failure
   */
  failed(failure) {
    this.#failure = { ...failure, attempts: this.#requests }
  }

  /**
   * Notes that the call waits for another's progress; `isOwn`: for work that it started.
   * @param {Progress} other
   * @param {boolean} isOwn
   */
  joins(other, isOwn) {
    if (other === this) return
    this.#joined.add(other)
    this.#waitsFor = { other, isOwn }
  }

  /** The number of HTTP requests, including those of calls that it waited for. */
  get attempts() {
    // Two calls may have waited for each other, one after the other.
    /** @type {Set<Progress>} */
    const all = new Set([this])
    let attempts = 0
    for (const one of all) {
      attempts += one.#requests
      for (const other of one.#joined) all.add(other)
    }
    return attempts
  }

  /** The step that the call waits for, in words. */
  get step() {
    if (typeof this.#waitsFor !== 'object') return this.#waitsFor
    const { other, isOwn } = this.#waitsFor
    const step = other.#ownStep
    return isOwn ? step : `another call${step ? `, which is waiting for ${step}` : ''}`
  }

  get #ownStep() {
    return typeof this.#waitsFor === 'object' ? 'another call' : this.#waitsFor
  }

  /** The error for the last failure. */
  get cause() {
    const failure = this.#failure ?? (typeof this.#waitsFor === 'object' ? this.#waitsFor.other.#failure : undefined)
    return failure && new AppTokenError(failure)
  }
}

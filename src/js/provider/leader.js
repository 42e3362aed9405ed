// The leader fetches sessions for other calls, and gives signs of life.
//
// Where all calls share a context, followers are woken: by the outcome, or when the leader has given no sign of life
// for too long, which one timer checks for all.
//
// In Workers each request has a context of its own: when its client disconnects, its timers and fetches end silently,
// and its promises stay pending. So nobody there awaits another request's promise: a follower polls, with its own
// timer, for the outcome and for signs of life.
import { Deadline } from '../common/deadline.js'
import { SEPARATE_CONTEXTS, steady } from '../common/host.js'
import { lookOut } from './lookout.js'

/**
 * @import { Instance } from '../runtime/trap.js'
 * @import { Flight } from './flight.js'
 */

// Edge runtimes may separate contexts too. On Deno, `process` is not touched, because that loads it.
export const HAS_ONE_CONTEXT =
  !SEPARATE_CONTEXTS &&
  globalThis.EdgeRuntime === undefined &&
  (globalThis.Deno !== undefined || globalThis.process?.versions?.node !== undefined)
/** After so many missed checks the core replaces a leader. */
export const PATIENCE = 3
/**
 * How long a leader without a response counts as alive. workerd doesn't notice a client that has only closed its side
 * of the connection, so this is short there.
 */
const TRUSTED_MS = SEPARATE_CONTEXTS ? 500 : Infinity
/** The same for a renewal. Nobody waits for it, so there is time to be sure that its leader is gone. */
const RENEWAL_PATIENCE_MS = 1000

/** Fetches for one or more flights, with one deadline, and gives signs of life. */
export class Leader {
  signs = 0
  isGone = false
  /**
   * The flights that it fetches for.
   * @type {Flight[]}
   */
  flights = []
  /**
   * The flights without an outcome, and that of the widget session while it is fetched: those that can be followed.
   * @type {Set<Flight>}
   */
  #underWay = new Set()
  /** @type {Leader[]} */
  #successors = []
  #waiting = 0
  #isLeft = false
  #timer
  #lastSignAt = steady()
  #isResting = false
  /** @type {number | undefined} */
  #lastProgressAt
  /**
   * Wakes the caller that waits for all its flights.
   * @type {(() => void) | undefined}
   */
  #wake

  /**
   * `keep`: continues even if nobody waits for it. `predecessor`: the leader that it replaces. A trap of `instance`
   * ends it.
   * @param {{ checkEveryMs: number, timeoutMs: number, instance: Instance, keep: boolean, predecessor: Leader | undefined }} options
   */
  constructor({ checkEveryMs, timeoutMs, instance, keep, predecessor }) {
    this.checkEveryMs = checkEveryMs
    this.keep = keep
    /**
     * If Kaltura is just slow, each successor is given more time.
     * @type {number}
     */
    this.trustedMs = predecessor ? 2 * /** @type {Leader} */ (predecessor).trustedMs : TRUSTED_MS
    if (predecessor) predecessor.#successors.push(this)
    this.deadline = new Deadline({ timeoutMs, instance })
    this.progress()
    if (!HAS_ONE_CONTEXT) {
      this.#timer = setInterval(() => this.#isTrusted() && this.#sign(), checkEveryMs)
    }
  }

  /** Notes progress: something has begun, or a response has come. */
  progress() {
    this.#lastProgressAt = steady()
    this.isGone = false
    this.#sign()
    if (HAS_ONE_CONTEXT && this.#isLeft) this.#watch()
  }

  /**
   * Notes a pause that Kaltura has asked for, which doesn't count as silence.
   * @template T
   * @param {Promise<T>} pause
   */
  async rest(pause) {
    this.#isResting = true
    try {
      return await pause
    } finally {
      this.#isResting = false
      this.progress()
    }
  }

  #isTrusted() {
    return this.#isResting || steady() - /** @type {number} */ (this.#lastProgressAt) < this.trustedMs
  }

  /** Notes progress for its successors too, so that they aren't replaced. */
  #sign() {
    this.signs += 1
    this.#lastSignAt = steady()
    for (const successor of this.#successors) successor.#sign()
  }

  /** Whether a renewal that it leads must be started again. */
  get isSilent() {
    if (HAS_ONE_CONTEXT) return this.isGone
    return steady() - this.#lastSignAt > RENEWAL_PATIENCE_MS
  }

  /** Notes that its caller is gone: from now on only progress counts as a sign of life. */
  #callerLeaves() {
    if (this.keep || this.#isLeft) return
    this.#isLeft = true
    this.#stop()
    if (HAS_ONE_CONTEXT) this.#watch()
  }

  /** Checks, for all followers, whether it still makes progress. */
  #watch() {
    if (this.#timer !== undefined || this.deadline.isOver) return
    let seen = this.signs
    let silentChecks = 0
    this.#timer = setInterval(() => {
      silentChecks = this.signs === seen && !this.#isResting ? silentChecks + 1 : 0
      seen = this.signs
      if (silentChecks < PATIENCE) return
      this.#stop()
      this.isGone = true
      for (const flight of this.#underWay) flight.giveUp()
    }, this.checkEveryMs)
  }

  #stop() {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** @param {Flight} flight */
  leads(flight) {
    this.#underWay.add(flight)
  }

  /** @param {Flight} flight */
  hasLanded(flight) {
    this.#underWay.delete(flight)
  }

  /** Wakes the caller that waits for all its flights, if the last of them has landed. */
  wake() {
    if (this.#wake && this.#haveAllLanded) this.#wake()
  }

  get #haveAllLanded() {
    // From the end, because the last flight lands last.
    return this.flights.findLast(({ outcome }) => outcome === undefined) === undefined
  }

  /**
   * Waits until each of its flights has an outcome, at most until `deadline`. For the caller of all flights.
   * @param {Deadline} deadline
   */
  followAll(deadline) {
    deadline.progress.joins(this.deadline.progress, true)
    if (this.#haveAllLanded) return undefined
    return this.waitedFor(deadline, true, (/** @type {(value: void) => void} */ resolve) => {
      this.#wake = resolve
      const unlook = HAS_ONE_CONTEXT ? undefined : lookOut(deadline, () => this.#haveAllLanded && resolve())
      return () => {
        this.#wake = undefined
        unlook?.()
        return this.#haveAllLanded
      }
    })
  }

  /**
   * Waits as {@link Deadline.wait} does; the function that `start` returns says whether there is an outcome. `own`:
   * the leader's caller waits, so this is the context that it fetches in.
   * @template T
   * @param {Deadline} deadline
   * @param {boolean} own
   * @param {(resolve: (value: T) => void) => () => boolean} start
   */
  waitedFor(deadline, own, start) {
    this.#waiting += 1
    if (deadline.isOver) this.#leave(own, false)
    return deadline.wait((resolve) => {
      const stop = start(resolve)
      return () => this.#leave(own, stop())
    })
  }

  /**
   * @param {boolean} own
   * @param {boolean} isServed
   */
  #leave(own, isServed) {
    this.#waiting -= 1
    if (own && !isServed) this.#callerLeaves()
    if (this.#waiting === 0 && !this.keep && (own || HAS_ONE_CONTEXT)) this.deadline.abort()
  }

  end() {
    this.deadline.settle()
    this.#stop()
  }
}

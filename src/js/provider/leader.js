// Who fetches sessions for others, and whether it still gets on.
//
// Where all calls share a context, who waits is woken: by the outcome, or when the leader has given no
// sign of life for too long, which is checked once for all.
//
// In Workers each request has a context of its own: when its client has gone, its timers and fetches
// end without a word, and what it has promised stays pending. So nobody there waits on a promise of
// another request's: a follower looks, by a timer of its own call's, for the outcome and for signs of
// life.
import { Deadline } from '../common/deadline.js'
import { SEPARATE_CONTEXTS, steady } from '../common/host.js'
import { lookOut } from './lookout.js'

/**
 * @import { Instance } from '../runtime/trap.js'
 * @import { Flight } from './flight.js'
 */

// Edge runtimes may separate them too. Of Deno no `process` is asked for, since that loads it.
export const HAS_ONE_CONTEXT =
  !SEPARATE_CONTEXTS &&
  globalThis.EdgeRuntime === undefined &&
  (globalThis.Deno !== undefined || globalThis.process?.versions?.node !== undefined)
/** The core replaces a leader that has given no sign for so many checks. */
export const PATIENCE = 3
/**
 * For so long a leader whose request is not answered is taken to be alive. workerd doesn't see that
 * a client has gone who has only closed its side of the connection, so there it is not for long.
 */
const TRUSTED_MS = SEPARATE_CONTEXTS ? 500 : Infinity
/** Nobody waits for a renewal, so there is time to be sure that its leader is gone. */
const RENEWAL_PATIENCE_MS = 1000

/** Fetches for one or more flights: it has one deadline, and gives signs while it lives. */
export class Leader {
  signs = 0
  isGone = false
  /**
   * What it was sent to fetch.
   * @type {Flight[]}
   */
  flights = []
  /**
   * Those without an outcome, and that of the widget session while it fetches it: what can be followed.
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
   * Wakes the caller of all its flights.
   * @type {(() => void) | undefined}
   */
  #wake

  /**
   * `keep`: it goes on even if nobody waits for it. `predecessor`: the leader that it replaces. A trap of
   * `instance` ends it.
   * @param {{ checkEveryMs: number, timeoutMs: number, instance: Instance, keep: boolean, predecessor: Leader | undefined }} options
   */
  constructor({ checkEveryMs, timeoutMs, instance, keep, predecessor }) {
    this.checkEveryMs = checkEveryMs
    this.keep = keep
    /**
     * If Kaltura is merely slow, each leader that is sent after the others waits for longer.
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

  /** It has begun something, or something has been answered. */
  progress() {
    this.#lastProgressAt = steady()
    this.isGone = false
    this.#sign()
    if (HAS_ONE_CONTEXT && this.#isLeft) this.#watch()
  }

  /**
   * A pause that Kaltura has asked for is no silence.
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

  /** While it gets on, its successors need not be replaced. */
  #sign() {
    this.signs += 1
    this.#lastSignAt = steady()
    for (const successor of this.#successors) successor.#sign()
  }

  /** Whether a renewal of its has to be begun anew. */
  get isSilent() {
    if (HAS_ONE_CONTEXT) return this.isGone
    return steady() - this.#lastSignAt > RENEWAL_PATIENCE_MS
  }

  /** Its caller is gone: from now on only progress counts as a sign. */
  #callerLeaves() {
    if (this.keep || this.#isLeft) return
    this.#isLeft = true
    this.#stop()
    if (HAS_ONE_CONTEXT) this.#watch()
  }

  /** Checks for all who follow whether it still gets on. */
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

  /** Wakes the caller of all its flights, if that is who waits and the last of them has landed. */
  wake() {
    if (this.#wake && this.#haveAllLanded) this.#wake()
  }

  get #haveAllLanded() {
    // From the end, since that is the last to land.
    return this.flights.findLast(({ outcome }) => outcome === undefined) === undefined
  }

  /**
   * Waits, at most until `deadline`, until each of its flights has an outcome: for the caller of all.
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
   * Waits as {@link Deadline.wait} does; the function that `start` gives tells whether there is an outcome.
   * `own`: it is the leader's caller who waits, and so this is the context that it fetches in.
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

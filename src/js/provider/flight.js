// What is being fetched, and those who wait for it.
import { HAS_ONE_CONTEXT, PATIENCE } from './leader.js'
import { LOOK_EVERY_MS, lookOut } from './lookout.js'

/**
 * @import { Deadline } from '../common/deadline.js'
 * @import { Outcome } from '../kaltura_app_token.js'
 * @import { Leader } from './leader.js'
 */

/** The outcome for followers of a silent leader, and of a flight that nobody knows any more. */
export const SILENT = /** @type {Readonly<{ silentChecks: number }>} */ (Object.freeze({ __proto__: null, silentChecks: PATIENCE }))

/** The outcome is told by a flight that has replaced it, or by the core, which is asked again. */
export const UNTOLD = /** @type {Readonly<Outcome>} */ (Object.freeze({ __proto__: null }))

/** One session, or the widget session, being fetched by a leader. */
export class Flight {
  /** @type {Outcome | undefined} */
  outcome
  /** @type {Flight | undefined} */
  predecessor
  /** @type {Flight | undefined} */
  successor
  /**
   * Who is to be woken, and whether it is the leader's caller.
   * @type {Map<(outcome: Outcome) => void, boolean> | undefined}
   */
  #waiters

  /**
   * `predecessor`: the flight that it replaces, whose leader was silent.
   * @param {number} id
   * @param {Leader} leader
   * @param {Flight} [predecessor]
   */
  constructor(id, leader, predecessor) {
    this.id = id
    this.leader = leader
    if (predecessor) {
      this.predecessor = predecessor
      predecessor.successor = this
    }
    leader.leads(this)
  }

  /**
   * `outcome` is what the core said of it, or `{ lost }`: it must be asked again. The first
   * session that comes is for all who have wanted this one.
   * @param {Outcome} outcome
   */
  end(outcome) {
    // Who was replaced may have failed; who has replaced it tells.
    this.#settle(!outcome.session && outcome.failure && this.successor ? UNTOLD : outcome)
    this.#wake()
    if (!outcome.session) return
    for (let it = this.successor; it; it = it.successor) it.#take(outcome)
    for (let it = this.predecessor; it; it = it.predecessor) it.#take(outcome)
  }

  /** Takes it out of the row of those that have replaced one another, which may have no end. */
  unlink() {
    if (this.successor) this.successor.predecessor = this.predecessor
    if (this.predecessor) this.predecessor.successor = this.successor
  }

  /** @param {Outcome} outcome */
  #take(outcome) {
    this.#settle(outcome)
    // Who waits for it in another context must be left alone, and looks for himself.
    if (HAS_ONE_CONTEXT) this.#wake()
  }

  /** @param {Outcome} outcome */
  #settle(outcome) {
    this.outcome ??= outcome
    this.leader.hasLanded(this)
  }

  #wake() {
    if (this.#waiters) for (const resolve of this.#waiters.keys()) resolve(/** @type {Outcome} */ (this.outcome))
    this.leader.wake()
  }

  /** Has its followers ask again. */
  giveUp() {
    if (this.#waiters) for (const [resolve, own] of this.#waiters) if (!own) resolve(SILENT)
  }

  /**
   * The outcome, or a promise of it that rejects when `deadline` is over; it is {@link SILENT} when the
   * leader has given no sign for too many checks in a row. `own`: it is the leader's caller who waits.
   * @param {Deadline} deadline
   * @param {boolean} [own]
   * @returns {Outcome | Promise<Outcome>}
   */
  follow(deadline, own = false) {
    const { leader } = this
    deadline.progress.joins(leader.deadline.progress, own)
    if (this.outcome) return this.outcome
    if (leader.isGone && !own) return SILENT
    return leader.waitedFor(deadline, own, (resolve) => {
      const unlook = HAS_ONE_CONTEXT ? undefined : lookOut(deadline, this.#look(resolve, own))
      // What another context's leader brings is looked for alone.
      if (HAS_ONE_CONTEXT || own) (this.#waiters ??= new Map()).set(resolve, own)
      return () => {
        unlook?.()
        this.#waiters?.delete(resolve)
        return this.outcome !== undefined
      }
    })
  }

  /**
   * One look for the outcome; a check is due at every so many.
   * @param {(outcome: Outcome) => void} resolve
   * @param {boolean} own
   */
  #look(resolve, own) {
    const { leader } = this
    const looksForACheck = leader.checkEveryMs / LOOK_EVERY_MS
    let seen = leader.signs
    let silentChecks = 0
    let looks = 0
    return () => {
      if (this.outcome) return resolve(this.outcome)
      if (own) return
      looks += 1
      if (looks % looksForACheck === 0) {
        silentChecks = leader.signs === seen ? silentChecks + 1 : 0
        seen = leader.signs
        if (silentChecks >= PATIENCE) leader.isGone = true
      }
      if (leader.isGone) resolve(SILENT)
    }
  }
}

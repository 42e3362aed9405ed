// A flight: a session that is being fetched, and the calls that wait for it.
import { HAS_ONE_CONTEXT, PATIENCE } from './leader.js'
import { LOOK_EVERY_MS, lookOut } from './lookout.js'

/**
 * @import { Deadline } from '../common/deadline.js'
 * @import { Outcome } from '../kaltura_app_token.js'
 * @import { Leader } from './leader.js'
 */

/** The outcome for followers of a silent leader, and of an unknown flight. */
export const SILENT = /** @type {Readonly<{ silentChecks: number }>} */ (
  Object.freeze({ __proto__: null, silentChecks: PATIENCE })
)

/** The outcome of a replaced flight: its successor's, or the core's when it is asked again. */
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
   * The waiters, and for each whether it is the leader's caller.
   * @type {Map<(outcome: Outcome) => void, boolean> | undefined}
   */
  #waiters

  /**
   * `predecessor` is the flight with a silent leader that this one replaces.
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
   * `outcome` is the core's, or `{ lost }` if the core must be asked again. The first session that arrives is for
   * all followers.
   * @param {Outcome} outcome
   */
  end(outcome) {
    // A replaced flight may have failed; its successor has the outcome.
    this.#settle(!outcome.session && outcome.failure && this.successor ? UNTOLD : outcome)
    this.#wake()
    if (!outcome.session) return
    for (let it = this.successor; it; it = it.successor) it.#take(outcome)
    for (let it = this.predecessor; it; it = it.predecessor) it.#take(outcome)
  }

  /** Removes it from the chain of successors, which may become long. */
  unlink() {
    if (this.successor) this.successor.predecessor = this.predecessor
    if (this.predecessor) this.predecessor.successor = this.successor
  }

  /** @param {Outcome} outcome */
  #take(outcome) {
    this.#settle(outcome)
    // Followers in another context must not be woken; they poll.
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

  /** Makes its followers ask again. */
  giveUp() {
    if (this.#waiters) for (const [resolve, own] of this.#waiters) if (!own) resolve(SILENT)
  }

  /**
   * The outcome, or a promise of it that rejects when `deadline` is over. {@link SILENT} if the leader has missed
   * too many checks in a row. `own`: the leader's caller waits.
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
      // Another context's leader can't wake followers, so they poll.
      if (HAS_ONE_CONTEXT || own) (this.#waiters ??= new Map()).set(resolve, own)
      return () => {
        unlook?.()
        this.#waiters?.delete(resolve)
        return this.outcome !== undefined
      }
    })
  }

  /**
   * Looks for the outcome once; every few looks, a check of the leader is due.
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

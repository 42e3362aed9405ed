// Sessions that are being fetched, and those who wait for them.
//
// Where all calls share a context, who waits is woken: by the outcome, or when the flight's crew has
// given no sign of life for too long, which is checked once for all.
//
// In Workers each request has a context of its own: when its client has gone, its timers and
// fetches end without a word, and what it has promised stays pending. So nobody there waits on a
// promise of another request's: a follower looks, by a timer of its own call's, for the outcome and
// for signs of life.
import { Deadline } from '../common/deadline.js'
import { SEPARATE_CONTEXTS, steady } from '../common/host.js'

// Edge runtimes may separate them too. Of Deno no `process` is asked for, since that loads it.
const HAS_ONE_CONTEXT =
  !SEPARATE_CONTEXTS &&
  globalThis.EdgeRuntime === undefined &&
  (globalThis.Deno !== undefined || globalThis.process?.versions?.node !== undefined)
const LOOK_EVERY_MS = 10
/** The core replaces a leader that has given no sign for so many checks. */
const PATIENCE = 3
/** What a follower is told of such a leader, and of a flight that nobody knows any more. */
export const SILENT = Object.freeze({ __proto__: null, silentChecks: PATIENCE })
/**
 * For so long a crew whose request is not answered is taken to be alive. workerd doesn't see that
 * a client has gone who has only closed its side of the connection, so there it is not for long.
 */
const TRUSTED_MS = SEPARATE_CONTEXTS ? 500 : Infinity
/** Nobody waits for a renewal, so there is time to be sure that its crew is gone. */
const RENEWAL_PATIENCE_MS = 1000

/** Fetches for one or more flights: it has one deadline, and gives signs while it lives. */
export class Crew {
  signs = 0
  isGone = false
  /** What it was sent to fetch. */
  flights = []
  /** These, and that of the widget session while it fetches it: what can be followed. */
  #led = new Set()
  #heirs = []
  #waiting = 0
  #hasLeft = false
  #timer
  #lastSignAt = steady()
  #isResting = false
  #lastProgressAt

  /**
   * `keep`: it goes on even if nobody waits for it. `former`: the crew that it replaces. A trap of
   * `instance` ends it.
   */
  constructor({ checkEveryMs, timeoutMs, instance, keep, former }) {
    this.checkEveryMs = checkEveryMs
    this.keep = keep
    // If Kaltura is merely slow, each crew that is sent after the others waits for longer.
    this.trustedMs = former ? 2 * former.trustedMs : TRUSTED_MS
    former?.#heirs.push(this)
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
    if (HAS_ONE_CONTEXT && this.#hasLeft) this.#watch()
  }

  /** A pause that Kaltura has asked for is no silence. */
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
    return this.#isResting || steady() - this.#lastProgressAt < this.trustedMs
  }

  /** While it gets on, those who have replaced it need not be replaced. */
  #sign() {
    this.signs += 1
    this.#lastSignAt = steady()
    for (const heir of this.#heirs) heir.#sign()
  }

  /** Whether a renewal of its has to be begun anew. */
  get isSilent() {
    if (HAS_ONE_CONTEXT) return this.isGone
    return steady() - this.#lastSignAt > RENEWAL_PATIENCE_MS
  }

  /** A leader's caller is gone: from now on only progress counts as a sign. */
  #leaderLeaves() {
    if (this.keep || this.#hasLeft) return
    this.#hasLeft = true
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
      for (const flight of this.#led) flight.giveUp()
    }, this.checkEveryMs)
  }

  #stop() {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  leads(flight) {
    this.#led.add(flight)
  }

  hasLanded(flight) {
    this.#led.delete(flight)
  }

  enter() {
    this.#waiting += 1
  }

  /** `own`: it is a leader who leaves, and so this is the context that it fetches in. */
  leave(own, isServed) {
    this.#waiting -= 1
    if (own && !isServed) this.#leaderLeaves()
    if (this.#waiting === 0 && !this.keep && (own || HAS_ONE_CONTEXT)) this.deadline.abort()
  }

  end() {
    this.deadline.settle()
    this.#stop()
  }
}

/** What comes of a flight is told by one that has replaced it, or by the core, which is asked again. */
export const UNTOLD = Object.freeze({ __proto__: null })

/** One session, or the widget session, being fetched by a crew. */
export class Flight {
  outcome
  heir
  /** Who is to be woken, and whether it is the leader. */
  #waiters = new Map()

  /** `former`: the flight that it replaces, whose leader was silent. */
  constructor(id, crew, former) {
    this.id = id
    this.crew = crew
    this.former = former
    if (former) former.heir = this
    crew.leads(this)
  }

  /**
   * `outcome` is what the core said of it, or `{ lost }`: it must be asked again. The first
   * session that comes is for all who have wanted this one.
   */
  end(outcome) {
    // Who was replaced may have failed; who has replaced it tells.
    this.outcome ??= !outcome.session && outcome.failure && this.heir ? UNTOLD : outcome
    this.crew.hasLanded(this)
    this.#wake()
    if (!outcome.session) return
    for (let heir = this.heir; heir; heir = heir.heir) heir.#take(outcome)
    for (const former of this.formers()) former.#take(outcome)
  }

  /** The flights that it has replaced, one after the other. */
  *formers() {
    for (let former = this.former; former; former = former.former) yield former
  }

  /** Takes it out of the row of those that have replaced one another, which may have no end. */
  unlink() {
    if (this.heir) this.heir.former = this.former
    if (this.former) this.former.heir = this.heir
  }

  #take(outcome) {
    this.outcome ??= outcome
    // Who waits for it in another context must be left alone, and looks for himself.
    if (HAS_ONE_CONTEXT) this.#wake()
  }

  #wake() {
    for (const resolve of this.#waiters.keys()) resolve(this.outcome)
  }

  /** Has its followers ask again. */
  giveUp() {
    for (const [resolve, own] of this.#waiters) if (!own) resolve(SILENT)
  }

  /**
   * Waits for the outcome, at most until `deadline`; it is {@link SILENT} when the crew has given
   * no sign for too many checks in a row. `own`: it is the leader's caller who waits.
   */
  async follow(deadline, own = false) {
    const { crew } = this
    deadline.progress.joins(crew.deadline.progress, own)
    if (this.outcome) return this.outcome
    if (crew.isGone && !own) return SILENT
    crew.enter()
    try {
      return await deadline.wait((resolve) => {
        if (HAS_ONE_CONTEXT) return this.#await(resolve, own)
        const unlook = lookOut(deadline, this.#look(resolve, own))
        // What its own crew brings it need not look for.
        const unawait = own ? this.#await(resolve, own) : undefined
        return () => {
          unlook()
          unawait?.()
        }
      })
    } finally {
      crew.leave(own, this.outcome !== undefined)
    }
  }

  #await(resolve, own) {
    this.#waiters.set(resolve, own)
    return () => this.#waiters.delete(resolve)
  }

  /** One look for the outcome; a check is due at every so many. */
  #look(resolve, own) {
    const { crew } = this
    const looksForACheck = crew.checkEveryMs / LOOK_EVERY_MS
    let seen = crew.signs
    let silentChecks = 0
    let looks = 0
    return () => {
      if (this.outcome) return resolve(this.outcome)
      if (own) return
      looks += 1
      if (looks % looksForACheck === 0) {
        silentChecks = crew.signs === seen ? silentChecks + 1 : 0
        seen = crew.signs
        if (silentChecks >= PATIENCE) crew.isGone = true
      }
      if (crew.isGone) resolve(SILENT)
    }
  }
}

/** All that a call looks for, by its deadline. */
const lookouts = new WeakMap()

/** Calls `look` every now and then, by one timer for each deadline; gives what ends it. */
function lookOut(deadline, look) {
  const looks = lookouts.get(deadline)?.looks ?? new Set()
  if (looks.size === 0) {
    const timer = setInterval(() => {
      for (const one of looks) one()
    }, LOOK_EVERY_MS)
    lookouts.set(deadline, { looks, timer })
  }
  looks.add(look)
  return () => {
    looks.delete(look)
    if (looks.size > 0) return
    clearInterval(lookouts.get(deadline).timer)
    lookouts.delete(deadline)
  }
}

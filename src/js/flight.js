// Sessions that are being fetched, and those who wait for them.
//
// In Workers each request has a context of its own: when its client has gone, its timers and
// fetches end without a word, and what it has promised stays pending. So nobody there waits on a
// promise of another request's: a follower looks, by timers of its own, for the outcome and for
// signs of life.
import { Deadline } from './deadline.js'
import { SEPARATE_CONTEXTS, steady } from './host.js'

const LOOK_EVERY_MS = 10
/** The core replaces a leader that has given no sign for so many checks. */
const PATIENCE = 3
/** What a follower is told of such a leader, and of a flight that nobody knows any more. */
export const SILENT = Object.freeze({ silentChecks: PATIENCE })
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
  flights = []
  #heirs = []
  #waiting = 0
  #beat
  #lastSignAt = steady()
  // Until it sets out it waits for others of its kind.
  #isResting = true
  #lastProgressAt
  #controller = new AbortController()

  /** `keep`: it goes on even if nobody waits for it. `former`: the crew that it replaces. */
  constructor({ checkEveryMs, keep, former }) {
    this.checkEveryMs = checkEveryMs
    this.keep = keep
    // If Kaltura is merely slow, each crew that is sent after the others waits for longer.
    this.trustedMs = former ? 2 * former.trustedMs : TRUSTED_MS
    former?.#heirs.push(this)
    this.#beat = setInterval(() => this.#isTrusted() && this.#sign(), checkEveryMs)
  }

  /** When its time starts to run; a trap of `instance` ends it. */
  startDeadline(timeoutMs, instance) {
    this.#isResting = false
    this.progress()
    this.deadline = new Deadline({ timeoutMs, signal: this.#controller.signal, instance })
    return this.deadline
  }

  /** It has begun something, or something has been answered. */
  progress() {
    this.#lastProgressAt = steady()
    this.isGone = false
    this.#sign()
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

  get isSilent() {
    return steady() - this.#lastSignAt > RENEWAL_PATIENCE_MS
  }

  /** The leader's caller is gone: from now on only progress counts as a sign. */
  leaderLeaves() {
    if (!this.keep) clearInterval(this.#beat)
  }

  enter() {
    this.#waiting += 1
  }

  /** `own`: it is the leader who leaves, and so this is the context that it fetches in. */
  leave(own) {
    this.#waiting -= 1
    if (this.#waiting === 0 && !this.keep && (own || !SEPARATE_CONTEXTS)) this.#controller.abort()
  }

  end() {
    clearInterval(this.#beat)
    this.deadline?.settle()
  }
}

/** One session, or the widget session, being fetched by a crew. */
export class Flight {
  outcome
  heir
  #resolve
  #done = new Promise((resolve) => {
    this.#resolve = resolve
  })

  /** `former`: the flight that it replaces, whose leader was silent. */
  constructor(id, crew, former) {
    this.id = id
    this.crew = crew
    this.former = former
    if (former) former.heir = this
  }

  /**
   * `outcome` is what the core said of it, or `{ lost }`: it must be asked again. The first
   * session that comes is for all who have wanted this one.
   */
  end(outcome) {
    // Who was replaced may have failed; who has replaced it tells.
    this.outcome ??= !outcome.session && outcome.failure && this.heir ? {} : outcome
    this.#resolve()
    if (!outcome.session) return
    for (let heir = this.heir; heir; heir = heir.heir) heir.#take(outcome)
    for (const former of this.formers()) former.#take(outcome)
  }

  /** The flights that it has replaced, one after the other. */
  *formers() {
    for (let former = this.former; former; former = former.former) yield former
  }

  #take(outcome) {
    this.outcome ??= outcome
    // Who waits for it in another context must be left alone, and looks for himself.
    if (!SEPARATE_CONTEXTS) this.#resolve()
  }

  /**
   * Waits for the outcome, at most until `deadline`; it is {@link SILENT} when the crew has given
   * no sign for too many checks in a row. `own`: it is the leader's caller who waits.
   */
  async follow(deadline, own = false) {
    const { crew } = this
    crew.enter()
    try {
      let seen = crew.signs
      for (let silentChecks = 0; own || silentChecks < PATIENCE; ) {
        if (crew.isGone && !own) break
        await this.#pause(deadline, own)
        if (this.outcome) return this.outcome
        silentChecks = crew.signs === seen ? silentChecks + 1 : 0
        seen = crew.signs
      }
      crew.isGone = true
      return SILENT
    } finally {
      if (own && !this.outcome) crew.leaderLeaves()
      crew.leave(own)
    }
  }

  /** Until the next check is due, or the outcome is there. */
  async #pause(deadline, own) {
    const { checkEveryMs } = this.crew
    if (SEPARATE_CONTEXTS && !own) {
      for (let waited = 0; waited < checkEveryMs && !this.outcome; waited += LOOK_EVERY_MS) {
        await deadline.sleep(LOOK_EVERY_MS)
      }
      return
    }
    let timer
    const check = new Promise((resolve) => {
      timer = setTimeout(resolve, checkEveryMs)
    })
    try {
      await deadline.within(Promise.race([this.#done, check]))
    } finally {
      clearTimeout(timer)
    }
  }
}

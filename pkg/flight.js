// Sessions that are being fetched, and those who wait for them.
//
// In Workers each request has a context of its own: its timers and fetches end with it, without
// a word, and what it has promised stays pending. So a follower there never waits on a promise
// of its leader's: it looks, by timers of its own, for the outcome and for signs of life.
import { Deadline } from './deadline.js'

const SEPARATE_CONTEXTS = globalThis.navigator?.userAgent === 'Cloudflare-Workers'
const LOOK_EVERY_MS = 10

/** Fetches for one or more flights: it has one deadline, and gives signs while it lives. */
export class Crew {
  signs = 0
  #waiting = 0
  #beat
  #controller = new AbortController()

  /** `keep`: it goes on even if nobody waits for it. */
  constructor({ checkEveryMs, keep }) {
    this.checkEveryMs = checkEveryMs
    this.keep = keep
    this.#beat = setInterval(() => this.sign(), checkEveryMs)
  }

  /** When its time starts to run. */
  startDeadline(timeoutMs) {
    this.deadline = new Deadline({ timeoutMs, signal: this.#controller.signal })
    return this.deadline
  }

  sign() {
    this.signs += 1
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
  #resolve
  done = new Promise((resolve) => {
    this.#resolve = resolve
  })

  constructor(id, crew) {
    this.id = id
    this.crew = crew
  }

  /** `outcome` is what the core said of it, or `{ lost }`: it must be asked again. */
  end(outcome) {
    this.outcome ??= outcome
    this.#resolve()
  }

  /**
   * Waits for the outcome, at most until `deadline`. When the crew has given no sign for
   * `patience` checks in a row, it is `{ silentChecks }`.
   */
  async follow(deadline, { own = false, patience }) {
    const { crew } = this
    crew.enter()
    try {
      if (own) {
        await deadline.within(this.done)
        return this.outcome
      }
      let seen = crew.signs
      for (let silentChecks = 0; silentChecks < patience; ) {
        await this.#pause(deadline)
        if (this.outcome) return this.outcome
        silentChecks = crew.signs === seen ? silentChecks + 1 : 0
        seen = crew.signs
      }
      return { silentChecks: patience }
    } finally {
      if (own && !this.outcome) crew.leaderLeaves()
      crew.leave(own)
    }
  }

  /** Until the next check is due, or the outcome is there. */
  async #pause(deadline) {
    const { checkEveryMs } = this.crew
    if (SEPARATE_CONTEXTS) {
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
      await deadline.within(Promise.race([this.done, check]))
    } finally {
      clearTimeout(timer)
    }
  }
}

// All that is being fetched for a provider's callers: from the store that a fleet shares, and
// from Kaltura.
import { fromCore } from './error.js'
import { Crew, Flight, SILENT } from './flight.js'
import { attempt, createHost, now, tell } from './host.js'

export class Flights {
  #core
  #checkEveryMs
  #settings
  #underWay = new Map()

  /** `settings` are the options that the core has nothing to do with. */
  constructor(core, checkEveryMs, settings) {
    this.#core = core
    this.#checkEveryMs = checkEveryMs
    this.#settings = settings
  }

  /** Sets out to fetch one session, in place of the flight `former` if that was silent. */
  lead(id, { former, keep = false, timeoutMs = 0 }) {
    const crew = this.#crew(keep, former)
    crew.flights.push(this.#board(id, crew, former))
    this.#keepAlive(this.#fly(crew, timeoutMs))
  }

  /** Sets out to fetch many, so many in one request and so many requests at a time. */
  leadAll(ids, { batchSize, batchesInFlight }) {
    const crews = []
    for (let next = 0; next < ids.length; next += batchSize) {
      const crew = this.#crew(false)
      crew.flights = ids.slice(next, next + batchSize).map((id) => this.#board(id, crew))
      crews.push(crew)
    }
    this.#keepAlive(inTurns(crews, batchesInFlight, (crew) => this.#fly(crew, 0)))
  }

  /** What comes of a flight, for one of those who wait for it; see {@link Flight.follow}. */
  async follow(id, deadline, own) {
    return this.#underWay.get(id)?.follow(deadline, own) ?? SILENT
  }

  /** Whether nothing has been heard of the flight for long. */
  isSilent(id) {
    return this.#underWay.get(id)?.crew.isSilent ?? true
  }

  forget() {
    this.#underWay.clear()
  }

  /** Deletes from the store what has been found to be dead, while the callers go on. */
  deleteObsolete() {
    const { shelf, tokens } = this.#settings
    if (shelf?.hasObsolete) this.#keepAlive(shelf.deleteObsolete(tokens[0]))
  }

  #keepAlive(work) {
    const { waitUntil } = this.#settings
    if (waitUntil) attempt(() => waitUntil(work)).catch(() => {})
  }

  #crew(keep, former) {
    const replaced = this.#underWay.get(former)?.crew
    return new Crew({ checkEveryMs: this.#checkEveryMs, keep, former: replaced })
  }

  /** From now on the flight can be followed. */
  #board(id, crew, former) {
    const flight = new Flight(id, crew, this.#underWay.get(former))
    this.#underWay.set(id, flight)
    return flight
  }

  /** Fetches what the crew's flights are for, and ends each. It never rejects. */
  async #fly(crew, timeoutMs) {
    const { flights } = crew
    const ids = flights.map(({ id }) => id)
    let deadline
    let outcomes
    try {
      const longest = Math.max(timeoutMs, this.#settings.timeoutMs)
      deadline = crew.startDeadline(longest, this.#settings.instance)
      outcomes = await this.#fetch(crew, ids, deadline)
    } catch (thrown) {
      const lost = deadline?.error ?? fromCore(thrown)
      for (const id of ids) this.#core.abandon(id, lost.code === 'ERR_TIMEOUT', now())
      outcomes = ids.map(() => ({ lost }))
    }
    crew.end()
    flights.forEach((flight, index) => this.#land(flight, outcomes[index]))
  }

  /** From the store what is there, and from Kaltura the rest. */
  async #fetch(crew, ids, deadline) {
    const { shelf } = this.#settings
    const host = this.#host(crew, deadline)
    let taken = []
    if (shelf) {
      const token = await host.askForAppToken(0).catch(() => undefined)
      let learnt
      const learnTime = () => (learnt ??= this.#fetchWidget(crew, deadline, host))
      const take = (id) => shelf.take(id, token, crew, deadline, learnTime)
      if (typeof token === 'string') taken = await deadline.within(Promise.all(ids.map(take)))
    }
    const left = ids.filter((_, index) => !taken[index]?.outcome)
    let minted = []
    try {
      if (left.length > 0) {
        const waitedFor = await this.#fetchWidget(crew, deadline, host)
        minted =
          this.#core.failForWidget(left, waitedFor, now()) ??
          (await deadline.within(this.#core.mint(left, host, deadline.at)))
      }
    } finally {
      // Nobody waits until the others can have it.
      for (const { put } of taken) if (put) this.#keepAlive(put())
      this.deleteObsolete()
    }
    const rest = minted.values()
    return ids.map((_, index) => taken[index]?.outcome ?? rest.next().value)
  }

  #land(flight, outcome) {
    flight.end(outcome)
    this.#drop(flight)
    for (const former of flight.formers()) {
      this.#core.abandon(former.id, false, now())
      this.#drop(former)
    }
    const { session, failure, renewed, stale, adopted } = outcome
    if (session && !stale && !adopted) {
      this.#tell({ type: renewed ? 'renewed' : 'minted', expiresAt: session.expiresAt })
    }
    if (failure) {
      const { code, kalturaCode } = failure
      this.#tell({ type: 'failed', code, kalturaCode })
    }
  }

  #drop(flight) {
    if (this.#underWay.get(flight.id) === flight) this.#underWay.delete(flight.id)
  }

  /**
   * Sees to it that there is a widget session, or that the core knows why there is none. Gives the
   * flight that was waited for last, 0 if none was.
   */
  async #fetchWidget(crew, deadline, host) {
    let former = 0
    let silentChecks = 0
    for (;;) {
      const told = this.#core.askForWidget(former, silentChecks, now())
      if (!told) return former
      if (told.lead) {
        const flight = this.#board(told.flight, crew, former)
        try {
          await deadline.within(this.#core.fetchWidget(flight.id, host, deadline.at))
          flight.end({})
        } finally {
          if (!flight.outcome) this.#core.abandonWidget(flight.id)
          flight.end({ lost: true })
          this.#drop(flight)
          for (const replaced of flight.formers()) this.#drop(replaced)
        }
        silentChecks = 0
      } else {
        const outcome = await this.follow(told.flight, deadline, false)
        silentChecks = outcome.silentChecks ?? 0
      }
      former = told.flight
    }
  }

  /** What the core borrows, with signs of what is answered. */
  #host(crew, deadline) {
    const { fetch, onEvent, tokens } = this.#settings
    const host = createHost({ deadline, fetch, onEvent })
    const asked = []
    const signing = async (promise) => {
      crew.progress()
      try {
        return await promise
      } finally {
        crew.progress()
      }
    }
    return {
      ...host,
      fetch: (url, init) => signing(host.fetch(url, init)),
      within: (value) => signing(host.within(value)),
      sleep: (ms) => crew.rest(host.sleep(ms)),
      askForAppToken: (credential) => {
        asked[credential] ??= signing(deadline.within(attempt(tokens[credential])))
        return asked[credential]
      },
    }
  }

  #tell(event) {
    tell(this.#settings.onEvent, event)
  }
}

/** Runs all of the work, at most so many at a time. */
async function inTurns(items, atATime, run) {
  const left = items.values()
  const worker = async () => {
    for (const item of left) await run(item)
  }
  await Promise.all(Array.from({ length: atATime }, worker))
}

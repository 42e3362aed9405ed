// All that is being fetched for a provider's callers: from the store that a fleet shares, and
// from Kaltura.
import { tellOf } from '../common/audit.js'
import { fromCore } from '../common/error.js'
import { Crew, Flight, SILENT, UNTOLD } from './flight.js'
import { attempt, createHost, heard, now, tell } from '../common/host.js'
import { wipe } from '../common/token.js'

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

  /**
   * Sets out to fetch one session, in place of the flight `former` if that was silent; `keep`: even
   * if nobody waits for it.
   */
  lead(id, former, timeoutMs = 0, keep = false) {
    const crew = this.#crew(timeoutMs, keep, this.#underWay.get(former)?.crew)
    crew.flights = [this.#board(id, crew, former)]
    this.keepAlive(this.#fly(crew))
  }

  /** Sets out to fetch many in one request. */
  leadAll(ids) {
    const crew = this.#crew(0)
    crew.flights = ids.map((id) => this.#board(id, crew))
    this.keepAlive(this.#fly(crew))
  }

  /** What comes of a flight, for one of those who wait for it; see {@link Flight.follow}. */
  async follow(id, deadline, own) {
    return this.#underWay.get(id)?.follow(deadline, own) ?? SILENT
  }

  /**
   * Does what the core decides, until there is nothing to wait for, or an outcome that is enough.
   *
   * `ask` gives a decision when it is told what flight was waited for in vain, and for how many
   * silent checks; `lead` sees to a flight, and gives its outcome. `known`: the first decision, if
   * that has come already.
   */
  async join(deadline, { ask, lead, isEnough }, known) {
    let former
    for (let decision = known ?? ask(0, 0); ; ) {
      if (!decision || decision.session) return decision
      const { flight, lead: isLed } = decision
      const outcome = await (isLed ? lead(flight, former) : this.follow(flight, deadline))
      if (isEnough(outcome, isLed)) return outcome
      former = flight
      decision = ask(flight, outcome.silentChecks ?? 0)
    }
  }

  /** Whether nothing has been heard of the flight for long. */
  isSilent(id) {
    return this.#underWay.get(id)?.crew.isSilent ?? true
  }

  forget() {
    this.#underWay.clear()
  }

  /** Tells the store what has been found to be dead, while the callers go on. */
  tellNews() {
    const { shelf, sealSecret } = this.#settings
    if (shelf?.hasUnpublished) this.keepAlive(shelf.publish())
    if (shelf?.hasNews) this.keepAlive(shelf.tellNews(() => sealSecret()))
  }

  /** Tells the store which sessions were ended. It never rejects. */
  async publish() {
    await this.#settings.shelf?.publish()
  }

  /** Has the caller's runtime wait for what goes on after an answer. */
  keepAlive(work) {
    work.catch(() => {})
    const { waitUntil } = this.#settings
    if (!waitUntil) return
    attempt(() => waitUntil(work)).catch((thrown) => {
      this.#tell({ type: 'waitUntilFailed', problem: problemOf(thrown) })
    })
  }

  #crew(timeoutMs, keep = false, former = undefined) {
    const { timeoutMs: usual, instance } = this.#settings
    const longest = Math.max(timeoutMs, usual)
    const checkEveryMs = this.#checkEveryMs
    return new Crew({ checkEveryMs, timeoutMs: longest, instance, keep, former })
  }

  /** From now on the flight can be followed. */
  #board(id, crew, former) {
    const flight = new Flight(id, crew, this.#underWay.get(former))
    this.#underWay.set(id, flight)
    return flight
  }

  /** Fetches what the crew's flights are for, and ends each. It never rejects. */
  async #fly(crew) {
    const { flights, deadline } = crew
    const ids = flights.map(({ id }) => id)
    let outcomes
    try {
      outcomes = await this.#fetch(crew, ids, deadline)
    } catch (thrown) {
      const lost = deadline.error ?? fromCore(thrown)
      for (const id of ids) this.#core.abandon(id, lost.code === 'ERR_TIMEOUT', now())
      outcomes = ids.map(() => ({ __proto__: null, lost }))
    } finally {
      crew.end()
    }
    flights.forEach((flight, index) => this.#land(flight, outcomes[index]))
  }

  /** From the store what is there, and from Kaltura the rest. */
  async #fetch(crew, ids, deadline) {
    const { shelf, isolate, sealSecret } = this.#settings
    const host = this.#host(crew, deadline)
    const checks = isolate && shelf ? ids.map((id) => this.#core.isCheck(id)) : []
    let taken = checks.map((isCheck) => isCheck && { __proto__: null, outcome: UNTOLD })
    let widget
    const fetchWidget = () => (widget ??= this.#fetchWidget(crew, deadline, host))
    if (shelf) {
      const isBare = taken.length > 0 && taken.every(Boolean)
      const { hasOwnKeys } = shelf
      const isNeeded = !isBare && (isolate || !hasOwnKeys)
      const secret = isNeeded ? await host.askForSealSecret().catch(() => undefined) : undefined
      const hasSecret = typeof secret === 'string'
      deadline.progress.waitsFor('the store')
      if (isolate) {
        // A token that could not be had for once must not change anybody's id.
        if (hasSecret || (!isBare && hasOwnKeys && !sealSecret)) this.#core.isolateWith(secret)
        await deadline.within(Promise.all(ids.map((id) => shelf.check(id))))
        checks.forEach((isCheck, index) => isCheck && this.#core.abandon(ids[index], false, now()))
      }
      if (!isBare && (hasSecret || hasOwnKeys)) {
        const token = hasOwnKeys ? undefined : secret
        const epoch = shelf.learnEpoch(token)
        const take = (id, index) => taken[index] || shelf.take(id, token, crew, deadline, epoch, fetchWidget)
        taken = await deadline.within(Promise.all(ids.map(take)))
      }
    }
    const left = ids.filter((_, index) => !taken[index]?.outcome)
    let minted = []
    try {
      if (left.length > 0) {
        const waitedFor = await fetchWidget()
        minted =
          this.#core.failForWidget(left, waitedFor, now()) ??
          (await deadline.within(this.#core.mint(left, host, deadline.at)))
      }
    } finally {
      // Nobody waits until the others can have it.
      this.tellNews()
      for (const { put } of taken) if (put) this.keepAlive(put())
      host.wipe()
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
    flight.unlink()
    const { session, failure, renewed, stale, adopted } = outcome
    if (session && !stale) {
      const type = adopted ? 'fromStore' : renewed ? 'renewed' : 'minted'
      tellOf(this.#core, this.#settings, type, session)
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
   * Fetches the widget session unless there is one; the core keeps the session, or the failure.
   * Returns the last flight that was waited for, or 0.
   */
  async #fetchWidget(crew, deadline, host) {
    let waitedFor
    await this.join(deadline, {
      ask: (former, silentChecks) => {
        waitedFor = former
        return this.#core.askForWidget(former, silentChecks, now())
      },
      lead: (id, former) => this.#leadWidget(this.#board(id, crew, former), deadline, host),
      // The core is asked again, which knows what has come.
      isEnough: () => false,
    })
    return waitedFor
  }

  async #leadWidget(flight, deadline, host) {
    try {
      await deadline.within(this.#core.fetchWidget(flight.id, host, deadline.at))
      flight.end(UNTOLD)
    } finally {
      if (!flight.outcome) this.#core.abandonWidget(flight.id, now())
      flight.end({ __proto__: null, lost: true })
      this.#drop(flight)
      for (const replaced of flight.formers()) this.#drop(replaced)
      flight.unlink()
    }
    return flight.outcome
  }

  /** What the core borrows, with signs of what is answered. */
  #host(crew, deadline) {
    const { fetch, onEvent, tokens, sealSecret, allowUnverified } = this.#settings
    const host = createHost({ deadline, fetch, onEvent, tokens, allowUnverified })
    const asked = []
    const signing = (promise) => {
      crew.progress()
      return heard(promise.finally(() => crew.progress()))
    }
    const askForAppToken = (credential) => (asked[credential] ??= signing(host.askForAppToken(credential)))
    return {
      ...host,
      emit: (event) => {
        // The sessions of a revoked token are dead, those on lease too.
        if (event.type === 'revoked') this.#settings.leases.forget()
        host.emit(event)
      },
      fetch: (url, init) => signing(host.fetch(url, init)),
      within: (value) => signing(host.within(value)),
      sleep: (ms) => heard(crew.rest(host.sleep(ms))),
      askForAppToken,
      askForHash: (...what) => signing(host.askForHash(...what)),
      askForSealSecret: async () => sealSecret?.(() => askForAppToken(0)),
      /** Whoever gave bytes may have them back, but not what they were. */
      wipe: () => asked.forEach((one) => void one.then(wipe, () => {})),
    }
  }

  #tell(event) {
    tell(this.#settings.onEvent, event)
  }
}

/** What went wrong with a function of the caller's, by the name of its error alone. */
function problemOf(thrown) {
  try {
    if (/^[A-Za-z]{1,48}$/.test(thrown.name)) return `it failed with ${thrown.name}`
  } catch {
    // What is thrown may throw again.
  }
  return 'it failed'
}

// Starts many sessions: in batches, of which only a few are under way at a time, so that those that wait for their
// turn cost nothing.
import * as codes from '../common/codes.js'
import { Deadline, LONGEST_MS, readLimits } from '../common/deadline.js'
import { AppTokenError, invalid, unknownOption } from '../common/error.js'
import { now } from '../common/host.js'
import { copied, ownOptions } from '../common/options.js'
import { readRequest } from './request.js'
import { copyOf, decisionOn } from './sessions.js'

/**
 * @import { AppTokenSession, Signal } from '../entries/index.js'
 * @import { Decision, Now, Outcome, Served } from '../kaltura_app_token.js'
 * @import { Instance } from '../runtime/trap.js'
 * @import { ProviderRequest, SessionOutcome } from './index.js'
 * @import { Leader } from './leader.js'
 * @import { Internals, Parts } from './options.js'
 * @import { Known, Sessions } from './sessions.js'
 */

/** How often sessions that expire before all are started are started again. */
const MOST_ROUNDS = 3
/** After so many cached sessions, the event loop gets a turn. */
const MOST_AT_ONCE = 250
/** So many errors of invalid requests have a stack. */
const MOST_STACKS = 100
const ENDED = {
  code: codes.TIMEOUT,
  message: 'the session expired before all others were started: ask for fewer sessions or a longer expiry',
  retryable: true,
}

/**
 * Returns an outcome for each of `requests`: `{ session }` or `{ error }`.
 * @param {Internals} options
 * @param {readonly ProviderRequest[]} requests
 * @param {{ signal?: Signal }} options
 */
export async function startMany({ parts: currentParts, sessions }, requests, options) {
  const list = copied('requests', requests)
  if (!Array.isArray(list)) throw invalid('requests', 'an array of requests')
  const { signal, ...others } = ownOptions(options)
  for (const name of Object.keys(others)) throw unknownOption('', name)
  readLimits({ signal })
  const parts = currentParts()
  const all = new Deadline({ signal, timeoutMs: LONGEST_MS, instance: parts.instance })
  const wanted = readAll(list, (request) => new Wanted(request, all, signal, parts.instance))
  try {
    if (all.error?.code === codes.INVALID_OPTIONS) throw all.error
    return await new Many(wanted, all, parts, sessions).start()
  } finally {
    for (const { deadline } of wanted) if (deadline !== all) deadline?.settle()
    all.settle()
  }
}

/**
 * Reads all requests before their caller can change any. Stacks are most of the cost of thousands of errors.
 * @param {readonly ProviderRequest[]} list
 * @param {(request: ProviderRequest) => Wanted} read
 */
function readAll(list, read) {
  const { stackTraceLimit } = Error
  let wrong = 0
  try {
    return list.map((one) => {
      const it = read(one)
      if (it.error && (wrong += 1) === MOST_STACKS) Reflect.set(Error, 'stackTraceLimit', 0)
      return it
    })
  } finally {
    if (wrong >= MOST_STACKS) Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }
}

/** One of many requests, with the common deadline or a shorter one of its own; `also` ends it too. */
class Wanted {
  /** @type {import('./request.js').Wanted | undefined} */
  read
  /** @type {Deadline | undefined} */
  deadline
  /** @type {unknown} */
  error

  /**
   * @param {ProviderRequest} request
   * @param {Deadline} all
   * @param {Signal | undefined} also
   * @param {Instance} instance
   */
  constructor(request, all, also, instance) {
    try {
      this.read = readRequest(request)
      const { limits } = this.read
      if (limits) {
        const { signal, timeoutMs = LONGEST_MS } = limits
        this.deadline = new Deadline({ signal, timeoutMs, also, instance })
      } else this.deadline = all
    } catch (error) {
      this.error = error
    }
  }
}

/** @typedef {{ read: import('./request.js').Wanted, deadline: Deadline }} Readable */
/** @typedef {{ index: number, decision: Decision & { flight: number } }} Led */
/** @typedef {{ led: Led[], others: { index: number, decision: Decision | undefined }[], age: number }} Batch */
/** @typedef {{ session?: AppTokenSession, error?: unknown }} Started */

class Many {
  #wanted
  #all
  #parts
  #sessions
  /** @type {(Started | undefined)[]} */
  #outcomes
  /**
   * The requests whose turn has not come.
   * @type {IterableIterator<number> | undefined}
   */
  #queue
  /**
   * Work under way that no batch waits for.
   * @type {Promise<void>[]}
   */
  #others = []

  /**
   * @param {Wanted[]} wanted
   * @param {Deadline} all
   * @param {Parts} parts
   * @param {Sessions} sessions
   */
  constructor(wanted, all, parts, sessions) {
    this.#wanted = wanted
    this.#all = all
    this.#parts = parts
    this.#sessions = sessions
    this.#outcomes = wanted.map(({ error }) => /** @type {Started | undefined} */ (error && { error }))
  }

  /** @returns {Promise<SessionOutcome[]>} */
  async start() {
    const open = [...this.#wanted.keys()].filter((index) => this.#outcomes[index] === undefined)
    // Requests with a deadline of their own come first.
    let left = [...open.filter((index) => !this.#isPatient(index)), ...open.filter((index) => this.#isPatient(index))]
    for (let rounds = 0; left.length > 0 && rounds < MOST_ROUNDS; rounds += 1) {
      await this.#startAll(left)
      // The first sessions may have expired while the last were started.
      left = this.#ended(left)
    }
    for (const index of left) this.#outcomes[index] = { error: new AppTokenError(ENDED) }
    return /** @type {SessionOutcome[]} */ (this.#outcomes)
  }

  /**
   * Whether it has the common deadline.
   * @param {number} index
   */
  #isPatient(index) {
    return this.#wanted[index].deadline === this.#all
  }

  /**
   * Fills in the outcomes of the requests at `indices`.
   * @param {number[]} indices
   */
  async #startAll(indices) {
    this.#queue = indices.values()
    this.#others = []
    const work = async () => {
      for (let batch; (batch = this.#nextBatch()); ) await this.#startBatch(batch)
    }
    await Promise.all(Array.from({ length: this.#parts.core.batchesInFlight }, work))
    await Promise.all(this.#others)
  }

  /** The next requests of the queue that fit one HTTP request: those to lead, and the others. */
  #nextBatch() {
    const { batchSize } = this.#parts.core
    /** @type {Batch} */
    const batch = { led: [], others: [], age: this.#sessions.age }
    const moment = now()
    let count = 0
    for (; batch.led.length < batchSize && count < MOST_AT_ONCE; count += 1) {
      const { value: index, done } = /** @type {IterableIterator<number>} */ (this.#queue).next()
      if (done) break
      this.#place(index, batch, moment)
    }
    return count > 0 ? batch : undefined
  }

  /**
   * Sorts a request by the core's decision; a cached session is returned at once.
   * @param {number} index
   * @param {Batch} options
   * @param {Now} moment
   */
  #place(index, { led, others, age }, moment) {
    const { read, deadline } = /** @type {Readable} */ (this.#wanted[index])
    let decision
    try {
      // The core isn't asked about a request whose time is over.
      if (!deadline.isOver) decision = decisionOn(this.#parts, read, moment)
    } catch (error) {
      this.#outcomes[index] = { error }
      return
    }
    if (decision?.session) this.#hand(index, /** @type {Served} */ (decision), age)
    else if (decision?.lead) led.push(/** @type {Led} */ ({ index, decision }))
    else others.push({ index, decision })
  }

  /** @param {Batch} options */
  async #startBatch({ led, others, age }) {
    const leader = led.length > 0 ? this.#parts.flights.leadAll(led.map(({ decision }) => decision.flight)) : undefined
    // Not awaited: other calls lead them, and may have much to do first.
    for (const { index, decision } of others)
      this.#others.push(this.#obtain(index, { decision, outcome: undefined, age }))
    if (!leader) return this.#all.sleep(0).catch(() => {})
    const patient = led.filter(({ index }) => this.#isPatient(index))
    const hurried = led.filter(({ index }) => !this.#isPatient(index))
    await Promise.all([
      ...hurried.map(({ index, decision }) => this.#obtain(index, { decision, outcome: undefined, age })),
      patient.length > 0 && this.#land(leader, led, age),
    ])
  }

  /**
   * Waits once for all requests with the common deadline, and gives each its outcome.
   * @param {Leader} leader
   * @param {Batch['led']} led
   * @param {number} age
   */
  async #land(leader, led, age) {
    try {
      await leader.followAll(this.#all)
    } catch {
      // The common deadline has passed, which each request learns below.
    }
    const { flights } = leader
    const areOver = this.#haveEnded(flights.map(({ outcome }) => outcome))
    const rest = []
    for (const [place, { index, decision }] of led.entries()) {
      const { outcome } = flights[place]
      if (!this.#isPatient(index)) continue
      if (outcome?.session && !outcome.failure && !areOver) this.#hand(index, /** @type {Served} */ (outcome), age)
      else rest.push(this.#obtain(index, { decision, outcome, age }))
    }
    await Promise.all(rest)
  }

  /**
   * The outcome of a request that must wait, or be asked again. Never rejects.
   * @param {number} index
   * @param {Known} known
   */
  async #obtain(index, known) {
    const { read, deadline } = /** @type {Readable} */ (this.#wanted[index])
    try {
      const session = await this.#sessions.obtainInTime(this.#parts, read, deadline, known)
      this.#outcomes[index] = { session: copyOf(session) }
    } catch (error) {
      this.#outcomes[index] = { error }
    }
  }

  /**
   * @param {number} index
   * @param {Served} outcome
   * @param {number} age
   */
  #hand(index, outcome, age) {
    const session = this.#sessions.hand(/** @type {Readable} */ (this.#wanted[index]).read.key, outcome, age)
    this.#outcomes[index] = { session: copyOf(session) }
  }

  /**
   * Those of `indices` whose session has expired since.
   * @param {number[]} indices
   */
  #ended(indices) {
    if (!this.#haveEnded(indices.map((index) => this.#outcomes[index]))) return []
    return indices.filter((index) => this.#sessions.isOver(/** @type {Started} */ (this.#outcomes[index])))
  }

  /**
   * Whether a session has expired: the core is asked about the one that expires first.
   * @param {(Outcome | Started | undefined)[]} outcomes
   */
  #haveEnded(outcomes) {
    /** @type {Served | undefined} */
    let first
    for (const outcome of outcomes) {
      if (outcome === undefined || !Object.hasOwn(outcome, 'session') || !outcome.session) continue
      if (first === undefined || outcome.session.expiresAt < first.session.expiresAt) {
        first = /** @type {Served} */ (outcome)
      }
    }
    return first !== undefined && this.#sessions.isOver(first)
  }
}

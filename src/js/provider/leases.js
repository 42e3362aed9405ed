// The hot path: sessions that the shell may hand out without asking the core.
import { steady } from '../common/host.js'

/**
 * @import { AppTokenSession } from '../entries/index.js'
 * @import { Lease } from '../kaltura_app_token.js'
 * @import { Wanted } from './request.js'
 */

/** @typedef {{ session: AppTokenSession, wall: number, steady: number, ticket: number, bytes: number, usedAt: number, core: number }} Leased */

/** The approximate size of a lease without its texts. */
const OVERHEAD = 256
/** The average size that a lease may have. */
const BYTES_EACH = 4096

export class Leases {
  /** How often all leases were discarded. */
  age = 0
  #most
  // Two generations: a used lease moves to the young one; when that is full, the old one is dropped.
  /** @type {Map<string | undefined, Leased>} */
  #young = new Map()
  /** @type {Map<string | undefined, Leased>} */
  #old = new Map()
  #youngBytes = 0
  // The leases that were used since the last report to the core.
  /** @type {Leased[]} */
  #used = []
  #uses = 0
  #cores = 0

  /**
   * `most` is the most leases to keep.
   * @param {number} most
   */
  constructor(most) {
    this.#most = most
  }

  /**
   * The session for a request; undefined if the core must be asked.
   * @param {Wanted} wanted
   */
  sessionFor({ key, limits }) {
    const lease = this.#young.get(key) ?? this.#old.get(key)
    // The caller may have aborted already.
    if (lease === undefined || limits?.signal !== undefined) return undefined
    if (Date.now() >= lease.wall || steady() >= lease.steady) return undefined
    if (lease.usedAt === 0) this.#use(/** @type {string} */ (key), lease)
    this.#uses += 1
    lease.usedAt = this.#uses
    return lease.session
  }

  /**
   * Keeps a session until a time on both clocks. The core knows it by its ticket.
   * @param {string} key
   * @param {AppTokenSession} session
   * @param {Lease} options
   */
  keep(key, session, { wall, steady, ticket }) {
    const { ks, privileges, userId } = session
    const bytes = OVERHEAD + key.length + ks.length + privileges.length + userId.length
    this.#put(key, { session, wall, steady, ticket, bytes, usedAt: 0, core: this.#cores })
  }

  /**
   * Returns the function with which a new core learns which of its sessions were used: it gives the tickets of the
   * leases that were used since its last call, in order of use.
   */
  ofNewCore() {
    this.#cores += 1
    return () => this.#takeUses()
  }

  #takeUses() {
    if (this.#used.length === 0) return undefined
    const used = this.#used.sort((a, b) => a.usedAt - b.usedAt)
    this.#used = []
    for (const lease of used) lease.usedAt = 0
    const known = used.filter(({ core }) => core === this.#cores)
    return Float64Array.from(known, ({ ticket }) => ticket)
  }

  forget() {
    this.age += 1
    this.#young.clear()
    this.#old.clear()
    this.#youngBytes = 0
    this.#used = []
  }

  /**
   * @param {string} key
   * @param {Leased} lease
   */
  #use(key, lease) {
    this.#used.push(lease)
    if (this.#old.delete(key)) this.#put(key, lease)
  }

  /**
   * @param {string} key
   * @param {Leased} lease
   */
  #put(key, lease) {
    const half = this.#most / 2
    const bytes = this.#youngBytes + lease.bytes
    if (this.#young.size >= half || bytes > half * BYTES_EACH) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngBytes = 0
    }
    this.#old.delete(key)
    this.#youngBytes += lease.bytes - (this.#young.get(key)?.bytes ?? 0)
    this.#young.set(key, lease)
  }
}

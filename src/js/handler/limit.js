// How often a user may ask: a token bucket for each user, in memory and, if given, in a store.
import { hexOf } from '../common/hex.js'
import { SharedBuckets } from './buckets.js'

/**
 * @import { StoreFailed } from '../stores/guarded-store.js'
 * @import { SessionStore } from '../stores/index.js'
 * @import { Bucket } from './buckets.js'
 */

const MOST_BUCKETS = 10_000

export class RateLimit {
  #burst
  #perMs
  /** @type {Map<string, Bucket>} */
  #buckets = new Map()
  #shared

  /**
   * @param {{ burst: number, perMinute: number }} options
   * @param {SessionStore | undefined} store
   * @param {(() => unknown) | undefined} askForKey
   * @param {(event: StoreFailed) => void} tell
   */
  constructor({ burst, perMinute }, store, askForKey, tell) {
    this.#burst = burst
    this.#perMs = perMinute / 60_000
    this.#shared = store && new SharedBuckets(store, /** @type {() => unknown} */ (askForKey), tell)
  }

  /**
   * Takes a token from the user's bucket. Returns 0, or the seconds to wait if the bucket is empty. `kind` says
   * what `user` is, so that a chosen limit key can't equal another's user id.
   * @param {string} kind
   * @param {string} user
   */
  async take(kind, user) {
    const name = await nameOf(kind, user)
    const place = await this.#shared?.place(name)
    const shared = place ? await this.#shared?.get(place) : undefined
    const now = Date.now()
    const kept = [this.#buckets.get(name), shared]
    // The store's value may be a minute old, so the one in memory counts too.
    const [own, others] = kept.map((bucket) => this.#filled(bucket, now))
    const bucket = own.tokens < others.tokens ? own : others
    const wait = bucket.tokens < 1 ? Math.ceil((1 - bucket.tokens) / this.#perMs / 1000) : 0
    // Otherwise a clock that was set back would stop the refill until it has caught up.
    const wasSetBack = kept.some((bucket) => bucket !== undefined && bucket.at > now)
    if (wait > 0 && !wasSetBack) return wait
    if (wait === 0) bucket.tokens -= 1
    this.#keep(name, bucket)
    const untilFull = Math.ceil((this.#burst - bucket.tokens) / this.#perMs)
    if (place) await this.#shared?.set(place, bucket, untilFull)
    return wait
  }

  /**
   * The refill since then. A clock that was set back takes nothing away.
   * @param {Bucket | undefined} bucket
   * @param {number} now
   */
  #filled({ tokens, at } = { tokens: this.#burst, at: 0 }, now) {
    const dripped = Math.max(0, now - at) * this.#perMs
    return { tokens: Math.min(this.#burst, tokens + dripped), at: now }
  }

  /**
   * @param {string} name
   * @param {Bucket} bucket
   */
  #keep(name, bucket) {
    // The most recently used bucket is last, so the first is evicted.
    this.#buckets.delete(name)
    this.#buckets.set(name, bucket)
    if (this.#buckets.size > MOST_BUCKETS)
      this.#buckets.delete(/** @type {string} */ (this.#buckets.keys().next().value))
  }
}

/**
 * A name of fixed length for a user id of any length.
 * @param {string} kind
 * @param {string} user
 */
async function nameOf(kind, user) {
  const text = new TextEncoder().encode(`kaltura-app-token rate limit\0${kind}\0${user}`)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text), 0, 20)
  return hexOf(digest)
}

// Authenticated buckets in a store. Somebody who can write to the store can't forge a bucket or swap two, but can
// delete one, and so reset its count.
import { hexOf } from '../common/hex.js'
import { attempt } from '../common/host.js'
import { inTime, GuardedStore } from '../stores/guarded-store.js'

/**
 * @import { StoreFailed } from '../stores/guarded-store.js'
 * @import { SessionStore } from '../stores/index.js'
 */

const HMAC = { name: 'HMAC', hash: 'SHA-256' }
const MAC_DIGITS = 64

/** @typedef {{ tokens: number, at: number }} Bucket */

export class SharedBuckets {
  #store
  #askForKey
  /** @type {CryptoKey | undefined} */
  #key

  /**
   * `askForKey` returns 32 secret bytes, or a promise of them.
   * @param {SessionStore} store
   * @param {() => unknown} askForKey
   * @param {(event: StoreFailed) => void} tell
   */
  constructor(store, askForKey, tell) {
    this.#store = new GuardedStore(store, tell)
    this.#askForKey = askForKey
  }

  /**
   * The name of the bucket in the store; undefined without a key. Never rejects.
   * @param {string} name
   */
  async place(name) {
    // Not one promise for all, because in Workers it would end with the request that began it.
    this.#key ??= await this.#importedKey()
    if (this.#key) return `kaltura-limit:${hexOf(await this.#sign(`name ${name}`)).slice(0, 40)}`
    this.#store.report('get', 'no key for buckets: the provider gave none in time')
    return undefined
  }

  /**
   * Reads the bucket; undefined if there is none or it fails to verify. Never rejects.
   * @param {string} place
   */
  async get(place) {
    const held = await this.#store.ask('get', place)
    if (typeof held !== 'string') return undefined
    const text = held.slice(0, -MAC_DIGITS)
    const mac = bytesOf(held.slice(-MAC_DIGITS))
    const bucket = read(text)
    const isOurs =
      bucket &&
      mac &&
      (await crypto.subtle.verify(HMAC, /** @type {CryptoKey} */ (this.#key), mac, encoded(`${place} ${text}`)))
    if (isOurs) return bucket
    this.#store.report('get', 'no bucket of ours')
    return undefined
  }

  /**
   * Writes the bucket. Never rejects.
   * @param {string} place
   * @param {Bucket} options
   * @param {number} ttlMs
   */
  async set(place, { tokens, at }, ttlMs) {
    const text = `${tokens} ${at} `
    const mac = await this.#sign(`${place} ${text}`)
    await this.#store.ask('set', place, text + hexOf(mac), ttlMs)
  }

  async #importedKey() {
    const { value } = (await inTime(attempt(this.#askForKey))) ?? {}
    if (value === undefined) return undefined
    return crypto.subtle.importKey('raw', /** @type {Uint8Array<ArrayBuffer>} */ (value), HMAC, false, [
      'sign',
      'verify',
    ])
  }

  /** @param {string} text */
  async #sign(text) {
    return new Uint8Array(await crypto.subtle.sign(HMAC, /** @type {CryptoKey} */ (this.#key), encoded(text)))
  }
}

/** @param {string} text */
const encoded = (text) => new TextEncoder().encode(text)

/** @param {string} hex */
function bytesOf(hex) {
  if (!/^[0-9a-f]{64}$/.test(hex)) return undefined
  return Uint8Array.from(/** @type {string[]} */ (hex.match(/../g)), (digits) => Number.parseInt(digits, 16))
}

/**
 * @param {string} text
 * @returns {Bucket | undefined}
 */
function read(text) {
  // The rest in a bucket may be tiny, which JavaScript writes as 1.7e-15.
  const [, tokens, at] = /^(\d+(?:\.\d+)?(?:e-\d+)?) (\d+) $/.exec(text) ?? []
  return at === undefined ? undefined : { tokens: Number(tokens), at: Number(at) }
}

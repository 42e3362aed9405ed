// @ts-self-types="./index.d.ts"
// Stores for a fleet's sealed sessions. Each store is `{ get, set, delete, lock? }` over the caller's client; `lock`
// returns false, or a function that releases the lock.
import { hexOf } from '../common/hex.js'
import { hasMethods } from '../common/options.js'
import { invalid } from '../common/error.js'

/** @import { DenoKv, IoRedisClient, KvNamespace, RedisClient, SessionStore, Storage } from './index.d.ts' */

const FIRST_SWEEP = 1000

/**
 * A store in this process's memory: for tests, and for several providers in one process.
 * @returns {SessionStore}
 */
export function memoryStore() {
  const entries = new Map()
  let sweepAt = FIRST_SWEEP
  /** Deletes expired entries now and then, because nobody may ask for them again. */
  const sweep = () => {
    for (const [name, { until }] of entries) if (until <= Date.now()) entries.delete(name)
    sweepAt = Math.max(FIRST_SWEEP, 2 * entries.size)
  }
  /** @param {string} name */
  const live = (name) => {
    const entry = entries.get(name)
    if (entry && entry.until > Date.now()) return entry
    entries.delete(name)
    return undefined
  }
  /**
   * @param {string} name
   * @param {string} text
   * @param {number} ttlMs
   */
  const put = (name, text, ttlMs) => {
    const entry = { text, until: Date.now() + ttlMs }
    entries.set(name, entry)
    if (entries.size >= sweepAt) sweep()
    return entry
  }
  return {
    get: async (name) => live(name)?.text,
    set: async (name, text, ttlMs) => void put(name, text, ttlMs),
    delete: async (name) => void entries.delete(name),
    lock: async (name, ttlMs) => {
      if (live(name)) return false
      const mine = put(name, '', ttlMs)
      return async () => {
        if (entries.get(name) === mine) entries.delete(name)
      }
    },
  }
}

const RELEASE = "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('del',KEYS[1]) end return 0"

/**
 * A store over a connected client of the package `redis`.
 * @param {RedisClient} client
 * @returns {SessionStore}
 */
export function redisStore(client) {
  checkClient('client', client, ['get', 'set', 'del', 'eval'])
  return redis({
    /** @param {string} name */
    get: (name) => client.get(name),
    /**
     * @param {string} name
     * @param {string} text
     * @param {number} ttlMs
     */
    set: (name, text, ttlMs) => client.set(name, text, { PX: ttlMs }),
    /**
     * @param {string} name
     * @param {string} text
     * @param {number} ttlMs
     */
    add: (name, text, ttlMs) => client.set(name, text, { PX: ttlMs, NX: true }),
    /** @param {string} name */
    delete: (name) => client.del(name),
    /**
     * @param {string} name
     * @param {string} text
     */
    release: (name, text) => client.eval(RELEASE, { keys: [name], arguments: [text] }),
  })
}

/**
 * A store over a client of the package `ioredis`.
 * @param {IoRedisClient} client
 * @returns {SessionStore}
 */
export function ioredisStore(client) {
  checkClient('client', client, ['get', 'set', 'del', 'eval'])
  return redis({
    /** @param {string} name */
    get: (name) => client.get(name),
    /**
     * @param {string} name
     * @param {string} text
     * @param {number} ttlMs
     */
    set: (name, text, ttlMs) => client.set(name, text, 'PX', ttlMs),
    /**
     * @param {string} name
     * @param {string} text
     * @param {number} ttlMs
     */
    add: (name, text, ttlMs) => client.set(name, text, 'PX', ttlMs, 'NX'),
    /** @param {string} name */
    delete: (name) => client.del(name),
    /**
     * @param {string} name
     * @param {string} text
     */
    release: (name, text) => client.eval(RELEASE, 1, name, text),
  })
}

/**
 * @typedef {object} Commands
 * @property {(name: string) => Promise<unknown>} get
 * @property {(name: string, text: string, ttlMs: number) => Promise<unknown>} set
 * @property {(name: string, text: string, ttlMs: number) => Promise<unknown>} add
 * @property {(name: string) => Promise<unknown>} delete
 * @property {(name: string, text: string) => Promise<unknown>} release
 */

/**
 * @param {Commands} client
 * @returns {SessionStore}
 */
function redis(client) {
  return {
    get: async (name) => textOf(await client.get(name)),
    set: async (name, text, ttlMs) => void (await client.set(name, text, ttlMs)),
    delete: async (name) => void (await client.delete(name)),
    lock: async (name, ttlMs) => {
      const mine = unique()
      const answer = textOf(await client.add(name, mine, ttlMs))
      if (answer === undefined) return false
      if (answer !== 'OK') throw new TypeError('Redis answers SET NX with OK or nothing')
      return async () => void (await client.release(name, mine))
    },
  }
}

/**
 * A store over a Cloudflare KV namespace. KV is eventually consistent, so this store has no lock.
 * @param {KvNamespace} namespace
 * @returns {SessionStore}
 */
export function cloudflareKvStore(namespace) {
  checkClient('namespace', namespace, ['get', 'put', 'delete'])
  return {
    get: async (name) => textOf(await namespace.get(name)),
    // KV's minimum is a minute. Expired values are not accepted anyway.
    set: async (name, text, ttlMs) =>
      void (await namespace.put(name, text, { expirationTtl: Math.max(60, Math.ceil(ttlMs / 1000)) })),
    delete: async (name) => void (await namespace.delete(name)),
  }
}

/**
 * A store over a database from `Deno.openKv`.
 * @param {DenoKv} kv
 * @returns {SessionStore}
 */
export function denoKvStore(kv) {
  checkClient('kv', kv, ['get', 'set', 'delete', 'atomic'])
  return {
    get: async (name) => textOf((await kv.get([name])).value),
    set: async (name, text, ttlMs) => void (await kv.set([name], text, { expireIn: ttlMs })),
    delete: async (name) => void (await kv.delete([name])),
    lock: async (name, ttlMs) => {
      const mine = `${Date.now() + ttlMs} ${unique()}`
      const held = await kv.get([name])
      // An entry may outlive its time, so its expiry is checked too.
      if (held.value !== null && Number.parseInt(/** @type {string} */ (held.value), 10) > Date.now()) return false
      const taken = await kv.atomic().check(held).set([name], mine, { expireIn: ttlMs }).commit()
      if (!taken.ok) return false
      return async () => {
        const now = await kv.get([name])
        if (now.value === mine) await kv.atomic().check(now).delete([name]).commit()
      }
    },
  }
}

/**
 * A store over a storage of the package `unstorage`.
 * @param {Storage} storage
 * @returns {SessionStore}
 */
export function unstorageStore(storage) {
  checkClient('storage', storage, ['getItemRaw', 'setItemRaw', 'removeItem'])
  return {
    get: async (name) => textOf(await storage.getItemRaw(name)),
    set: async (name, text, ttlMs) => void (await storage.setItemRaw(name, text, { ttl: Math.ceil(ttlMs / 1000) })),
    delete: async (name) => void (await storage.removeItem(name)),
  }
}

/**
 * Compares text or bytes with text: clients may return bytes, and some drivers of `unstorage` always do.
 * @param {unknown} held
 */
function textOf(held) {
  if (held === null || held === undefined) return undefined
  const isBytes = held instanceof ArrayBuffer || ArrayBuffer.isView(held)
  return isBytes ? new TextDecoder().decode(/** @type {Uint8Array} */ (held)) : /** @type {string} */ (held)
}

/**
 * @param {string} path
 * @param {object} client
 * @param {string[]} names
 */
function checkClient(path, client, names) {
  if (!hasMethods(client, names)) throw invalid(path, `an object with the functions ${names.join(', ')}`)
}

const unique = () => hexOf(crypto.getRandomValues(new Uint8Array(16)))

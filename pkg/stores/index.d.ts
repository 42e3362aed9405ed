/**
 * Where a fleet of processes may share its sessions, for the option `store` of
 * `createSessionProvider`. What a store holds is sealed under the application token: it shows
 * no session and no user. A store that fails, hangs or returns rubbish never fails a call.
 *
 * @module
 */

/**
 * What a provider asks of a store. Each answer is waited for 500 ms. A method that fails is not
 * called again for that name for two seconds. After no answer, or failures of several methods in a
 * row, the whole store is left alone for as long; after three names in a row, that method is. Each
 * failure is an event `storeFailed`.
 */
export interface SessionStore {
  /** The text that was set, or its bytes in UTF-8; `undefined`, `null` or `false` if there is none. */
  get(name: string): Promise<string | Uint8Array | ArrayBuffer | null | undefined | false>
  /**
   * Keeps the text, at most 500,000 characters, for `ttlMs` milliseconds, or longer: expiry is
   * checked at every read. Rejects if the text is too large.
   */
  set(name: string, text: string, ttlMs: number): Promise<unknown>
  /** Deletes the text; called when its session is known to be dead. */
  delete(name: string): Promise<unknown>
  /**
   * Takes a lock, so that a fleet mints once; `startSessions` takes none, and waits for nobody.
   * Gives a function that releases it, or `false` if somebody else holds it. The lock must run out
   * by itself after `ttlMs`, and its release must leave alone a lock that somebody else has taken
   * since.
   */
  lock?(name: string, ttlMs: number): Promise<false | null | (() => Promise<unknown>)>
}

/** In this process's memory: for tests, and for several providers in one process. */
export function memoryStore(): SessionStore

/** Over a connected client of the package `redis`, which may be set to give buffers. */
export function redisStore(client: RedisClient): SessionStore

/** Over a client of the package `ioredis`. */
export function ioredisStore(client: IoRedisClient): SessionStore

/** Over a KV namespace of Cloudflare's. It is only eventually consistent, so it has no lock. */
export function cloudflareKvStore(namespace: KvNamespace): SessionStore

/** Over a database that `Deno.openKv` gave. It keeps no value beyond 64 KiB. */
export function denoKvStore(kv: DenoKv): SessionStore

/** Over a storage of the package `unstorage`. It has no lock. */
export function unstorageStore(storage: Storage): SessionStore

/** The part of a client of `redis` that is used. */
export interface RedisClient {
  get(name: string): Promise<unknown>
  set(name: string, text: string, options?: unknown): Promise<unknown>
  del(name: string): Promise<unknown>
  eval(script: string, options?: unknown): Promise<unknown>
}

/** The part of a client of `ioredis` that is used. */
export interface IoRedisClient {
  get(name: string): Promise<unknown>
  set(name: string, text: string, ...options: unknown[]): Promise<unknown>
  del(name: string): Promise<unknown>
  eval(script: string, count: number, ...rest: string[]): Promise<unknown>
}

/** The part of Cloudflare's `KVNamespace` that is used. */
export interface KvNamespace {
  get(name: string): Promise<string | null>
  put(name: string, text: string, options?: { expirationTtl?: number }): Promise<unknown>
  delete(name: string): Promise<unknown>
}

/** The part of `Deno.Kv` that is used. */
export interface DenoKv {
  get(key: string[]): Promise<{ value: unknown }>
  set(key: string[], value: string, options?: { expireIn?: number }): Promise<unknown>
  delete(key: string[]): Promise<unknown>
  atomic(): DenoKvAtomic
}

/** The part of `Deno.AtomicOperation` that is used. */
export interface DenoKvAtomic {
  check(entry: unknown): DenoKvAtomic
  set(key: string[], value: string, options?: { expireIn?: number }): DenoKvAtomic
  delete(key: string[]): DenoKvAtomic
  commit(): Promise<{ ok: boolean }>
}

/** The part of a storage of `unstorage` that is used. */
export interface Storage {
  getItemRaw(name: string): Promise<unknown>
  setItemRaw(name: string, text: unknown, options?: unknown): Promise<unknown>
  removeItem(name: string): Promise<unknown>
}

/**
 * Stores through which a fleet of processes shares its sessions, for the option `store` of
 * `createSessionProvider`. Values are sealed: they reveal no session and no user. A store that fails,
 * hangs or returns garbage never fails a call.
 *
 * @module
 */

/**
 * The methods that a provider calls. Each call may take 500 ms, or four times as long as the slowest recent
 * answer, up to 3 s. A method that fails is not called again for that name for two seconds. After a timeout,
 * or after failures of several methods in a row, the whole store is not used for two seconds; an answer that
 * comes within 3 s ends that pause. After failures for three names in a row, that method is not used. Each
 * failure is an event `storeFailed`.
 */
export interface SessionStore {
  /** Returns the stored text, or its bytes in UTF-8; `undefined`, `null` or `false` if there is none. */
  get(name: string): Promise<string | Uint8Array | ArrayBuffer | null | undefined | false>
  /**
   * Stores the text, at most 500,000 characters, for at least `ttlMs` milliseconds; the provider checks the
   * expiry at every read. Rejects if the text is too large.
   */
  set(name: string, text: string, ttlMs: number): Promise<unknown>
  /** Deletes the text. Called when its session is known to be dead. */
  delete(name: string): Promise<unknown>
  /**
   * Takes a lock, so that a fleet starts each session once; `startSessions` takes no locks. Returns a
   * function that releases the lock, or `false` if another process holds it. The lock must expire after
   * `ttlMs`. The release must not release a lock that another process has taken since.
   */
  lock?(name: string, ttlMs: number): Promise<false | null | (() => Promise<unknown>)>
}

/** A store in this process's memory: for tests, and for several providers in one process. */
export function memoryStore(): SessionStore

/** A store over a connected client of the package `redis`, which may return buffers. */
export function redisStore(client: RedisClient): SessionStore

/** A store over a client of the package `ioredis`. */
export function ioredisStore(client: IoRedisClient): SessionStore

/** A store over a Cloudflare KV namespace. KV is eventually consistent, so this store has no lock. */
export function cloudflareKvStore(namespace: KvNamespace): SessionStore

/** A store over a database from `Deno.openKv`. It keeps no values over 64 KiB. */
export function denoKvStore(kv: DenoKv): SessionStore

/** A store over a storage of the package `unstorage`. It has no lock. */
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

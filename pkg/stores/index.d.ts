/**
 * Where a fleet of processes may share its sessions, for the option `store` of
 * `createSessionProvider`. What a store holds is sealed under the application token: it shows
 * no session and no user. A store that fails, hangs or returns rubbish never fails a call.
 *
 * @module
 */

/** What a provider asks of a store. */
export interface SessionStore {
  /** The text that was set; anything else if there is none. */
  get(name: string): Promise<string | null | undefined>
  /** Keeps the text for `ttlMs` milliseconds, or longer: expiry is checked at every read. */
  set(name: string, text: string, ttlMs: number): Promise<unknown>
  delete(name: string): Promise<unknown>
  /**
   * With it a fleet mints once, but for `startSessions`, which waits for nobody. `false` if somebody else holds the lock, or a function that
   * releases it; it must run out by itself after `ttlMs`.
   */
  lock?(name: string, ttlMs: number): Promise<false | (() => Promise<unknown>)>
}

/** In this process's memory: for tests, and for several providers in one process. */
export function memoryStore(): SessionStore

/** Over a connected client of the package `redis`. */
export function redisStore(client: RedisClient): SessionStore

/** Over a client of the package `ioredis`. */
export function ioredisStore(client: IoRedisClient): SessionStore

/** Over a KV namespace of Cloudflare's. It is only eventually consistent, so it has no lock. */
export function cloudflareKvStore(namespace: KvNamespace): SessionStore

/** Over a database that `Deno.openKv` gave. */
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

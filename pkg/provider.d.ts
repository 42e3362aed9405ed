import type {
  AppTokenEvent,
  AppTokenSession,
  ConnectionOptions,
  HashType,
  SessionOptions,
  SessionAudit,
  SessionRequest,
  Signal,
} from './index.js'
import type { SessionStore } from './stores/index.js'

/**
 * Makes a provider that keeps sessions at hand for a long-lived back end: it caches them, renews them
 * before they expire, and fetches each one once, however many callers ask for it. Nothing is fetched
 * before the first request.
 *
 * @throws {@link AppTokenError} with `ERR_INVALID_OPTIONS`
 *
 * @example
 * ```js
 * import { createSessionProvider } from 'kaltura-app-token'
 *
 * const sessions = createSessionProvider({
 *   partnerId: process.env.KALTURA_PARTNER_ID,
 *   appTokenId: process.env.KALTURA_APP_TOKEN_ID,
 *   appToken: process.env.KALTURA_APP_TOKEN,
 * })
 * const ks = await sessions.getKs({ userId: 'viewer@example.org' })
 * ```
 */
export function createSessionProvider(options: ProviderOptions): SessionProvider

/**
 * The options of {@link createSessionProvider}. `userId`, `sessionType`, `expiry`, `sessionPrivileges` and
 * `timeoutMs` are the defaults of requests.
 */
export interface ProviderOptions
  extends Omit<ConnectionOptions, 'onEvent'>,
    SessionRequest,
    Omit<SessionOptions, 'signal'> {
  /**
   * A second application token of the same partner, for rotation. It is tried if the first is refused
   * as unknown, inactive, expired or wrongly hashed, and stays in use if it is accepted.
   */
  fallback?: {
    appTokenId: string
    appToken: ConnectionOptions['appToken']
    hashType?: HashType | 'auto'
  }
  /**
   * Which sessions end together when `session.end` is called with one of them: those of one user, or
   * those of one request. Without this option, all sessions of the application token end together.
   *
   * The token must carry the privilege `sessionid:*`; otherwise sessions are refused with
   * `ERR_NOT_GRANTED`, whatever `grants` says. Isolated sessions outlive `appToken.delete` until they
   * expire. They live for at most 86,400 seconds; a longer `expiry` is refused.
   */
  isolate?: 'user' | 'session'
  /**
   * The store that a fleet shares its sessions through; see `kaltura-app-token/stores`. Sessions are
   * sealed with the keys of {@link ProviderOptions.seal}, or with a key derived from the application
   * token.
   */
  store?: SessionStore
  /** Your own keys for sealing the values in the store. */
  seal?: SealOptions
  /** Receives work that continues after a response, such as a renewal. */
  waitUntil?: (work: Promise<unknown>) => void
  /**
   * The most sessions to cache. The least recently used are evicted first.
   *
   * @default 10_000
   */
  maxEntries?: number
  /**
   * How many sessions {@link SessionProvider.startSessions} starts in one request, at most 100.
   *
   * @default 25
   */
  batchSize?: number
  /**
   * How many such requests are under way at a time, at most 64.
   *
   * @default 4
   */
  batchesInFlight?: number
  /** Receives events, which contain no secrets. */
  onEvent?: (event: AppTokenEvent | ProviderEvent) => void
}

/**
 * Your own keys for the values in a store, in place of a key that is derived from the application token.
 * Use them if the token is short enough to be guessed from sealed values, or if a session in the store
 * should not require a call to the vault that keeps the token.
 */
export interface SealOptions {
  /**
   * One to four keys. The first seals; every key opens.
   *
   * To replace a key, give each process the new key behind the old one, then in front of it, and finally
   * alone. No stored session is lost.
   *
   * With a new application token the store starts empty under any key, because the sessions of the old
   * token end with it.
   */
  keys: readonly SealKey[]
}

/** A key of {@link SealOptions}. */
export interface SealKey {
  /** Identifies the key, in the clear in each value: 1 to 32 letters, digits, `-` or `_`. */
  id: string
  /**
   * 32 random bytes, or their text in hexadecimal or base64 (`openssl rand -hex 32`). The key is copied.
   * Guessable keys are refused: fewer bytes, a pattern, a password.
   */
  key: Uint8Array | string
}

/**
 * A request to a provider: which session, and how long to wait for it. A plain object; each property is
 * read once. Requests share a session only if they are identical, except for the order of privileges.
 */
export interface ProviderRequest extends SessionRequest {
  /** Ends only this caller's wait. */
  signal?: Signal
  timeoutMs?: number
}

/** Keeps sessions at hand; made by {@link createSessionProvider}. */
export interface SessionProvider {
  /** The option {@link ProviderOptions.isolate}. */
  readonly isolate: 'user' | 'session' | undefined
  /** Returns a live KS. */
  getKs(request?: ProviderRequest): Promise<string>
  /** Returns a live session. */
  getSession(request?: ProviderRequest): Promise<AppTokenSession>
  /**
   * Returns a session that was checked to be live, to be handed to somebody else, such as a page's
   * visitor. Somebody who holds a session can end all sessions of the application token with
   * `session.end`; Kaltura then goes on starting sessions, but each of them is dead. At most once a minute
   * (for all sessions that end together) Kaltura is asked whether the session is alive, by a call that
   * changes nothing. A dead session is replaced; if the new one is dead too, `ERR_SESSION_REVOKED` is
   * thrown. Sessions with `actionslimit`, which the check would use up, and with `urirestrict` or
   * `iprestrict`, which may forbid the check, are returned without it.
   *
   * @param onExposed Called if this session can be used to end all others of its application token.
   */
  getProvenSession(request?: ProviderRequest, onExposed?: () => void): Promise<AppTokenSession>
  /**
   * Starts sessions for many users in few requests. Returns the outcome of each, in the order of the
   * requests. All are returned together, so their lifetime should be longer than it takes to start them.
   */
  startSessions(requests: ProviderRequest[], options?: { signal?: Signal }): Promise<SessionOutcome[]>
  /**
   * Calls Kaltura's API with a live session, and returns the response as it is. If the session is refused
   * as dead, retries once with a new one. Nothing else is retried, because the call may have had an
   * effect.
   *
   * @typeParam Answer What the action returns by Kaltura's documentation. It is not checked.
   */
  call<Answer = unknown>(service: string, action: string, params?: object, request?: ProviderRequest): Promise<Answer>
  /**
   * Logs out: ends all sessions of the request's user on the server (with `isolate: 'session'`, those of
   * the request), including those that are no longer cached. Later sessions live. Other processes learn of
   * it through the store, which each of them reads every two seconds. Without a store, only sessions that
   * this process has started are ended.
   *
   * Starts a session to end them with. Fails if the application token has a `urirestrict` or `iprestrict`
   * that keeps this session from calling `session.end`.
   *
   * @throws {@link AppTokenError} with `ERR_INVALID_OPTIONS` without `isolate`, and with
   * `ERR_NOT_GRANTED` if the application token lacks `sessionid:*`. In both cases nothing was ended.
   */
  endSessions(request?: ProviderRequest): Promise<void>
  /**
   * Discards a session that was found to be dead, identified by its request or its KS. If it is cached
   * here, it is also deleted from the store, in the background.
   */
  invalidate(requestOrKs?: SessionRequest | string): void
  /**
   * Discards all cached sessions and begins a new epoch in the store: from then on no process takes a
   * session that was stored before. Other processes keep the sessions in their memory. The store is
   * updated in the background; see {@link ProviderOptions.waitUntil}.
   */
  clear(): void
}

/** The outcome of one of many requests. */
export type SessionOutcome = { session: AppTokenSession; error?: undefined } | { session?: undefined; error: unknown }

/** A change of a session's state. */
export interface SessionEvent extends SessionAudit {
  /**
   * - `'renewed'`: it was started in place of another.
   * - `'fromStore'`: it was taken from the store.
   * - `'servedStale'`: it was returned although it was due for renewal, because the renewal failed.
   * - `'invalidated'`: it was discarded as dead.
   * - `'ended'`: {@link SessionProvider.endSessions} ended it and all sessions that end with it.
   */
  type: 'renewed' | 'fromStore' | 'servedStale' | 'invalidated' | 'ended'
}

/** The events of a provider besides {@link AppTokenEvent}. */
export type ProviderEvent =
  | SessionEvent
  | { type: 'failed'; code: string; kalturaCode?: string }
  /** Every session of this application token is dead. */
  | { type: 'revoked'; appTokenId: string }
  /** `method` of the store was too slow, failed, or returned an unusable value. */
  | { type: 'storeFailed'; method: string; problem: string }
  /** {@link ProviderOptions.waitUntil} threw or rejected; `problem` says which. */
  | { type: 'waitUntilFailed'; problem: string }

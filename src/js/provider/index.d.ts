import type {
  AppTokenEvent,
  AppTokenSession,
  ConnectionOptions,
  HashType,
  SessionOptions,
  SessionAudit,
  SessionRequest,
  Signal,
} from '../entries/index.js'
import type { SessionStore } from '../stores/index.js'

/**
 * Keeps live sessions at hand for a long-lived back end: cached, renewed before they end, and
 * fetched once however many ask. Nothing is fetched before the first request.
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
 * The options of {@link createSessionProvider}. `userId`, `sessionType`, `expiry` and
 * `sessionPrivileges` stand for what a request leaves out; `timeoutMs` too.
 */
export interface ProviderOptions
  extends Omit<ConnectionOptions, 'onEvent'>,
    SessionRequest,
    Omit<SessionOptions, 'signal'> {
  /**
   * A second application token of the same partner, for rotation: it is tried when the first is
   * refused as unknown, inactive, expired or wrongly hashed, and stays in use if it is accepted.
   */
  fallback?: {
    appTokenId: string
    appToken: ConnectionOptions['appToken']
    hashType?: HashType | 'auto'
  }
  /**
   * Which sessions end together, and with no others, when `session.end` is called with one of them:
   * all of one user, or those that one request is answered with. Without it, they end with every
   * session of the application token.
   *
   * The token must carry the privilege `sessionid:*`, or sessions are refused with `ERR_NOT_GRANTED`,
   * whatever `grants` says. Its sessions then outlive `appToken.delete` until they expire. They live
   * for 86,400 seconds at most; a longer `expiry` is refused.
   */
  isolate?: 'user' | 'session'
  /**
   * What a fleet shares its sessions through; see `kaltura-app-token/stores`. They are sealed: with
   * the keys of {@link ProviderOptions.seal}, or else with one that the application token gives.
   */
  store?: SessionStore
  /** Keys of your own for what is in the store. */
  seal?: SealOptions
  /** Is handed the work that goes on after an answer was given, such as a renewal. */
  waitUntil?: (work: Promise<unknown>) => void
  /**
   * The sessions to keep; those used longest ago go first.
   *
   * @default 10_000
   */
  maxEntries?: number
  /**
   * The sessions that {@link SessionProvider.startSessions} starts in one request, up to 100.
   *
   * @default 25
   */
  batchSize?: number
  /**
   * How many such requests it has under way at a time, up to 64.
   *
   * @default 4
   */
  batchesInFlight?: number
  /** Told of what happens; there is nothing secret in an event. */
  onEvent?: (event: AppTokenEvent | ProviderEvent) => void
}

/**
 * Keys of your own for what a store holds, in place of one that is derived from the application
 * token: where a short token could be guessed from what was sealed with it, or where nobody should
 * ask a vault for the token when a session is in the store.
 */
export interface SealOptions {
  /**
   * One to four keys. The first seals, and all of them open.
   *
   * To replace a key, give each process the new one behind the old, then in front of it, and at last
   * alone: no stored session is lost meanwhile.
   *
   * A new application token begins with an empty store under any key: what was started from the old
   * one ends with it.
   */
  keys: readonly SealKey[]
}

/** A key of {@link SealOptions}. */
export interface SealKey {
  /** What tells it from others, in the clear in each value: 1 to 32 letters, digits, `-` or `_`. */
  id: string
  /**
   * 32 random bytes: as they are, or as text in hexadecimal or base64 (`openssl rand -hex 32`). It is
   * copied. Anything that somebody could guess is refused: fewer bytes, a pattern, a password.
   */
  key: Uint8Array | string
}

/**
 * One request of a provider: whose session, and how long to wait for it. A plain object, each property
 * of which is read once. Requests share a session only if they say the same, to the letter; the order
 * of privileges doesn't matter.
 */
export interface ProviderRequest extends SessionRequest {
  /** Ends this caller's wait, and nobody else's. */
  signal?: Signal
  timeoutMs?: number
}

/** Keeps live sessions at hand; made by {@link createSessionProvider}. */
export interface SessionProvider {
  /** The option {@link ProviderOptions.isolate}. */
  readonly isolate: 'user' | 'session' | undefined
  /** A live KS. */
  getKs(request?: ProviderRequest): Promise<string>
  /** A live session. */
  getSession(request?: ProviderRequest): Promise<AppTokenSession>
  /**
   * A live session to be handed to somebody else, such as a page's visitor, who may have ended it:
   * `session.end` ends all sessions of the application token, and Kaltura goes on starting more,
   * each of them dead. At most once a minute (for all that end together) Kaltura is asked whether
   * the session is alive, by a call that changes nothing. A dead one is replaced; if the new one is
   * dead too, `ERR_SESSION_REVOKED` is thrown. Sessions with `actionslimit`, which the question would
   * use up, and those with `urirestrict` or `iprestrict`, which may not ask it, are handed out
   * without.
   *
   * @param onExposed Is called if whoever gets this session can end all others of its application
   * token with it.
   */
  getProvenSession(request?: ProviderRequest, onExposed?: () => void): Promise<AppTokenSession>
  /**
   * Sessions for many users in few requests. Each has an outcome of its own, in order. They are
   * given together, so they should live for longer than it takes to start them all.
   */
  startSessions(
    requests: ProviderRequest[],
    options?: { signal?: Signal },
  ): Promise<SessionOutcome[]>
  /**
   * Calls Kaltura's API with a live session, once more with a new one if that is refused as
   * dead; gives the answer as it is. Nothing else is tried again: the call may have had effect.
   *
   * @typeParam Answer What the action gives, by Kaltura's documentation: it is not checked.
   */
  call<Answer = unknown>(
    service: string,
    action: string,
    params?: object,
    request?: ProviderRequest,
  ): Promise<Answer>
  /**
   * Logs out: ends all sessions of the request's user on the server, or with `isolate: 'session'`
   * those that this request was answered with, also those that are no longer cached. The next ones
   * live. Other processes learn of it through the store, which each looks into every two seconds;
   * without a store, only what this process has started is ended.
   *
   * It starts a session to end them with, which may do what the application token gives it: where that
   * may not call `session.end`, because of a `urirestrict` or `iprestrict` of the token's, it fails.
   *
   * @throws {@link AppTokenError} with `ERR_INVALID_OPTIONS` without `isolate`, and with
   * `ERR_NOT_GRANTED` if the application token lacks `sessionid:*`. Nothing was ended then.
   */
  endSessions(request?: ProviderRequest): Promise<void>
  /**
   * Forgets a session that was found to be dead: by what it was asked with, or by its KS. If it is
   * held here, it is deleted from the store too, in the background.
   */
  invalidate(requestOrKs?: SessionRequest | string): void
  /**
   * Forgets all sessions in memory, and has a new epoch begin in the store: what was put there before
   * is dead to every process that looks there from then on. Other processes keep what they have in
   * memory. The store is told in the background; see {@link ProviderOptions.waitUntil}.
   */
  clear(): void
}

/** What came of one of many requests. */
export type SessionOutcome =
  | { session: AppTokenSession; error?: undefined }
  | { session?: undefined; error: unknown }

/** What has become of a session. */
export interface SessionEvent extends SessionAudit {
  /**
   * - `'renewed'`: it was started in place of another;
   * - `'fromStore'`: it was taken from the store;
   * - `'servedStale'`: it was served though it should have been renewed by now, and could not be;
   * - `'invalidated'`: it was forgotten, as it was found to be dead;
   * - `'ended'`: {@link SessionProvider.endSessions} ended it, and with it all that end together.
   */
  type: 'renewed' | 'fromStore' | 'servedStale' | 'invalidated' | 'ended'
}

/** What a provider tells beside {@link AppTokenEvent}. */
export type ProviderEvent =
  | SessionEvent
  | { type: 'failed'; code: string; kalturaCode?: string }
  /** Every session of this application token is dead. */
  | { type: 'revoked'; appTokenId: string }
  /** `method` of the store was too slow, failed, or gave what is of no use. */
  | { type: 'storeFailed'; method: string; problem: string }
  /** {@link ProviderOptions.waitUntil} threw, or rejected; `problem` says so. */
  | { type: 'waitUntilFailed'; problem: string }

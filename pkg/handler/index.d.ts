/**
 * An endpoint for your back end that hands Kaltura sessions to web players and apps, by your own rules. It is
 * a function from a `Request` to a `Response`, so it works as it is in Workers, `Deno.serve`, `Bun.serve`,
 * Hono and Next route handlers.
 *
 * @module
 */
import type { AppTokenError, Difference, Privilege, SessionRequest } from '../index.js'
import type { SessionProvider } from '../provider.js'
import type { SessionStore } from '../stores/index.js'

/**
 * Makes a handler. It answers with a {@link KsAnswer} as JSON, or with a {@link KsRefusal}, which doesn't
 * reveal the cause, and never rejects. `Cache-Control` is always `no-store`. To let pages of other origins
 * ask, route `OPTIONS` to the handler too, because it answers preflights. `HEAD` is answered if `GET` is
 * allowed.
 *
 * Whatever the provider's `grants`, a session is handed out only if it has the user and the type that
 * `authorize` named, and may not do more or live longer than it stated.
 *
 * | status | `error` | when |
 * | --- | --- | --- |
 * | 401 | `unauthorized` | `authorize` returned a falsy value, or threw an error with this `status` or `statusCode` |
 * | 403 | `forbidden` | `authorize` threw an error with this `status` or `statusCode` |
 * | 403 | `forbidden_origin` | the page's origin is not allowed |
 * | 405 | `method_not_allowed` | |
 * | 429 | `too_many_requests` | the user has asked too often; `Retry-After` says how long to wait |
 * | 500 | `server_error` | `authorize` threw another error or returned an invalid grant, or no such session can be started |
 * | 503 | `unavailable` | Kaltura didn't answer, or all sessions of the application token were ended; retry after `Retry-After` |
 *
 * @throws {@link AppTokenError} with `ERR_INVALID_OPTIONS`
 *
 * @example
 * ```js
 * import { createSessionProvider } from 'kaltura-app-token'
 * import { createKsHandler } from 'kaltura-app-token/handler'
 *
 * const provider = createSessionProvider({ partnerId, appTokenId, appToken })
 * export const handler = createKsHandler({
 *   provider,
 *   async authorize(request) {
 *     const user = await userOf(request)
 *     return user && { userId: user.id, sessionPrivileges: [{ name: 'sview', values: user.videos }] }
 *   },
 * })
 * ```
 */
export function createKsHandler<Context extends unknown[] = []>(options: KsHandlerOptions<Context>): KsHandler<Context>

/** The result of {@link createKsHandler}. Arguments after the request are passed to `authorize`. */
export type KsHandler<Context extends unknown[] = []> = (request: Request, ...context: Context) => Promise<Response>

/**
 * For {@link KsGrant.sessionPrivileges}: the privileges that the application token carries and the provider
 * requests by default. In a list: these, in addition to the other entries.
 */
export const TOKEN_PRIVILEGES: unique symbol

/** The options of {@link createKsHandler}. */
export interface KsHandlerOptions<Context extends unknown[] = []> {
  /**
   * A provider from {@link createSessionProvider}. Sessions of another object without `getProvenSession` are
   * handed out without a check that they are alive.
   */
  provider: Pick<SessionProvider, 'getSession'> & Partial<Pick<SessionProvider, 'getProvenSession'>>
  /**
   * Your rules: which user's session the sender of a request may have, and what it may do. Return a falsy
   * value to refuse (401). A returned or thrown `Response` is sent in place of a session; an error with the
   * status 401 or 403 is answered with that status. Don't pass on what the client sends, because Kaltura
   * searches privileges as text.
   */
  authorize: (
    request: Request,
    ...context: Context
  ) => KsGrant | Response | Nothing | Promise<KsGrant | Response | Nothing>
  /**
   * The allowed methods; `GET` includes `HEAD`.
   *
   * @default ['POST']
   */
  methods?: ('GET' | 'POST')[]
  /**
   * The other origins whose pages may ask, with their cookies, such as `'https://www.example.org'`, or a
   * function that returns `true` for them. Write origins as browsers do: in lower case, without a path, a
   * wildcard or the scheme's default port. Pages of the handler's own origin and clients other than
   * browsers are always allowed; `authorize` decides on every request.
   *
   * @default []
   */
  origins?: string[] | ((origin: string) => boolean)
  /**
   * The lifetime of a session in seconds, unless `authorize` sets it.
   *
   * @default 3600
   */
  expiry?: number
  /**
   * How often a user may ask: `burst` times at once, then `perMinute` times a minute. `false` sets no limit.
   *
   * @default { burst: 10, perMinute: 30 }
   */
  rateLimit?: { burst?: number; perMinute?: number } | false
  /**
   * The store in which a fleet counts requests, such as the provider's `store`. Without it each process counts
   * its own. Simultaneous requests may be counted as one. The store learns no user id. Values are
   * authenticated: somebody who can write to the store can delete a count, but not forge one. While the
   * store fails, the process counts alone.
   */
  store?: SessionStore
  /**
   * 32 random bytes that authenticate the counts in the store. Needed only if the provider isn't from this
   * package; those of this package have such a key.
   */
  storeKey?: Uint8Array
  /**
   * The time to wait for a session, in milliseconds.
   *
   * @default 10_000
   */
  timeoutMs?: number
  /** Receives an event for every response, with its request. */
  onEvent?: (event: KsHandlerEvent, request?: Request) => void
  /**
   * Refuses a provider that was not made with the same `isolate`, so that no visitor can log others out.
   * Without it, `session.end` with one session ends all sessions of the application token; the handler then
   * answers 503 within a minute.
   */
  isolate?: 'user' | 'session'
  /**
   * Allows `authorize` to grant an administrator's session.
   *
   * @default false
   */
  dangerouslyAllowAdmin?: boolean
}

/** The values that refuse a session. */
export type Nothing = null | undefined | false | '' | 0

/** The session that `authorize` grants. */
export interface KsGrant extends Omit<SessionRequest, 'sessionPrivileges'> {
  /** The session's user; `''` for an anonymous session. */
  userId: string
  /**
   * What the session may do, required. A session to which the application token adds other rights is not
   * handed out. {@link TOKEN_PRIVILEGES} stands for the token's own privileges. `''`, `[]` and a missing value
   * are errors, because to Kaltura they would mean the same.
   */
  sessionPrivileges: string | (Privilege | typeof TOKEN_PRIVILEGES)[] | typeof TOKEN_PRIVILEGES
  /**
   * An administrator's session needs {@link KsHandlerOptions.dangerouslyAllowAdmin}.
   *
   * @default 'user'
   */
  sessionType?: 'user' | 'admin' | 0 | 2
  /**
   * The key whose requests are counted together, if it isn't the user: for example the address of an
   * anonymous one. A key is never mistaken for a user's id.
   */
  limitKey?: string
}

/** The JSON of a response with a session. */
export interface KsAnswer {
  /** The KS. */
  ks: string
  /** The partner. */
  partnerId: number
  /** The user. */
  userId: string
  /** When the session expires, in milliseconds since 1970 on the back end's clock. */
  expiresAt: number
  /** In how many seconds the session expires. Prefer it: clients' clocks are often wrong. */
  expiresIn: number
}

/** The JSON of a response without a session. */
export interface KsRefusal {
  error:
    | 'unauthorized'
    | 'forbidden'
    | 'forbidden_origin'
    | 'method_not_allowed'
    | 'too_many_requests'
    | 'server_error'
    | 'unavailable'
}

/**
 * The events of a handler. `failed` has the {@link AppTokenError}, or what `authorize` threw. `served` has
 * what the session lacks of the grant, such as a privilege that Kaltura has dropped.
 */
export type KsHandlerEvent =
  | { type: 'served'; status: number; differences: Difference[] }
  | { type: 'preflight'; status: number }
  /** Every session of the application token is dead, because somebody has ended one. */
  | { type: 'revoked'; status: number; error: unknown }
  /**
   * Sent once: anybody who gets a session can end all others of the application token with it. Isolate the
   * sessions ({@link KsHandlerOptions.isolate}), or give the token a `urirestrict`.
   */
  | { type: 'exposed' }
  | { type: 'refused'; status: number; reason: KsRefusal['error'] | 'authorize' }
  | { type: 'failed'; status: number; error: unknown }
  | { type: 'storeFailed'; method: string; problem: string }

/**
 * An endpoint of your own back end that hands a Kaltura session to those whom your own rules let
 * have one: for a web player, an app. It is a function from a `Request` to a `Response`, so it
 * works as it is in Workers, `Deno.serve`, `Bun.serve`, Hono and Next route handlers.
 *
 * @module
 */
import type { AppTokenError, Difference, Privilege, SessionRequest } from '../entries/index.js'
import type { SessionProvider } from '../provider/index.js'
import type { SessionStore } from '../stores/index.js'

/**
 * Makes the handler. It answers with {@link KsAnswer} as JSON, or with an {@link KsRefusal} that
 * shows nothing of the reason, and never rejects. `Cache-Control` is always `no-store`. To let pages
 * of other origins ask, route `OPTIONS` to it too: it answers preflights by itself. `HEAD` is
 * answered where `GET` is allowed.
 *
 * Whatever the provider's `grants`, a session is handed out only if it is of the user and the type
 * that `authorize` named, and may do no more than that and live no longer.
 *
 * | status | `error` | when |
 * | --- | --- | --- |
 * | 401 | `unauthorized` | `authorize` gave nothing (anything falsy), or threw something with that `status` or `statusCode` |
 * | 403 | `forbidden` | `authorize` threw something with that `status` or `statusCode` |
 * | 403 | `forbidden_origin` | a page of an origin that is not allowed asks |
 * | 405 | `method_not_allowed` | |
 * | 429 | `too_many_requests` | the user has asked too often; `Retry-After` says how long to wait |
 * | 500 | `server_error` | `authorize` threw or granted what can't be read, or there is no session of that kind to be had |
 * | 503 | `unavailable` | Kaltura didn't answer, or all sessions of the application token were ended; another try may do after `Retry-After` |
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
export function createKsHandler<Context extends unknown[] = []>(
  options: KsHandlerOptions<Context>,
): KsHandler<Context>

/** What {@link createKsHandler} gives. What comes after the request is handed to `authorize`. */
export type KsHandler<Context extends unknown[] = []> = (
  request: Request,
  ...context: Context
) => Promise<Response>

/**
 * For {@link KsGrant.sessionPrivileges}: what the application token carries, and whatever the
 * provider asks for by itself. In a list: that, and what else is in the list.
 */
export const TOKEN_PRIVILEGES: unique symbol

/** The options of {@link createKsHandler}. */
export interface KsHandlerOptions<Context extends unknown[] = []> {
  /**
   * What {@link createSessionProvider} gives. Sessions of another one that has no `getProvenSession`
   * are handed out without a proof that they are alive.
   */
  provider: Pick<SessionProvider, 'getSession'> &
    Partial<Pick<SessionProvider, 'getProvenSession'>>
  /**
   * Your rules: whose session the sender of a request may have, and what it may do. Nothing for
   * who may have none (401); a `Response`, given or thrown, is sent in place of a session, and an
   * error with a status of 401 or 403 says just that. It must not pass on what the client sends:
   * Kaltura looks for privileges as parts of a text.
   */
  authorize: (
    request: Request,
    ...context: Context
  ) => KsGrant | Response | Nothing | Promise<KsGrant | Response | Nothing>
  /**
   * The methods that get a session; `HEAD` goes with `GET`.
   *
   * @default ['POST']
   */
  methods?: ('GET' | 'POST')[]
  /**
   * The pages of other origins that may ask, with their cookies, such as
   * `'https://www.example.org'`; or a function that says `true` of them. Origins are written as
   * browsers write them: in lower case, without a path, a wildcard or a scheme's usual port. A page
   * of the handler's own origin always may, and so may what isn't a browser: `authorize` decides
   * about all.
   *
   * @default []
   */
  origins?: string[] | ((origin: string) => boolean)
  /**
   * How long a session shall live, in seconds, where `authorize` doesn't say.
   *
   * @default 3600
   */
  expiry?: number
  /**
   * How often one user may ask: `burst` times at once, and then `perMinute` times a minute.
   * `false`: no limit.
   *
   * @default { burst: 10, perMinute: 30 }
   */
  rateLimit?: { burst?: number; perMinute?: number } | false
  /**
   * Where a fleet counts together, such as the provider's `store`; without it each process counts
   * for itself. Requests at the same moment may be counted as one. It shows no user id. What is
   * there is authenticated: who can write to it can make no bucket, but can delete one. While it
   * fails, the process goes on alone.
   */
  store?: SessionStore
  /**
   * 32 random bytes that buckets in the store are authenticated with. A provider of this package
   * brings such a key by itself, from its own: it is needed for another one.
   */
  storeKey?: Uint8Array
  /**
   * How long to wait for a session, in milliseconds.
   *
   * @default 10_000
   */
  timeoutMs?: number
  /** Told of every answer, with the request it was for. */
  onEvent?: (event: KsHandlerEvent, request?: Request) => void
  /**
   * Refuses a provider that was not made with the same `isolate`, so that no visitor can log others
   * out. Without it, `session.end` with one session ends all of the application token; the handler
   * then answers 503 within a minute.
   */
  isolate?: 'user' | 'session'
  /**
   * Lets `authorize` grant an administrator's session.
   *
   * @default false
   */
  dangerouslyAllowAdmin?: boolean
}

/** What stands for no session. */
export type Nothing = null | undefined | false | '' | 0

/** What `authorize` grants. */
export interface KsGrant extends Omit<SessionRequest, 'sessionPrivileges'> {
  /** The session's user; `''` for an anonymous session. */
  userId: string
  /**
   * What the session may do, and it is never more: a session whose application token gives it other
   * rights is not handed out. It has to be stated. {@link TOKEN_PRIVILEGES} stands for whatever the
   * token carries; `''`, `[]` and nothing are an error, since they would be the same.
   */
  sessionPrivileges:
    | string
    | (Privilege | typeof TOKEN_PRIVILEGES)[]
    | typeof TOKEN_PRIVILEGES
  /**
   * The user's session unless {@link KsHandlerOptions.dangerouslyAllowAdmin} is set.
   *
   * @default 'user'
   */
  sessionType?: 'user' | 'admin' | 0 | 2
  /**
   * Whose requests are counted together, where that isn't the user: the address of an anonymous
   * one, for example. Left out: the user's own. A key is never taken for a user's id.
   */
  limitKey?: string
}

/** The JSON of an answer with a session. */
export interface KsAnswer {
  /** The KS. */
  ks: string
  /** Its partner. */
  partnerId: number
  /** Its user. */
  userId: string
  /** When it ends, in milliseconds since 1970 by the back end's clock. */
  expiresAt: number
  /** In how many seconds it ends: clients' clocks are often wrong. */
  expiresIn: number
}

/** The JSON of an answer without one. */
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
 * What a handler tells. `failed` has the {@link AppTokenError}, or what `authorize` threw; `served`
 * what the session lacks of what was granted, such as a privilege that Kaltura has dropped.
 */
export type KsHandlerEvent =
  | { type: 'served'; status: number; differences: Difference[] }
  | { type: 'preflight'; status: number }
  /** Every session of the application token is dead: somebody has ended one. */
  | { type: 'revoked'; status: number; error: unknown }
  /**
   * Told once: whoever gets a session can end all others of the application token with it. Isolate
   * them ({@link KsHandlerOptions.isolate}), or give the token a `urirestrict`.
   */
  | { type: 'exposed' }
  | { type: 'refused'; status: number; reason: KsRefusal['error'] | 'authorize' }
  | { type: 'failed'; status: number; error: unknown }
  | { type: 'storeFailed'; method: string; problem: string }

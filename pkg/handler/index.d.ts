/**
 * An endpoint of your own back end that hands a Kaltura session to those whom your own rules let
 * have one: for a web player, an app. It is a function from a `Request` to a `Response`, so it
 * works as it is in Workers, `Deno.serve`, `Bun.serve`, Hono and Next route handlers.
 *
 * @module
 */
import type { AppTokenError, AppTokenSession, SessionRequest } from '../index.js'
import type { ProviderRequest } from '../provider.js'
import type { SessionStore } from '../stores/index.js'

/**
 * Makes the handler. It answers with {@link KsAnswer} as JSON, or with an {@link KsRefusal} that
 * shows nothing of the reason, and never rejects. `Cache-Control` is always `no-store`.
 *
 * | status | `error` | when |
 * | --- | --- | --- |
 * | 401 | `unauthorized` | `authorize` gave nothing |
 * | 403 | `forbidden_origin` | a page of an origin that is not allowed asks |
 * | 405 | `method_not_allowed` | |
 * | 429 | `too_many_requests` | the user has asked too often; `Retry-After` says how long to wait |
 * | 500 | `server_error` | `authorize` threw, or there is no session to be had |
 * | 503 | `unavailable` | Kaltura didn't answer; another try may do after `Retry-After` |
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

/** The options of {@link createKsHandler}. */
export interface KsHandlerOptions<Context extends unknown[] = []> {
  /** What {@link createSessionProvider} gives. */
  provider: { getSession(request?: ProviderRequest): Promise<AppTokenSession> }
  /**
   * Your rules: whose session the sender of a request may have, and what it may do. Nothing for
   * who may have none (401); a `Response`, given or thrown, is sent in place of a session. It
   * must not pass on what the client sends: Kaltura looks for privileges as parts of a text.
   */
  authorize: (
    request: Request,
    ...context: Context
  ) => KsGrant | Response | Nothing | Promise<KsGrant | Response | Nothing>
  /**
   * The methods that get a session.
   *
   * @default ['POST']
   */
  methods?: ('GET' | 'POST')[]
  /**
   * The pages of other origins that may ask, with their cookies, such as
   * `'https://www.example.org'`; or a function that says `true` of them. A page of the handler's
   * own origin always may, and so may what isn't a browser: `authorize` decides about all.
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
   * for itself. Requests at the same moment may be counted as one. It holds hashes of user ids;
   * while it fails, the process goes on alone.
   */
  store?: SessionStore
  /**
   * How long to wait for a session, in milliseconds.
   *
   * @default 10_000
   */
  timeoutMs?: number
  /** Told of every answer, with the request it was for. */
  onEvent?: (event: KsHandlerEvent, request?: Request) => void
  /**
   * Lets `authorize` grant an administrator's session.
   *
   * @default false
   */
  dangerouslyAllowAdmin?: boolean
}

/** What stands for no session. */
export type Nothing = null | undefined | false

/** What `authorize` grants. */
export interface KsGrant extends SessionRequest {
  /** The session's user; `''` for an anonymous session. */
  userId: string
  /**
   * The user's session unless {@link KsHandlerOptions.dangerouslyAllowAdmin} is set.
   *
   * @default 'user'
   */
  sessionType?: 'user' | 'admin' | 0 | 2
  /**
   * Whose requests are counted together, where that isn't the user: the address of an anonymous
   * one, for example.
   *
   * @default userId
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
    | 'forbidden_origin'
    | 'method_not_allowed'
    | 'too_many_requests'
    | 'server_error'
    | 'unavailable'
}

/** What a handler tells. Only `failed` has detail: the {@link AppTokenError}, or what `authorize` threw. */
export type KsHandlerEvent =
  | { type: 'served' | 'preflight'; status: number }
  | { type: 'refused'; status: number; reason: KsRefusal['error'] | 'authorize' }
  | { type: 'failed'; status: number; error: unknown }
  | { type: 'storeFailed'; method: string; problem: string }

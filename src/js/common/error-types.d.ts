import type { Difference } from '../entries/index.js'

/** Whether `value` is an error of this package, including one of another copy of the package. */
export function isAppTokenError(value: unknown): value is AppTokenError

/**
 * The one error class of this package. `code` identifies the error and narrows its type. The message
 * says what to do next. It contains no token, hash, KS or user.
 *
 * @example
 * ```js
 * try {
 *   await startAppTokenSession(options)
 * } catch (error) {
 *   if (isAppTokenError(error) && error.code === 'ERR_KALTURA') {
 *     console.error(error.kalturaCode)
 *   }
 * }
 * ```
 */
export type AppTokenError =
  | InvalidOptionsError
  | CallError
  | HttpStatusError
  | KalturaError
  | NotGrantedError
  | OtherError
/** For `instanceof`. Only this package can construct such errors. */
export const AppTokenError: { readonly prototype: AppTokenError } & (abstract new (details: never) => AppTokenError)

/** Every value that an error's `code` can have. */
export type AppTokenErrorCode = AppTokenError['code']

/** The fields that all errors of this package have. */
export interface AppTokenErrorBase extends Error {
  readonly name: 'AppTokenError'
  /** Whether the same call may succeed a little later. */
  readonly retryable: boolean
  /**
   * How many HTTP requests were made, including those of other calls that this one waited for. 0 if
   * nothing was sent, for example because a provider has cached a failure.
   */
  readonly attempts: number
  /**
   * How many milliseconds to wait before the next try, if Kaltura's rate limit or a `Retry-After` header
   * asks for a pause.
   */
  readonly retryAfterMs?: number
  /** The cause, redacted; with `ERR_TIMEOUT`, the last failure before it, if any. */
  readonly cause?: unknown
}

/**
 * An option or argument is missing or wrong. Nothing was sent, except, for a `;` in a user or a privilege,
 * the request for a widget session.
 */
export interface InvalidOptionsError extends AppTokenErrorBase {
  readonly code: 'ERR_INVALID_OPTIONS'
  /** The option or argument, such as `sessionPrivileges[0].name`. */
  readonly path: string
}

/** A call got no response, or an unusable one. */
export interface CallError extends AppTokenErrorBase {
  readonly code: 'ERR_NETWORK' | 'ERR_BAD_RESPONSE'
  /** The service that was called, such as `appToken`. */
  readonly service: string
  /** Its action, such as `startSession`. */
  readonly action: string
}

/** A status other than 200. It comes from a server in front of Kaltura's API, which always answers 200. */
export interface HttpStatusError extends AppTokenErrorBase {
  readonly code: 'ERR_HTTP_STATUS'
  /** The status. */
  readonly status: number
  /** The service that was called. */
  readonly service: string
  /** Its action. */
  readonly action: string
}

/** Kaltura refused the call. */
export interface KalturaError extends AppTokenErrorBase {
  readonly code: 'ERR_KALTURA'
  /** Kaltura's own code, such as `APP_TOKEN_ID_NOT_FOUND`. */
  readonly kalturaCode: string
  /** With `INVALID_KS`: the reason, such as `EXPIRED` or `LOGOUT`. */
  readonly ksRefusal?: string
  /** The service that was called. */
  readonly service: string
  /** Its action. */
  readonly action: string
}

/**
 * The session differs from the request in a way that `grants` doesn't allow. Or its KS contradicts
 * Kaltura's response; then the difference has neither `asked` nor `granted`.
 */
export interface NotGrantedError extends AppTokenErrorBase {
  readonly code: 'ERR_NOT_GRANTED'
  /** The differences. */
  readonly differences: readonly Difference[]
}

/** Errors without additional fields. */
export interface OtherError extends AppTokenErrorBase {
  readonly code:
    | 'ERR_TIMEOUT'
    | 'ERR_ABORTED'
    /**
     * The function or signer given as `appToken` (or the function given as `adminSecret` or `ks` to a
     * manager) failed, or a signer returned something that is not a hash (then `retryable` is false).
     */
    | 'ERR_TOKEN_SOURCE'
    /** Every session of the token is refused, because `session.end` was called with one of them. */
    | 'ERR_SESSION_REVOKED'
    /** The package was imported in a web page. */
    | 'ERR_BROWSER'
    /** The runtime refused to compile WebAssembly (see `kaltura-app-token/slim`), or had no memory for it. */
    | 'ERR_WASM'
    /**
     * A fault of this package. `retryable` if WebAssembly trapped, for example because memory ran out:
     * this ends all calls under way, and the next call gets a new instance.
     */
    | 'ERR_INTERNAL'
}

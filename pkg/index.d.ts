/**
 * Kaltura sessions from application tokens, for server-side JavaScript.
 *
 * An application token is a secret: keep it on the server. It is hashed together with a widget
 * session's KS, and only the hash is sent. The token is never in an error, a log line or a URL.
 *
 * @module
 */

/**
 * Starts one session from an application token. Nothing is cached.
 *
 * Makes two requests: one for a widget session, and one with the hash for the session itself.
 * Retries transient failures (the network, 5xx, Kaltura's rate limit) within
 * {@link SessionOptions.timeoutMs}. Does not retry refusals, except once with a new widget
 * session if that may help.
 *
 * @throws {@link AppTokenError}, always as a rejection.
 *
 * @example
 * ```js
 * import { startAppTokenSession } from 'kaltura-app-token'
 *
 * const { ks, expiresAt } = await startAppTokenSession({
 *   partnerId: process.env.KALTURA_PARTNER_ID,
 *   appTokenId: process.env.KALTURA_APP_TOKEN_ID,
 *   appToken: process.env.KALTURA_APP_TOKEN,
 *   userId: 'viewer@example.org',
 *   expiry: 3600,
 * })
 * ```
 */
export function startAppTokenSession(options: StartOptions): Promise<AppTokenSession>

export * from './provider.js'
export * from './manager/index.js'

/**
 * Returns the hash that proves an application token: lower-case hex of H(`ks` + `appToken`).
 *
 * `startAppTokenSession` does this for you. The result is as secret as a session: together
 * with its `ks` it can be replayed until the KS expires.
 *
 * @param ks The widget session's KS, exactly as it will be sent.
 * @param appToken The application token.
 * @param hashType The token's own `hashType`; `SHA1` by default.
 * @throws {@link AppTokenError} with `ERR_INVALID_OPTIONS`
 */
export function hashAppToken(ks: string, appToken: string, hashType?: HashType): string

/**
 * Reads a KS. Version 1 is signed text that anyone can read. Version 2 is encrypted: without the
 * secret, only its version and its partner are known.
 *
 * Only the signature is verified: an expired KS is read like any other. Version 2 does not sign
 * its partner, so if you receive KSs of several partners, pass only the secrets of the partner
 * that the KS names.
 *
 * @param ks The KS.
 * @param secrets The partner's admin secret, or several, any of which verifies.
 * @throws {@link AppTokenError} with `ERR_INVALID_OPTIONS`, also for text that is not a KS
 *
 * @example
 * ```js
 * const { partnerId, verified, session } = inspectKs(ks, process.env.KALTURA_ADMIN_SECRET)
 * if (verified) console.log(partnerId, session.userId, session.privileges)
 * ```
 */
export function inspectKs(ks: string, secrets?: string | readonly string[] | null): KsInfo

/**
 * Makes a KS with a partner's admin secret, without any request. Anybody who holds that secret may
 * do everything, so prefer an application token. In version 1 a `;` begins the next field, so
 * `userId`, `privileges` and `random` must not contain one.
 *
 * @throws {@link AppTokenError} with `ERR_INVALID_OPTIONS`
 *
 * @example
 * ```js
 * const ks = generateKs(
 *   {
 *     partnerId: 102,
 *     userId: 'ada@example.org',
 *     sessionType: 'user',
 *     expiry: Math.floor(Date.now() / 1000) + 3600,
 *     privileges: 'sview:0_ab12cd34',
 *   },
 *   process.env.KALTURA_ADMIN_SECRET,
 * )
 * ```
 */
export function generateKs(fields: KsFields, secret: string): string

/**
 * Reads privileges as Kaltura does: `name` or `name:value/value`, separated by commas. Merges the
 * values of equal names. Any text is valid; `null` and `undefined` are read as an empty text.
 */
export function parsePrivileges(text: string | null | undefined): Privilege[]

/**
 * Writes a list of privileges as Kaltura's text. Kaltura escapes nothing and searches the text, so
 * names and values that would end a privilege, begin another, or be found as another are refused;
 * see {@link ListedPrivilege}. An unchanged result of {@link parsePrivileges} is written as it was
 * read.
 *
 * @throws {@link AppTokenError} with `ERR_INVALID_OPTIONS`
 *
 * @example
 * ```js
 * formatPrivileges([{ name: 'edit', values: ['0_a', '0_b'] }, { name: 'sview', any: true }])
 * // 'edit:0_a/0_b,sview:*'
 * ```
 */
export function formatPrivileges(list: readonly ListedPrivilege[]): string

/**
 * Predicts which privileges a session of an application token will carry, by Kaltura's own rule.
 * Like Kaltura, it silently drops requested privileges that the token doesn't allow.
 *
 * @param appTokenId The token's id, which each of its sessions carries.
 * @param tokenPrivileges The token's own `sessionPrivileges`.
 * @param requested The privileges to request with `startSession`.
 *
 * @example
 * ```js
 * predictPrivileges('0_ab12cd34', 'sview:*', 'iprestrict:10.0.0.1,sview:0_x')
 * // 'sessionid:0_ab12cd34,apptoken:0_ab12cd34,sview:0_x': not restricted to that address
 * ```
 */
export function predictPrivileges(
  appTokenId: string,
  tokenPrivileges?: string | null,
  requested?: string | null,
): string

/** The result of {@link inspectKs}. */
export interface KsInfo {
  /** The format of the KS. */
  version: 1 | 2
  /** The partner that the KS is for. */
  partnerId: number
  /** Whether one of the secrets made the KS; `null` if no secret was given. */
  verified: boolean | null
  /**
   * The contents. In version 2 `null` unless `verified` is true. In version 1 always present: unless
   * `verified` is true, anyone may have written them.
   */
  session: KsSession | null
}

/** The contents of a KS; missing fields are `null`. */
export interface KsSession {
  /** The user; empty or `'0'` for nobody. */
  userId: string | null
  /** 0 for a user's session, 2 for an administrator's. Also `null` if it is not a number. */
  sessionType: number | null
  /** When the KS expires, in unix seconds. Also `null` if it is not a number. */
  expiry: number | null
  /** The privileges, for {@link parsePrivileges}. */
  privileges: string
  /** The partner on whose behalf `partnerId` is used. */
  masterPartnerId: number | null
  /** Free text. */
  additionalData: string | null
  /** Makes the KS unique: hex of 16 bytes in version 2, text in version 1. */
  random: string
}

/** The contents of a KS to make. A result of {@link inspectKs} can be passed as it is. */
export interface KsFields {
  /**
   * The format to write. Few servers still use version 1.
   *
   * @default 2
   */
  version?: 1 | 2
  /** The partner that the secret belongs to, as a number or its digits. */
  partnerId: number | string
  /** The user; leave it out for an anonymous KS. */
  userId?: string | null
  /** `'user'` (0) or `'admin'` (2); other numbers are written as they are. */
  sessionType: 'user' | 'admin' | number | null
  /** When the KS expires: a time in unix seconds, not a duration. */
  expiry: number | null
  /**
   * The privileges, as Kaltura's text or as a list. Version 2 stores names as PHP does: `.`, space and
   * `[` become `_`, and of equal names only the last is kept.
   */
  privileges?: string | readonly ListedPrivilege[] | null
  /** The partner on whose behalf `partnerId` is used. */
  masterPartnerId?: number | null
  /** Free text. */
  additionalData?: string | null
  /**
   * Makes the KS unique: 16 bytes or their hex in version 2, text in version 1. Drawn at random if left
   * out.
   */
  random?: string | Uint8Array
}

/** The digests that an application token can use; Kaltura's default is SHA1. */
export type HashType = 'SHA1' | 'SHA256' | 'SHA512' | 'MD5'

/** Which application token to use, and how to reach Kaltura. */
export interface ConnectionOptions {
  /** The partner (account) number, as a number or its digits. */
  partnerId: number | string
  /**
   * The application token's id, such as `0_ab12cd34`. It is not a secret. A value that looks like a
   * secret (32 hex digits, a KS) is refused, because it may be the token in the wrong place.
   */
  appTokenId: string
  /**
   * The application token, a function that fetches it, or a signer that keeps it. A value that looks
   * like an id is refused.
   */
  appToken: AppTokenSource
  /**
   * The token's own `hashType`. `'auto'` tries SHA1, SHA256 and SHA512 in turn, but never MD5. It
   * costs up to four more requests and sends hashes of types that are not the token's, so set the
   * type that {@link HashTypeFoundEvent} reports.
   *
   * @default 'SHA1'
   */
  hashType?: HashType | 'auto'
  /**
   * Kaltura's URL, with or without `/api_v3`, or the name of one of Kaltura's own regions.
   *
   * @default 'https://www.kaltura.com'
   */
  serviceUrl?: Region | (string & {})
  /**
   * Allows `http:` to hosts other than `localhost`, 127.0.0.0/8 and `::1`. Sessions are then sent in
   * the clear.
   *
   * @default false
   */
  dangerouslyAllowHttp?: boolean
  /**
   * Sends requests even though `NODE_TLS_REJECT_UNAUTHORIZED=0` turns off the verification of
   * certificates in this process, so that anybody on the network path could read them. Without this
   * option such requests fail with `ERR_INVALID_OPTIONS`, even with a `fetch` of your own.
   * `kaltura-app-token/node` verifies certificates whatever the environment says.
   *
   * @default false
   */
  dangerouslyAllowUnverifiedTls?: boolean
  /**
   * Replaces the global `fetch`. Called as `fetch(url, init)` with `this` undefined. It must respect
   * `init.redirect` and return a `Response`.
   */
  fetch?: Fetch
  /** Names the caller in Kaltura's logs; up to 256 printable ASCII characters. */
  clientTag?: string
  /**
   * The longest response that is read, in bytes.
   *
   * @default 1_000_000
   */
  maxResponseBytes?: number
  /** Receives events, which contain no secrets. */
  onEvent?: (event: AppTokenEvent) => void
  /**
   * The key of the fingerprints in events (see {@link SessionAudit}): at least 32 random bytes, or a text
   * of as many characters. If all processes of a fleet use the same key, their logs can be combined.
   * The key also finds a KS that turned up somewhere, because its fingerprint is
   * `hkdfSync('sha256', auditKey, 'kaltura-app-token audit 1', 'ks ' + ks, 8)` of `node:crypto` in hex.
   * The key is not wiped from memory.
   *
   * @default a random key for each process
   */
  auditKey?: string | Uint8Array
  /**
   * The number of retries after a transient failure, 0 to 10; `false` is 0. Delays grow, are
   * randomized, and respect `Retry-After`.
   *
   * @default 2
   */
  retry?: number | false
}

/**
 * Where an application token comes from, from the simplest to the safest:
 *
 * - text. JavaScript can't wipe it: it stays in memory until it is garbage-collected, or for ever.
 * - bytes of text (UTF-8). They are copied, and **yours are filled with zeros at once**, whether or not the
 *   call succeeds. The copy is wiped when the call ends; a provider keeps its copy.
 * - a function that fetches either, for example from a vault. A provider calls it for each new session.
 *   Bytes that it returns are filled with zeros as soon as they are read. A {@link ProviderOptions.store}
 *   without {@link ProviderOptions.seal} derives its key from the token, and makes a text of it for that.
 * - a signer. The token is never in this process.
 */
export type AppTokenSource =
  | string
  | Uint8Array
  | (() => string | Uint8Array | Promise<string | Uint8Array>)
  | AppTokenSigner

/**
 * Proves an application token that is kept elsewhere: in another process, a vault or an HSM. Each hash is
 * worth any session that the token allows while the KS lives (a quarter of an hour, or an hour with a
 * provider), so the signer should check who asks.
 *
 * @example
 * ```js
 * const appToken = {
 *   hash: async (ks, hashType) => {
 *     const body = JSON.stringify({ ks, hashType })
 *     const response = await fetch('http://127.0.0.1:8200/hash', { method: 'POST', body })
 *     return response.text()
 *   },
 * }
 * const { ks } = await startAppTokenSession({ partnerId, appTokenId, appToken, hashType: 'SHA256' })
 * ```
 */
export interface AppTokenSigner {
  /**
   * Returns the hash of the text `ks` followed by the application token, as {@link hashAppToken} does:
   * lower-case hex. Called once for each widget session and hash type that a call tries; its time counts
   * towards the call's deadline. If it throws, the call fails with `ERR_TOKEN_SOURCE`, without the
   * message of what was thrown.
   *
   * @param ks The KS of a widget session.
   * @param hashType The token's own hash type; with `'auto'`, each type that is tried.
   */
  hash(ks: string, hashType: HashType): string | Promise<string>
  /**
   * Replaces the token as the key that a {@link ProviderOptions.store} is sealed with: at least 32 random
   * bytes, or a text of as many characters, the same for all processes that share the store. It is read
   * once, and not wiped. A provider with a store needs either this or {@link ProviderOptions.seal}.
   */
  readonly sealKey?: string | Uint8Array
}

/** The session to ask for. For options that are left out, the application token's values apply. */
export interface SessionRequest {
  /**
   * The session's user. If the token has a user of its own, Kaltura uses that one; without either, the
   * session is anonymous.
   *
   * Kaltura treats ids as equal that differ only in case, after their first 100 characters, or in
   * characters such as emoji. Compare ids that come from outside in the same way.
   *
   * A `;` here or in `sessionPrivileges` is sent only if the widget session shows that the account's KSs
   * have version 2; otherwise the error is `ERR_INVALID_OPTIONS`. In version 1 it would begin another
   * field, which could be privileges.
   */
  userId?: string
  /** The session's type. If the token has a type of its own, Kaltura uses that one. */
  sessionType?: 'user' | 'admin' | 0 | 2
  /** The session's lifetime in seconds. By default as long as the token allows. */
  expiry?: number
  /**
   * Privileges to add, as Kaltura's text (`'edit:0_a,sview:*'`) or as a list. Kaltura silently drops
   * privileges that the token doesn't allow; see {@link SessionOptions.grants}. In a list no value can
   * smuggle in another privilege; still, never pass on an end user's input. A name that differs from one
   * of Kaltura's own only in case, or by a `*`, `=` or white space beside it, is an error, because Kaltura
   * would ignore it, and a restriction would not restrict.
   */
  sessionPrivileges?: string | readonly ListedPrivilege[]
  /**
   * Whether the session must have no privileges other than `sessionPrivileges`. If true, rights that the
   * application token adds, such as `edit:*`, are differences with the effect `'broader'`.
   *
   * @default false
   */
  noOtherPrivileges?: boolean
}

/** A privilege and the values that it is limited to, as {@link parsePrivileges} reads them. */
export interface Privilege {
  /** Such as `edit`. */
  name: string
  /** Such as `['0_ab12cd34']`; empty for a flag. */
  values: string[]
}

/**
 * A requested privilege in a list. Names and values must not contain `,`, `:`, `;` or `/`, because
 * Kaltura escapes none of them. Nor may Kaltura's search find another privilege in them: a name that
 * ends in another privilege's name, such as `xedit`, is refused unless it is a known privilege itself.
 */
export interface ListedPrivilege {
  /** Such as `edit`. */
  name: string
  /**
   * Such as `['0_ab12cd34']`; empty or left out for a flag. No value may begin with `*`. The values of
   * `urirestrict` are paths and may contain slashes: `['/api_v3/service/media/action/list']`.
   */
  values?: readonly string[] | undefined
  /** Allows every value (`edit:*`); leave `values` out. */
  any?: boolean | undefined
}

/** How long to wait, and what to accept. */
export interface SessionOptions {
  /**
   * What to do when the session differs from the request:
   * - `'guard'`: a session that may do more than requested (a dropped restriction, another user, an
   *   administrator's rights, a longer life), or that has already expired, is an error with
   *   `ERR_NOT_GRANTED`. One that may do less is returned, with `differences`.
   * - `'exact'`: every difference is an error.
   * - `'report'`: no difference is an error.
   *
   * For example, a request for `iprestrict` from a token that doesn't carry it silently gives a session
   * without any restriction.
   *
   * Privileges are compared by what Kaltura's search finds in their text: `edit:0_ab` also allows `0_a`,
   * and a `*` counts if it is the first value.
   *
   * Whatever this option says, a KS of version 1 is `ERR_NOT_GRANTED` unless its user, type, expiry and
   * privileges are those of Kaltura's response.
   *
   * @default 'guard'
   */
  grants?: 'guard' | 'exact' | 'report'
  /**
   * The time for the whole exchange, including retries, in milliseconds.
   *
   * @default 10_000
   */
  timeoutMs?: number
  /** Ends the call, which then rejects with `ERR_ABORTED`. */
  signal?: Signal
}

/** The options of {@link startAppTokenSession}: a plain object. Only own properties are read. */
export interface StartOptions extends ConnectionOptions, SessionRequest, SessionOptions {}

/** A session. A plain object that needs no clean-up. */
export interface AppTokenSession {
  /** The KS, a secret that is sent with every call to Kaltura's API. */
  ks: string
  /** The partner that the session belongs to. */
  partnerId: number
  /** The user; empty for an anonymous session. */
  userId: string
  /** 0 for a user's session; 2 for an administrator's, which may do everything. */
  sessionType: 0 | 2
  /** All privileges of the session, as Kaltura's text. */
  privileges: string
  /** When the session expires, in unix seconds on the server's clock. */
  expiry: number
  /**
   * When the session expires, in milliseconds on this machine's clock: compare it with `Date.now()`.
   * Kaltura reports its time in whole seconds, so the session may expire up to a second earlier.
   */
  expiresAt: number
  /** How the session differs from the request; empty if it doesn't. */
  differences: Difference[]
}

/** One difference between a session and the request for it. */
export interface Difference {
  /** The option that differs. */
  field: 'userId' | 'sessionType' | 'expiry' | 'sessionPrivileges'
  /** With `sessionPrivileges`: the privilege's name. */
  privilege?: string
  /**
   * With `sessionPrivileges`, in place of a name: how many more privileges differ. At most 50 are listed.
   */
  more?: number
  /**
   * The requested value, cut off after 2,000 bytes; left out if none was requested. In errors a user's name
   * is left out. A privilege without a requested value is one that Kaltura's search finds in another, such
   * as `edit:*` in `theme:edit:*`, or, with `noOtherPrivileges`, any right.
   */
  asked?: string
  /** The granted value, also cut off; left out if none was granted. */
  granted?: string
  /** Whether the session may do more or less than requested, or has already expired. */
  effect: 'broader' | 'narrower' | 'expired'
}

/** Kaltura's own data centres; `ap` is in Australia. */
export type Region = 'us' | 'de' | 'eu' | 'sg' | 'ca' | 'ap'

/** An event on the way to a session. */
export type AppTokenEvent = MintedEvent | RetriedEvent | HashTypeFoundEvent

/**
 * Identifies the session of an event without a name or a secret. Together with the time of the event, this
 * is what an audit trail keeps.
 */
export interface SessionAudit {
  /** When the session expires, in milliseconds on this machine's clock. */
  expiresAt: number
  /** The id of the application token that the session was started from. */
  appTokenId: string
  /** The hash type that this process uses for the token; left out until it has used one. */
  hashType?: HashType
  /** Whether that token is the provider's `fallback`. */
  byFallback: boolean
  /**
   * 16 hex digits that are the same for the same user id, and reveal nothing without
   * {@link ConnectionOptions.auditKey}.
   */
  userFingerprint: string
  /** The fingerprint of the KS. */
  ksFingerprint: string
}

/** A session was started. */
export interface MintedEvent extends SessionAudit {
  type: 'minted'
}

/** A transient failure was met: a retry follows. */
export interface RetriedEvent {
  type: 'retried'
  /** The code of the failure. */
  code: AppTokenErrorCode
  /** With `ERR_KALTURA`: Kaltura's code. */
  kalturaCode?: string
  /** The delay before the retry, in milliseconds. */
  delayMs: number
}

/** `hashType: 'auto'` has found an application token's hash type: set this type. */
export interface HashTypeFoundEvent {
  type: 'hashTypeFound'
  /** The id of the token. */
  appTokenId: string
  /** The hash type that Kaltura has accepted. */
  hashType: Exclude<HashType, 'MD5'>
}

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

/** The part of `fetch` that is used. The global `fetch` of every runtime fits. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>

/** The second argument of `fetch`. */
export interface FetchInit {
  method: 'POST'
  headers: Record<string, string>
  /** JSON that contains the credentials. */
  body: string
  /** Redirects must not be followed. */
  redirect: 'manual'
  signal: Signal
}

/** The part of a `Response` that is used. */
export interface FetchResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  /** A `ReadableStream` of bytes. If there is none, `text()` is called. */
  readonly body?: unknown
  text(): Promise<string>
}

/** The runtime's own `AbortSignal`, if its types are known. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Known } } ? Known : SignalLike

/** The part of an `AbortSignal` that is used. */
export interface SignalLike {
  readonly aborted: boolean
  readonly reason?: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

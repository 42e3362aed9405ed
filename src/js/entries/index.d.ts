/**
 * Kaltura sessions from application tokens, for server-side JavaScript.
 *
 * An application token is a secret: keep it on the server. It is hashed together with a
 * widget session's KS, and only the hash is sent; nothing here shows it in an error, a log
 * line or a URL.
 *
 * @module
 */

/**
 * Starts one session from an application token. Nothing is cached.
 *
 * Two requests are made: for a widget session, and with the hash for the session itself.
 * Failures that pass (the network, 5xx, Kaltura's rate limit) are tried again within
 * {@link SessionOptions.timeoutMs}; refusals are not, but for one try with a fresh widget
 * session where that may help.
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

export * from '../provider/index.js'
export * from '../manager/index.js'

/**
 * The hash that proves an application token: lower-case hex of H(`ks` + `appToken`).
 *
 * `startAppTokenSession` does this for you. The result is as secret as a session: together
 * with its `ks` it can be replayed until that expires.
 *
 * @param ks The widget session's KS, exactly as it is sent.
 * @param appToken The application token.
 * @param hashType The token's own `hashType`; `SHA1` by default.
 * @throws {@link AppTokenError} with `ERR_INVALID_OPTIONS`
 */
export function hashAppToken(ks: string, appToken: string, hashType?: HashType): string

/**
 * What a KS says. Version 1 is signed text that anyone can read; version 2 is encrypted, so
 * that without the secret only its version and its partner are known.
 *
 * Nothing is judged but the signature: an expired KS is read like any other. Version 2 does
 * not sign its partner, so where KSs of several partners come in, give only the secrets of
 * the one that it names.
 *
 * @param ks The KS.
 * @param secrets The partner's admin secret, or several, any of which verifies.
 * @throws {@link AppTokenError} with `ERR_INVALID_OPTIONS`, also for text that is no KS
 *
 * @example
 * ```js
 * const { partnerId, verified, session } = inspectKs(ks, process.env.KALTURA_ADMIN_SECRET)
 * if (verified) console.log(partnerId, session.userId, session.privileges)
 * ```
 */
export function inspectKs(ks: string, secrets?: string | readonly string[] | null): KsInfo

/**
 * Makes a KS with a partner's admin secret, without any request. Who holds that secret may do
 * everything: where an application token will do, use one. In version 1, a `;` begins the next
 * field, so `userId`, `privileges` and `random` may have none.
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
 * Reads privileges as Kaltura does: `name` or `name:value/value`, with commas between. The
 * values of equal names are put together; no text is wrong, and none is read as an empty one.
 */
export function parsePrivileges(text: string | null | undefined): Privilege[]

/**
 * Writes a list of privileges as Kaltura's text, which says what the list says and nothing else.
 * Kaltura escapes nothing and searches the text, so a name or a value that would end a privilege,
 * begin another, or be found as another is refused; see {@link ListedPrivilege}. What
 * {@link parsePrivileges} gave, and nobody has changed, is written as it was read.
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
 * What a session of an application token will carry, by Kaltura's own rule. Asked privileges
 * that the token doesn't allow are left out, silently; so are they by Kaltura.
 *
 * @param appTokenId The token's id, which every session of it carries.
 * @param tokenPrivileges The token's own `sessionPrivileges`.
 * @param requested The privileges that are asked for with `startSession`.
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

/** What {@link inspectKs} gives. */
export interface KsInfo {
  /** The format it is written in. */
  version: 1 | 2
  /** The partner it is for. */
  partnerId: number
  /** Whether one of the secrets made it; `null` if none was given. */
  verified: boolean | null
  /**
   * What it carries: in version 2 `null` unless `verified` is true; in version 1 always
   * there, so that unless `verified` is true anyone may have written it.
   */
  session: KsSession | null
}

/** What a KS carries; `null` for what it leaves out. */
export interface KsSession {
  /** Its user; empty or `'0'` for nobody. */
  userId: string | null
  /** 0 for a user's session, 2 for an administrator's. Also `null` if it is no number. */
  sessionType: number | null
  /** When it ends, in unix seconds. Also `null` if it is no number. */
  expiry: number | null
  /** Its privileges, for {@link parsePrivileges}. */
  privileges: string
  /** The partner on whose behalf `partnerId` is used. */
  masterPartnerId: number | null
  /** Free text. */
  additionalData: string | null
  /** What makes it differ from others: hex of 16 bytes in version 2, text in version 1. */
  random: string
}

/** What a KS is to carry. What {@link inspectKs} has read can be given back as it is. */
export interface KsFields {
  /**
   * The format to write; few servers still want the first.
   *
   * @default 2
   */
  version?: 1 | 2
  /** The partner that the secret belongs to; its digits as text do as well. */
  partnerId: number | string
  /** The user; left out for nobody. */
  userId?: string | null
  /** `'user'` (0) or `'admin'` (2); other numbers are written as they are. */
  sessionType: 'user' | 'admin' | number | null
  /** When it ends: a time in unix seconds, not a duration. */
  expiry: number | null
  /**
   * Its privileges, as Kaltura's text or as a list. Version 2 keeps names as PHP does: `.`,
   * space and `[` become `_`, and of equal names the last counts.
   */
  privileges?: string | readonly ListedPrivilege[] | null
  /** The partner on whose behalf `partnerId` is used. */
  masterPartnerId?: number | null
  /** Free text. */
  additionalData?: string | null
  /**
   * What makes it differ from others, drawn at random if left out: 16 bytes or their hex in
   * version 2, text in version 1.
   */
  random?: string | Uint8Array
}

/** The digests that an application token can be made with; Kaltura's default is SHA1. */
export type HashType = 'SHA1' | 'SHA256' | 'SHA512' | 'MD5'

/** Which application token, where, and how to reach it. */
export interface ConnectionOptions {
  /** The partner (account) number; its digits as text do as well. */
  partnerId: number | string
  /**
   * The application token's id, such as `0_ab12cd34`. Not a secret: what looks like one (32 hex
   * digits, a KS) is refused, since it may be the token in the wrong place.
   */
  appTokenId: string
  /**
   * The application token itself, a function that fetches it, or a signer that keeps it. What looks
   * like an id is refused.
   */
  appToken: AppTokenSource
  /**
   * The token's own `hashType`. `'auto'` tries SHA1, SHA256 and SHA512 in turn, and never MD5. It
   * costs up to four requests more and sends hashes of types that are not the token's, so set the
   * type that `onEvent` tells; see {@link HashTypeFoundEvent}.
   *
   * @default 'SHA1'
   */
  hashType?: HashType | 'auto'
  /**
   * Where Kaltura is: a URL, with or without `/api_v3`, or the name of one of Kaltura's own
   * regions.
   *
   * @default 'https://www.kaltura.com'
   */
  serviceUrl?: Region | (string & {})
  /**
   * Allows `http:` for hosts other than `localhost`, 127.0.0.0/8 and `::1`. Sessions then travel
   * in the clear.
   *
   * @default false
   */
  dangerouslyAllowHttp?: boolean
  /**
   * Sends requests although `NODE_TLS_REJECT_UNAUTHORIZED=0` turns off the verification of
   * certificates in this process, so that anybody on the way could read them. Without it they fail
   * with `ERR_INVALID_OPTIONS`, also with a `fetch` of your own. `kaltura-app-token/node` verifies
   * whatever the environment says.
   *
   * @default false
   */
  dangerouslyAllowUnverifiedTls?: boolean
  /**
   * Used in place of the global `fetch`, called as `fetch(url, init)` with `this` undefined.
   * It must keep `init.redirect` and give a `Response`.
   */
  fetch?: Fetch
  /** Who calls, for Kaltura's logs; up to 256 printable ASCII characters. */
  clientTag?: string
  /**
   * The longest answer that is read, in bytes.
   *
   * @default 1_000_000
   */
  maxResponseBytes?: number
  /** Told of what happens on the way; there is nothing secret in an event. */
  onEvent?: (event: AppTokenEvent) => void
  /**
   * The key of the fingerprints in events (see {@link SessionAudit}): 32 random bytes or more, or a text as
   * long. With one key for a fleet, its logs can be put together; and whoever keeps it can look for a
   * KS that was found somewhere, since its fingerprint is
   * `hkdfSync('sha256', auditKey, 'kaltura-app-token audit 1', 'ks ' + ks, 8)` of `node:crypto` in hex.
   * It is not wiped.
   *
   * @default drawn at random by each process
   */
  auditKey?: string | Uint8Array
  /**
   * How often to try again after a failure that passes, 0 to 10; `false` is 0. Waits grow,
   * are spread at random, and heed `Retry-After`.
   *
   * @default 2
   */
  retry?: number | false
}

/**
 * Where an application token comes from, from the simplest to the safest:
 *
 * - text. JavaScript can't wipe it: it stays in memory until the collector takes it, or for ever.
 * - bytes of text (UTF-8). They are copied, and **yours are filled with zeros at once**, whatever comes of the
 *   call. The copy is wiped when the call ends; a provider keeps its copy.
 * - a function that fetches either, from a vault for instance; a provider asks it at each mint. Bytes
 *   that it gives are filled with zeros as soon as they were read. A {@link ProviderOptions.store} without
 *   {@link ProviderOptions.seal} derives its key from the token, for which a text of it is made.
 * - a signer: the token is never in this process.
 */
export type AppTokenSource =
  | string
  | Uint8Array
  | (() => string | Uint8Array | Promise<string | Uint8Array>)
  | AppTokenSigner

/**
 * Proves an application token that is kept elsewhere: in another process, a vault that computes, an
 * HSM. What it gives is worth any session that the token allows, for as long as the KS lives (a
 * quarter of an hour, or an hour with a provider): let it check who asks.
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
   * The hash of the text `ks` with the application token behind it, as {@link hashAppToken} gives it:
   * lower-case hex. It is asked once for each widget session and hash type that a call tries, within the
   * call's time. What it throws is `ERR_TOKEN_SOURCE`; its words are not passed on.
   *
   * @param ks The KS of a widget session.
   * @param hashType The token's own, or with `'auto'` each that is tried.
   */
  hash(ks: string, hashType: HashType): string | Promise<string>
  /**
   * What a {@link ProviderOptions.store} is sealed with in the token's place: 32 bytes or more, or a text of as
   * many characters, drawn at random, and the same for all who share the store. It is read once, and not
   * wiped. Without it, and without {@link ProviderOptions.seal}, a provider takes no store.
   */
  readonly sealKey?: string | Uint8Array
}

/** What the session should be. What is left out is the application token's choice. */
export interface SessionRequest {
  /**
   * The session's user. A token with a user of its own keeps that one; without any the session
   * is anonymous.
   *
   * Kaltura takes ids for one that differ in case alone, beyond their first 100 characters, or in
   * characters such as emoji: ids that come from outside have to be told apart as it tells them.
   *
   * A `;` is sent only if the account's KSs are of version 2, as the widget session shows before: in
   * version 1 it would begin another field, and what follows could be privileges. Otherwise the error
   * is `ERR_INVALID_OPTIONS`; so it is for `sessionPrivileges`.
   */
  userId?: string
  /** The session's type; a token with a type of its own keeps that one. */
  sessionType?: 'user' | 'admin' | 0 | 2
  /** How long the session shall live, in seconds. Left out: as long as the token allows. */
  expiry?: number
  /**
   * Privileges to add, as Kaltura's text (`'edit:0_a,sview:*'`) or as a list. Kaltura drops
   * silently what the token doesn't allow; see {@link SessionOptions.grants}. In a list no
   * value can smuggle in another privilege; still, never pass on what an end user typed. A name
   * that is Kaltura's own but for case or for a `*`, `=` or white space beside it is an error: to
   * Kaltura it would mean nothing, and a restriction would restrict nothing.
   */
  sessionPrivileges?: string | readonly ListedPrivilege[]
  /**
   * Whether `sessionPrivileges` are all that the session may do: rights that the application token
   * adds by itself, such as `edit:*`, count as a difference then, of the effect `'broader'`.
   *
   * @default false
   */
  noOtherPrivileges?: boolean
}

/** A privilege, and the values that it is limited to, as {@link parsePrivileges} reads them. */
export interface Privilege {
  /** Such as `edit`. */
  name: string
  /** Such as `['0_ab12cd34']`; empty for a flag. */
  values: string[]
}

/**
 * A privilege that is asked for, in a list. No name and no value may have `,`, `:`, `;` or `/` in
 * it, since Kaltura escapes none of them. Nor may Kaltura's search find another privilege in it: a
 * name that ends in one, such as `xedit`, is refused unless it is one itself.
 */
export interface ListedPrivilege {
  /** Such as `edit`. */
  name: string
  /**
   * Such as `['0_ab12cd34']`; empty or left out for a flag. No value begins with `*`. Those of
   * `urirestrict` are paths, with slashes: `['/api_v3/service/media/action/list']`.
   */
  values?: readonly string[] | undefined
  /** For every value (`edit:*`); then `values` are left out. */
  any?: boolean | undefined
}

/** How long to wait, and what to accept. */
export interface SessionOptions {
  /**
   * What to do when the session is not what was asked for:
   * - `'guard'`: one that may do more than asked (a restriction was dropped, another user, an
   *   admin's rights, a longer life) or that has already expired is an error,
   *   `ERR_NOT_GRANTED`; one that may do less is reported in `differences`;
   * - `'exact'`: every difference is an error;
   * - `'report'`: none is.
   *
   * The case that bites: `iprestrict` asked of a token that doesn't carry it gives, silently,
   * a session without any restriction.
   *
   * Privileges are judged by what Kaltura's search finds in their text: `edit:0_ab` allows `0_a`
   * too, and a `*` counts where it is the first value.
   *
   * Whatever is said here, a KS of version 1, which can be read, is `ERR_NOT_GRANTED` unless its user,
   * type, expiry and privileges are those that Kaltura's answer says.
   *
   * @default 'guard'
   */
  grants?: 'guard' | 'exact' | 'report'
  /**
   * For the whole exchange, retries included, in milliseconds.
   *
   * @default 10_000
   */
  timeoutMs?: number
  /** Ends the call, which then rejects with `ERR_ABORTED`. */
  signal?: Signal
}

/** The options of {@link startAppTokenSession}: a plain object, of which own properties count. */
export interface StartOptions extends ConnectionOptions, SessionRequest, SessionOptions {}

/** A session. A plain object; nothing has to be freed. */
export interface AppTokenSession {
  /** The KS: a secret, to be sent with every call to Kaltura's API. */
  ks: string
  /** The partner it belongs to. */
  partnerId: number
  /** Its user; empty for an anonymous session. */
  userId: string
  /** 0: may do what its user may. 2: may do everything. */
  sessionType: 0 | 2
  /** All its privileges, as Kaltura writes them. */
  privileges: string
  /** When it ends, in unix seconds by the server's clock. */
  expiry: number
  /**
   * When it ends, in milliseconds by this machine's clock: compare it with `Date.now()`. Kaltura
   * tells its time in whole seconds, so it may end up to a second sooner.
   */
  expiresAt: number
  /** In what it is not what was asked for; empty if it is. */
  differences: Difference[]
}

/** One point in which a session is not what was asked for. */
export interface Difference {
  /** The option that asked for it. */
  field: 'userId' | 'sessionType' | 'expiry' | 'sessionPrivileges'
  /** With `sessionPrivileges`: the privilege's name. */
  privilege?: string
  /**
   * With `sessionPrivileges`, instead of a name: so many more privileges differ. At most 50 are
   * listed.
   */
  more?: number
  /**
   * What was asked, cut off after 2,000 bytes; left out if nothing was. Errors leave out a user's
   * name here. A privilege that nobody asked for is one that Kaltura's search finds in another, such
   * as `edit:*` in `theme:edit:*`, or with `noOtherPrivileges` any right.
   */
  asked?: string
  /** What was granted, cut off as well; left out if nothing was. */
  granted?: string
  /** Whether the session may do more or less than asked, or is over already. */
  effect: 'broader' | 'narrower' | 'expired'
}

/** Kaltura's own data centres; `ap` is in Australia. */
export type Region = 'us' | 'de' | 'eu' | 'sg' | 'ca' | 'ap'

/** What happened on the way to a session. */
export type AppTokenEvent = MintedEvent | RetriedEvent | HashTypeFoundEvent

/**
 * Which session an event is about, without a name or a secret: with the time of the event, what an
 * audit trail keeps.
 */
export interface SessionAudit {
  /** When the session ends, in milliseconds by this machine's clock. */
  expiresAt: number
  /** The id of the application token that it was started from. */
  appTokenId: string
  /** The hash type that this process proves that token with; left out while it has not done so. */
  hashType?: HashType
  /** Whether that token is the provider's `fallback`. */
  byFallback: boolean
  /**
   * 16 hexadecimal digits that are the same for the same user id, and tell nothing without
   * {@link ConnectionOptions.auditKey}.
   */
  userFingerprint: string
  /** The same of the KS. */
  ksFingerprint: string
}

/** A session was started. */
export interface MintedEvent extends SessionAudit {
  type: 'minted'
}

/** A failure that passes: the next try follows. */
export interface RetriedEvent {
  type: 'retried'
  /** What failed. */
  code: AppTokenErrorCode
  /** With `ERR_KALTURA`: Kaltura's code. */
  kalturaCode?: string
  /** In how many milliseconds the next try follows. */
  delayMs: number
}

/** `hashType: 'auto'` has found an application token's hash type: set that one. */
export interface HashTypeFoundEvent {
  type: 'hashTypeFound'
  /** The id of the token. */
  appTokenId: string
  /** Its hash type, which Kaltura has accepted. */
  hashType: Exclude<HashType, 'MD5'>
}

/** Whether `value` is an error of this package, also of another copy of it. */
export function isAppTokenError(value: unknown): value is AppTokenError

/**
 * The one error of this package; `code` tells which, and narrows its type. Its message says
 * what to do next. Nothing in it is secret: no token, hash, KS or user.
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
/** For `instanceof`; only this package makes such errors. */
export const AppTokenError: { readonly prototype: AppTokenError } & (abstract new (
  details: never,
) => AppTokenError)

/** Every value that an error's `code` can have. */
export type AppTokenErrorCode = AppTokenError['code']

/** What all errors of this package have. */
export interface AppTokenErrorBase extends Error {
  readonly name: 'AppTokenError'
  /** Whether the same call may well succeed a little later. */
  readonly retryable: boolean
  /**
   * How many HTTP requests were made, those of other calls that this one waited for included. 0 if
   * nothing was sent, as where a provider remembers a failure.
   */
  readonly attempts: number
  /**
   * How many milliseconds to wait before the next try, where Kaltura's rate limit or a `Retry-After`
   * header asks for that.
   */
  readonly retryAfterMs?: number
  /** What was behind it, redacted; with `ERR_TIMEOUT`: the last failure before it, if there was one. */
  readonly cause?: unknown
}

/**
 * An option or argument is missing or wrong. Nothing was sent, but for a `;` in a user or a privilege:
 * there the widget session was asked for.
 */
export interface InvalidOptionsError extends AppTokenErrorBase {
  readonly code: 'ERR_INVALID_OPTIONS'
  /** Which one, such as `sessionPrivileges[0].name`. */
  readonly path: string
}

/** A call got no answer, or none that could be used. */
export interface CallError extends AppTokenErrorBase {
  readonly code: 'ERR_NETWORK' | 'ERR_BAD_RESPONSE'
  /** The service that was called, such as `appToken`. */
  readonly service: string
  /** Its action, such as `startSession`. */
  readonly action: string
}

/** A status other than 200: from something before Kaltura's API, which always says 200. */
export interface HttpStatusError extends AppTokenErrorBase {
  readonly code: 'ERR_HTTP_STATUS'
  /** The status. */
  readonly status: number
  /** The service that was called. */
  readonly service: string
  /** Its action. */
  readonly action: string
}

/** Kaltura refused. */
export interface KalturaError extends AppTokenErrorBase {
  readonly code: 'ERR_KALTURA'
  /** Kaltura's own code, such as `APP_TOKEN_ID_NOT_FOUND`. */
  readonly kalturaCode: string
  /** With `INVALID_KS`: why, such as `EXPIRED` or `LOGOUT`. */
  readonly ksRefusal?: string
  /** The service that was called. */
  readonly service: string
  /** Its action. */
  readonly action: string
}

/**
 * The session differs from what was asked for, in a way that `grants` doesn't allow. Or its KS is not
 * what Kaltura's answer says of it: then the difference has neither `asked` nor `granted`.
 */
export interface NotGrantedError extends AppTokenErrorBase {
  readonly code: 'ERR_NOT_GRANTED'
  /** In what. */
  readonly differences: readonly Difference[]
}

/** Errors that their code says all about. */
export interface OtherError extends AppTokenErrorBase {
  readonly code:
    | 'ERR_TIMEOUT'
    | 'ERR_ABORTED'
    /**
     * The function or signer given as `appToken` (or the function given as `adminSecret` or `ks` of a
     * manager) failed; or a signer gave no hash, and `retryable` is false.
     */
    | 'ERR_TOKEN_SOURCE'
    /** Every session of the token is refused: `session.end` was called with one of them. */
    | 'ERR_SESSION_REVOKED'
    /** The package was imported in a web page. */
    | 'ERR_BROWSER'
    /** The runtime refused to compile WebAssembly; see `kaltura-app-token/slim`. Or it had no memory. */
    | 'ERR_WASM'
    /**
     * A fault of this package; `retryable` where WebAssembly has trapped, as it does when memory runs
     * out: that ends all calls under way, and the next one gets a new instance.
     */
    | 'ERR_INTERNAL'
}

/** What is asked of a `fetch`; the global one of every runtime does. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>

/** What `fetch` is called with. */
export interface FetchInit {
  method: 'POST'
  headers: Record<string, string>
  /** JSON, with the credentials in it. */
  body: string
  /** Redirects must not be followed. */
  redirect: 'manual'
  signal: Signal
}

/** What of a `Response` is used. */
export interface FetchResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  /** A `ReadableStream` of bytes; where there is none, `text()` is called. */
  readonly body?: unknown
  text(): Promise<string>
}

/** The runtime's own `AbortSignal`, where its types are known. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Known } }
  ? Known
  : SignalLike

/** What of an `AbortSignal` is used. */
export interface SignalLike {
  readonly aborted: boolean
  readonly reason?: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

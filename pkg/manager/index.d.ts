import type {
  ConnectionOptions,
  HashType,
  ListedPrivilege,
  MintedEvent,
  RetriedEvent,
  SessionOptions,
  Signal,
} from '../index.js'

/**
 * Makes a manager that adds, lists, changes, rotates and deletes application tokens, as an administrator.
 * Values that Kaltura would misread are refused before anything is sent. Values that work but are unwise
 * are returned as {@link AppTokenWarning}s.
 *
 * Use it in tools that prepare a back end, not in the back end itself: anybody who may make application
 * tokens may do everything in the account.
 *
 * @throws {@link AppTokenError} with `ERR_INVALID_OPTIONS`
 *
 * @example
 * ```js
 * import { createAppTokenManager } from 'kaltura-app-token'
 *
 * const manager = createAppTokenManager({
 *   partnerId: process.env.KALTURA_PARTNER_ID,
 *   adminSecret: process.env.KALTURA_ADMIN_SECRET,
 * })
 * const { appToken, warnings } = await manager.add({
 *   sessionUserId: 'viewer@example.org',
 *   sessionType: 'user',
 *   sessionDuration: 3600,
 *   description: 'the portal',
 * })
 * for (const { path, message } of warnings) console.warn(`${path}: ${message}`)
 * console.log(appToken.id, appToken.token)
 * ```
 */
export function createAppTokenManager(options: ManagerOptions): AppTokenManager

/** The options of {@link createAppTokenManager}: a connection, and a KS or a secret. */
export type ManagerOptions = ManagerConnection & (ManagerKs | ManagerSecret)

/** How to reach Kaltura. */
export interface ManagerConnection
  extends Omit<ConnectionOptions, 'appTokenId' | 'appToken' | 'hashType' | 'onEvent' | 'auditKey'>,
    Pick<SessionOptions, 'timeoutMs'> {
  /**
   * Receives an event for each retry, and one for the session with which {@link AppTokenManager.rotate}
   * proves a successor. Events contain no secrets.
   */
  onEvent?: (event: RetriedEvent | MintedEvent) => void
}

/** Options for managing with an existing KS. */
export interface ManagerKs {
  /**
   * The KS of an ADMIN session, or a function that returns one. A function is called before each call to
   * Kaltura, and once more if Kaltura refuses the KS as dead.
   */
  ks: string | (() => string | Promise<string>)
  adminSecret?: undefined
  userId?: undefined
}

/** Options for managing with the account's admin secret. */
export interface ManagerSecret {
  /**
   * The partner's admin secret, or a function that fetches it. It never leaves the process: the KSs for the
   * calls are made here, with a lifetime of five minutes. A function is called for each of these KSs.
   */
  adminSecret: string | (() => string | Promise<string>)
  ks?: undefined
  /**
   * The administrator who makes the calls, for Kaltura's audit trail.
   *
   * @default '' (nobody)
   */
  userId?: string
}

/** Manages application tokens; made by {@link createAppTokenManager}. */
export interface AppTokenManager {
  /**
   * Makes an application token (`appToken.add`). Only this result has the token's value, as
   * `appToken.token`: store it where your back end can read it.
   *
   * If the response is lost, the call is **not** retried, because the token may have been made. The error
   * says so, and is not `retryable`.
   */
  add(fields: NewAppTokenFields, options?: FieldsOptions): Promise<AddedAppToken>
  /** Returns an application token (`appToken.get`), without its value. */
  get(id: string, options?: ManagerCallOptions): Promise<AppToken>
  /**
   * Lists application tokens (`appToken.list`), without their values. `await` gives one page. Iteration
   * gives all tokens from the pager's page on, with one request for each page. Nothing is sent before
   * either.
   *
   * Tokens that are made or deleted meanwhile may move others to another page. No token is returned twice,
   * but one may be missed: to delete many tokens, collect them first.
   *
   * @example
   * ```js
   * const { appTokens, totalCount } = await manager.list({ statusEqual: 2 }, { pageSize: 10 })
   *
   * for await (const { id, description } of manager.list()) console.log(id, description)
   * ```
   */
  list(filter?: AppTokenFilter, pager?: AppTokenPager, options?: ManagerCallOptions): AppTokenList
  /** Changes the given fields (`appToken.update`); `null` clears a field. */
  update(id: string, fields: AppTokenChanges, options?: FieldsOptions): Promise<UpdatedAppToken>
  /**
   * Deletes an application token (`appToken.delete`). All its sessions end at once, except isolated ones
   * (`isolatedSessions`), which live until they expire; a warning says so. Deletion can't be undone.
   *
   * Reads the token first, in a separate request.
   */
  delete(id: string, options?: ManagerCallOptions): Promise<DeletedAppToken>
  /**
   * Makes a successor with the same properties and another value, and tests it by starting a session with
   * it. The predecessor is not changed: give the successor to your back end, make sure that it is used, and
   * then `delete` the predecessor.
   *
   * If the test fails, the successor is deleted again, and the error says so. This happens even if `signal`
   * or `timeoutMs` has ended the call, which then may take longer by the manager's `timeoutMs`.
   */
  rotate(id: string, options?: ManagerCallOptions): Promise<Rotation>
}

/** How long to wait for a call of a manager. */
export interface ManagerCallOptions {
  /** The time for the whole call, including retries, in milliseconds; by default the manager's. */
  timeoutMs?: number
  /** Ends the call, which then rejects with `ERR_ABORTED`. */
  signal?: Signal
}

/** The options of calls that set fields. */
export interface FieldsOptions extends ManagerCallOptions {
  /**
   * Allows any characters in `sessionUserId`. Kaltura refuses most of them for a user that it doesn't
   * know yet.
   *
   * @default false
   */
  knownUser?: boolean
}

/** The fields of an application token. Names and units are Kaltura's. */
export interface AppTokenFields {
  /**
   * The user of all sessions of the token. `''` makes them anonymous. `null` lets the token's holder choose
   * the user, which Kaltura allows only some partners. Kaltura creates an unknown user; its id may have 1
   * to 100 letters, digits and ``,!#$%&'*+?^_`{|}~.@-``.
   */
  sessionUserId: string | null
  /**
   * The type of all sessions of the token. Without it, the token's holder may ask for an ADMIN session,
   * which may do everything; a warning says so.
   */
  sessionType?: 'user' | 'admin' | 0 | 2 | null
  /** The maximum lifetime of sessions, in seconds; by default the partner's maximum. */
  sessionDuration?: number | null
  /**
   * The privileges of sessions, as Kaltura's text (`'sview:*,edit:0_a'`) or as a list. A name that differs
   * from one of Kaltura's own only in case or by surrounding characters is an error. A value that Kaltura
   * can't use, and a name in which Kaltura's search finds another privilege, is a warning.
   */
  sessionPrivileges?: string | readonly ListedPrivilege[] | null
  /**
   * When the token expires, in unix seconds; by default never. It must be a time, not a duration: Kaltura
   * reads values of less than ten years as seconds from now.
   */
  expiry?: number | null
  /**
   * The digest that proves the token. Its holder must use the same one as `hashType`.
   *
   * @default 'SHA256' (Kaltura's own default is SHA1)
   */
  hashType?: HashType
  /** What the token is for. */
  description?: string | null
}

/** The fields of a new application token. */
export interface NewAppTokenFields extends AppTokenFields {
  /**
   * Adds `sessionid:*` to the privileges, so that each session can have a `sessionid` of its own and end
   * alone. Without it, anybody who holds a session, including a visitor of a web page, can end all sessions
   * of the token for a day or more with `session.end`.
   *
   * The price, which a warning repeats: such sessions outlive the deletion of the token until they expire,
   * and anybody who holds the token can end the sessions of any other token of the account. So
   * `sessionDuration` is an hour unless you set it.
   *
   * @default false
   */
  isolatedSessions?: boolean
}

/** Changes to an application token; `null` clears a field. */
export interface AppTokenChanges extends Partial<AppTokenFields> {
  /** The maximum lifetime of sessions, in seconds. It can't be cleared, because no session would live. */
  sessionDuration?: number
}

/** An application token without its value. Fields that the token leaves open are `null`. */
export interface AppToken {
  /** The id, such as `0_ab12cd34`. Not a secret. */
  id: string
  partnerId: number
  /** 1 disabled, 2 active, 3 deleted. */
  status: 1 | 2 | 3
  /** The digest that proves the token. */
  hashType: HashType
  /** 0 user, 2 admin; `null`: the holder may ask for either. */
  sessionType: 0 | 2 | null
  /** `''`: sessions are anonymous; `null`: the holder may ask for any user. */
  sessionUserId: string | null
  /** The maximum lifetime of sessions, in seconds. */
  sessionDuration: number | null
  /** The privileges of sessions, for `parsePrivileges`. */
  sessionPrivileges: string | null
  /** When the token expires, in unix seconds; `null`: never. */
  expiry: number | null
  description: string | null
  /** In unix seconds. */
  createdAt: number
  /** In unix seconds. */
  updatedAt: number
}

/** An application token with its value. */
export interface NewAppToken extends AppToken {
  /** The value: a secret, for the option `appToken` of the back end that starts sessions with it. */
  token: string
}

/** The result of {@link AppTokenManager.add}. */
export interface AddedAppToken {
  appToken: NewAppToken
  /** What works but may not be intended; empty if there is nothing. */
  warnings: AppTokenWarning[]
}

/** The result of {@link AppTokenManager.update}. */
export interface UpdatedAppToken {
  appToken: AppToken
  /** What works but may not be intended; empty if there is nothing. */
  warnings: AppTokenWarning[]
}

/** The result of {@link AppTokenManager.delete}. */
export interface DeletedAppToken {
  /** Empty if all sessions of the token have ended. */
  warnings: AppTokenWarning[]
}

/** The result of {@link AppTokenManager.rotate}. */
export interface Rotation {
  /** The old token, which stays in force until it is deleted. */
  predecessor: AppToken
  /** The new token, in force and tested. */
  successor: NewAppToken
  /** What works but may not be intended about the properties of both. */
  warnings: AppTokenWarning[]
}

/** A setting that works but may not be intended. */
export interface AppTokenWarning {
  /**
   * - `WEAK_HASH_TYPE`: SHA1 or MD5, although SHA256 costs nothing.
   * - `HASH_TYPE_CHANGED`: the token's holder must use the new hash type.
   * - `ANY_SESSION_TYPE`: the token's holder can ask for an ADMIN session.
   * - `ADMIN_SESSIONS`: all sessions may do everything.
   * - `ANY_USER`: the token's holder can ask for any user's session.
   * - `ANONYMOUS_SESSIONS`: no session has a user.
   * - `LONG_SESSIONS`: sessions live for more than 30 days; the value may be in milliseconds.
   * - `SESSIONS_END_TOGETHER`: anybody who holds a session of this USER token can end them all. For web
   *   pages, isolate the sessions, or restrict the token with a `urirestrict` without `multirequest`.
   * - `ISOLATED_SESSIONS`: sessions can end alone, and outlive the token.
   * - `LONG_ISOLATED_SESSIONS`: isolated sessions may live for more than an hour.
   * - `SESSIONS_OUTLIVE_TOKEN`: the deleted token's isolated sessions are still alive.
   * - `MISSPELT_PRIVILEGE`: a name differs from one of Kaltura's own only in case or by surrounding
   *   characters, so it restricts nothing (from `rotate`; elsewhere it is an error).
   * - `HIDDEN_PRIVILEGE`: Kaltura's search finds another privilege in one, as in `xedit:0_a`.
   * - `PRIVILEGE_COMMA`: the text after a comma is probably the rest of a value.
   * - `PRIVILEGE_VALUE`: values that Kaltura can't use, such as `iprestrict:10.0.0.1/24`.
   * - `REPLACEABLE_RESTRICTION`: the token's holder can replace the restriction, because one of its values
   *   is `*`, or a path of `urirestrict` ends in `/*`.
   */
  code:
    | 'WEAK_HASH_TYPE'
    | 'HASH_TYPE_CHANGED'
    | 'ANY_SESSION_TYPE'
    | 'ADMIN_SESSIONS'
    | 'ANY_USER'
    | 'ANONYMOUS_SESSIONS'
    | 'LONG_SESSIONS'
    | 'SESSIONS_END_TOGETHER'
    | 'ISOLATED_SESSIONS'
    | 'LONG_ISOLATED_SESSIONS'
    | 'SESSIONS_OUTLIVE_TOKEN'
    | 'MISSPELT_PRIVILEGE'
    | 'HIDDEN_PRIVILEGE'
    | 'PRIVILEGE_COMMA'
    | 'PRIVILEGE_VALUE'
    | 'REPLACEABLE_RESTRICTION'
  /** The field, such as `sessionType`. */
  path: string
  /** What the warning means, and what to do instead. */
  message: string
}

/** Gives one page when awaited, and all application tokens when iterated. */
export interface AppTokenList extends PromiseLike<AppTokenPage>, AsyncIterable<AppToken> {}

/** A page of application tokens. */
export interface AppTokenPage {
  appTokens: AppToken[]
  /** The number of tokens on all pages. */
  totalCount: number
}

/** Which application tokens to list. All conditions must hold; times are in unix seconds. */
export interface AppTokenFilter {
  idEqual?: string
  /** Any of these, as a list or as text with commas. */
  idIn?: readonly string[] | string
  /** 1 disabled, 2 active; deleted ones (3) are never listed. */
  statusEqual?: 1 | 2 | 3
  /** Any of these, as a list or as text with commas. */
  statusIn?: readonly (1 | 2 | 3)[] | string
  sessionUserIdEqual?: string
  createdAtGreaterThanOrEqual?: number
  createdAtLessThanOrEqual?: number
  updatedAtGreaterThanOrEqual?: number
  updatedAtLessThanOrEqual?: number
  orderBy?: '+createdAt' | '-createdAt' | '+updatedAt' | '-updatedAt'
}

/** Which page of a list. */
export interface AppTokenPager {
  /**
   * The number of tokens on a page, 1 to 500.
   *
   * @default 30, or 500 for iteration
   */
  pageSize?: number
  /**
   * The page, or the first page of an iteration, 1 to 10 000.
   *
   * @default 1
   */
  pageIndex?: number
}

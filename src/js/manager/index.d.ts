import type {
  ConnectionOptions,
  HashType,
  RetriedEvent,
  ListedPrivilege,
  SessionOptions,
  Signal,
} from '../entries/index.js'

/**
 * Makes, lists, changes, replaces and deletes application tokens, as an administrator. What
 * Kaltura would misread is refused before anything is sent, and what works but is unwise comes
 * back as {@link AppTokenWarning}s.
 *
 * This is for the tools that prepare a back end, not for the back end itself: whoever may make
 * application tokens may do everything in the account.
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

/** The options of {@link createAppTokenManager}: a connection, and either a KS or a secret. */
export type ManagerOptions = ManagerConnection & (ManagerKs | ManagerSecret)

/** Where Kaltura is, and how to reach it. */
export interface ManagerConnection
  extends Omit<ConnectionOptions, 'appTokenId' | 'appToken' | 'hashType' | 'onEvent' | 'auditKey'>,
    Pick<SessionOptions, 'timeoutMs'> {
  /** Told of retries; there is nothing secret in an event. */
  onEvent?: (event: RetriedEvent) => void
}

/** To manage with a KS that is at hand. */
export interface ManagerKs {
  /**
   * The KS of an ADMIN session, or a function that gives one. A function is asked before each
   * call, and once more if Kaltura takes what it gave for dead.
   */
  ks: string | (() => string | Promise<string>)
  adminSecret?: undefined
  userId?: undefined
}

/** To manage with the account's admin secret. */
export interface ManagerSecret {
  /**
   * The partner's admin secret, or a function that fetches it. It never leaves the process: the
   * KSs for the calls are made from it here, with a life of five minutes. A function is asked
   * for each of these.
   */
  adminSecret: string | (() => string | Promise<string>)
  ks?: undefined
  /**
   * The administrator in whose name the calls are made, for Kaltura's audit trail.
   *
   * @default '' (nobody)
   */
  userId?: string
}

/** Manages application tokens; made by {@link createAppTokenManager}. */
export interface AppTokenManager {
  /**
   * Makes an application token (`appToken.add`). Its value is in the result, as
   * `appToken.token`, and in no other: keep it where your back end finds it.
   *
   * A call whose answer is lost is **not** tried again, since it may have made the token: the
   * error says so, and is not `retryable`.
   */
  add(fields: NewAppTokenFields, options?: FieldsOptions): Promise<AddedAppToken>
  /** One application token (`appToken.get`), without its value. */
  get(id: string, options?: ManagerCallOptions): Promise<AppToken>
  /**
   * Application tokens (`appToken.list`), without their values. `await` gives one page; as an
   * async iterable it gives all of them, from the pager's page on, in as many requests as there
   * are pages. Nothing is sent before either is asked for.
   *
   * Tokens that are made or deleted meanwhile may move others to another page. None comes
   * twice, but one may be missed: to delete many, gather them first.
   *
   * @example
   * ```js
   * const { appTokens, totalCount } = await manager.list({ statusEqual: 2 }, { pageSize: 10 })
   *
   * for await (const { id, description } of manager.list()) console.log(id, description)
   * ```
   */
  list(
    filter?: AppTokenFilter,
    pager?: AppTokenPager,
    options?: ManagerCallOptions,
  ): AppTokenList
  /** Changes what `fields` names (`appToken.update`); `null` clears a field. */
  update(id: string, fields: AppTokenChanges, options?: FieldsOptions): Promise<UpdatedAppToken>
  /**
   * Deletes an application token (`appToken.delete`). All its sessions end at once, but for isolated
   * ones (`isolatedSessions`), which live on until they expire: a warning says so. It can't be
   * brought back.
   *
   * What is to be deleted is looked at first, in a request of its own.
   */
  delete(id: string, options?: ManagerCallOptions): Promise<DeletedAppToken>
  /**
   * Makes a successor with the same properties and another value, and proves it by starting a
   * session with it. The predecessor stays as it is: give the successor to your back end, see
   * that it is used, and then `delete` the predecessor.
   *
   * If the proof fails, the successor is deleted again, and the error says so. That is done even
   * when `signal` or `timeoutMs` has ended the call, which then may take the manager's `timeoutMs`
   * longer.
   */
  rotate(id: string, options?: ManagerCallOptions): Promise<Rotation>
}

/** How long to wait for a call of a manager. */
export interface ManagerCallOptions {
  /** For the whole call, retries included, in milliseconds; the manager's own by default. */
  timeoutMs?: number
  /** Ends the call, which then rejects with `ERR_ABORTED`. */
  signal?: Signal
}

/** The same, for calls that set fields. */
export interface FieldsOptions extends ManagerCallOptions {
  /**
   * Allows a `sessionUserId` with any characters. Kaltura refuses most of them for a user whom
   * it doesn't know yet.
   *
   * @default false
   */
  knownUser?: boolean
}

/** What an application token is to be. Names, and units, are Kaltura's. */
export interface AppTokenFields {
  /**
   * The user of all its sessions. `''` makes them all anonymous; `null` leaves the user to the
   * token's holder, which Kaltura allows some partners only. A user whom Kaltura doesn't know is
   * made; its id may have 1 to 100 letters, digits and ``,!#$%&'*+?^_`{|}~.@-``.
   */
  sessionUserId: string | null
  /**
   * The type of all its sessions. Left out, the token's holder may ask for an ADMIN session,
   * which may do everything: a warning says so.
   */
  sessionType?: 'user' | 'admin' | 0 | 2 | null
  /** The longest life of its sessions, in seconds. Left out: the partner's longest. */
  sessionDuration?: number | null
  /**
   * What its sessions may do, as Kaltura's text (`'sview:*,edit:0_a'`) or as a list. A name that is
   * Kaltura's own but for case or for what is beside it is an error; what Kaltura can make nothing
   * of, or what its search would find in it, is a warning.
   */
  sessionPrivileges?: string | readonly ListedPrivilege[] | null
  /**
   * When the token itself ends, in unix seconds: a moment, never a duration, since Kaltura takes
   * what is less than ten years for seconds from now. Left out: never.
   */
  expiry?: number | null
  /**
   * The digest that proves the token. Its holder has to say the same one, as `hashType`.
   *
   * @default 'SHA256' (Kaltura's own default is SHA1)
   */
  hashType?: HashType
  /** What it is for. */
  description?: string | null
}

/** What a new application token is to be. */
export interface NewAppTokenFields extends AppTokenFields {
  /**
   * Adds `sessionid:*` to the privileges, so that each session can ask for a `sessionid` of its own
   * and end alone. Without it, whoever holds a session, a page's visitor too, can call `session.end`
   * and so end all sessions of the token for a day or more.
   *
   * It has a price, which a warning tells: such sessions outlive the deletion of the token until they
   * expire, and whoever holds the token can end those of any other token of the account. So
   * `sessionDuration` is an hour unless you give another.
   *
   * @default false
   */
  isolatedSessions?: boolean
}

/** What of an application token is to change; `null` clears. */
export interface AppTokenChanges extends Partial<AppTokenFields> {
  /** The longest life of its sessions, in seconds; without one no session would live. */
  sessionDuration?: number
}

/** An application token, as Kaltura has it, but for its value. `null` is what it leaves open. */
export interface AppToken {
  /** Such as `0_ab12cd34`. Not a secret. */
  id: string
  partnerId: number
  /** 1 disabled, 2 active, 3 deleted. */
  status: 1 | 2 | 3
  /** The digest that proves it. */
  hashType: HashType
  /** 0 user, 2 admin; `null`: its holder may ask for either. */
  sessionType: 0 | 2 | null
  /** `''`: its sessions are anonymous; `null`: its holder may ask for any user. */
  sessionUserId: string | null
  /** In seconds. */
  sessionDuration: number | null
  /** For `parsePrivileges`. */
  sessionPrivileges: string | null
  /** When it ends, in unix seconds; `null`: never. */
  expiry: number | null
  description: string | null
  /** In unix seconds. */
  createdAt: number
  /** In unix seconds. */
  updatedAt: number
}

/** An application token with its value. */
export interface NewAppToken extends AppToken {
  /** The value: a secret, for the `appToken` option of whoever starts sessions with it. */
  token: string
}

/** What {@link AppTokenManager.add} gives. */
export interface AddedAppToken {
  appToken: NewAppToken
  /** What works, but may not be what was meant; empty if there is nothing to say. */
  warnings: AppTokenWarning[]
}

/** What {@link AppTokenManager.update} gives. */
export interface UpdatedAppToken {
  appToken: AppToken
  /** What works, but may not be what was meant; empty if there is nothing to say. */
  warnings: AppTokenWarning[]
}

/** What {@link AppTokenManager.delete} gives. */
export interface DeletedAppToken {
  /** What else there is to know; empty if all sessions of the token have ended. */
  warnings: AppTokenWarning[]
}

/** What {@link AppTokenManager.rotate} gives. */
export interface Rotation {
  /** Still in force, until it is deleted. */
  predecessor: AppToken
  /** In force, and proved. */
  successor: NewAppToken
  /** What could be better about the properties of both. */
  warnings: AppTokenWarning[]
}

/** Something that works, but may not be what was meant. */
export interface AppTokenWarning {
  /**
   * - `WEAK_HASH_TYPE`: SHA1 or MD5, where SHA256 costs nothing;
   * - `HASH_TYPE_CHANGED`: whoever holds the token has to say the new one;
   * - `ANY_SESSION_TYPE`: the token's holder can ask for an ADMIN session;
   * - `ADMIN_SESSIONS`: all sessions may do everything;
   * - `ANY_USER`: the token's holder can ask for any user's session;
   * - `ANONYMOUS_SESSIONS`: no session has a user;
   * - `LONG_SESSIONS`: sessions of more than 30 days; were milliseconds meant?
   * - `SESSIONS_END_TOGETHER`: whoever holds a session of this USER token can end them all; for
   *   pages, isolate them, or close the token by a `urirestrict` without `multirequest`;
   * - `ISOLATED_SESSIONS`: its sessions can end alone, and outlive the token;
   * - `LONG_ISOLATED_SESSIONS`: those may live for more than an hour;
   * - `SESSIONS_OUTLIVE_TOKEN`: the deleted token's isolated sessions live on;
   * - `MISSPELT_PRIVILEGE`: a name that is Kaltura's own but for case or what is beside it, which
   *   restricts nothing (told by `rotate`; elsewhere it is an error);
   * - `HIDDEN_PRIVILEGE`: Kaltura's search finds another privilege in one, as in `xedit:0_a`;
   * - `PRIVILEGE_COMMA`: what follows a comma is likely the rest of a value;
   * - `PRIVILEGE_VALUE`: values that Kaltura can make nothing of, such as `iprestrict:10.0.0.1/24`;
   * - `REPLACEABLE_RESTRICTION`: the token's holder can ask for another in its place, since one of
   *   its values is `*`; a path of `urirestrict` that ends in `/*` is enough.
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
  /** What it means, and what would be better. */
  message: string
}

/** One page when awaited, all application tokens when iterated. */
export interface AppTokenList extends PromiseLike<AppTokenPage>, AsyncIterable<AppToken> {}

/** A page of application tokens. */
export interface AppTokenPage {
  appTokens: AppToken[]
  /** How many there are on all pages. */
  totalCount: number
}

/** Which application tokens to list. All conditions have to hold; times are unix seconds. */
export interface AppTokenFilter {
  idEqual?: string
  /** Any of these; also as text with commas between. */
  idIn?: readonly string[] | string
  /** 1 disabled, 2 active; deleted ones (3) are never listed. */
  statusEqual?: 1 | 2 | 3
  /** Any of these; also as text with commas between. */
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
   * Tokens on a page, 1 to 500.
   *
   * @default 30, or 500 to iterate over all
   */
  pageSize?: number
  /**
   * The page, or when iterating the first of the pages, 1 to 10 000.
   *
   * @default 1
   */
  pageIndex?: number
}

import type { ListedPrivilege, Privilege } from '../entries/index.js'

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

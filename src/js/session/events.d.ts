import type { AppTokenErrorCode } from '../common/error-types.js'
import type { HashType } from '../entries/index.js'

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

// An audit trail: events say which session they are about, without a name or a secret in it.
import { tell } from './host.js'
import { keyOf } from './token.js'

/**
 * @import { AppTokenEvent, AppTokenSession } from '../entries/index.js'
 * @import { ProviderCore } from '../kaltura_app_token.js'
 * @import { ProviderEvent, SessionEvent } from '../provider/index.js'
 */

/** @type {Uint8Array | undefined} */
let ofThisProcess

/**
 * What gives the key of fingerprints: the caller's, or one that only this process has. It is drawn at
 * its first use, since Workers have no random bytes before there is a request.
 * @param {string | Uint8Array | undefined} auditKey
 */
export function auditKeyOf(auditKey) {
  const key = auditKey === undefined ? undefined : keyOf('auditKey', auditKey)
  return () => key ?? (ofThisProcess ??= crypto.getRandomValues(new Uint8Array(32)))
}

/**
 * Tells what happened to a session; `core` knows which token it is of.
 * @param {ProviderCore} core
 * @param {{ onEvent?: ((event: AppTokenEvent | ProviderEvent) => void) | undefined, auditKey: () => Uint8Array }} settings
 * @param {SessionEvent['type'] | 'minted'} type
 * @param {AppTokenSession} session
 */
export function tellOf(core, { onEvent, auditKey }, type, { ks, userId, privileges, expiresAt }) {
  if (!onEvent) return
  try {
    const event = { type, expiresAt, ...core.audit(auditKey(), ks, userId, privileges) }
    tell(onEvent, /** @type {ProviderEvent} */ (event))
  } catch {
    // There is no memory left, which the next call tells of.
  }
}

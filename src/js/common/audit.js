// The audit trail: events identify their session without a name or a secret.
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
 * Returns a function that gives the key of fingerprints: the caller's, or a random one. The random key is
 * drawn at its first use, because Workers have no random bytes before a request.
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
    // No memory left; the next call reports it.
  }
}

// An audit trail: events say which session they are about, without a name or a secret in it.
import { tell } from './host.js'
import { keyOf } from './token.js'

let ofThisProcess

/**
 * What gives the key of fingerprints: the caller's, or one that only this process has. It is drawn at
 * its first use, since Workers have no random bytes before there is a request.
 */
export function auditKeyOf(auditKey) {
  const key = auditKey === undefined ? undefined : keyOf('auditKey', auditKey)
  return () => key ?? (ofThisProcess ??= crypto.getRandomValues(new Uint8Array(32)))
}

/** Tells what happened to a session; `core` knows which token it is of. */
export function tellOf(core, { onEvent, auditKey }, type, { ks, userId, privileges, expiresAt }) {
  if (!onEvent) return
  try {
    tell(onEvent, { type, expiresAt, ...core.audit(auditKey(), ks, userId, privileges) })
  } catch {
    // There is no memory left, which the next call tells of.
  }
}

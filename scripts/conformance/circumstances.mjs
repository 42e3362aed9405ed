// What changed on the server between two records without a request that tells: known by the
// name of the record, and set through the emulator's own switches.

/**
 * @import { Emulator, RateLimit } from 'kaltura-app-token/emulator'
 * @import { Partner } from './seeds.mjs'
 */

/**
 * Whom a request is about.
 * @typedef {{ appTokenId?: string | undefined, partnerId?: number | undefined, userId?: string | undefined }} Subject
 */

/** @type {Record<string, RateLimit[]>} */
const RATE_LIMITS = {
  'ratelimit.startSession': [{ service: 'appToken', action: 'startSession', max: 3, window: 6, per: 'id' }],
  'ratelimit.on_error': [{ service: 'appToken', action: 'get', max: 3, window: 10, errorsOnly: true }],
}

/**
 * Sets the stage for `record`. `subject` tells whom its request is about.
 * @param {Emulator} kaltura
 * @param {{ name: string }} options
 * @param {Subject} subject
 */
export function setStage(kaltura, { name }, subject) {
  const family = Object.keys(RATE_LIMITS).find((prefix) => name.startsWith(prefix))
  const rateLimits = RATE_LIMITS[family ?? ''] ?? []
  // The server is started anew to read its limits.
  if (rateLimits[0]?.action !== kaltura.state().switches?.rateLimits?.[0]?.action) {
    kaltura.flushCaches()
  }
  const isDown = /^dbdown\.(?!recovered|before|after)/.test(name)
  kaltura.set({ database: !isDown, rateLimits })

  const { appTokenId, partnerId, userId } = subject
  if (appTokenId) {
    if (/disabled_token|^token_disabled\.(?!.*(before|enabled|reactivat))|not_active\.1/.test(name)) {
      kaltura.setAppToken(appTokenId, { status: 1 })
    } else if (/reactivat|re-?enabled/.test(name)) {
      kaltura.setAppToken(appTokenId, { status: 2 })
    } else if (/deleted_token|\.(get|update|list)\.deleted/.test(name)) {
      kaltura.setAppToken(appTokenId, { status: 3 })
    }
  }
  if (partnerId) {
    const status = name.match(/^partner_status_(\d+)\./)?.[1]
    if (status) kaltura.setPartner(partnerId, { status: Number(status) })
    // The server goes on with the old secret as long as its cache holds it.
    if (/^secret_rotated\.(?!before|.*before_cache)/.test(name)) {
      kaltura.setPartner(partnerId, { adminSecret: 'the next admin secret' })
      kaltura.flushCaches()
    }
    if (/^user_blocked\.(?!.*before)/.test(name) && userId && userId !== '0') {
      kaltura.setUser(partnerId, userId, { status: 0 })
    }
  }
  // So it was once more before the last of these.
  if (name.startsWith('final.')) kaltura.flushCaches()
}

/**
 * The name of an earlier record, under whose circumstances the answer to this one was kept.
 * @param {string} name
 */
export const nameBefore = (name) =>
  name
    .replace('dbdown.session_start', 'dbdown.before')
    .replace('dbdown.recovered', 'dbdown.startSession')
    .replace(/not_active\.\d/, 'not_active.1')

/**
 * Puts back what was changed for a record alone.
 * @param {Emulator} kaltura
 * @param {{ name: string }} record
 * @param {Subject} subject
 * @param {Partner[]} partners
 */
export function clearStage(kaltura, { name }, { partnerId, appTokenId }, partners) {
  if (/not_active\./.test(name)) kaltura.setAppToken(appTokenId ?? '', { status: 2 })
  if (!partnerId) return
  const { status, adminSecret } = /** @type {Partner} */ (partners.find((partner) => partner.id === partnerId))
  if (/^(partner_status_|secret_rotated\.)/.test(name)) {
    kaltura.setPartner(partnerId, { status, adminSecret })
  }
}

/**
 * Names that count, such as `ratelimit.startSession_call_4`: the calls before count too.
 * @param {{ name: string }} options
 */
export function countedCall({ name }) {
  const [, family, number] = name.match(/^((?:ratelimit|token_privilege)\..*_)(\d+)$/) ?? []
  return family && { family, number: Number(number) }
}

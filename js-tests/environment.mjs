/** @import { Kaltura } from './suite/harness.js' */

/**
 * What a program's environment says of an emulator that `t.kaltura()` gave.
 * @param {Pick<Kaltura, 'credentials'>} kaltura
 * @returns {Record<string, string>}
 */
export function environmentOf({ credentials }) {
  return {
    KALTURA_SERVICE_URL: credentials.serviceUrl,
    KALTURA_PARTNER_ID: String(credentials.partnerId),
    KALTURA_APP_TOKEN_ID: credentials.appTokenId,
    KALTURA_APP_TOKEN: credentials.appToken,
    KALTURA_HASH_TYPE: credentials.hashType,
  }
}

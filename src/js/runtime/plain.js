// The plain objects that the core is asked for most often, each in one go: set property by
// property, they cost more than all else that a crowd asks of the core. What a literal has is its
// own, whatever somebody may have put into `Object.prototype`.

/**
 * @import { Details } from '../common/error.js'
 * @import { AppTokenSession, Difference } from '../entries/index.js'
 * @import { Lease } from '../kaltura_app_token.js'
 */

export const plain = {
  /**
   * @param {string} ks
   * @param {number} partnerId
   * @param {string} userId
   * @param {0 | 2} sessionType
   * @param {string} privileges
   * @param {number} expiry
   * @param {number} expiresAt
   * @param {Difference[]} differences
   */
  session: (ks, partnerId, userId, sessionType, privileges, expiry, expiresAt, differences) => ({
    ks,
    partnerId,
    userId,
    sessionType,
    privileges,
    expiry,
    expiresAt,
    differences,
  }),
  /**
   * @param {number} wall
   * @param {number} steady
   * @param {number} ticket
   */
  lease: (wall, steady, ticket) => ({ wall, steady, ticket }),
  /**
   * What somebody who asks is to do.
   * @param {AppTokenSession | undefined} session
   * @param {Lease | undefined} lease
   * @param {number | undefined} flight
   * @param {boolean} stale
   * @param {boolean} lead
   */
  told: (session, lease, flight, stale, lead) => ({ session, lease, flight, stale, lead }),
  /**
   * What a flight has brought.
   * @param {AppTokenSession | undefined} session
   * @param {Lease | undefined} lease
   * @param {Details | undefined} failure
   * @param {boolean} stale
   * @param {boolean} renewed
   */
  landed: (session, lease, failure, stale, renewed) => ({ session, lease, failure, stale, renewed }),
}

// Makes the objects that the core returns most often, each in one step: set property by property, they would cost more
// than everything else. A literal's properties are its own, whatever is in `Object.prototype`.

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
   * The decision on a request.
   * @param {AppTokenSession | undefined} session
   * @param {Lease | undefined} lease
   * @param {number | undefined} flight
   * @param {boolean} stale
   * @param {boolean} lead
   */
  told: (session, lease, flight, stale, lead) => ({ session, lease, flight, stale, lead }),
  /**
   * The outcome of a flight.
   * @param {AppTokenSession | undefined} session
   * @param {Lease | undefined} lease
   * @param {Details | undefined} failure
   * @param {boolean} stale
   * @param {boolean} renewed
   */
  landed: (session, lease, failure, stale, renewed) => ({ session, lease, failure, stale, renewed }),
}

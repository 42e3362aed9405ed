// Makes the objects that the core returns most often, each in one step: set property by property, they would cost more
// than everything else. A literal's properties are its own, whatever is in `Object.prototype`: it has
// all that are ever read.

/**
 * @import { Details } from '../common/error.js'
 * @import { AppTokenEvent, AppTokenSession, Difference, HashType } from '../entries/index.js'
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
  decision: (session, lease, flight, stale, lead) => ({
    session,
    lease,
    flight,
    stale,
    lead,
    failure: undefined,
    lost: undefined,
  }),
  /**
   * The outcome of a flight.
   * @param {AppTokenSession | undefined} session
   * @param {Lease | undefined} lease
   * @param {Details | undefined} failure
   * @param {boolean} stale
   * @param {boolean} renewed
   */
  landed: (session, lease, failure, stale, renewed) => ({
    session,
    lease,
    failure,
    stale,
    renewed,
    adopted: undefined,
    lost: undefined,
    silentChecks: undefined,
  }),
  // The next step of a task; see drive.js.
  /**
   * @param {string} url
   * @param {string} body
   */
  send: (url, body) => ({ kind: /** @type {const} */ ('send'), url, body }),
  /** @param {number} credential */
  token: (credential) => ({ kind: /** @type {const} */ ('token'), credential }),
  /**
   * @param {number} credential
   * @param {string} ks
   * @param {HashType} hashType
   */
  hash: (credential, ks, hashType) => ({ kind: /** @type {const} */ ('hash'), credential, ks, hashType }),
  /**
   * @param {number} ms
   * @param {AppTokenEvent} event
   * @param {Details | undefined} failure
   */
  wait: (ms, event, failure) => ({ kind: /** @type {const} */ ('wait'), ms, event, failure }),
  /** @param {AppTokenEvent} event */
  tell: (event) => ({ kind: /** @type {const} */ ('tell'), event }),
  /**
   * @param {unknown} result
   * @param {Details | undefined} failure
   */
  done: (result, failure) => ({ kind: /** @type {const} */ ('done'), result, failure }),
}

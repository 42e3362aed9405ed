// The plain objects that the core is asked for most often, each in one go: set property by
// property, they cost more than all else that a crowd asks of the core. What a literal has is its
// own, whatever somebody may have put into `Object.prototype`.
export const plain = {
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
  lease: (wall, steady, ticket) => ({ wall, steady, ticket }),
  /** What somebody who asks is to do. */
  told: (session, lease, flight, stale, lead) => ({ session, lease, flight, stale, lead }),
  /** What a flight has brought. */
  landed: (session, lease, failure, stale, renewed) => ({ session, lease, failure, stale, renewed }),
}

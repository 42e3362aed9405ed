// What `authorize` grants, and whether a session matches it.
import * as codes from '../common/codes.js'
import { ownProperties } from '../common/options.js'
import { AppTokenError, invalid } from '../common/error.js'
import { refuseUnknown } from './options.js'

/**
 * @import { AppTokenSession, Difference, ListedPrivilege } from '../entries/index.js'
 * @import { ProviderRequest } from '../provider/index.js'
 * @import { KsGrant } from './index.js'
 * @import { HandlerSettings } from './options.js'
 */

/** Stands for the privileges that the application token carries. */
export const TOKEN_PRIVILEGES = Symbol.for('kaltura-app-token.tokenPrivileges')

/**
 * The request to the provider, the key for counting requests, and whether an administrator's session is allowed.
 * @typedef {{ request: ProviderRequest & { userId: string }, limits: [kind: string, user: string], isAdmin: boolean }} Granted
 */

const KNOWN = ['userId', 'sessionPrivileges', 'sessionType', 'expiry', 'limitKey']

/**
 * Reads a grant: the request to the provider, what the session must be, and the key for counting requests. An
 * unknown name is an error, because it may be a misspelt restriction.
 * @param {object} granted
 * @param {HandlerSettings} settings
 * @returns {Granted}
 */
export function readGrant(granted, { expiry: usual, dangerouslyAllowAdmin }) {
  const own = /** @type {Partial<KsGrant>} */ (ownProperties(granted, 'authorize()'))
  refuseUnknown(own, KNOWN, 'authorize().')
  const { userId, sessionType = 0, expiry = usual, limitKey } = own
  if (typeof userId !== 'string') {
    throw invalid('authorize().userId', "a string; '' for an anonymous session")
  }
  const isAdmin = sessionType !== 0 && sessionType !== 'user'
  if (isAdmin && !dangerouslyAllowAdmin) {
    throw invalid('authorize().sessionType', "'user': clients must not get an admin's session")
  }
  if (limitKey !== undefined && typeof limitKey !== 'string') {
    throw invalid('authorize().limitKey', 'a string')
  }
  return {
    request: { userId, sessionType, expiry, ...readPrivileges(own.sessionPrivileges) },
    limits: limitKey === undefined ? ['user', userId] : ['key', limitKey],
    isAdmin,
  }
}

/**
 * A grant without privileges may be a mistake, and the token's own may allow every video.
 * @param {KsGrant['sessionPrivileges'] | null | undefined} privileges
 * @returns {Pick<ProviderRequest, 'sessionPrivileges' | 'noOtherPrivileges'>}
 */
function readPrivileges(privileges) {
  const list = Array.isArray(privileges) ? [...privileges] : [privileges]
  const named = /** @type {ListedPrivilege[]} */ (list.filter((one) => one !== TOKEN_PRIVILEGES))
  const isStated = list.length > 0 && (typeof privileges !== 'string' || /[^\s,]/.test(privileges))
  if (privileges === undefined || privileges === null || !isStated) {
    throw invalid(
      'authorize().sessionPrivileges',
      'stated: what the session may do, or TOKEN_PRIVILEGES for what the application token carries',
    )
  }
  const isAll = named.length === list.length
  return {
    ...(named.length > 0 && {
      sessionPrivileges: Array.isArray(privileges) ? named : /** @type {string} */ (privileges),
    }),
    ...(isAll && { noOtherPrivileges: true }),
  }
}

/**
 * Throws unless the session is what was granted, or less. The provider may only report differences, so each point
 * is checked.
 * @param {AppTokenSession} session
 * @param {Granted} granted
 */
export function checkSession(session, { request, isAdmin }) {
  const { userId, sessionType, differences } = session
  /** @type {Difference[]} */
  const wrong = Array.isArray(differences)
    ? differences.filter(({ effect }) => effect !== 'narrower')
    : [{ field: 'sessionPrivileges', effect: 'broader' }]
  if (userId !== request.userId) wrong.push({ field: 'userId', effect: 'broader' })
  if (sessionType !== 0 && !(isAdmin && sessionType === 2)) {
    wrong.push({ field: 'sessionType', effect: 'broader' })
  }
  if (wrong.length === 0) return
  const named = new Set(wrong.map(({ field, privilege }) => privilege ?? field))
  throw new AppTokenError({
    code: codes.NOT_GRANTED,
    message: `the session is not what authorize() granted (${[...named].join(', ')}), so it is not handed out; check the application token's own fields`,
    differences: wrong.map(unnamed),
  })
}

/**
 * Removes users' names, because errors are logged.
 * @param {Difference} options
 */
const unnamed = ({ field, effect, ...rest }) => (field === 'userId' ? { field, effect } : { field, effect, ...rest })

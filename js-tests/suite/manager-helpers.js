// What tests of the manager have in common.
import { createAppTokenManager, generateKs, startAppTokenSession } from 'kaltura-app-token'

/**
 * @import { Kaltura } from './harness.js'
 * @import { KsFields, ManagerOptions, NewAppToken, NewAppTokenFields, StartOptions } from 'kaltura-app-token'
 */

export const nowS = () => Math.floor(Date.now() / 1000)

/**
 * A manager of this Kaltura's, with what it tells.
 * @param {Pick<Kaltura, 'serviceUrl' | 'partnerId' | 'adminSecret'>} kaltura
 * @param {Partial<ManagerOptions>} [options]
 */
export function managerOf({ serviceUrl, partnerId, adminSecret }, options = {}) {
  const key = 'ks' in options ? {} : { adminSecret }
  return createAppTokenManager(/** @type {ManagerOptions} */ ({ serviceUrl, partnerId, ...key, ...options }))
}

/** @type {NewAppTokenFields} */
export const viewer = { sessionUserId: 'viewer@example.org', sessionType: 'user', sessionDuration: 3600 }

/**
 * @param {Kaltura} kaltura
 * @param {string} action
 */
export const bodiesOf = async (kaltura, action) => {
  const requests = await kaltura.requests()
  const wanted = requests.filter(({ url }) => url.endsWith(`/${action}`))
  return wanted.map(({ body }) => JSON.parse(body))
}

/**
 * @param {{ serviceUrl: string, partnerId: number }} kaltura
 * @param {Pick<NewAppToken, 'id' | 'token' | 'hashType'>} appToken
 * @param {Partial<StartOptions>} [more]
 */
export const start = ({ serviceUrl, partnerId }, { id, token, hashType }, more) =>
  startAppTokenSession({ serviceUrl, partnerId, appTokenId: id, appToken: token, hashType, ...more })

/**
 * @param {{ partnerId: number, adminSecret: string }} kaltura
 * @param {Partial<KsFields>} [fields]
 */
export const adminKs = ({ partnerId, adminSecret }, fields = {}) =>
  generateKs({ partnerId, userId: 'ada', sessionType: 'admin', expiry: nowS() + 600, ...fields }, adminSecret)

/**
 * Calls the API the way any other client does.
 * @param {{ serviceUrl: string }} options
 * @param {string} service
 * @param {string} action
 * @param {object} [params]
 * @returns {Promise<{ ks?: string, code?: string, [name: string]: unknown }>}
 */
export async function use({ serviceUrl }, service, action, params) {
  const response = await fetch(`${serviceUrl}/api_v3/service/${service}/action/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ format: 1, nocache: 1, ...params }),
  })
  return JSON.parse(await response.text())
}

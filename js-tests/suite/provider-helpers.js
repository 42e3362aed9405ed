// What tests of the provider have in common.
import { createSessionProvider } from 'kaltura-app-token'

/**
 * @import { Kaltura } from './harness.js'
 * @import { AppTokenEvent, FetchInit, ProviderEvent, ProviderOptions } from 'kaltura-app-token'
 */

/**
 * A provider of this Kaltura's, with what it tells.
 * @param {Kaltura} kaltura
 * @param {Partial<ProviderOptions>} [options]
 */
export function providerOf(kaltura, options = {}) {
  /** @type {(AppTokenEvent | ProviderEvent)[]} */
  const events = []
  const provider = createSessionProvider({
    ...kaltura.credentials,
    onEvent: (event) => void events.push(event),
    ...options,
  })
  return { provider, told: () => events.map(({ type }) => type) }
}

/** A fetch whose first answer comes when it is let go. */
export function holding() {
  /** @type {(value?: unknown) => void} */
  let letGo = () => {}
  const gate = new Promise((resolve) => {
    letGo = resolve
  })
  /** @type {(value?: unknown) => void} */
  let tell = () => {}
  const answered = new Promise((resolve) => {
    tell = resolve
  })
  /**
   * @param {string} url
   * @param {FetchInit} init
   */
  const held = async (url, init) => {
    const response = await fetch(url, init)
    tell()
    await gate
    return response
  }
  return { fetch: held, answered, letGo }
}

/** @param {Kaltura} kaltura */
export const actionsOf = async (kaltura) => (await kaltura.requests()).map(({ url }) => url.split('/').at(-1))

/**
 * Calls the API the way any other client does.
 * @param {Kaltura} kaltura
 * @param {string} ks
 * @param {string} [service]
 * @param {string} [action]
 * @returns {Promise<{ code?: string, [name: string]: unknown }>}
 */
export async function use(kaltura, ks, service = 'session', action = 'get') {
  const response = await fetch(`${kaltura.serviceUrl}/api_v3/service/${service}/action/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ks, format: 1, nocache: 1 }),
  })
  return JSON.parse(await response.text())
}

/**
 * @param {Kaltura} kaltura
 * @param {string} ks
 */
export const isAlive = async (kaltura, ks) => (await use(kaltura, ks)).code !== 'INVALID_KS'

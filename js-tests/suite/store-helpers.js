// What tests of stores have in common.
import { createSessionProvider } from 'kaltura-app-token'

/**
 * @import { Kaltura } from './harness.js'
 * @import { AppTokenEvent, ProviderEvent, ProviderOptions } from 'kaltura-app-token'
 * @import { SessionStore } from 'kaltura-app-token/stores'
 */

/** @param {number} ms */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * @param {Kaltura} kaltura
 * @param {Partial<ProviderOptions>} [options]
 */
export function providerOf(kaltura, options) {
  /** @type {(AppTokenEvent | ProviderEvent)[]} */
  const events = []
  /** @param {AppTokenEvent | ProviderEvent} event */
  const onEvent = (event) => void events.push(event)
  const provider = createSessionProvider({ ...kaltura.credentials, onEvent, ...options })
  const problems = () =>
    events.flatMap((event) => (event.type === 'storeFailed' ? [`${event.method}: ${event.problem}`] : []))
  return { provider, told: () => events.map(({ type }) => type), problems }
}

/**
 * The store, and every call that it gets, as `method name`.
 * @param {SessionStore} store
 */
export function watched(store) {
  /** @type {string[]} */
  const calls = []
  /** @param {[method: string, run: (name: string, ...args: unknown[]) => unknown]} entry */
  const watch = ([method, run]) => [
    method,
    (/** @type {string} */ name, /** @type {unknown[]} */ ...args) => {
      calls.push(`${method} ${name}`)
      return run(name, ...args)
    },
  ]
  /** @param {string} method */
  const count = (method) => calls.filter((call) => call.startsWith(`${method} `)).length
  const watching = /** @type {SessionStore} */ (Object.fromEntries(Object.entries(store).map(watch)))
  return { store: watching, calls, count }
}

// A handler to be asked.
import { createSessionProvider } from 'kaltura-app-token'
import { createKsHandler, TOKEN_PRIVILEGES } from 'kaltura-app-token/handler'

/**
 * @import { Context, Seed } from './harness.js'
 * @import { AppTokenSession } from 'kaltura-app-token'
 * @import { KsGrant, KsHandlerEvent, KsHandlerOptions } from 'kaltura-app-token/handler'
 */

export const HERE = 'https://app.example.org'
export const THERE = 'https://www.example.org'

/**
 * A grant of what the token carries.
 * @param {Partial<KsGrant>} [fields]
 */
export const granted = (fields) => /** @type {KsGrant} */ ({ sessionPrivileges: TOKEN_PRIVILEGES, ...fields })

/** @typedef {Partial<KsHandlerEvent> & { asked: boolean }} Told */

/**
 * A handler, how to ask it, and what it has told.
 * @param {Context} t
 * @param {Partial<KsHandlerOptions<unknown[]>>} [options]
 * @param {Seed} [seed]
 */
export async function endpoint(t, options, seed) {
  const kaltura = await t.kaltura(seed)
  /** @type {Told[]} */
  const events = []
  const handler = createKsHandler({
    provider: createSessionProvider(kaltura.credentials),
    authorize: () => granted({ userId: 'ada' }),
    onEvent(event, request) {
      // Most of these tokens are open to everything.
      if (event.type !== 'exposed') events.push({ ...event, asked: request !== undefined })
    },
    ...options,
  })
  /**
   * @param {RequestInit & { url?: string }} [init]
   * @param {...unknown} context
   */
  const ask = ({ method = 'POST', url = `${HERE}/ks`, ...init } = {}, ...context) =>
    handler(new Request(url, { method, ...init }), ...context)
  return { kaltura, handler, ask, events }
}

/**
 * What `ask` is answered with, by status and JSON.
 * @param {Response} response
 */
export async function answerOf(response) {
  return { status: response.status, .../** @type {Record<string, unknown>} */ (await response.json()) }
}

/**
 * A session as a provider gives it, for a provider that costs nothing.
 * @param {Partial<AppTokenSession>} [fields]
 */
export const session = (fields) =>
  /** @type {AppTokenSession} */ ({
    ...{ ks: 'k', partnerId: 1, userId: 'ada', sessionType: 0, expiresAt: 0, differences: [] },
    ...fields,
  })

// @ts-self-types="./index.d.ts"
// An endpoint that hands out a KS with few rights, by the caller's rules. Nothing that the client sends decides
// what the session may do.
import * as codes from '../common/codes.js'
import { isAppTokenError } from '../common/error.js'
import { originHeaders, preflight } from './cors.js'
import { checkSession, readGrant } from './grant.js'
import { readOptions } from './options.js'

/**
 * @import { Granted } from './grant.js'
 * @import { KsHandler, KsHandlerEvent, KsHandlerOptions, KsRefusal } from './index.d.ts'
 * @import { HandlerSettings } from './options.js'
 */

export { TOKEN_PRIVILEGES } from './grant.js'

/** @typedef {{ event: Partial<KsHandlerEvent>, response: Response }} Handled */

/**
 * Lets a page of another origin read the response.
 * @param {number} seconds
 */
const retryAfter = (seconds) => ({
  'retry-after': String(seconds),
  'access-control-expose-headers': 'retry-after',
})

/**
 * Makes the handler: `(Request) => Promise<Response>`, which never rejects.
 * @template {unknown[]} Context
 * @param {KsHandlerOptions<Context>} options
 * @returns {KsHandler<Context>}
 */
export function createKsHandler(options) {
  const settings = readOptions(/** @type {KsHandlerOptions<unknown[]>} */ (options))
  return async (request, ...context) => {
    /** @type {Record<string, string> | undefined} */
    let cors = {}
    let isHead = false
    /** @type {Handled} */
    let outcome
    try {
      isHead = request.method === 'HEAD'
      cors = originHeaders(request, settings.origins)
      outcome = cors ? await answer(settings, request, context) : refusal(403, 'forbidden_origin')
      outcome.response = sealed(outcome, cors, isHead)
    } catch (error) {
      outcome = failure(error)
      outcome.response = sealed(outcome, cors, isHead)
    }
    const { event, response } = outcome
    settings.tell({ ...event, status: response.status }, request)
    return response
  }
}

/**
 * @param {HandlerSettings} settings
 * @param {Request} request
 * @param {unknown[]} context
 * @returns {Promise<Handled>}
 */
async function answer(settings, request, context) {
  const { methods } = settings
  if (request.method === 'OPTIONS' && request.headers.has('access-control-request-method')) {
    return { event: { type: 'preflight' }, response: preflight(methods, request) }
  }
  const method = request.method === 'HEAD' ? 'GET' : request.method
  if (!methods.includes(method)) {
    const all = methods.includes('GET') ? [...methods, 'HEAD'] : methods
    return refusal(405, 'method_not_allowed', { allow: all.join(', ') })
  }
  let granted
  try {
    granted = await settings.authorize(request, ...context)
  } catch (thrown) {
    return said(thrown)
  }
  if (isResponse(granted)) return decided(granted)
  return granted ? hand(settings, readGrant(granted, settings)) : refusal(401, 'unauthorized')
}

/**
 * Fetches the granted session.
 * @param {HandlerSettings} settings
 * @param {Granted} granted
 * @returns {Promise<Handled>}
 */
async function hand({ limit, obtain, timeoutMs }, granted) {
  const { limits, request } = granted
  const wait = await limit?.take(...limits)
  if (wait) return refusal(429, 'too_many_requests', retryAfter(wait))
  const session = await obtain({ ...request, timeoutMs })
  checkSession(session, granted)
  const { ks, partnerId, userId, expiresAt, differences } = session
  const expiresIn = Math.max(0, Math.floor((expiresAt - Date.now()) / 1000))
  const body = { ks, partnerId, userId, expiresAt, expiresIn }
  return { event: { type: 'served', differences }, response: json(200, body) }
}

/**
 * Handles what `authorize` threw: frameworks refuse by throwing a Response or an error with a status.
 * @param {unknown} thrown
 */
function said(thrown) {
  if (isResponse(thrown)) return decided(thrown)
  const { status, statusCode } = Object(thrown)
  /** @param {number} code */
  const says = (code) => status === code || statusCode === code
  // A status of Kaltura's says nothing about the client.
  if (isAppTokenError(thrown)) throw thrown
  if (says(401)) return refusal(401, 'unauthorized')
  if (says(403)) return refusal(403, 'forbidden')
  throw thrown
}

/**
 * @param {number} status
 * @param {KsRefusal['error'] | 'authorize'} reason
 * @param {Record<string, string>} [headers]
 * @returns {Handled}
 */
function refusal(status, reason, headers) {
  return { event: { type: 'refused', reason }, response: json(status, { error: reason }, headers) }
}

/** @typedef {{ code?: string, retryable?: boolean, retryAfterMs?: number }} Failed */

/** After how many seconds a revoked token is tried again. */
const REVOKED_S = 60

/**
 * The response to a failure. Only `onEvent` learns the cause.
 * @param {unknown} error
 * @returns {Handled}
 */
function failure(error) {
  const { code, retryable, retryAfterMs = 0 } = /** @type {Failed} */ (isAppTokenError(error) ? error : {})
  if (code === codes.SESSION_REVOKED) {
    const { response } = refusal(503, 'unavailable', retryAfter(REVOKED_S))
    return { event: { type: 'revoked', error }, response }
  }
  const seconds = retryAfterMs > 0 ? Math.ceil(retryAfterMs / 1000) : 5
  const { response } = retryable ? refusal(503, 'unavailable', retryAfter(seconds)) : refusal(500, 'server_error')
  return { event: { type: 'failed', error }, response }
}

/**
 * The caller's own response, such as a redirect to sign in.
 * @param {Response} response
 * @returns {Handled}
 */
function decided(response) {
  return { event: { type: 'refused', reason: 'authorize' }, response }
}

/**
 * Whether a value is a Response. Adapters have their own class, so the class isn't checked.
 * @param {unknown} value
 * @returns {value is Response}
 */
function isResponse(value) {
  const { status, headers } = /** @type {Partial<Response>} */ (value ?? {})
  return typeof status === 'number' && typeof headers?.get === 'function'
}

/**
 * @param {number} status
 * @param {unknown} body
 * @param {Record<string, string>} [headers]
 */
function json(status, body, headers = {}) {
  const text = JSON.stringify(body)
  return new Response(text, { status, headers: { 'content-type': 'application/json', ...headers } })
}

/**
 * Seals a response: nothing may cache it, or use it for another origin.
 * @param {Handled} handled
 * @param {Record<string, string> | undefined} cors
 * @param {boolean} isHead
 */
function sealed({ response }, cors, isHead) {
  const { status, statusText } = response
  const body = isHead ? null : response.body
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(cors ?? {})) headers.set(name, value)
  headers.set('cache-control', 'no-store')
  headers.set('x-content-type-options', 'nosniff')
  headers.append('vary', 'Origin')
  return new Response(body, { status, statusText, headers })
}

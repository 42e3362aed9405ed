// @ts-self-types="./index.d.ts"
// One's own endpoint: it hands a KS of few rights to those whom one's own rules let have it.
// What the client sends decides nothing but that.
import { isAppTokenError } from '../error.js'
import { originHeaders, preflight } from './cors.js'
import { readGrant, readOptions } from './options.js'

/** A page of another origin is to see it too. */
const retryAfter = (seconds) => ({
  'retry-after': String(seconds),
  'access-control-expose-headers': 'retry-after',
})

/** Makes the handler: `(Request) => Promise<Response>`. It never rejects. */
export function createKsHandler(options) {
  const settings = readOptions(options)
  return async (request, ...context) => {
    let cors = {}
    let outcome
    try {
      cors = originHeaders(request, settings.origins)
      outcome = cors
        ? await answer(settings, cors, request, context)
        : refusal(403, 'forbidden_origin')
      outcome.response = sealed(outcome, cors)
    } catch (error) {
      outcome = failure(error)
      outcome.response = sealed(outcome, cors)
    }
    const { event, response } = outcome
    settings.tell({ ...event, status: response.status }, request)
    return response
  }
}

async function answer(settings, cors, request, context) {
  const { methods } = settings
  if (request.method === 'OPTIONS' && request.headers.has('access-control-request-method')) {
    return { event: { type: 'preflight' }, response: preflight(cors, methods, request) }
  }
  if (!methods.includes(request.method)) {
    return refusal(405, 'method_not_allowed', { allow: methods.join(', ') })
  }
  try {
    return await hand(settings, request, context)
  } catch (thrown) {
    // Some frameworks' way of saying no.
    if (isResponse(thrown)) return decided(thrown)
    throw thrown
  }
}

/** Asks the caller's rules, and then for the session. */
async function hand(settings, request, context) {
  const { authorize, limit, provider, timeoutMs } = settings
  const granted = await authorize(request, ...context)
  if (isResponse(granted)) return decided(granted)
  if (granted === null || granted === undefined || granted === false) {
    return refusal(401, 'unauthorized')
  }
  const { limitKey, wish } = readGrant(granted, settings)
  const wait = await limit?.take(limitKey)
  if (wait) return refusal(429, 'too_many_requests', retryAfter(wait))
  const { ks, partnerId, userId, expiresAt } = await provider.getSession({ ...wish, timeoutMs })
  const expiresIn = Math.max(0, Math.floor((expiresAt - Date.now()) / 1000))
  const body = { ks, partnerId, userId, expiresAt, expiresIn }
  return { event: { type: 'served' }, response: json(200, body) }
}

function refusal(status, reason, headers) {
  return { event: { type: 'refused', reason }, response: json(status, { error: reason }, headers) }
}

/** What went wrong is for `onEvent` alone. */
function failure(error) {
  const { retryable, retryAfterMs } = isAppTokenError(error) ? error : {}
  const seconds = retryAfterMs > 0 ? Math.ceil(retryAfterMs / 1000) : 5
  const { response } = retryable
    ? refusal(503, 'unavailable', retryAfter(seconds))
    : refusal(500, 'server_error')
  return { event: { type: 'failed', error }, response }
}

/** An answer of the caller's own, such as a way to sign in. */
function decided(response) {
  return { event: { type: 'refused', reason: 'authorize' }, response }
}

// Adapters bring a Response of their own, so its class tells nothing.
function isResponse(value) {
  return typeof value?.status === 'number' && typeof value.headers?.get === 'function'
}

function json(status, body, headers = {}) {
  const text = JSON.stringify(body)
  return new Response(text, { status, headers: { 'content-type': 'application/json', ...headers } })
}

/** Nothing on the way may keep it, or take it for another origin's. */
function sealed({ response }, cors) {
  const { status, statusText, body } = response
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(cors ?? {})) headers.set(name, value)
  headers.set('cache-control', 'no-store')
  headers.set('x-content-type-options', 'nosniff')
  headers.append('vary', 'Origin')
  return new Response(body, { status, statusText, headers })
}

// Calls to Kaltura's API with a provider's sessions.
import { fromCore, invalid } from '../common/error.js'
import { createHost, now, tell } from '../common/host.js'
import { checkText, guarded, ownProperties } from '../common/options.js'
import { drive } from '../runtime/drive.js'
import { readRequest } from './request.js'
import { counted } from './sessions.js'

/**
 * @import { Deadline } from '../common/deadline.js'
 * @import { ProviderRequest, SessionProvider } from './index.js'
 * @import { Internals, Parts, Settings } from './options.js'
 * @import { Sessions } from './sessions.js'
 */

/** The most tries: a cached session, and a new one of each token. */
const MOST_CALLS = 3

/**
 * Calls an action, and replaces a session that is refused as dead. `provider` is the `SessionProvider`.
 * @param {SessionProvider} provider
 * @param {Internals} options
 * @param {{ service: string, action: string, params: object }} asked
 * @param {ProviderRequest} [request]
 */
export async function call(provider, { parts: currentParts, sessions, settings }, asked, request) {
  const { service, action, params } = asked
  checkText('service', service)
  checkText('action', action)
  // Serialised first: invalid parameters send nothing, and later changes don't count.
  guarded(() => currentParts().core.checkCall(service, action))
  const parameters = JSON.parse(bodyOf(/** @type {Record<string, unknown>} */ (ownProperties(params, 'params'))))
  const wanted = readRequest(request)
  const parts = currentParts()
  const deadline = sessions.deadline(parts, wanted, `answer to ${service}.${action}`)
  const host = hostOf(settings, deadline)
  try {
    for (let attempts = 1; ; attempts += 1) {
      const { ks, privileges } = await sessions.obtain(parts, wanted, deadline)
      const body = JSON.stringify({ __proto__: null, ...parameters, format: 1, ks })
      const answer = drive(parts.core.call(service, action, body, ks, attempts), host)
      const { text, failure, dead, loggedOut } = await deadline.within(answer)
      if (text !== undefined) return JSON.parse(text)
      if (!dead) throw failure
      provider.invalidate(ks)
      if (attempts === 1) continue
      if (!loggedOut) throw failure
      if (!settings.isolate) revoke(currentParts(), sessions, settings, privileges)
      if (attempts > MOST_CALLS) throw failure
    }
  } catch (thrown) {
    throw counted(deadline.error ?? fromCore(thrown), deadline)
  } finally {
    deadline.settle()
  }
}

/**
 * The error for a new session that is refused: the whole token was ended.
 * @param {Parts} parts
 * @param {Sessions} sessions
 * @param {Settings} settings
 * @param {string} privileges
 */
function revoke({ core, flights }, sessions, { onEvent }, privileges) {
  tell(onEvent, { type: 'revoked', appTokenId: core.revoke(privileges, now()) })
  flights.tellNews()
  sessions.forget()
}

/**
 * The host for a request with a session.
 * @param {Settings} options
 * @param {Deadline} deadline
 */
export function hostOf({ fetch, onEvent, allowUnverified }, deadline) {
  return createHost({ deadline, fetch, onEvent, allowUnverified })
}

/**
 * The parameters as JSON; an error if JSON can't express them.
 * @param {{ toJSON?: unknown, [name: string]: unknown }} parameters
 */
export function bodyOf(parameters) {
  try {
    // A `toJSON` would replace what is sent.
    if (typeof parameters.toJSON !== 'function') return JSON.stringify(parameters)
  } catch {
    // A cycle, a BigInt, a getter that throws.
  }
  throw invalid('params', 'an object that JSON can express')
}

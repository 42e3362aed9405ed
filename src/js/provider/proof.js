// Asking Kaltura whether a session lives, before somebody relies on it.
import * as codes from '../common/codes.js'
import { Deadline } from '../common/deadline.js'
import { fromCore } from '../common/error.js'
import { now, steady, tell } from '../common/host.js'
import { guarded } from '../common/options.js'
import { hostOf } from './call.js'
import { NO_LIMITS, readRequest } from './request.js'

/**
 * @import { AppTokenSession, Signal } from '../entries/index.js'
 * @import { ProviderRequest } from './index.js'
 * @import { Internals, Parts, Settings } from './options.js'
 * @import { Wanted } from './request.js'
 * @import { Sessions } from './sessions.js'
 */

/** How long the answer to a proof is waited for; a later one tells nothing. */
const PROOF_MS = 3000

/**
 * A session that Kaltura, if it is time to ask, does not call dead. `get` gives one for a request that was read.
 * @param {Internals} options
 * @param {(wanted: Wanted) => Promise<AppTokenSession>} get
 * @param {ProviderRequest} [request]
 * @param {(() => void)} [onExposed]
 */
export async function provenSession({ parts, sessions, settings }, get, request, onExposed) {
  const { key, request: asked, limits } = readRequest(request)
  const { signal, timeoutMs = settings.timeoutMs } = limits ?? NO_LIMITS
  const start = steady()
  const left = () => ({ signal, timeoutMs: Math.ceil(Math.max(1, timeoutMs - (steady() - start))) })
  const getOne = () => get({ key, request: asked, limits: left() })
  /** @param {AppTokenSession} session */
  const prove = (session) => deathOf(session, parts(), sessions, settings, left())
  const session = await getOne()
  if (onExposed && guarded(() => parts().core.isExposed(session.privileges))) tell(onExposed)
  if (!(await prove(session))) return session
  // If only that one was ended, another lives; if it was the token, starting one tells.
  const next = await getOne()
  const death = await prove(next)
  if (death) throw death
  return next
}

/**
 * Why a session is not to be handed out, if it is time to ask, and Kaltura says that it is dead.
 * @param {AppTokenSession} session
 * @param {Parts} parts
 * @param {Sessions} sessions
 * @param {Settings} settings
 * @param {{ signal: Signal | undefined, timeoutMs: number }} limits
 */
async function deathOf({ ks, privileges }, { core, instance, flights }, sessions, settings, { signal, timeoutMs }) {
  if (!guarded(() => core.proofIsDue(ks, privileges, now()))) return undefined
  const deadline = new Deadline({ signal, timeoutMs: Math.min(timeoutMs, PROOF_MS), instance })
  let failure
  try {
    failure = await deadline.within(core.prove(ks, privileges, hostOf(settings, deadline)))
  } catch {
    // No answer: a session that may well live is better than none.
    if (deadline.error?.code === codes.ABORTED) throw deadline.error
  } finally {
    deadline.settle()
  }
  if (!failure) return undefined
  flights.tellNews()
  sessions.forget()
  return fromCore(failure)
}

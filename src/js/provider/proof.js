// Asks Kaltura whether a session is alive before it is handed out.
import * as codes from '../common/codes.js'
import { Deadline } from '../common/deadline.js'
import { fromCore } from '../common/error.js'
import { now, steady, tell } from '../common/host.js'
import { guarded } from '../common/options.js'
import { drive } from '../runtime/drive.js'
import { hostOf } from './call.js'
import { NO_LIMITS, readRequest } from './request.js'

/**
 * @import { AppTokenSession, Signal } from '../entries/index.js'
 * @import { ProviderRequest } from './index.js'
 * @import { Internals, Parts, Settings } from './options.js'
 * @import { Wanted } from './request.js'
 * @import { Sessions } from './sessions.js'
 */

/** How long to wait for the response of a check; a later one is ignored. */
const PROOF_MS = 3000

/**
 * Returns a session that isn't known to be dead, after a check if one is due. `get` returns the session of a request.
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
  // If only this session was ended, a new one lives; if the token was, a new one shows it.
  const next = await getOne()
  const death = await prove(next)
  if (death) throw death
  return next
}

/**
 * The error for a session that Kaltura reports dead, if a check is due; undefined otherwise.
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
    failure = await deadline.within(drive(core.prove(ks, privileges), hostOf(settings, deadline)))
  } catch {
    // No response: a session that is probably alive is better than none.
    if (deadline.error?.code === codes.ABORTED) throw deadline.error
  } finally {
    deadline.settle()
  }
  if (!failure) return undefined
  flights.tellNews()
  sessions.forget()
  return fromCore(failure)
}

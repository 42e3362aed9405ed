// Ends the sessions of a user, with a session that is started for that.
import { tellOf } from '../common/audit.js'
import { fromCore } from '../common/error.js'
import { now } from '../common/host.js'
import { guarded } from '../common/options.js'
import { drive } from '../runtime/drive.js'
import { bodyOf, hostOf } from './call.js'
import { readRequest } from './request.js'
import { counted } from './sessions.js'

/**
 * @import { Deadline } from '../common/deadline.js'
 * @import { ProviderCore } from '../kaltura_app_token.js'
 * @import { ProviderRequest } from './index.js'
 * @import { Internals, Settings } from './options.js'
 */

/**
 * @param {Internals} options
 * @param {ProviderRequest} [request]
 */
export async function endSessions({ parts: currentParts, sessions, settings }, request) {
  const wanted = readRequest(request)
  const parts = currentParts()
  const { core, flights } = parts
  const flight = guarded(() => core.beginEnding(wanted.request))
  const deadline = sessions.deadline(parts, wanted, 'end of the sessions')
  try {
    flights.lead(flight, undefined, wanted.limits?.timeoutMs)
    const { session, failure, lost } = await flights.follow(flight, deadline, true)
    if (!session) throw lost ?? fromCore(failure)
    await endWith(session.ks, core, settings, deadline)
    guarded(() => core.ended(wanted.request, session.privileges, now()))
    tellOf(core, settings, 'ended', session)
    sessions.forget()
    flights.tellNews()
    await flights.publish()
  } catch (thrown) {
    throw counted(deadline.error ?? fromCore(thrown), deadline)
  } finally {
    deadline.settle()
  }
}

/**
 * @param {string} ks
 * @param {ProviderCore} core
 * @param {Settings} settings
 * @param {Deadline} deadline
 */
async function endWith(ks, core, settings, deadline) {
  const task = core.endSession(bodyOf({ format: 1, ks }), ks, deadline.at)
  const { failure, loggedOut } = await deadline.within(drive(task, hostOf(settings, deadline)))
  // It was ended already, perhaps by a request whose response was lost.
  if (failure && !loggedOut) throw failure
}

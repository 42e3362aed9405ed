// The manager uses both modules: the client's for its calls, and the KS module for its KSs.
import { instantiate } from '../kaltura_app_token.js'
import { instantiate as instantiateKs } from '../ks/kaltura_ks.js'
import { loader } from '../runtime/load.js'
import { bindSessions } from '../session/bind.js'
import { manage } from './shell.js'

/**
 * @import { Fetch } from '../entries/index.js'
 * @import { Loadable } from '../runtime/load.js'
 */

/**
 * Makes `createAppTokenManager`, with functions that return the modules at the first call. `usualFetch` is the
 * default of `fetch`.
 * @param {() => Loadable} loadClient
 * @param {() => Loadable} loadKs
 * @param {Fetch} [usualFetch]
 */
export function bindManager(loadClient, loadKs, usualFetch) {
  const { startAppTokenSession } = bindSessions(loadClient, usualFetch)
  return manage({
    client: loader(instantiate, loadClient),
    ks: loader(instantiateKs, loadKs),
    startAppTokenSession,
    usualFetch,
  })
}

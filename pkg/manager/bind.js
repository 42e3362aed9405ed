// The manager takes both modules: the client's for its calls, and the one that makes KSs.
import * as client from '../kaltura_app_token.js'
import * as ks from '../ks/kaltura_ks.js'
import { loader } from '../load.js'
import { bind as bindClient } from '../shell.js'
import { bind } from './shell.js'

/**
 * `createAppTokenManager`, with what gives the modules at its first call. `usualFetch` is used
 * where the caller gives no fetch.
 */
export function bindManager(loadClient, loadKs, usualFetch) {
  const { startAppTokenSession } = bindClient(loadClient, usualFetch)
  return bind({
    client: loader(client, loadClient),
    ks: loader(ks, loadKs),
    startAppTokenSession,
    usualFetch,
  })
}

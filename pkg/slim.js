// @ts-self-types="./slim.d.ts"
// For hosts that none of the other entries knows: without modules of its own.
import { bind as bindKs } from './ks/shell.js'
import { bindManager } from './manager/bind.js'
import { bind } from './shell.js'

export { AppTokenError, isAppTokenError } from './error.js'

/** The functions around sessions, tied to `kaltura_app_token.wasm`, as a module or as bytes. */
export const instantiate = (module) => bind(() => module)

/** Those around KSs and privileges, tied to `kaltura_ks.wasm`. */
export const instantiateKs = (module) => bindKs(() => module)

/** `createAppTokenManager`, tied to both. */
export const instantiateManager = (module, ksModule) =>
  bindManager(
    () => module,
    () => ksModule,
  )

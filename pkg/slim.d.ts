/**
 * For hosts that no other entry supports: you pass in the compiled modules. The files are exported as
 * `kaltura-app-token/kaltura_app_token.wasm` and `…/kaltura_ks.wasm`.
 *
 * @module
 */
import type {
  createAppTokenManager,
  createSessionProvider,
  formatPrivileges,
  generateKs,
  hashAppToken,
  inspectKs,
  parsePrivileges,
  predictPrivileges,
  startAppTokenSession,
} from './index.js'

export { AppTokenError, isAppTokenError } from './index.js'
export type * from './index.js'

/** The functions for sessions. */
export interface KalturaAppToken {
  startAppTokenSession: typeof startAppTokenSession
  createSessionProvider: typeof createSessionProvider
  hashAppToken: typeof hashAppToken
}

/** The functions for KSs and privileges. */
export interface KalturaKs {
  inspectKs: typeof inspectKs
  generateKs: typeof generateKs
  parsePrivileges: typeof parsePrivileges
  formatPrivileges: typeof formatPrivileges
  predictPrivileges: typeof predictPrivileges
}

/**
 * Returns the functions for sessions, bound to a compiled `WebAssembly.Module`, or to the module's bytes
 * if the host may compile them.
 *
 * @example
 * ```js
 * import module from 'kaltura-app-token/kaltura_app_token.wasm'
 * import { instantiate } from 'kaltura-app-token/slim'
 *
 * const { startAppTokenSession } = instantiate(module)
 * ```
 */
export function instantiate(module: object): KalturaAppToken

/** Returns the functions for KSs and privileges, bound to `kaltura-app-token/kaltura_ks.wasm`. */
export function instantiateKs(module: object): KalturaKs

/**
 * Returns `createAppTokenManager`, bound to both modules: it uses `kaltura_app_token.wasm` for its calls and
 * `kaltura_ks.wasm` for the KSs that it makes.
 */
export function instantiateManager(module: object, ksModule: object): typeof createAppTokenManager

/**
 * For hosts that no other entry knows, where the compiled modules have to be handed in: the
 * files are exported as `kaltura-app-token/kaltura_app_token.wasm` and `…/kaltura_ks.wasm`.
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

/** The functions around sessions. */
export interface KalturaAppToken {
  startAppTokenSession: typeof startAppTokenSession
  createSessionProvider: typeof createSessionProvider
  hashAppToken: typeof hashAppToken
}

/** The functions around KSs and privileges. */
export interface KalturaKs {
  inspectKs: typeof inspectKs
  generateKs: typeof generateKs
  parsePrivileges: typeof parsePrivileges
  formatPrivileges: typeof formatPrivileges
  predictPrivileges: typeof predictPrivileges
}

/**
 * Ties the functions around sessions to a compiled `WebAssembly.Module`, or to the module's
 * bytes where the host may compile them.
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

/** The same for KSs and privileges, with `kaltura-app-token/kaltura_ks.wasm`. */
export function instantiateKs(module: object): KalturaKs

/**
 * Ties `createAppTokenManager` to both: it takes `kaltura_app_token.wasm` for its calls, and
 * `kaltura_ks.wasm` for the KSs that it makes.
 *
 * @returns the function
 */
export function instantiateManager(module: object, ksModule: object): typeof createAppTokenManager

/**
 * For hosts that no other entry knows, where the compiled module has to be handed in: the
 * file is exported as `kaltura-app-token/kaltura_app_token.wasm`.
 *
 * @module
 */
import type {
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

/** The package's functions. */
export interface KalturaAppToken {
  startAppTokenSession: typeof startAppTokenSession
  hashAppToken: typeof hashAppToken
  inspectKs: typeof inspectKs
  generateKs: typeof generateKs
  parsePrivileges: typeof parsePrivileges
  formatPrivileges: typeof formatPrivileges
  predictPrivileges: typeof predictPrivileges
}

/**
 * Ties the package's functions to a compiled `WebAssembly.Module`, or to the module's bytes
 * where the host may compile them.
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

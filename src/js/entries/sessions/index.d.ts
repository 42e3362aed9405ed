/**
 * Sessions alone: what the package's main entry has for them, without what reads and makes KSs and
 * without the manager. For Workers, where wrangler uploads every WebAssembly module that an entry
 * leads to, used or not.
 *
 * @example
 * ```js
 * import { startAppTokenSession } from 'kaltura-app-token/sessions'
 * ```
 *
 * @module
 */
export {
  AppTokenError,
  createSessionProvider,
  hashAppToken,
  isAppTokenError,
  startAppTokenSession,
} from '../index.js'
export type * from '../index.js'

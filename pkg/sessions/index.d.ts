/**
 * The exports of the main entry for sessions, without the functions for KSs and without the manager. For
 * Workers, because wrangler uploads every WebAssembly module that an entry imports, whether it is used or
 * not.
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

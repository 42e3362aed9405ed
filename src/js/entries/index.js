// @ts-self-types="./index.d.ts"
// For every runtime that may compile WebAssembly. The module is inline, so no file system, no permission and no
// bundler configuration is needed.
import { compile } from '../inline.js'
import { bindSessions } from '../session/bind.js'

export { AppTokenError, isAppTokenError } from '../common/error.js'
export {
  inspectKs,
  generateKs,
  parsePrivileges,
  formatPrivileges,
  predictPrivileges,
} from '../ks/index.js'
export { createAppTokenManager } from '../manager/index.js'
// Not destructured, because bundlers would see a side effect in that and keep unused exports.
const sessions = /* @__PURE__ */ bindSessions(compile)
/** @type {typeof import('./index.d.ts').startAppTokenSession} */
export const startAppTokenSession = (...args) => sessions.startAppTokenSession(...args)
/** @type {typeof import('./index.d.ts').createSessionProvider} */
export const createSessionProvider = (...args) => sessions.createSessionProvider(...args)
/** @type {typeof import('./index.d.ts').hashAppToken} */
export const hashAppToken = (...args) => sessions.hashAppToken(...args)

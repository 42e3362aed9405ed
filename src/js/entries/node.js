// @ts-self-types="./node.d.ts"
// The default entry, with a transport that loads faster than Node's fetch.
import { compile } from '../inline.js'
import { compile as compileKs } from '../ks/inline.js'
import { bindManager } from '../manager/bind.js'
import { bindSessions } from '../session/bind.js'
import { fetch } from '../runtime/transport.js'

export { AppTokenError, isAppTokenError } from '../common/error.js'
export {
  inspectKs,
  generateKs,
  parsePrivileges,
  formatPrivileges,
  predictPrivileges,
} from '../ks/index.js'
// Not destructured, because bundlers would see a side effect in that and keep unused exports.
const sessions = /* @__PURE__ */ bindSessions(compile, fetch)
/** @type {typeof import('./node.d.ts').startAppTokenSession} */
export const startAppTokenSession = (...args) => sessions.startAppTokenSession(...args)
/** @type {typeof import('./node.d.ts').createSessionProvider} */
export const createSessionProvider = (...args) => sessions.createSessionProvider(...args)
/** @type {typeof import('./node.d.ts').hashAppToken} */
export const hashAppToken = (...args) => sessions.hashAppToken(...args)
/** @type {typeof import('./node.d.ts').createAppTokenManager} */
export const createAppTokenManager = /* @__PURE__ */ bindManager(compile, compileKs, fetch)

// @ts-self-types="./index.d.ts"
// For every runtime that may compile WebAssembly: the module travels inline, so that no file
// system, no permission and no bundler set-up is needed.
import { compile } from './inline.js'
import { bind } from './shell.js'

export { AppTokenError, isAppTokenError } from './error.js'
export {
  inspectKs,
  generateKs,
  parsePrivileges,
  formatPrivileges,
  predictPrivileges,
} from './ks/index.js'
export { createAppTokenManager } from './manager/index.js'
export const { startAppTokenSession, createSessionProvider, hashAppToken } = bind(compile)

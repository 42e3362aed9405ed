// Cloudflare Workers compile modules at deploy time, and refuse to at run time.
import module from './kaltura_app_token.wasm'
import { bind } from './shell.js'

export { AppTokenError, isAppTokenError } from './error.js'
export {
  inspectKs,
  generateKs,
  parsePrivileges,
  formatPrivileges,
  predictPrivileges,
} from './ks/workerd.js'
export { createAppTokenManager } from './manager/workerd.js'
export const { startAppTokenSession, createSessionProvider, hashAppToken } = bind(() => module)

// For Cloudflare Workers, which compile modules only when they are deployed. wrangler uploads each .wasm that is
// imported, used or not, so this entry imports only one.
import module from '../../kaltura_app_token.wasm'
import { bindSessions } from '../../session/bind.js'

export { AppTokenError, isAppTokenError } from '../../common/error.js'
export const { startAppTokenSession, createSessionProvider, hashAppToken } = /* @__PURE__ */ bindSessions(() => module)

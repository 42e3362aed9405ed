// For Vercel's edge runtime, whose bundler compiles modules that are imported with `?module`.
import module from '../../kaltura_app_token.wasm?module'
import { bindSessions } from '../../session/bind.js'

export { AppTokenError, isAppTokenError } from '../../common/error.js'
export const { startAppTokenSession, createSessionProvider, hashAppToken } = /* @__PURE__ */ bindSessions(() => module)

// Vercel's edge runtime takes a module that its bundler compiled: hence the query.
import module from '../../kaltura_app_token.wasm?module'
import { bindSessions } from '../../session/bind.js'

export { AppTokenError, isAppTokenError } from '../../common/error.js'
export const { startAppTokenSession, createSessionProvider, hashAppToken } =
  /* @__PURE__ */ bindSessions(() => module)

// Cloudflare Workers compile modules at deploy time, and refuse to at run time. wrangler uploads
// each .wasm that it comes across, used or not, so there must be an entry that leads to one alone.
import module from '../../kaltura_app_token.wasm'
import { bindSessions } from '../../session/bind.js'

export { AppTokenError, isAppTokenError } from '../../common/error.js'
export const { startAppTokenSession, createSessionProvider, hashAppToken } =
  /* @__PURE__ */ bindSessions(() => module)

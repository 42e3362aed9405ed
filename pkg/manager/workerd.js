// Cloudflare Workers compile modules at deploy time, and refuse to at run time.
import module from '../kaltura_app_token.wasm'
import ksModule from '../ks/kaltura_ks.wasm'
import { bindManager } from './bind.js'

export const createAppTokenManager = /* @__PURE__ */ bindManager(
  () => module,
  () => ksModule,
)

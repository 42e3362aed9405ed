// For Cloudflare Workers, which compile modules only when they are deployed.
import module from '../kaltura_app_token.wasm'
import ksModule from '../ks/kaltura_ks.wasm'
import { bindManager } from './bind.js'

export const createAppTokenManager = /* @__PURE__ */ bindManager(
  () => module,
  () => ksModule,
)

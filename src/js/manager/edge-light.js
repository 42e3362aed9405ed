// For Vercel's edge runtime, whose bundler compiles modules that are imported with `?module`.
import module from '../kaltura_app_token.wasm?module'
import ksModule from '../ks/kaltura_ks.wasm?module'
import { bindManager } from './bind.js'

export const createAppTokenManager = /* @__PURE__ */ bindManager(
  () => module,
  () => ksModule,
)

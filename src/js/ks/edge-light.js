// Vercel's edge runtime takes a module that its bundler compiled: hence the query.
import module from './kaltura_ks.wasm?module'
import { bindKs } from './shell.js'

export const {
  inspectKs,
  generateKs,
  parsePrivileges,
  formatPrivileges,
  predictPrivileges,
} = bindKs(() => module)

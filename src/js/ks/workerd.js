// Cloudflare Workers compile modules at deploy time, and refuse to at run time.
import module from './kaltura_ks.wasm'
import { bindKs } from './shell.js'

export const {
  inspectKs,
  generateKs,
  parsePrivileges,
  formatPrivileges,
  predictPrivileges,
} = bindKs(() => module)

// Cloudflare Workers compile modules at deploy time, and refuse to at run time.
import module from './kaltura_ks.wasm'
import { bind } from './shell.js'

export const {
  inspectKs,
  generateKs,
  parsePrivileges,
  formatPrivileges,
  predictPrivileges,
} = bind(() => module)

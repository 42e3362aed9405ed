// For Cloudflare Workers, which compile modules only when they are deployed.
import module from './kaltura_ks.wasm'
import { bindKs } from './shell.js'

export const { inspectKs, generateKs, parsePrivileges, formatPrivileges, predictPrivileges } = bindKs(() => module)

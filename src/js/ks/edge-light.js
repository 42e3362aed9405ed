// For Vercel's edge runtime, whose bundler compiles modules that are imported with `?module`.
import module from './kaltura_ks.wasm?module'
import { bindKs } from './shell.js'

export const { inspectKs, generateKs, parsePrivileges, formatPrivileges, predictPrivileges } = bindKs(() => module)

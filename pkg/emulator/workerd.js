// Cloudflare Workers compile modules at deploy time, and refuse to at run time.
import module from './kaltura_emulator.wasm'
import { bind } from './shell.js'

export const { createEmulator } = bind(() => module)

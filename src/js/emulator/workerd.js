// For Cloudflare Workers, which compile modules only when they are deployed.
import module from './kaltura_emulator.wasm'
import { bind } from './shell.js'

export const { createEmulator } = bind(() => module)

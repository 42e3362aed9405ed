// Vercel's edge runtime takes a module that its bundler compiled: hence the query.
import module from './kaltura_emulator.wasm?module'
import { bind } from './shell.js'

export const { createEmulator } = bind(() => module)

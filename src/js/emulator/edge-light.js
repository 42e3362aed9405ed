// For Vercel's edge runtime, whose bundler compiles modules that are imported with `?module`.
import module from './kaltura_emulator.wasm?module'
import { bind } from './shell.js'

export const { createEmulator } = bind(() => module)

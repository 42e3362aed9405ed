// For hosts that none of the other entries knows: without a module of its own.
import { bind } from './shell.js'

export { AppTokenError, isAppTokenError } from './error.js'

/** The package's functions, tied to a module of `kaltura_app_token.wasm` or to its bytes. */
export const instantiate = (module) => bind(() => module)

// @ts-self-types="./slim.d.ts"
// For hosts that no other entry supports. It contains no modules.
import { invalid } from '../common/error.js'
import { bindKs } from '../ks/shell.js'
import { bindManager } from '../manager/bind.js'
import { bindSessions } from '../session/bind.js'

/** @import { Loadable } from '../runtime/load.js' */

export { AppTokenError, isAppTokenError } from '../common/error.js'

/**
 * The functions for sessions, bound to `kaltura_app_token.wasm`, as a module or as bytes.
 * @type {typeof import('./slim.d.ts').instantiate}
 */
export const instantiate = (module) => bindSessions(given({ module }))

/**
 * The functions for KSs and privileges, bound to `kaltura_ks.wasm`.
 * @type {typeof import('./slim.d.ts').instantiateKs}
 */
export const instantiateKs = (module) => bindKs(given({ module }))

/**
 * `createAppTokenManager`, bound to both.
 * @type {typeof import('./slim.d.ts').instantiateManager}
 */
export const instantiateManager = (module, ksModule) => bindManager(given({ module }), given({ ksModule }))

/**
 * Returns a function that gives `module`, if that can be WebAssembly.
 * @param {Record<string, object>} named
 */
function given(named) {
  const [[path, module]] = Object.entries(named)
  if (!isModule(module)) throw invalid(path, 'a WebAssembly.Module, or its bytes')
  return () => /** @type {Loadable} */ (module)
}

/** @param {unknown} value */
function isModule(value) {
  // Checked by name, because it may come from another realm.
  const kinds = ['WebAssembly.Module', 'ArrayBuffer', 'SharedArrayBuffer']
  try {
    return ArrayBuffer.isView(value) || kinds.includes(Object.prototype.toString.call(value).slice(8, -1))
  } catch {
    return false
  }
}

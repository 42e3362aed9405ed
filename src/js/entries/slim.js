// @ts-self-types="./slim.d.ts"
// For hosts that none of the other entries knows: without modules of its own.
import { invalid } from '../common/error.js'
import { bindKs } from '../ks/shell.js'
import { bindManager } from '../manager/bind.js'
import { bindSessions } from '../session/bind.js'

/** @import { Loadable } from '../runtime/load.js' */

export { AppTokenError, isAppTokenError } from '../common/error.js'

/**
 * The functions around sessions, tied to `kaltura_app_token.wasm`, as a module or as bytes.
 * @type {typeof import('./slim.d.ts').instantiate}
 */
export const instantiate = (module) => bindSessions(given({ module }))

/**
 * Those around KSs and privileges, tied to `kaltura_ks.wasm`.
 * @type {typeof import('./slim.d.ts').instantiateKs}
 */
export const instantiateKs = (module) => bindKs(given({ module }))

/**
 * `createAppTokenManager`, tied to both.
 * @type {typeof import('./slim.d.ts').instantiateManager}
 */
export const instantiateManager = (module, ksModule) =>
  bindManager(given({ module }), given({ ksModule }))

/**
 * A function for the one thing that is given, if it can be WebAssembly.
 * @param {Record<string, object>} named
 */
function given(named) {
  const [[path, module]] = Object.entries(named)
  if (!isModule(module)) throw invalid(path, 'a WebAssembly.Module, or its bytes')
  return () => /** @type {Loadable} */ (module)
}

/** @param {unknown} value */
function isModule(value) {
  // By their names, since they may come from another realm.
  const kinds = ['WebAssembly.Module', 'ArrayBuffer', 'SharedArrayBuffer']
  try {
    return ArrayBuffer.isView(value) || kinds.includes(Object.prototype.toString.call(value).slice(8, -1))
  } catch {
    return false
  }
}

// Makes the core's functions from a compiled module, and again after a trap.
import * as codes from '../common/codes.js'
import { AppTokenError } from '../common/error.js'
import { refusePages } from './page.js'
import { Instance } from './trap.js'

/**
 * A module, or its bytes.
 * @typedef {WebAssembly.Module | ArrayBufferView | ArrayBufferLike} Loadable
 */

/**
 * The core's functions with their instance.
 * @template C
 * @typedef {C & { instance: Instance }} Loaded
 */

/**
 * @template C
 * @typedef {(instance: Instance, module: WebAssembly.Module) => C} Glue
 */

/**
 * @template C
 * @typedef {{ module?: WebAssembly.Module, core?: Loaded<C> | undefined }} Known
 */

/** The loaded modules by their glue, so that all entries share an instance. */
const modules = /* @__PURE__ */ new WeakMap()

/**
 * Returns a function that returns the core's functions, of an instance that has not trapped, and the `instance`.
 * `load` returns the module, or its bytes, at the first call.
 * @template C
 * @param {Glue<C>} instantiate
 * @param {() => Loadable} load
 * @returns {() => Loaded<C>}
 */
export function loader(instantiate, load) {
  refusePages()
  return instances(instantiate, load)
}

/**
 * The same for modules that web pages may use.
 * @template C
 * @param {Glue<C>} instantiate
 * @param {() => Loadable} load
 * @returns {() => Loaded<C>}
 */
export function instances(instantiate, load) {
  if (!modules.has(instantiate)) modules.set(instantiate, Object.create(null))
  const known = modules.get(instantiate)
  return () => {
    const { core } = known
    if (core !== undefined && !core.instance.isOver) return core
    core?.instance.end()
    known.core = undefined
    return begin(known, instantiate, load)
  }
}

/**
 * Returns a function that returns the result of `make`, made again after a trap of the core's functions.
 * @template C, M
 * @param {() => C} wasm
 * @param {(core: C) => M} make
 * @returns {() => M}
 */
export function remade(wasm, make) {
  /** @type {C | undefined} */
  let core
  /** @type {M} */
  let made
  return () => {
    const current = wasm()
    if (current !== core) {
      made = make(current)
      core = current
    }
    return made
  }
}

/**
 * @template C
 * @param {Known<C>} known
 * @param {Glue<C>} instantiate
 * @param {() => Loadable} load
 */
function begin(known, instantiate, load) {
  try {
    const module = known.module ?? compiled(load())
    const instance = new Instance()
    known.core = { ...instantiate(instance, module), instance }
    // Anything that is not our module has failed by now.
    known.module = module
    return known.core
  } catch (cause) {
    throw refused(cause)
  }
}

// Hosts that run code in its own realm (edge-runtime, and so Next.js) pass modules from another realm, which are
// instances of another WebAssembly.Module.
/** @param {Loadable} module */
const compiled = (module) =>
  Object.prototype.toString.call(module) === '[object WebAssembly.Module]'
    ? /** @type {WebAssembly.Module} */ (module)
    : new WebAssembly.Module(/** @type {Exclude<Loadable, WebAssembly.Module>} */ (module))

/** @param {unknown} cause */
function refused(cause) {
  if (/** @type {Partial<Error> | undefined} */ (cause)?.name === 'RangeError') {
    return new AppTokenError({
      code: codes.WASM,
      message: 'no memory for an instance of WebAssembly; the next call tries again',
      retryable: true,
      cause,
    })
  }
  return new AppTokenError({
    code: codes.WASM,
    message:
      'this runtime refused to compile WebAssembly. Some allow it only when a program is deployed: ' +
      "give the compiled module to instantiate() of 'kaltura-app-token/slim', or have the bundler resolve " +
      "the condition 'workerd' (Cloudflare Workers) or 'edge-light' (Vercel)",
    cause,
  })
}

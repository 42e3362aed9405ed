// Turning a compiled module into the core's functions, once.
import { AppTokenError } from './error.js'
import { refusePages } from './page.js'

/** Those that are tied to their module: each is once and for all. */
const ready = /* @__PURE__ */ new WeakSet()
/** Those that are tied to what is no module of ours, for good, and why it isn't. */
const spoilt = /* @__PURE__ */ new WeakMap()

/** A function that gives `glue`, tied to the module that `load` gives at the first call. */
export function loader(glue, load) {
  refusePages()
  return () => {
    if (ready.has(glue)) return glue
    if (spoilt.has(glue)) throw refused(spoilt.get(glue))
    try {
      glue.initSync({ module: load() })
    } catch (cause) {
      // It keeps what it could instantiate, whatever that is.
      if (!['CompileError', 'LinkError'].includes(cause?.name)) spoilt.set(glue, cause)
      throw refused(cause)
    }
    ready.add(glue)
    return glue
  }
}

function refused(cause) {
  return new AppTokenError({
    code: 'ERR_WASM',
    message:
      'this runtime refused to compile WebAssembly. Some allow it only when a program is deployed: ' +
      "give the compiled module to instantiate() of 'kaltura-app-token/slim', or have the bundler resolve " +
      "the condition 'workerd' (Cloudflare Workers) or 'edge-light' (Vercel)",
    cause,
  })
}

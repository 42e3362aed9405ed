// Between the caller and the core: loads it, keeps the time, maps errors.
import * as core from './kaltura_app_token.js'
import { Deadline, readLimits } from './deadline.js'
import { fromCore, invalid } from './error.js'
import { createHost } from './host.js'
import { loader } from './load.js'

/** The options that the core doesn't see. */
const SHELL_OPTIONS = ['signal', 'timeoutMs', 'fetch', 'onEvent']

/** Ties the package's functions to a module, which `load` gives at the first call. */
export function bind(load) {
  const wasm = loader(core, load)

  return {
    async startAppTokenSession(options) {
      const own = ownOptions(options)
      const { signal, timeoutMs, fetch, onEvent, appToken } = own
      for (const name of SHELL_OPTIONS) delete own[name]
      const limits = readLimits({ signal, timeoutMs })
      checkFunctions({ fetch, onEvent })
      const exports = wasm()
      const deadline = new Deadline(limits)
      if (deadline.error) throw deadline.error
      const host = createHost({ deadline, fetch, onEvent, appToken })
      try {
        return await deadline.within(exports.startAppTokenSession(own, host, deadline.at))
      } catch (thrown) {
        throw deadline.error ?? fromCore(thrown)
      } finally {
        deadline.settle()
      }
    },

    hashAppToken(ks, appToken, hashType = 'SHA1') {
      checkText({ ks, appToken, hashType })
      return guarded(() => wasm().hashAppToken(ks, appToken, hashType))
    },
  }
}

/**
 * A copy of the caller's own options, so that what has got into `Object.prototype` is not
 * taken for one, and that getters run once.
 */
function ownOptions(options) {
  if (options === null || typeof options !== 'object') throw invalid('options', 'an object')
  try {
    return Object.assign(Object.create(null), options)
  } catch {
    throw invalid('options', 'an object whose properties can be read')
  }
}

function checkFunctions(options) {
  for (const [path, value] of Object.entries(options)) {
    if (value !== undefined && typeof value !== 'function') throw invalid(path, 'a function')
  }
}

function checkText(args) {
  for (const [path, value] of Object.entries(args)) {
    if (typeof value !== 'string') throw invalid(path, 'a string')
  }
}

function guarded(run) {
  try {
    return run()
  } catch (thrown) {
    throw fromCore(thrown)
  }
}

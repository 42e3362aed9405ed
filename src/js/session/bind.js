// Between the caller and the core: loads the core, keeps deadlines, maps errors.
import { instantiate } from '../kaltura_app_token.js'
import { checkText, ownOptions, takeShellOptions } from '../common/options.js'
import { Deadline } from '../common/deadline.js'
import { fromCore } from '../common/error.js'
import { createHost } from '../common/host.js'
import { drive } from '../runtime/drive.js'
import { loader } from '../runtime/load.js'
import { createSessionProvider } from '../provider/session-provider.js'
import { takeToken } from '../common/token.js'

/**
 * @import { Token } from '../common/token.js'
 * @import { Fetch, HashType, StartOptions } from '../entries/index.js'
 * @import { KalturaAppToken } from '../entries/slim.js'
 * @import { Loadable } from '../runtime/load.js'
 */

/** The options that the core doesn't see. */
const SHELL_OPTIONS = /** @type {const} */ (['signal', 'timeoutMs', 'fetch', 'onEvent', 'auditKey'])

/**
 * Makes the package's functions, with a module that `load` returns at the first call. The default of `fetch` is
 * `usualFetch`, or the global one.
 * @param {() => Loadable} load
 * @param {Fetch} [usualFetch]
 * @returns {KalturaAppToken}
 */
export function bindSessions(load, usualFetch) {
  const wasm = loader(instantiate, load)
  const numbers = new Map()

  // A number is passed faster than a name.
  /** @param {HashType} hashType */
  const numberOf = (hashType) => {
    let number = numbers.get(hashType)
    if (number === undefined) {
      checkText('hashType', hashType)
      number = wasm().hashTypeNumber(hashType)
      numbers.set(hashType, number)
    }
    return number
  }

  /**
   * @param {StartOptions} own
   * @param {Token} token
   */
  const start = async (own, token) => {
    const { limits, auditKey, ...given } = takeShellOptions(own, SHELL_OPTIONS, usualFetch)
    const core = wasm()
    const deadline = new Deadline({ ...limits, instance: core.instance })
    if (deadline.error) throw deadline.error
    const host = createHost({ ...given, deadline, tokens: [token] })
    try {
      const key = given.onEvent && auditKey()
      const task = core.startAppTokenSession(own, token.kind, key, deadline.at)
      return await deadline.within(drive(task, host))
    } catch (thrown) {
      throw deadline.error ?? fromCore(thrown)
    } finally {
      deadline.settle()
    }
  }

  return {
    async startAppTokenSession(options) {
      const own = ownOptions(options)
      const token = takeToken(own)
      try {
        return await start(own, token)
      } finally {
        token.wipe()
      }
    },

    hashAppToken(ks, appToken, hashType = 'SHA1') {
      checkText('ks', ks)
      checkText('appToken', appToken)
      // Not with guarded(), because its function takes a third of the time of hashing.
      try {
        return wasm().hashAppToken(ks + appToken, numberOf(hashType))
      } catch (thrown) {
        throw fromCore(thrown)
      }
    },

    createSessionProvider: (options) => createSessionProvider(wasm, options, usualFetch),
  }
}

// KSs and privileges: synchronous functions with a module of their own, so that starting sessions doesn't load it.
import { instantiate } from './kaltura_ks.js'
import { checkText, copied, guarded, ownOptions, plainPrivilege } from '../common/options.js'
import { hexOf } from '../common/hex.js'
import { loader } from '../runtime/load.js'

/**
 * @import { ListedPrivilege, Privilege } from '../entries/index.js'
 * @import { KalturaKs } from '../entries/slim.js'
 * @import { Loadable } from '../runtime/load.js'
 */

// A KS with more would be longer than any that is read.
const LONGEST_PRIVILEGES = 262_144

// Kaltura's own widget sessions have the number 0 as user.
const NUMBERS = ['partnerId', 'userId', 'sessionType', 'expiry', 'masterPartnerId']

/**
 * Makes the functions, with a module that `load` returns at the first call.
 * @param {() => Loadable} load
 * @returns {KalturaKs}
 */
export function bindKs(load) {
  const wasm = loader(instantiate, load)

  return {
    inspectKs(ks, secrets = []) {
      checkText('ks', ks)
      const list = copied('secrets', secrets ?? [])
      return guarded(() => wasm().inspectKs(ks, Array.isArray(list) ? list : [list]))
    },

    generateKs(fields, secret) {
      const own = /** @type {Record<string, unknown>} */ (/** @type {object} */ (ownOptions(fields, 'fields')))
      for (const name of NUMBERS) own[name] = written(own[name])
      own.random = randomHex(own.random ?? crypto.getRandomValues(new Uint8Array(16)))
      return guarded(() => wasm().generateKs(own, secret))
    },

    parsePrivileges(text) {
      // The privileges of a token that has none.
      const given = text ?? ''
      checkText('text', given, LONGEST_PRIVILEGES)
      const list = JSON.parse(guarded(() => wasm().parsePrivileges(given)))
      for (const privilege of list) parsed.set(privilege, textOf(privilege))
      return list
    },

    formatPrivileges(list) {
      /** @type {(string | undefined)[]} */
      const asParsed = []
      const own = copied('list', list, (item, ...rest) => {
        const privilege = /** @type {ListedPrivilege} */ (plainPrivilege(item, ...rest))
        const text = isUnchanged(item, privilege) ? parsed.get(/** @type {object} */ (item)) : undefined
        asParsed.push(text)
        return text === undefined ? privilege : STAND_IN
      })
      const written = guarded(() => wasm().formatPrivileges(own)).split(',')
      return written.map((text, index) => asParsed[index] ?? text).join(',')
    },

    predictPrivileges(appTokenId, tokenPrivileges = null, requested = null) {
      checkText('appTokenId', appTokenId)
      for (const [path, value] of Object.entries({ tokenPrivileges, requested })) {
        if (value !== null) checkText(path, value, LONGEST_PRIVILEGES)
      }
      return guarded(() => wasm().predictPrivileges(appTokenId, tokenPrivileges, requested))
    },
  }
}

/**
 * The results of parsePrivileges with their text, which may be anything, because nobody composed it.
 * @type {WeakMap<object, string>}
 */
const parsed = new WeakMap()

/** @param {Privilege} options */
const textOf = ({ name, values }) => (values.length === 0 ? name : `${name}:${values.join('/')}`)

/**
 * @param {unknown} item
 * @param {ListedPrivilege} privilege
 */
const isUnchanged = (item, { name, values, any }) =>
  parsed.has(/** @type {object} */ (item)) &&
  Array.isArray(values) &&
  any === undefined &&
  textOf({ name, values }) === parsed.get(/** @type {object} */ (item))

/** A privilege that the core accepts, and writes without a comma. */
const STAND_IN = { name: 'x', values: [] }

/**
 * A number as text, as a KS contains it; anything else unchanged.
 * @param {unknown} value
 */
const written = (value) => (typeof value === 'number' && Number.isFinite(value) ? String(value) : value)

/**
 * 16 bytes as hex; anything else unchanged, for the core to check.
 * @param {unknown} random
 */
function randomHex(random) {
  if (!ArrayBuffer.isView(random) || random.byteLength !== 16) return random
  return hexOf(new Uint8Array(random.buffer, random.byteOffset, 16))
}

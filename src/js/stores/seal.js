// Reads the caller's keys for sealing; the core checks them.
import { copied, ownProperties, unknownIn } from '../common/options.js'
import { invalid } from '../common/error.js'

/** @import { SealOptions } from '../provider/index.js' */

/** The method with which a handler gets a key for its buckets from a provider, even of another copy of the package. */
export const STORE_KEY = Symbol.for('kaltura-app-token.storeKey')

const MOST_KEYS = 4
const LONGEST_KEY = 1000

/**
 * Returns `[id, key, …]`. Keys are copied, because their owner may wipe them, and a trap makes a new core.
 * @param {SealOptions} seal
 */
export function readSeal(seal) {
  const own = ownProperties(seal, 'seal')
  checkNames(own, ['keys'], 'seal')
  const keys = copied('seal.keys', own.keys)
  if (!Array.isArray(keys) || keys.length < 1 || keys.length > MOST_KEYS) {
    throw invalid('seal.keys', `a list of 1 to ${MOST_KEYS} keys: { id, key }`)
  }
  return keys.flatMap((one, index) => {
    const path = `seal.keys[${index}]`
    const entry = ownProperties(one, path)
    checkNames(entry, ['id', 'key'], path)
    return [entry.id, copyOf(entry.key)]
  })
}

/**
 * @param {object} own
 * @param {string[]} known
 * @param {string} path
 */
function checkNames(own, known, path) {
  // The name isn't shown, because it may be a key itself.
  if (unknownIn(own, known) !== undefined) {
    throw invalid(path, `an object with ${known.join(' and ')} only`)
  }
}

/**
 * Bytes of any realm as a plain view, text unchanged; undefined for anything else.
 * @param {unknown} key
 */
function copyOf(key) {
  if (typeof key === 'string') return key.slice(0, LONGEST_KEY)
  const bytes = /** @type {Uint8Array} */ (key)
  try {
    const isBytes = ArrayBuffer.isView(bytes) && bytes.BYTES_PER_ELEMENT === 1
    return isBytes && bytes.length <= LONGEST_KEY ? Uint8Array.from(bytes) : undefined
  } catch {
    return undefined
  }
}

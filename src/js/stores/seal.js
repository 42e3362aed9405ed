// Keys of one's own for what a store holds: read here, judged in the core.
import { copied, ownProperties, unknownIn } from '../common/options.js'
import { invalid } from '../common/error.js'

/** @import { SealOptions } from '../provider/index.js' */

/** By which a handler gets a key for its buckets from a provider, whichever copy of the package made it. */
export const STORE_KEY = Symbol.for('kaltura-app-token.storeKey')

const MOST_KEYS = 4
const LONGEST_KEY = 1000

/**
 * `[id, key, …]`, the keys as copies: their owner may wipe them, and a trap makes a new core.
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
  // The name is not told: it may be a key itself.
  if (unknownIn(own, known) !== undefined) {
    throw invalid(path, `an object with ${known.join(' and ')} alone`)
  }
}

/**
 * Bytes of any realm as a plain view, and text as it is; what is no key is nothing.
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

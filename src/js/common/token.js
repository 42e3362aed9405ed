// The sources of an application token, or of the hashes that prove it.
import { invalid } from './error.js'
import { hexOf } from './hex.js'
import { bytes } from './host.js'

/** @import { AppTokenSource, HashType } from '../entries/index.js' */

/** @typedef {string | Uint8Array | Promise<string | Uint8Array>} Given */

/**
 * @typedef {object} Signer
 * @property {2} kind
 * @property {undefined} [ask]
 * @property {(ks: string, hashType: HashType) => string | Promise<string>} hash
 * @property {unknown} [sealKey]
 * @property {undefined} [copy]
 * @property {() => void} wipe
 */

/** @typedef {{ kind: 0 | 1, ask: () => Given, hash?: undefined, sealKey?: undefined, copy?: Uint8Array, wipe: () => void }} AskedFor */

/** @typedef {Signer | AskedFor} Token */

/**
 * Returns the secret that a store is sealed with; the token comes from `askForToken`, if given.
 * @typedef {(askForToken?: () => Given) => Promise<string>} SealSecret
 */

/** The kinds of `appToken`: text that the core reads, a source to ask, or a signer. */
const TEXT = 0
const ASKED = 1
const SIGNER = 2

/**
 * Removes `appToken` from the options, unless the core reads it. Returns its `kind` with `ask`, which returns the
 * token as text or as bytes that the receiver wipes, or with a signer's `hash`.
 *
 * Bytes are copied, and the caller's bytes are wiped; `wipe` wipes the `copy`.
 * @param {{ appToken?: AppTokenSource }} options
 */
export function takeToken(options) {
  const { appToken } = options
  const source = sourceOf(appToken)
  if (source.kind !== TEXT) delete options.appToken
  return source
}

/**
 * @param {AppTokenSource | undefined} appToken
 * @returns {Token}
 */
function sourceOf(appToken) {
  if (typeof appToken === 'function') return { kind: ASKED, ask: appToken, wipe: nothing }
  const given = bytes(appToken)
  if (given) {
    const copy = given.slice()
    given.fill(0)
    return { kind: ASKED, ask: () => copy.slice(), copy, wipe: () => copy.fill(0) }
  }
  const signer = signerOf(appToken)
  return signer ?? { kind: TEXT, ask: () => /** @type {string} */ (appToken), wipe: nothing }
}

const nothing = () => {}

/**
 * The signer, if `object` has a function `hash` that isn't inherited from `Object.prototype`.
 * @param {unknown} object
 * @returns {Signer | undefined}
 */
function signerOf(object) {
  try {
    const own = /** @type {Record<string, unknown>} */ (object)
    /** @param {string} name */
    const get = (name) =>
      /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (Object.prototype))[name] === undefined ||
      Object.hasOwn(own, name)
        ? own[name]
        : undefined
    const hash = get('hash')
    if (typeof object !== 'object' || typeof hash !== 'function') return undefined
    /**
     * @param {string} ks
     * @param {HashType} hashType
     */
    const ask = (ks, hashType) => Reflect.apply(hash, object, [ks, hashType])
    return { kind: SIGNER, hash: ask, sealKey: get('sealKey'), wipe: nothing }
  } catch {
    return undefined
  }
}

/** The shortest key, in bytes or characters. */
const SHORTEST_KEY = 32

/**
 * Returns a function that gives, as text, the secret that a store is sealed with unless the caller has keys: the
 * token, from the function that it receives, or a signer's key. Undefined if a signer has no key and there is no
 * store.
 * @param {Token} options
 * @param {boolean} hasStore
 * @returns {SealSecret | undefined}
 */
export function sealSecretOf({ kind, ask, sealKey }, hasStore) {
  if (kind !== SIGNER) {
    return async (askForToken) => {
      const token = await (askForToken ?? ask)()
      const text = textOf(token)
      // A caller with a function of their own wipes the bytes themselves.
      if (!askForToken) wipe(token)
      return text
    }
  }
  if (sealKey === undefined && !hasStore) return undefined
  if (sealKey === undefined) {
    throw invalid('store', 'left out, unless seal has keys or the signer has a sealKey')
  }
  const text = hexOf(keyOf('appToken.sealKey', sealKey))
  return async () => text
}

/**
 * Copies a caller's key: bytes, or the bytes of a text.
 * @param {string} path
 * @param {unknown} key
 */
export function keyOf(path, key) {
  const given = typeof key === 'string' ? new TextEncoder().encode(key) : bytes(key)?.slice()
  if (given && given.length >= SHORTEST_KEY) return given
  throw invalid(path, `a key of at least ${SHORTEST_KEY} bytes, or a text of as many characters`)
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** @param {unknown} token */
function textOf(token) {
  const given = bytes(token)
  return given ? decoder.decode(given) : /** @type {string} */ (token)
}

/**
 * Fills bytes with zeros; ignores text.
 * @param {unknown} token
 */
export function wipe(token) {
  bytes(token)?.fill(0)
}

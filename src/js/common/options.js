// What the shell checks itself: the types of what it is given.
import { auditKeyOf } from './audit.js'
import { readLimits } from './deadline.js'
import { AppTokenError, fromCore, invalid, pathOf } from './error.js'

/** @import { Fetch, StartOptions } from '../entries/index.js' */

/**
 * Copies an entry of a list. Receives the entry, a function that copies a list in it, and one that returns its path.
 * @typedef {(entry: unknown, list: List, place: () => string) => unknown} Copy
 */

/**
 * Copies a list, and its entries with `each`.
 * @typedef {(array: readonly unknown[], each?: Copy) => unknown[]} List
 */

/**
 * The options that all functions have.
 * @typedef {Pick<StartOptions, 'fetch' | 'auditKey' | 'signal' | 'timeoutMs' | 'dangerouslyAllowUnverifiedTls'> & { onEvent?: unknown }} Shared
 */

/** The most entries of a list and characters of a text, because the core's memory is limited. */
const MOST = 10_000
const LONGEST = 1_000_000

/**
 * Copies the caller's own options, so that additions to `Object.prototype` are ignored, and getters run once.
 * @template {object} T
 * @param {T} options
 * @param {string} [path]
 * @param {string} [prefix]
 * @returns {T}
 */
export function ownOptions(options, path = 'options', prefix = '') {
  const own = /** @type {Record<string, unknown>} */ (ownProperties(options, path))
  // Lists of privileges are the only lists that the core reads.
  for (const name of Object.keys(own)) {
    const copy = /privileges$/i.test(name) ? plainPrivilege : nothing
    own[name] = copied(pathOf(prefix, name), own[name], copy)
  }
  return /** @type {T} */ (own)
}

/**
 * Copies a plain object's own properties into an object without a prototype.
 * @template {object} T
 * @param {T} object
 * @param {string | (() => string)} path
 * @returns {T}
 */
export function ownProperties(object, path) {
  checkPlain(object, path)
  try {
    return Object.assign(Object.create(null), object)
  } catch {
    throw refused(path, READABLE)
  }
}

/**
 * The error for an option; `path` may be a function that returns the path.
 * @param {string | (() => string)} path
 * @param {string} expected
 */
const refused = (path, expected) => invalid(typeof path === 'function' ? path() : path, expected)

const READABLE = 'an object whose properties can be read'

/**
 * Refuses everything but plain objects, because some fields would be missed otherwise: a map's entries are not
 * properties, and those of a class may be its prototype's.
 * @param {object} object
 * @param {string | (() => string)} path
 */
export function checkPlain(object, path) {
  if (object === null || typeof object !== 'object') throw refused(path, 'an object')
  let isPlain
  try {
    isPlain = hasPlainPrototype(object)
  } catch {
    throw refused(path, READABLE)
  }
  if (!isPlain) {
    throw refused(
      path,
      'a plain object such as { … }, not an array, a map, an instance of a class or an object with a prototype',
    )
  }
}

/** @param {object} object */
function hasPlainPrototype(object) {
  const prototype = Object.getPrototypeOf(object)
  if (prototype === Object.prototype || prototype === null) return true
  // `Object.prototype` of another realm.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

/**
 * Copies an array, because the core can't handle an array that throws when it is read. Returns anything else
 * unchanged.
 * @param {string} path
 * @param {unknown} value
 * @param {Copy} [copy]
 */
export function copied(path, value, copy = same) {
  let room = MOST
  // The array's own iterator may never end.
  /** @type {List} */
  const list = (array, each = same) => {
    const { length } = array
    room -= length
    if (!Array.isArray(array) || room < 0) throw new RangeError()
    return Array.from({ length }, (_, index) => each(array[index], list, () => `${path}[${index}]`))
  }
  try {
    return Array.isArray(value) ? list(value, copy) : value
  } catch (thrown) {
    if (thrown instanceof AppTokenError) throw thrown
    throw invalid(path, `a value that can be read, of at most ${MOST} entries`)
  }
}

/** @param {unknown} value */
const same = (value) => value
const nothing = () => {}

/**
 * Copies a privilege in a list. One with unknown properties becomes empty, which the core refuses.
 * @type {Copy}
 */
export function plainPrivilege(item, list, place) {
  const { name, values, any, ...rest } = ownProperties(/** @type {Record<string, unknown>} */ (item), place)
  if (Object.keys(rest).length > 0) return Object.create(null)
  return { name, values: values === undefined ? values : list(/** @type {unknown[]} */ (values)), any }
}

/** @param {Record<string, unknown>} options */
export function checkFunctions(options) {
  for (const [path, value] of Object.entries(options)) {
    if (value !== undefined && typeof value !== 'function') throw invalid(path, 'a function')
  }
}

/**
 * Whether `object` has functions with these names; false if reading them throws.
 * @param {unknown} object
 * @param {readonly string[]} names
 */
export function hasMethods(object, names) {
  try {
    return names.every((name) => typeof (/** @type {Record<string, unknown>} */ (object)[name]) === 'function')
  } catch {
    return false
  }
}

/**
 * Removes the options `names` from `own` and returns them.
 * @template {object} T
 * @template {keyof T} Name
 * @param {T} own
 * @param {readonly Name[]} names
 * @returns {Pick<T, Name>}
 */
export function taken(own, names) {
  /** @type {Pick<T, Name>} */
  const found = Object.create(null)
  for (const name of names) {
    found[name] = own[name]
    delete own[name]
  }
  return found
}

/**
 * Removes from `own` the options `names`, which the core doesn't see, and returns them, after checking the common
 * ones. The default of `fetch` is `usualFetch`.
 * @template {Shared} T
 * @template {keyof T} Name
 * @param {T} own
 * @param {readonly Name[]} names
 * @param {Fetch | undefined} usualFetch
 */
export function takeShellOptions(own, names, usualFetch) {
  const allowUnverified = takeAllowUnverified(own, usualFetch)
  const found = taken(own, names)
  const { fetch = usualFetch, onEvent, auditKey } = /** @type {Shared} */ (found)
  const key = auditKeyOf(auditKey)
  const limits = readLimits(/** @type {Shared} */ (found))
  checkFunctions({ fetch, onEvent })
  return { ...found, fetch, auditKey: key, limits, allowUnverified }
}

/**
 * The first option that is not `known`, if any.
 * @param {object} own
 * @param {readonly string[]} known
 */
export const unknownIn = (own, known) => Object.keys(own).find((name) => !known.includes(name))

/**
 * Whether to send requests although the environment turns off the verification of certificates. The core doesn't
 * see this option. An entry's own fetch always verifies.
 * @param {{ dangerouslyAllowUnverifiedTls?: unknown, fetch?: Fetch }} own
 * @param {Fetch | undefined} ownFetch
 */
function takeAllowUnverified(own, ownFetch) {
  const name = 'dangerouslyAllowUnverifiedTls'
  const { [name]: allowUnverified = false, fetch = ownFetch } = own
  if (typeof allowUnverified !== 'boolean') throw invalid(name, 'true or false')
  delete own[name]
  return allowUnverified || (fetch !== undefined && fetch === ownFetch)
}

/**
 * @param {string} path
 * @param {unknown} value
 * @param {number} [longest]
 */
export function checkText(path, value, longest = LONGEST) {
  if (typeof value !== 'string') throw invalid(path, 'a string')
  if (value.length > longest || !value.isWellFormed()) {
    throw invalid(path, `Unicode text of at most ${longest} characters`)
  }
}

/**
 * Returns the result of `run`; an error of the core becomes one of this package.
 * @template T
 * @param {() => T} run
 */
export function guarded(run) {
  try {
    return run()
  } catch (thrown) {
    throw fromCore(thrown)
  }
}

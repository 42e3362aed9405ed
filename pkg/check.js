// What the shell judges by itself: the kinds of things it is handed.
import { fromCore, invalid } from './error.js'

/**
 * A copy of the caller's own options, so that what has got into `Object.prototype` is not
 * taken for one, and that getters run once.
 */
export function ownOptions(options, path = 'options') {
  const own = ownProperties(options, path)
  // The only lists among the options are lists of privileges.
  for (const name of Object.keys(own)) own[name] = copied(name, own[name], plainPrivilege)
  return own
}

/** A copy of an object's own properties, without a prototype. */
export function ownProperties(object, path) {
  if (object === null || typeof object !== 'object') throw invalid(path, 'an object')
  try {
    return Object.assign(Object.create(null), object)
  } catch {
    throw invalid(path, 'an object whose properties can be read')
  }
}

/**
 * A copy of an array, and anything else as it is: the core can't stand an array that throws
 * when it is read.
 */
export function copied(path, value, copy) {
  try {
    return Array.isArray(value) ? Array.from(value, copy) : value
  } catch {
    throw invalid(path, 'a value that can be read')
  }
}

export const plainPrivilege = ({ name, values }) => ({ name, values: Array.from(values) })

export function checkFunctions(options) {
  for (const [path, value] of Object.entries(options)) {
    if (value !== undefined && typeof value !== 'function') throw invalid(path, 'a function')
  }
}

export function checkText(args) {
  for (const path of Object.keys(args)) {
    if (typeof args[path] !== 'string') throw invalid(path, 'a string')
  }
}

/** What `run` gives; what it throws becomes an error of this package. */
export function guarded(run) {
  try {
    return run()
  } catch (thrown) {
    throw fromCore(thrown)
  }
}

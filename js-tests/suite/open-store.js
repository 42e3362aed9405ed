// A store that can be looked into.

/** @import { SessionStore } from 'kaltura-app-token/stores' */

/**
 * All that it was given, by name, is in `kept`; what was asked of it is in `calls`.
 * @param {Partial<SessionStore>} [changes]
 */
export function openStore(changes = {}) {
  /** @type {Map<string, string>} */
  const kept = new Map()
  /** @type {string[]} */
  const calls = []
  /**
   * @template {unknown[]} Args
   * @template T
   * @param {string} method
   * @param {(name: string, ...args: Args) => T} run
   */
  const called =
    (method, run) =>
    async (/** @type {string} */ name, /** @type {Args} */ ...args) => {
      calls.push(`${method} ${name}`)
      return run(name, ...args)
    }
  return {
    ...{ kept, calls },
    get: called('get', (name) => kept.get(name)),
    set: called('set', (name, /** @type {string} */ text) => void kept.set(name, text)),
    delete: called('delete', (name) => void kept.delete(name)),
    ...changes,
  }
}

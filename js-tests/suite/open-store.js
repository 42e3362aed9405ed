// A store that can be looked into.

/** All that it was given, by name, is in `kept`; what was asked of it is in `calls`. */
export function openStore(changes = {}) {
  const kept = new Map()
  const calls = []
  const called = (method, run) => async (name, ...args) => {
    calls.push(`${method} ${name}`)
    return run(name, ...args)
  }
  return {
    ...{ kept, calls },
    get: called('get', (name) => kept.get(name)),
    set: called('set', (name, text) => void kept.set(name, text)),
    delete: called('delete', (name) => void kept.delete(name)),
    ...changes,
  }
}

// What a program says without being asked: on the console, and of errors that nobody caught.

const METHODS = ['debug', 'error', 'info', 'log', 'table', 'trace', 'warn', 'dir', 'assert']

/** `{ said, uncaught, stop }`; both lists go on growing. */
export function watch() {
  const said = []
  const uncaught = []
  const originals = METHODS.map((method) => [method, console[method]])
  for (const [method] of originals) {
    console[method] = (...args) => void said.push([`console.${method}`, args])
  }
  const onError = (kind) => (event) => {
    event.preventDefault?.()
    uncaught.push([kind, event.reason ?? event.error ?? event])
  }
  const undo = []
  // Node and Bun tell the process of it, Deno and workerd the global scope.
  const { process } = globalThis
  for (const kind of ['unhandledRejection', 'uncaughtException']) {
    const listener = (reason) => void uncaught.push([kind, reason])
    process?.on?.(kind, listener)
    undo.push(() => process?.off?.(kind, listener))
  }
  for (const kind of ['unhandledrejection', 'error']) {
    const listener = onError(kind)
    globalThis.addEventListener?.(kind, listener)
    undo.push(() => globalThis.removeEventListener?.(kind, listener))
  }
  return {
    said,
    uncaught,
    stop() {
      for (const [method, original] of originals) console[method] = original
      for (const one of undo) one()
    },
  }
}

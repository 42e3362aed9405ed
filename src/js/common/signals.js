// Listens to callers' signals: once for each signal, however many calls it is passed to, because runtimes report
// many listeners as a leak.

/**
 * @import { SignalLike } from '../entries/index.js'
 * @import { Deadline } from './deadline.js'
 */

/**
 * By signal: the deadlines that it ends, and the listener that ends them.
 * @type {WeakMap<SignalLike, { deadlines: Set<Deadline>, listener: () => void }>}
 */
const watched = new WeakMap()

/**
 * Makes `signal` abort `deadline`. Throws what an imitation of a signal throws.
 * @param {SignalLike} signal
 * @param {Deadline} deadline
 */
export function watch(signal, deadline) {
  if (signal.aborted) return deadline.abort(signal)
  const known = watched.get(signal)
  if (known) return void known.deadlines.add(deadline)
  const deadlines = new Set([deadline])
  const listener = () => {
    // A signal that fires again must not lose the deadlines of later calls.
    if (watched.get(signal)?.listener === listener) watched.delete(signal)
    for (const one of deadlines) one.abort(signal)
    deadlines.clear()
  }
  watched.set(signal, { deadlines, listener })
  try {
    // Without a prototype, because the runtime reads inherited options too.
    signal.addEventListener('abort', listener, /** @type {{ once: true }} */ ({ __proto__: null, once: true }))
  } catch (thrown) {
    watched.delete(signal)
    throw thrown
  }
}

/**
 * Removes the listener with the last deadline.
 * @param {SignalLike} signal
 * @param {Deadline} deadline
 */
export function unwatch(signal, deadline) {
  const known = watched.get(signal)
  if (!known?.deadlines.delete(deadline) || known.deadlines.size > 0) return
  watched.delete(signal)
  try {
    signal.removeEventListener('abort', known.listener)
  } catch {
    // It still listens, and the next call uses that.
    if (!watched.has(signal)) watched.set(signal, known)
  }
}

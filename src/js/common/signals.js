// Listens to the signals of callers: once for each signal, however many calls it is given to, since
// runtimes take many listeners for a leak.

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
 * Has `signal` abort `deadline`. Throws what a signal throws that only looks like one.
 * @param {SignalLike} signal
 * @param {Deadline} deadline
 */
export function watch(signal, deadline) {
  if (signal.aborted) return deadline.abort(signal)
  const known = watched.get(signal)
  if (known) return void known.deadlines.add(deadline)
  const deadlines = new Set([deadline])
  const listener = () => {
    // A signal that fires again must not find the deadlines of later calls gone.
    if (watched.get(signal)?.listener === listener) watched.delete(signal)
    for (const one of deadlines) one.abort(signal)
    deadlines.clear()
  }
  watched.set(signal, { deadlines, listener })
  try {
    // The runtime reads options from prototypes too.
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
    // It still listens, so the next call makes use of that.
    if (!watched.has(signal)) watched.set(signal, known)
  }
}

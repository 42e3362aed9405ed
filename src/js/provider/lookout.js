// Polling, with one timer for each deadline.

/** @import { Deadline } from '../common/deadline.js' */

export const LOOK_EVERY_MS = 10

/**
 * All that a call looks for, by its deadline.
 * @type {WeakMap<Deadline, { looks: Set<() => unknown>, timer: NodeJS.Timeout }>}
 */
const lookouts = new WeakMap()

/**
 * Calls `look` at intervals, with one timer for each deadline. Returns a function that stops it.
 * @param {Deadline} deadline
 * @param {() => unknown} look
 */
export function lookOut(deadline, look) {
  const looks = lookouts.get(deadline)?.looks ?? new Set()
  if (looks.size === 0) {
    const timer = setInterval(() => {
      for (const one of looks) one()
    }, LOOK_EVERY_MS)
    lookouts.set(deadline, { looks, timer })
  }
  looks.add(look)
  return () => {
    looks.delete(look)
    if (looks.size > 0) return
    clearInterval(lookouts.get(deadline)?.timer)
    lookouts.delete(deadline)
  }
}

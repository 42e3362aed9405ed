// What becomes of a call when WebAssembly traps in the midst of it, as it does when there is no
// more memory.

let traps = 0

/** How many there have been. */
export const trapsSoFar = () => traps

/**
 * Queues a task of the core's. Uncaught, its trap would end the process. Whose call it was can't
 * be told: that one ends by its deadline, which asks whether there was a trap; others go on.
 */
export const survive = (task) =>
  queueMicrotask(() => {
    try {
      task()
    } catch {
      traps += 1
    }
  })

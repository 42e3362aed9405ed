// This process's clocks, held by a test: what is about time needs no time to pass.

/**
 * @typedef {object} Clocks
 * @property {() => number} elsewhere The time elsewhere, which nobody here sets.
 * @property {(ms: number) => void} pass
 * @property {(ms: number) => void} sleepFor
 * @property {(ms: number) => void} setBy
 */

/**
 * Runs a test while the clocks stand still but for what it does to them: `pass` lets time go by,
 * `setBy` sets the wall clock, and `sleepFor` is a machine that sleeps: of the clocks, only the wall's
 * goes on.
 * @template T
 * @param {(clocks: Clocks) => T} run
 */
export async function withClocks(run) {
  const { now } = Date
  // The clock's own object stays: not every runtime lets go of it.
  const steady = Object.getOwnPropertyDescriptor(performance, 'now')
  const start = now()
  let passed = 0
  let slept = 0
  let set = 0
  Date.now = () => start + passed + slept + set
  Object.defineProperty(performance, 'now', {
    value: () => passed,
    configurable: true,
    writable: true,
  })
  try {
    return await run({
      /** The time elsewhere, which nobody here sets. */
      elsewhere: () => start + passed + slept,
      /** @param {number} ms */
      pass: (ms) => void (passed += ms),
      /** @param {number} ms */
      sleepFor: (ms) => void (slept += ms),
      /** @param {number} ms */
      setBy: (ms) => void (set += ms),
    })
  } finally {
    Date.now = now
    if (steady) Object.defineProperty(performance, 'now', steady)
    else Reflect.deleteProperty(performance, 'now')
  }
}

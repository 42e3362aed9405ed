// How long the event loop stands still while something is done, measured so that it is the same on a
// machine that is busy with other things: by the processor time of this process.

/** Nothing may hold it for longer, where JSON.parse takes a megabyte of numbers in USUAL_MS. */
const MOST_MS = 100
const USUAL_MS = 8
/** A garbage collector may come in between, but hardly three times in a row. */
const TRIES = 3

const cpuUsage = globalThis.process?.cpuUsage

/** workerd's clocks stand still while anything runs, so there it can't be measured. */
export const canMeasure = cpuUsage !== undefined && globalThis.navigator?.userAgent !== 'Cloudflare-Workers'

function spentMs() {
  const { user, system } = cpuUsage.call(process)
  return (user + system) / 1000
}

const NUMBERS = `[${'1,'.repeat(500_000)}1]`

/** How many times slower than usual this machine is now, in processor time. */
function slowness() {
  const times = Array.from({ length: 3 }, () => {
    const start = spentMs()
    JSON.parse(NUMBERS)
    return spentMs() - start
  })
  return Math.max(1, Math.min(...times) / USUAL_MS)
}

/**
 * `{ value, longestMs }`: what `run` gives, and the longest that it kept the event loop for.
 * @template T
 * @param {() => Promise<T> | T} run
 */
async function beating(run) {
  let longestMs = 0
  let isOver = false
  let last = spentMs()
  const beat = () => {
    const now = spentMs()
    longestMs = Math.max(longestMs, now - last)
    last = now
    if (!isOver) setTimeout(beat, 0)
  }
  setTimeout(beat, 0)
  const value = await run()
  beat()
  isOver = true
  return { value, longestMs }
}

/**
 * What `run` gives, and what is wrong if it kept the event loop for too long: `{ value, problem }`.
 * @template T
 * @param {() => Promise<T> | T} run
 */
export async function unblocked(run) {
  if (!canMeasure) return { value: await run() }
  const { value, longestMs } = await beating(run)
  if (longestMs <= MOST_MS || longestMs <= MOST_MS * slowness()) return { value }
  return { value, problem: `it kept the event loop for ${Math.round(longestMs)} ms` }
}

/**
 * The same of `attempt`, whose result has the `problem`, tried again if there is one.
 * @template {{ problem?: string | undefined }} T
 * @param {() => Promise<T>} attempt
 */
export async function undisturbed(attempt) {
  for (let tried = 1; ; tried += 1) {
    const result = await attempt()
    if (!result.problem || tried === TRIES) return result
  }
}

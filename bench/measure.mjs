// Contenders take turns, so that whatever else the machine does falls on all of them alike.

/**
 * Runs each contender, a function that gives a number or several by name, in every round;
 * `{ contender: [what each round gave] }`.
 */
export async function inTurns(contenders, { rounds, warmUp = Math.floor(rounds / 7) }) {
  const names = Object.keys(contenders)
  const samples = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = -warmUp; round < rounds; round += 1) {
    // Nobody is always first.
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(turn + round + warmUp) % names.length]
      const sample = await contenders[name]()
      if (round >= 0) samples[name].push(sample)
    }
  }
  return samples
}

// So that each is compiled by the time that it is measured, the first as much as the last.
const warmUpMs = (batchMs) => Math.min(100, 100 * batchMs)

/** Microseconds for one call of `run`; each sample takes about `batchMs`. */
export function perCall(run, batchMs) {
  return batches(batchMs, (calls) => {
    const start = performance.now()
    for (let call = 0; call < calls; call += 1) run(call)
    return performance.now() - start
  })
}

/** The same for one that gives a promise. */
export function perAwaitedCall(run, batchMs) {
  return batches(batchMs, async (calls) => {
    const start = performance.now()
    for (let call = 0; call < calls; call += 1) await run(call)
    return performance.now() - start
  })
}

function batches(batchMs, time) {
  let calls
  return async () => {
    if (calls === undefined) {
      for (const start = performance.now(); performance.now() - start < warmUpMs(batchMs); ) {
        await time(100)
      }
      for (calls = 1; (await time(calls)) < batchMs / 2; ) calls *= 2
    }
    return ((await time(calls)) / calls) * 1000
  }
}

/** `{ median, low, high }`: low and high are the quartiles. */
export function summary(samples) {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (share) => {
    const place = share * (sorted.length - 1)
    const below = Math.floor(place)
    const above = Math.min(below + 1, sorted.length - 1)
    return sorted[below] + (place - below) * (sorted[above] - sorted[below])
  }
  return { median: at(0.5), low: at(0.25), high: at(0.75) }
}

/** The ratios of `ours` to each of the others, round by round. */
export function ratios(samples, ours) {
  const others = Object.keys(samples).filter((name) => name !== ours)
  return Object.fromEntries(
    others.map((name) => [name, summary(samples[ours].map((sample, round) => sample / samples[name][round]))]),
  )
}

/** One of the measures of samples that have several. */
export const part = (samples, measure) =>
  Object.fromEntries(Object.entries(samples).map(([name, list]) => [name, list.map((sample) => sample[measure])]))

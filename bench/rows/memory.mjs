// What a session that is kept costs in memory.
import { fileURLToPath } from 'node:url'
import { run } from '../../scripts/build/process.mjs'
import { inTurns } from '../measure.mjs'

const GROWTH = [100, 1000, 10_000]

const program = fileURLToPath(new URL('../programs/memory.mjs', import.meta.url))

const bytesEach = (name, count) => async () => {
  const said = await run(process.execPath, ['--expose-gc', program, name, String(count)])
  return JSON.parse(said).bytes
}

const contenders = (count) =>
  Object.fromEntries(['kaltura-app-token', 'a map by hand'].map((name) => [name, bytesEach(name, count)]))

export async function measure({ rounds, quick }) {
  const settings = { rounds: rounds(3), warmUp: 0 }
  const counts = quick ? GROWTH.slice(0, 1) : GROWTH
  const points = []
  for (const count of counts) points.push(await inTurns(contenders(count), settings))
  return {
    rows: [
      {
        id: 'memory',
        name: `memory of each of ${counts.at(-1)} users' sessions`,
        unit: 'bytes',
        samples: points.at(-1),
        wanted: [],
      },
    ],
    growth: [{ id: 'memory', name: 'memory of each of so many sessions', unit: 'bytes', at: counts, points }],
  }
}

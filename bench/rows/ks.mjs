// A KS of version 2, made and read.
import { fileURLToPath } from 'node:url'
import { generateKs, inspectKs } from 'kaltura-app-token'
import { run } from '../../scripts/build/process.mjs'
import * as byHand from '../ks/by-hand.mjs'
import { inTurns, part, perCall } from '../measure.mjs'
import { pythonPackages } from '../prepare.mjs'

const SECRET = 'b7f5c1d0e3a94c52a1d6f8e7c0b9a835'
const GROWTH = [1, 10, 100]

const folder = fileURLToPath(new URL('../ks/', import.meta.url))

const fieldsWith = (privileges) => ({
  ...{ partnerId: 102, userId: 'ada@example.org', sessionType: 0 },
  ...{ expiry: Math.floor(Date.now() / 1000) + 86_400, privileges },
})

/** Made here, by one and read by the other: all write the same. */
function assertSame(ks) {
  const { verified, session } = inspectKs(ks, SECRET)
  const other = byHand.read(ks, SECRET)
  const same = verified && other.verified && session.userId === other.userId
  if (!same || session.userId !== 'ada@example.org') throw new Error(`not the same KS: ${ks}`)
}

// Beside programs that are started anew for each sample, longer ones.
const BATCHES_BESIDE_PROGRAMS = 20

function here(fields, batchMs) {
  const made = { ours: generateKs(fields, SECRET), byHand: byHand.make(fields, SECRET) }
  for (const ks of Object.values(made)) assertSame(ks)
  const contender = (make, read) => {
    const timed = { make: perCall(make, batchMs), read: perCall(read, batchMs) }
    return async () => ({ make: await timed.make(), read: await timed.read() })
  }
  return {
    'kaltura-app-token': contender(
      () => generateKs(fields, SECRET),
      () => inspectKs(made.ours, SECRET),
    ),
    'node:crypto by hand': contender(
      () => byHand.make(fields, SECRET),
      () => byHand.read(made.ours, SECRET),
    ),
  }
}

/** A program of another language, which times itself. */
const elsewhere = (program, file, calls, env) => async () => {
  const said = JSON.parse(await run(program, [file, String(calls)], { cwd: folder, env }))
  assertSame(said.ks)
  if (said.verified === false) throw new Error(`${file} can't read what it made`)
  return said
}

export async function measure({ rounds, batchMs, quick, php, python }) {
  const calls = quick ? 100 : 10_000
  const contenders = here(fieldsWith('edit:0_a,sview:*'), batchMs * BATCHES_BESIDE_PROGRAMS)
  if (php) contenders['PHP by hand'] = elsewhere('php', 'ks.php', calls)
  if (python) {
    const env = { PYTHONPATH: pythonPackages }
    contenders['Kaltura for Python'] = elsewhere('python3', 'ks.py', calls, env)
  }
  const samples = await inTurns(contenders, { rounds: rounds(15) })
  const { 'Kaltura for Python': _, ...readers } = samples
  const points = []
  for (const count of GROWTH) {
    const privileges = Array.from({ length: count }, (_, n) => `edit${n}:0_ab12cd34`).join(',')
    const own = await inTurns(here(fieldsWith(privileges), batchMs), { rounds: rounds(101) })
    points.push(part(own, 'make'))
  }
  return {
    rows: [
      { id: 'ks-make', name: 'a KS of version 2 made', unit: 'µs', samples: part(samples, 'make'), wanted: [] },
      { id: 'ks-read', name: 'a KS of version 2 read', unit: 'µs', samples: part(readers, 'read'), wanted: [] },
    ],
    growth: [{ id: 'ks', name: 'a KS with so many privileges made', unit: 'µs', at: GROWTH, points }],
  }
}

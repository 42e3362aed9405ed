// npm run mutants -- js|rust [--only=PART] [--most=N] [--seed=N] [--at-a-time=N]
// Faults put into the code on purpose, one at a time: whether any test notices. `--only`: files whose
// names have PART in them; `--most`: how many of each file, 0 for all of them.
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { javascriptMutants, shown } from './mutants/javascript.mjs'

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const LEAST_SHARE = 0.95

const { values, positionals } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    most: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    'at-a-time': { type: 'string', default: '2' },
  },
  allowPositionals: true,
})
const options = {
  only: values.only,
  most: Number(values.most) || Infinity,
  seed: values.seed,
  atATime: Number(values['at-a-time']),
}
const outcomes = await javascriptMutants(root, options, (line) => console.log(line))
const survivors = outcomes.filter(({ caughtBy }) => !caughtBy)
const noticed = survivors.filter(({ why }) => !why)
for (const survivor of survivors) {
  console.log(`${survivor.why ? `harmless: ${survivor.why}` : 'NOT NOTICED'}\n  ${shown(survivor)}`)
}
const caught = outcomes.length - survivors.length
console.log(`${positionals[0]}: ${caught} of ${outcomes.length} faults noticed, ${survivors.length - noticed.length} harmless`)
if (noticed.length > 0 || caught < LEAST_SHARE * outcomes.length) process.exitCode = 1

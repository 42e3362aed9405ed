// npm run mutants -- js [--only=PART] [--most=N] [--seed=N] [--at-a-time=N] [--again]
// npm run mutants -- rust [--only=PART] [--shard=K/N] [--at-a-time=N]
// Faults put into the code on purpose, one at a time: whether any test notices. `--only`: files whose
// names have PART in them; `--most`: how many of each file of src/js, 0 for all of them; `--shard`: which
// part of all that cargo-mutants makes of the Rust, or `all`; `--again`: those that survived last time.
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { javascriptMutants, shown } from './mutants/javascript.mjs'
import { rustMutants, shownInRust } from './mutants/rust.mjs'

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
/** Of those that anybody could notice. */
const LEAST_SHARE = 0.95

const { values, positionals } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    most: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    shard: { type: 'string', default: '0/5' },
    'at-a-time': { type: 'string', default: '2' },
    again: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const options = {
  only: values.only,
  most: Number(values.most) || Infinity,
  seed: values.seed,
  shard: values.shard === 'all' ? undefined : values.shard,
  atATime: Number(values['at-a-time']),
  again: values.again,
}
/** @param {string} line */
const log = (line) => console.log(line)
const sides = {
  js: async () => (await javascriptMutants(root, options, log)).map((one) => ({ ...one, shown: shown(one) })),
  rust: async () => (await rustMutants(root, options, log)).map((one) => ({ ...one, shown: shownInRust(one) })),
}
const [side] = positionals
if (side !== 'js' && side !== 'rust') {
  console.error('npm run mutants -- js|rust')
  process.exit(2)
}
const outcomes = await sides[side]()
const survivors = outcomes.filter(({ caughtBy }) => !caughtBy)
const unnoticed = survivors.filter(({ why }) => !why)
for (const survivor of survivors) {
  console.log(`${survivor.why ? `harmless: ${survivor.why}` : 'NOT NOTICED'}\n  ${survivor.shown}`)
}
const caught = outcomes.length - survivors.length
console.log(
  `${side}: ${outcomes.length} faults, ${survivors.length - unnoticed.length} of them harmless; ` +
    `${caught} noticed and ${unnoticed.length} not`,
)
if (caught < LEAST_SHARE * (caught + unnoticed.length)) process.exitCode = 1

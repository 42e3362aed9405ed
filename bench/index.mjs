// npm run bench: everything side by side; prints the table, and writes results.json, the chart
// and the rows in docs/measured.md.
// npm run bench -- --quick: the same as briefly as it can be done, to see that it runs.
// npm run bench -- NAME…: only rows/NAME.mjs. Neither of these two writes anything.
// --against FILE: says as well what differs from an earlier run's results.json.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { node } from '../js-tests/runtimes/index.mjs'
import { run } from '../scripts/build/process.mjs'
import { prepare } from './prepare.mjs'
import { charts } from './report/chart.mjs'
import { compared } from './report/compare.mjs'
import { intoPage, resultOf, table } from './report/table.mjs'
import { startServer } from './server/index.mjs'

const ROWS = ['cold-start', 'size', 'hash', 'hot', 'call', 'users', 'callers', 'ks', 'worker', 'memory']
// What is measured in one process is measured on this Node.
const NODE = 24

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, against: { type: 'string' } },
  allowPositionals: true,
})
const chosen = positionals.length > 0 ? positionals : ROWS
const file = (name) => fileURLToPath(new URL(name, import.meta.url))

// Read before this run takes its place.
const earlier = values.against && JSON.parse(readFileSync(values.against, 'utf8'))

const { python, php } = await prepare((line) => console.error(`bench: ${line}`))
const program = node(NODE)
const server = await startServer(program)
const measured = { rows: [], growth: [] }
try {
  for (const name of chosen) {
    const start = performance.now()
    const settings = { url: server.url, quick: values.quick, python, php }
    const said = await run(program, [file('row.mjs'), name, JSON.stringify(settings)])
    const { rows, growth = [] } = JSON.parse(said)
    measured.rows.push(...rows)
    measured.growth.push(...growth)
    console.error(`bench: ${name} took ${((performance.now() - start) / 1000).toFixed(1)} s`)
  }
} finally {
  await server.stop()
}

if (values.quick) console.log('quick: what follows are no figures')
const result = {
  on: `${cpus()[0].model}, ${cpus().length} cores; Node ${NODE} unless a row says otherwise`,
  ...resultOf(measured),
}
console.log(table(result))
const pictures = charts(result)
if (earlier) console.log(`\nAgainst ${values.against}:\n${compared(earlier, result)}\n`)
console.log(`${result.rows.length} rows and ${result.growth.length} curves`)
if (!values.quick && positionals.length === 0) {
  writeFileSync(file('results.json'), `${JSON.stringify(result, null, 1)}\n`)
  for (const [name, svg] of Object.entries(pictures)) writeFileSync(file(name), svg)
  const page = file('../docs/measured.md')
  writeFileSync(page, intoPage(readFileSync(page, 'utf8'), result))
}

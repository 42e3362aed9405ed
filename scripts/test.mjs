// npm test: everything that must hold, a line for each step.
// npm test -- NAME…: the steps of these names only.
import { fileURLToPath } from 'node:url'
import { steps } from './test/steps.mjs'
import { takeWithReport } from './test/take.mjs'

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name))
if (unknown.length > 0) {
  console.error(`there is no step ${unknown.join(', ')}; there are:`)
  for (const { name } of steps) console.error(`  ${name}`)
  process.exit(2)
}
const chosen = steps.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const root = fileURLToPath(new URL('..', import.meta.url))
if ((await takeWithReport(root, chosen)) > 0) process.exitCode = 1

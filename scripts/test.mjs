// npm test: everything that must hold, a line for each step.
// npm test -- NAME…: the steps of these names only, once what they need is installed.
import { stopHost } from './test/runtimes.mjs'
import { steps } from './test/steps.mjs'

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name))
if (unknown.length > 0) {
  console.error(`there is no step ${unknown.join(', ')}; there are:`)
  for (const { name } of steps) console.error(`  ${name}`)
  process.exit(2)
}

const chosen = steps.filter(
  ({ name }) => wanted.length === 0 || name === 'install' || wanted.includes(name),
)
const width = Math.max(...chosen.map(({ name }) => name.length))
let failed = 0
for (const { name, run } of chosen) {
  const start = performance.now()
  const line = (mark, said) => {
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`${mark}  ${name.padEnd(width)} ${seconds.padStart(6)} s  ${said}`.trimEnd())
  }
  try {
    line('ok    ', (await run()) ?? '')
  } catch (error) {
    failed += 1
    line('FAILED', '')
    console.log(`\n${error.message}\n`)
  }
}
await stopHost()

console.log(`\n${chosen.length - failed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1

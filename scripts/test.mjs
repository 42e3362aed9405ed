// npm test: everything that must hold, a line for each step.
// npm test -- NAME…: the steps of these names only, once what they need is installed.
import { atOnce } from './test/at-once.mjs'
import { AT_ONCE, stopHost } from './test/runtimes.mjs'
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

/** @param {import('./test/steps.mjs').Step} options */
async function take({ name, run }) {
  const start = performance.now()
  /**
   * @param {string} mark
   * @param {string} said
   */
  const line = (mark, said) => {
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`${mark}  ${name.padEnd(width)} ${seconds.padStart(6)} s  ${said}`.trimEnd())
  }
  try {
    line('ok    ', String((await run()) ?? ''))
  } catch (error) {
    failed += 1
    line('FAILED', '')
    console.log(`\n${error instanceof Error ? error.message : error}\n`)
  }
}

// Steps that mostly wait are taken a few at a time, all others alone.
const queue = [...chosen]
while (queue.length > 0) {
  const end = queue.findIndex(({ waits }) => !waits)
  await atOnce(AT_ONCE, queue.splice(0, end === -1 ? queue.length : end), take)
  for (const step of queue.splice(0, 1)) await take(step)
}
await stopHost()

console.log(`\n${chosen.length - failed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1

// npm run check: what a change is held to before it is pushed, in minutes: the sources as they are, on
// this Node alone, with the WebAssembly that is there (see dev-test.mjs).
import { fileURLToPath } from 'node:url'
import { run } from './build/process.mjs'
import { steps } from './test/steps.mjs'
import { takeWithReport } from './test/take.mjs'

const OF_TEST = ['fmt', 'format', 'layers', 'lint', 'suite', 'types', 'clippy', 'native']

const root = fileURLToPath(new URL('..', import.meta.url))
const devTest = fileURLToPath(new URL('dev-test.mjs', import.meta.url))
const onThisNode = {
  name: 'dev:test',
  waits: true,
  run: async () => (await run(process.execPath, [devTest], { cwd: root })).trim(),
}
const chosen = steps.filter(({ name }) => OF_TEST.includes(name))
if ((await takeWithReport(root, [...chosen, onThisNode])) > 0) process.exitCode = 1

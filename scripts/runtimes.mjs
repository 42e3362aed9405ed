// npm run runtimes: the suite on every runtime, and README.md's table of what they said.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installPackages } from './build/npm.mjs'
import { askAll, runtimeSuites, stopHost } from './test/runtimes.mjs'
import { writeRuntimeTable } from './test/table.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
for (const folder of ['', 'js-tests/runtimes']) {
  await installPackages(join(root, folder), console.log)
}

const { said, failed } = await askAll(runtimeSuites(root))
await stopHost()
for (const line of said) console.log(line)
for (const { name, error } of failed) console.error(`\n${name}\n${error instanceof Error ? error.message : error}`)
if (failed.length > 0) process.exitCode = 1
else writeRuntimeTable(root, said)

// bun run-bun.mjs HOST
import { report } from './report.mjs'
import { runTests } from './suite/index.js'

report(`Bun ${Bun.version}`, await runTests(Bun.argv[2]))

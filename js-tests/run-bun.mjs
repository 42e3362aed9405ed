// bun run-bun.mjs HOST
import { report } from './report.mjs'
import { runTests } from './suite/index.js'

const { argv, version } = /** @type {NonNullable<typeof Bun>} */ (Bun)
report(`Bun ${version}`, await runTests(argv[2]))

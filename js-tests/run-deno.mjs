// deno run --no-prompt --allow-net=127.0.0.1 run-deno.mjs HOST
import { report } from './report.mjs'
import { runTests } from './suite/index.js'

const { args, version } = /** @type {NonNullable<typeof Deno>} */ (Deno)
report(`Deno ${version.deno}`, await runTests(args[0]))

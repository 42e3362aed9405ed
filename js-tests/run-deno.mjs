// deno run --no-prompt --allow-net=127.0.0.1 run-deno.mjs HOST
import { report } from './report.mjs'
import { runTests } from './suite/index.js'

report(`Deno ${Deno.version.deno}`, await runTests(Deno.args[0]))

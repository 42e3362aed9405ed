// node run-node-transport.mjs HOST
// The suite with kaltura-app-token/node wherever it imports kaltura-app-token, and what is
// promised of that entry alone.
import { register } from 'node:module'
import { report } from './report.mjs'
import { runTests } from './suite/harness.js'

register('./transport/alias.mjs', import.meta.url)
await import('./transport/connections.mjs')
await import('./transport/unasked.mjs')
await import('./transport/programs.mjs')
await import('./suite/index.js')
report(`Node ${process.versions.node} over node:http`, await runTests(process.argv[2]))

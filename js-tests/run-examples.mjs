// node run-examples.mjs HOST
import { report } from './report.mjs'
import './examples/deno.mjs'
import './examples/express.mjs'
import './examples/hono-worker.mjs'
import './examples/lambda.mjs'
import './examples/many-users.mjs'
import './examples/servers.mjs'
import { runTests } from './suite/harness.js'

report('examples', await runTests(process.argv[2]))

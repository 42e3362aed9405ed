// node run-packed.mjs HOST
import { report } from './report.mjs'
import './packed/bundled.mjs'
import './packed/installed.mjs'
import './packed/readme.mjs'
import './packed/sessions.mjs'
import './packed/typescript.mjs'
import { runTests } from './suite/harness.js'

report('packed', await runTests(process.argv[2]))

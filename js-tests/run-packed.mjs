// node run-packed.mjs HOST
import { report } from './report.mjs'
import './packed/bundled.mjs'
import './packed/copies.mjs'
import './packed/entries.mjs'
import './packed/installed.mjs'
import './packed/readme.mjs'
import './packed/sessions.mjs'
import './packed/traces.mjs'
import './packed/traps.mjs'
import './packed/typescript.mjs'
import './packed/workers.mjs'
import { runTests } from './suite/harness.js'

// Bundlers have much to do, several of them at a time.
const DEADLINE_MS = 5 * 60_000

report('packed', await runTests(process.argv[2], { deadlineMs: DEADLINE_MS }))

// node run-cli.mjs HOST [PATTERN]
import { report } from './report.mjs'
import './cli/arguments.mjs'
import './cli/secrets.mjs'
import './cli/start.mjs'
import './cli/inspect.mjs'
import './cli/hash.mjs'
import './cli/tokens.mjs'
import './cli/emulator.mjs'
import './cli/output.mjs'
import './cli/doctor.mjs'
import './cli/newcomer.mjs'
import './cli/runtimes.mjs'
import './cli/readme.mjs'
import { runTests } from './suite/harness.js'

report('cli', await runTests(process.argv[2], { only: process.argv[3] }))

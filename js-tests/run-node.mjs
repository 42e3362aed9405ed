// node run-node.mjs HOST [PATTERN]
import { report } from './report.mjs'
import { runTests } from './suite/index.js'

report(`Node ${process.versions.node}`, await runTests(process.argv[2], { only: process.argv[3] }))

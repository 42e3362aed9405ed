#!/usr/bin/env node
// The command line: kaltura-app-token COMMAND.
import { main } from './main.js'

// A reader that has seen enough, such as `head`, is no fault.
process.stdout.on('error', ({ code }) => process.exit(code === 'EPIPE' ? 0 : 1))
// What nobody reads is lost, and the exit code still tells.
process.stderr.on('error', () => {})
process.exitCode = await main(process.argv.slice(2))

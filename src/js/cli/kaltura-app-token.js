#!/usr/bin/env node
// The command line: kaltura-app-token COMMAND.
import { main } from './main.js'
import { endWithReader } from './output.js'

process.stdout.on('error', endWithReader)
// Output that nobody reads is lost; the exit code still counts.
process.stderr.on('error', () => {})
process.exitCode = await main(process.argv.slice(2))

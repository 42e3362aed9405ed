// node scripts/jsr.mjs            publishes what jsr.json names
// node scripts/jsr.mjs --dry-run  all but that; it needs no network
//
// Needs what js-tests/runtimes installs.
import { fileURLToPath } from 'node:url'
import { run } from './build/process.mjs'
import { deno } from '../js-tests/runtimes/index.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const isDryRun = process.argv.includes('--dry-run')

// Dirty: a release writes its repository into package.json, which JSR isn't given.
const said = await run(deno(), ['publish', '--allow-dirty', ...(isDryRun ? ['--dry-run'] : [])], {
  cwd: root,
  env: { NO_COLOR: '1' },
})
console.log(said)
// Types that Deno would have to infer, for instance: each use of the package would pay for it.
if (/^warning/m.test(said)) process.exitCode = 1

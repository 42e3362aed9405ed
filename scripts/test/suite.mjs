// Checks that the suite's index imports every file, because a forgotten file would pass everywhere.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const HELPERS = [
  ...['index.js', 'harness.js', 'clocks.js', 'endpoint.js', 'heartbeat.js', 'open-store.js'],
  ...['store-helpers.js', 'manager-helpers.js', 'provider-helpers.js'],
]

/** @param {string} root */
export function suiteIsComplete(root) {
  const folder = join(root, 'js-tests/suite')
  const index = readFileSync(join(folder, 'index.js'), 'utf8')
  const files = readdirSync(folder).filter((name) => !HELPERS.includes(name))
  const missing = files.filter((name) => !index.includes(`'./${name}'`))
  if (missing.length > 0) throw new Error(`js-tests/suite/index.js leaves out ${missing.join(', ')}`)
  return `${files.length} files`
}

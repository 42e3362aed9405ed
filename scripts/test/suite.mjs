// A file of the suite that its index forgot would pass on every runtime.
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

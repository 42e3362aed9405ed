// jsr.json against package.json. JSR knows no conditions, so each entry is the default one, and
// no .wasm, which Deno would link to glue that isn't there: who needs one installs from npm.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { run } from '../build/process.mjs'

/** @param {string} root */
export async function checkJsr(root) {
  /** @param {string} name */
  const read = (name) => readFileSync(join(root, name), 'utf8')
  const npm = JSON.parse(read('package.json'))
  const jsr = JSON.parse(read('jsr.json'))

  const entries = Object.entries(npm.exports).filter(([, targets]) => targets.types)
  const wanted = {
    version: npm.version,
    license: npm.license,
    exports: Object.fromEntries(entries.map(([name, targets]) => [name, targets.default])),
  }
  for (const [name, value] of Object.entries(wanted)) {
    if (!isDeepStrictEqual(jsr[name], value)) {
      throw new Error(`jsr.json must have "${name}": ${JSON.stringify(value, null, 2)}`)
    }
  }
  // Deno doesn't look for declarations: the module has to name them.
  for (const [, targets] of entries) {
    const declared = `// @ts-self-types="./${targets.types.split('/').at(-1)}"\n`
    if (!read(targets.default).startsWith(declared)) {
      throw new Error(`${targets.default} must begin with ${declared}`)
    }
  }
  await run(process.execPath, ['scripts/jsr.mjs', '--dry-run'], { cwd: root })
}

// A change to a file of pkg/ is noticed, by whatever compiler the rest was made.
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { digestsOfFiles, faultsOf, infoOf } from '../scripts/build/check.mjs'

const pkg = fileURLToPath(new URL('../pkg', import.meta.url))
const built = infoOf(pkg)
const elsewhere = { ...built, toolchain: { rustc: 'another' } }

/** The faults of a copy of pkg/ in which `name` has been changed, and its digest with it. */
/**
 * @param {string | undefined} name
 * @param {import('../scripts/build/check.mjs').BuildInfo} seenFrom
 */
async function faultsAfterChanging(name, seenFrom) {
  const copy = mkdtempSync(join(tmpdir(), 'kaltura-app-token-'))
  try {
    cpSync(pkg, copy, { recursive: true })
    if (name) appendFileSync(join(copy, name), '\n// changed')
    const info = { ...built, files: digestsOfFiles(copy) }
    writeFileSync(join(copy, 'build-info.json'), JSON.stringify(info))
    return await faultsOf(copy, seenFrom)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

let failed = 0
/**
 * @param {string} what
 * @param {string[]} found
 * @param {string[]} wanted
 */
function expect(what, found, wanted) {
  if (JSON.stringify(found) === JSON.stringify(wanted)) return
  failed += 1
  console.error(`${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}`)
}

const changed = ['index.js', 'shared.js', 'inline.js', 'ks/inline.js', 'cli/main.js', 'index.d.ts']
for (const from of [built, elsewhere]) {
  expect('nothing was changed', await faultsAfterChanging(undefined, from), [])
  for (const name of changed) {
    expect(name, await faultsAfterChanging(name, from), [`${name} differs`])
  }
}
// Its own toolchain alone can tell.
const wasm = 'kaltura_app_token.wasm'
expect(wasm, await faultsAfterChanging(wasm, built), [`${wasm} differs`])
expect(`${wasm} without the compiler`, await faultsAfterChanging(wasm, elsewhere), ['inline.js differs'])

console.log(failed === 0 ? `${2 * (changed.length + 2)} comparisons are right` : `${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

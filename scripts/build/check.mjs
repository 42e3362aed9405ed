// Checks that a folder is what a build makes.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { inlineModule, unpackerFor } from './inline.mjs'
import { modules } from './modules.mjs'

/** @typedef {{ sources: string, toolchain: Record<string, string | undefined>, files: Record<string, string> }} BuildInfo */

/** Contains the digests, so it has none of its own. */
const INFO = 'build-info.json'

/** The files that depend on the Rust toolchain: the modules and wasm-bindgen's glue. */
const COMPILED = /(^|\/)kaltura_\w+\.(wasm|js)$/

/** @param {string | Uint8Array} bytes */
export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/**
 * A file's name in a folder, the same on every system.
 * @param {string} folder
 * @param {string} file
 */
export const nameIn = (folder, file) => relative(folder, file).split(sep).join('/')

/** @param {string} folder */
export function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/**
 * The digest of each file that a build has made in `folder`.
 * @param {string} folder
 */
export function digestsOfFiles(folder) {
  const files = filesUnder(folder).filter((file) => nameIn(folder, file) !== INFO)
  return Object.fromEntries(files.map((file) => [nameIn(folder, file), sha256(readFileSync(file))]))
}

/** @param {string} folder */
export const infoOf = (folder) => JSON.parse(readFileSync(join(folder, INFO), 'utf8'))

/**
 * @param {BuildInfo} one
 * @param {BuildInfo} other
 */
export const isSameToolchain = (one, other) => JSON.stringify(one.toolchain) === JSON.stringify(other.toolchain)

/**
 * The differences of `folder` from `built`, the info of a new build.
 * @param {string} folder
 * @param {BuildInfo} built
 */
export async function faultsOf(folder, built) {
  const committed = infoOf(folder)
  const found = []
  if (committed.sources !== built.sources) found.push('was built from other sources')
  const actual = digestsOfFiles(folder)
  const expected = isSameToolchain(committed, built) ? built.files : await withoutCompiler(folder, built, committed)
  for (const name of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    if (!(name in actual)) found.push(`${name} is missing`)
    else if (!(name in expected)) found.push(`${name} is not made by the build`)
    else if (actual[name] !== expected[name]) found.push(`${name} differs`)
  }
  return found
}

/**
 * The expected digests if the compiler of `folder` is not installed: compiled files are compared with the folder's own
 * digests, and all others with what the sources and those files make.
 * @param {string} folder
 * @param {BuildInfo} built
 * @param {BuildInfo} committed
 */
async function withoutCompiler(folder, built, committed) {
  const expected = { ...built.files }
  for (const name of Object.keys(expected)) {
    if (COMPILED.test(name)) expected[name] = committed.files[name]
  }
  for (const module of modules) {
    const within = join(folder, module.folder)
    const bytes = readFileSync(join(within, `${module.name}.wasm`))
    const inline = await inlineModule(bytes, unpackerFor(module.folder))
    expected[nameIn(folder, join(within, 'inline.js'))] = sha256(inline)
  }
  return expected
}

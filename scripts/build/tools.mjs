// The programs that a build needs besides Rust, in pinned versions.
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from './check.mjs'
import { installPackages } from './npm.mjs'
import { run } from './process.mjs'

/** @typedef {{ bindgen: string, wasmOpt: string, versions: Record<string, string> }} Tools */

// The npm packages on which the bytes of a build depend.
const MAKERS = ['acorn', 'binaryen', 'esbuild', 'fflate']

/**
 * @param {string} root
 * @param {(line: string) => void} log
 * @returns {Promise<Tools>}
 */
export async function findTools(root, log) {
  await installPackages(root, log)
  const version = pinnedWasmBindgen(root)
  return {
    bindgen: await bindgen(root, log),
    wasmOpt: join(root, 'node_modules/binaryen/bin/wasm-opt'),
    versions: {
      'wasm-bindgen': version,
      ...Object.fromEntries(MAKERS.map((name) => [name, lockedVersion(root, name)])),
    },
  }
}

/**
 * The crate and the generator must have the same version, which Cargo.toml pins.
 * @param {string} root
 */
function pinnedWasmBindgen(root) {
  const manifest = readFileSync(join(root, 'Cargo.toml'), 'utf8')
  const pinned = manifest.match(/^wasm-bindgen = .*"=([\d.]+)"/m)?.[1]
  if (!pinned) throw new Error('Cargo.toml must pin wasm-bindgen with "="')
  return pinned
}

/**
 * Compiled once, and again after a change.
 * @param {string} root
 * @param {(line: string) => void} log
 */
async function bindgen(root, log) {
  const crate = join(root, 'scripts/bindgen')
  const sources = ['Cargo.toml', 'Cargo.lock', 'src/main.rs'].map((name) => readFileSync(join(crate, name)))
  const program = join(root, '.tools', `bindgen-${sha256(Buffer.concat(sources)).slice(0, 16)}`)
  if (existsSync(program)) return program
  log("compiling wasm-bindgen's generator")
  // A folder for this process only, because two may compile at the same time.
  const compiledIn = join(root, '.tools', `compiling-${process.pid}`)
  await run('cargo', ['build', '--locked', '--target-dir', compiledIn], { cwd: crate })
  renameSync(join(compiledIn, 'debug/bindgen'), program)
  rmSync(compiledIn, { recursive: true, force: true })
  return program
}

/**
 * @param {string} root
 * @param {string} name
 */
function lockedVersion(root, name) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  return lock.packages[`node_modules/${name}`].version
}

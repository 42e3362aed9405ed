// The programs that a build needs besides Rust, each of the version that the project names.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { installPackages } from './npm.mjs'
import { run } from './process.mjs'

// The npm packages that the bytes of a build depend on.
const MAKERS = ['binaryen', 'esbuild', 'fflate']

export async function findTools(root, log) {
  await installPackages(root, log)
  const wasmBindgenVersion = pinnedWasmBindgen(root)
  return {
    wasmBindgen: await wasmBindgenCli(root, wasmBindgenVersion, log),
    wasmOpt: join(root, 'node_modules/binaryen/bin/wasm-opt'),
    versions: {
      'wasm-bindgen': wasmBindgenVersion,
      ...Object.fromEntries(MAKERS.map((name) => [name, lockedVersion(root, name)])),
    },
  }
}

// Glue and generator must be of one version; the crate's exact requirement is where it is kept.
function pinnedWasmBindgen(root) {
  const manifest = readFileSync(join(root, 'Cargo.toml'), 'utf8')
  const pinned = manifest.match(/^wasm-bindgen = .*"=([\d.]+)"/m)?.[1]
  if (!pinned) throw new Error('Cargo.toml must pin wasm-bindgen with "="')
  return pinned
}

async function wasmBindgenCli(root, version, log) {
  const folder = join(root, '.tools', `wasm-bindgen-${version}`)
  const program = join(folder, 'bin/wasm-bindgen')
  if (existsSync(program)) return program
  log(`installing wasm-bindgen-cli ${version}`)
  const compiledIn = join(root, '.tools/compiling')
  await run(
    'cargo',
    // Not --locked: its lock file names versions that were taken back.
    [
      ...['install', 'wasm-bindgen-cli', '--version', version, '--bin', 'wasm-bindgen'],
      ...['--root', folder, '--target-dir', compiledIn],
    ],
    {
      // It runs for a second: what counts is how soon it is there.
      env: {
        CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
        CARGO_PROFILE_RELEASE_LTO: 'off',
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
        CARGO_PROFILE_RELEASE_STRIP: 'true',
      },
    },
  )
  rmSync(compiledIn, { recursive: true, force: true })
  return program
}

function lockedVersion(root, name) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  return lock.packages[`node_modules/${name}`].version
}

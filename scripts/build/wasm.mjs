// Builds a WebAssembly module and its glue: cargo, wasm-bindgen, wasm-opt.
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { writeGlue } from './glue.mjs'
import { run } from './process.mjs'
import { TARGET } from './wasm-target.mjs'

/**
 * @import { Tools } from './tools.mjs'
 * @import { WasmTarget } from './wasm-target.mjs'
 */

/**
 * A module to be made into the folder `out`.
 * @typedef {{ root: string, target: WasmTarget, tools: Tools, module: import('./modules.mjs').Module, out: string }} Making
 */

// The features of Node 20. With --all-features wasm-opt emits code that no runtime supports.
const FEATURES = [
  'bulk-memory',
  'multivalue',
  'mutable-globals',
  'nontrapping-float-to-int',
  'reference-types',
  'sign-ext',
  'simd',
]

const CFGS = ['aes_backend_soft="compact"']

// Separate folders, because each would make the other recompile the standard library.
const BUILT_IN = 'target/wasm'
const LINTED_IN = 'target/wasm-clippy'
const TRIED_IN = 'target/wasm-dev'

const QUICK = {
  CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
  CARGO_PROFILE_RELEASE_LTO: 'off',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  CARGO_PROFILE_RELEASE_INCREMENTAL: 'true',
}

/**
 * Compiles the module. Returns a function that optimizes it, without cargo's files.
 * @param {Making} options
 */
export async function compile({ root, target, tools, module, out }) {
  const { features } = module
  await cargo({ root, target, features, folder: BUILT_IN }, 'rustc', ['--crate-type', 'cdylib'])
  const bound = await bind({ root, tools, folder: BUILT_IN, out })
  return () => shrink({ tools, module, out, bound })
}

/** @param {Pick<Making, 'tools' | 'module' | 'out'> & { bound: string }} options */
async function shrink({ tools, module, out, bound }) {
  const made = join(out, `${module.name}.wasm`)
  const allowed = ['--mvp-features', ...FEATURES.map((feature) => `--enable-${feature}`)]
  /**
   * @param {string} from
   * @param {...string} passes
   */
  const optimize = (from, ...passes) => run(process.execPath, [tools.wasmOpt, from, '-o', made, ...passes, ...allowed])
  await optimize(
    bound,
    // The first kilobyte contains only the end of the stack of one megabyte.
    ...['--low-memory-unused', '--zero-filled-memory'],
    // Flattening the code and finding its loops again makes it a little smaller than LLVM's.
    ...['--flatten', '--rereloop', '-Oz', '-Oz', '--converge'],
    ...['--strip-producers', '--strip-target-features'],
  )
  rmSync(bound)
  let renamed
  if (module.isDeployed) {
    // wasm-bindgen's names are long, and their hashes can't be compressed.
    renamed = JSON.parse(await optimize(made, '--minify-imports-and-exports-and-modules'))
  }
  await writeGlue(out, 'k.js', module.name, renamed)
}

/**
 * The same for tests: in seconds, and not optimized.
 * @param {Making} options
 */
export async function compileQuickly({ root, target, tools, module, out }) {
  const quick = { ...target, env: { ...target.env, ...QUICK } }
  const { features } = module
  await cargo({ root, target: quick, features, folder: TRIED_IN }, 'rustc', ['--crate-type', 'cdylib'])
  renameSync(await bind({ root, tools, folder: TRIED_IN, out }), join(out, `${module.name}.wasm`))
  await writeGlue(out, 'k.js', module.name)
}

/**
 * The module with its glue, k.js, beside it.
 * @param {{ root: string, tools: Tools, folder: string, out: string }} options
 */
async function bind({ root, tools, folder, out }) {
  await run(tools.bindgen, [
    join(root, folder, TARGET, 'release/kaltura_app_token.wasm'),
    out,
    // A short name, because every import contains it.
    'k',
  ])
  return join(out, 'k_bg.wasm')
}

/**
 * Lints the code for WebAssembly, which native clippy doesn't see.
 * @param {string} root
 * @param {WasmTarget} target
 * @param {string[]} features
 */
export async function lint(root, target, features) {
  // Nobody sees Debug output, and each makes the module larger.
  const rest = ['--', '-D', 'warnings', '-D', 'clippy::use_debug']
  await cargo({ root, target, features, folder: LINTED_IN }, 'clippy', rest)
}

/**
 * @param {{ root: string, target: WasmTarget, features: string[], folder: string }} options
 * @param {string} command
 * @param {string[]} rest
 */
async function cargo({ root, target, features, folder }, command, rest) {
  // The registry's folders must exist before they are removed from names.
  await run(target.cargo, ['fetch', '--locked'], { cwd: root, env: target.env })
  const program = command === 'clippy' ? target.clippy : target.cargo
  await run(
    program,
    [
      ...[command, '--locked', '--lib', '--release', '--target', TARGET, '--target-dir', folder],
      ...['--no-default-features', '--features', features.join(',')],
      ...[...target.args, ...rest],
    ],
    { cwd: root, env: { ...target.env, CARGO_ENCODED_RUSTFLAGS: rustFlags(root, target) } },
  )
}

/**
 * Removes the builder's folders from the names of source files, so that the output is the same everywhere.
 * @param {string} root
 * @param {WasmTarget} target
 */
function rustFlags(root, target) {
  const sources = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry/src')
  const registries = existsSync(sources) ? readdirSync(sources) : []
  const folders = [
    [root, '/kaltura-app-token'],
    ...registries.map((registry) => [join(sources, registry), '/crates']),
    ...target.paths.map((path) => [path, '/rust']),
  ]
  return [
    ...folders.map(([from, to]) => `--remap-path-prefix=${from}=${to}`),
    ...CFGS.flatMap((cfg) => ['--cfg', cfg]),
    // SHA-256 and SHA-512 are a third faster with it, and smaller.
    '-Ctarget-feature=+simd128',
    ...target.rustFlags,
  ].join('\x1f')
}

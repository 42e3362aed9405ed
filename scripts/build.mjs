// npm run build: everything in pkg/, from the crate and src/js.
// npm run build -- --check: builds into a temporary folder and compares.
import * as fs from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { digestsOfFiles, faultsOf, filesUnder, infoOf, isSameToolchain, nameIn, sha256 } from './build/check.mjs'
import { bundleEntries } from './build/entries.mjs'
import { inlineModule, unpackerFor } from './build/inline.mjs'
import { inflateModule } from './build/javascript.mjs'
import { putModules } from './build/kept.mjs'
import { modules } from './build/modules.mjs'
import { sizeTable } from './build/sizes.mjs'
import { findTools } from './build/tools.mjs'
import { compile } from './build/wasm.mjs'
import { findWasmTarget } from './build/wasm-target.mjs'

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const pkg = join(root, 'pkg')

// The sources of a build; build-info.json has a digest of them.
const SOURCES = ['Cargo.toml', 'Cargo.lock', 'src', 'scripts/build.mjs', 'scripts/build', 'scripts/bindgen']
/** The sources of the modules: the same without JavaScript that is only bundled. */
const COMPILED = SOURCES.filter((source) => source !== 'src').concat(
  fs.readdirSync(join(root, 'src')).flatMap((name) => (name === 'js' ? [] : `src/${name}`)),
)

/** @param {string} line */
const log = (line) => console.log(`build: ${line}`)

/** @param {string} out */
async function build(out) {
  const target = await findWasmTarget(root, log)
  const tools = await findTools(root, log)
  log(`compiling with ${target.way} (${target.version.rustc})`)

  const toolchain = { ...target.version, ...tools.versions }
  const digest = sha256(`${digestOf(COMPILED)}${JSON.stringify(toolchain)}`).slice(0, 16)
  await putModules({ root, digest, out }, (module, folder) => compile({ root, target, tools, module, out: folder }))
  for (const module of modules) {
    const folder = join(out, module.folder)
    const bytes = fs.readFileSync(join(folder, `${module.name}.wasm`))
    assertNoPaths(module.name, bytes, target)
    fs.writeFileSync(join(folder, 'inline.js'), await inlineModule(bytes, unpackerFor(module.folder)))
  }
  const javascript = join(out, '../js')
  fs.cpSync(join(root, 'src/js'), javascript, { recursive: true })
  fs.writeFileSync(join(javascript, 'runtime/inflate.js'), await inflateModule(root))
  await bundleEntries(javascript, out)
  const info = {
    sources: digestOf(SOURCES),
    toolchain,
    files: digestsOfFiles(out),
  }
  fs.writeFileSync(join(out, 'build-info.json'), `${JSON.stringify(info, null, 2)}\n`)
  return info
}

/**
 * @param {string} name
 * @param {Buffer} bytes
 * @param {import('./build/wasm-target.mjs').WasmTarget} target
 */
function assertNoPaths(name, bytes, target) {
  const folders = [root, homedir(), process.env.CARGO_HOME, '/registry/', ...target.paths]
  const leaked = folders.find((folder) => folder && bytes.includes(folder))
  if (leaked) throw new Error(`${name}.wasm names a folder of this machine: ${leaked}`)
}

/** @param {string[]} sources */
function digestOf(sources) {
  const files = sources
    .map((source) => join(root, source))
    .flatMap((path) => (fs.statSync(path).isDirectory() ? filesUnder(path) : [path]))
  const lines = files.map((file) => `${sha256(fs.readFileSync(file))} ${nameIn(root, file)}\n`)
  return sha256(lines.join(''))
}

/** @param {string} folder */
function printSizes(folder) {
  const files = modules.map(({ folder: within, name }) => {
    const file = join(folder, within, `${name}.wasm`)
    return { name: nameIn(folder, file), bytes: fs.readFileSync(file) }
  })
  console.log(sizeTable(files))
}

/** @param {import('./build/check.mjs').BuildInfo} built */
async function check(built) {
  const committed = infoOf(pkg)
  const hasItsToolchain = isSameToolchain(committed, built)
  if (!hasItsToolchain) {
    log(`pkg/ was built with ${JSON.stringify(committed.toolchain)}`)
    log(`not with this toolchain, ${JSON.stringify(built.toolchain)}`)
  }
  const found = await faultsOf(pkg, built)
  for (const fault of found) console.error(`build: pkg/: ${fault}`)
  if (found.length > 0) {
    console.error('build: `npm run build` puts it right')
    process.exitCode = 1
  } else if (hasItsToolchain) log('pkg/ is what its sources make, byte for byte')
  else log('pkg/ is what its sources make, but for compiled files: these need its own toolchain')
}

const temporary = fs.mkdtempSync(join(tmpdir(), 'kaltura-app-token-'))
const out = join(temporary, 'pkg')
try {
  const built = await build(out)
  printSizes(out)
  if (process.argv.includes('--check')) {
    await check(built)
  } else {
    fs.rmSync(pkg, { recursive: true, force: true })
    fs.cpSync(out, pkg, { recursive: true })
    log('pkg/ is written')
  }
} catch (error) {
  console.error(`build: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
} finally {
  fs.rmSync(temporary, { recursive: true, force: true })
}

// The sizes of what is installed or deployed, for README.md's table, and their budgets.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sizes } from '../build/sizes.mjs'

const KB = 1024

/** @typedef {{ raw?: number, gzip?: number, brotli?: number }} Size */
/** @typedef {{ name: string, size: Size, most: Size }} Measured */

/** @type {{ name: string, measure(root: string): Size | Promise<Size>, most: Size }[]} */
const things = [
  {
    name: '`kaltura_app_token.wasm`: sessions',
    /** @param {string} root */
    measure: (root) => wasm(root, 'pkg/kaltura_app_token.wasm'),
    most: { raw: 202 * KB, brotli: 81 * KB },
  },
  {
    name: '`kaltura_ks.wasm`: KSs, and the rules for application tokens',
    /** @param {string} root */
    measure: (root) => wasm(root, 'pkg/ks/kaltura_ks.wasm'),
    most: { raw: 111 * KB, brotli: 44 * KB },
  },
  {
    name: 'a program that starts sessions, bundled and minified',
    /** @param {string} root */
    measure: (root) => program(root, '{ startAppTokenSession, createSessionProvider }'),
    most: { gzip: 121 * KB, brotli: 118 * KB },
  },
  {
    name: 'a program that uses all of it, bundled and minified',
    /** @param {string} root */
    measure: (root) => program(root, '*'),
    most: { gzip: 180 * KB, brotli: 176 * KB },
  },
  {
    name: 'a Worker with `kaltura-app-token/sessions`, as it is uploaded',
    measure: worker,
    most: { gzip: 118 * KB },
  },
  {
    name: "the package, without the emulator's WebAssembly",
    measure: installed,
    most: { raw: 812 * KB },
  },
  {
    name: 'the package, to download',
    measure: tarball,
    most: { gzip: 739 * KB },
  },
]

/**
 * `{ name, size, most }` of each, in bytes: `{ raw, gzip, brotli }`, or some of these.
 * @param {string} root
 * @returns {Promise<Measured[]>}
 */
export async function measureAll(root) {
  const measured = []
  for (const { name, measure, most } of things) {
    measured.push({ name, size: await measure(root), most })
  }
  return measured
}

/**
 * @param {string} root
 * @param {string} name
 */
const wasm = (root, name) => sizes(readFileSync(join(root, name)))

/**
 * @param {string} root
 * @param {string} names
 */
async function program(root, names) {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    stdin: { contents: `export ${names} from './pkg/index.js'`, resolveDir: root },
    ...{ bundle: true, write: false, format: 'esm', platform: 'node', minify: true },
  })
  return sizes(outputFiles[0].contents)
}

/** @param {string} root */
async function worker(root) {
  const { bundleWorker } = await import('../../js-tests/bundle.mjs')
  const { script, modules } = await bundleWorker(join(root, 'js-tests/packed/worker.js'))
  const parts = [Buffer.from(script), ...modules.map(({ contents }) => contents)].map(sizes)
  /** @param {'raw' | 'gzip'} measure */
  const sum = (measure) => parts.reduce((all, part) => all + part[measure], 0)
  return { raw: sum('raw'), gzip: sum('gzip') }
}

async function packed() {
  const { pack } = await import('../../js-tests/packed/project.mjs')
  return pack()
}

async function installed() {
  const { sizeOf } = await packed()
  const counted = Object.entries(sizeOf).filter(([name]) => !/^pkg\/emulator\/(.+\.wasm|inline\.js)$/.test(name))
  return { raw: counted.reduce((sum, [, size]) => sum + size, 0) }
}

async function tarball() {
  const { size } = await packed()
  return { gzip: size }
}

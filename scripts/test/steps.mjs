// What `npm test` checks, in this order. A step fails, or says something short.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { modules } from '../build/modules.mjs'
import { installPackages } from '../build/npm.mjs'
import { run } from '../build/process.mjs'
import { findWasmTarget } from '../build/wasm-target.mjs'
import { lint } from '../build/wasm.mjs'
import { withinBudgets } from './budgets.mjs'
import { complaintsAreTested } from './complaints.mjs'
import { dependenciesAreJustified } from './dependencies.mjs'
import { importsFollowArrows } from './imports.mjs'
import { usesFollowArrows } from './layers.mjs'
import { typesAreNamedOnce } from './names.mjs'
import { checkPackage } from './package.mjs'
import { publishingIsGuarded } from './release.mjs'
import { runtimeSteps } from './runtimes.mjs'
import { claimsAreTested } from './security.mjs'
import { suiteIsComplete } from './suite.mjs'
import { oneToolchain } from './toolchain.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** @param {...string} args */
const cargo = (...args) => run('cargo', args, { cwd: root })
/** @param {...string} args */
const node = (...args) => run(process.execPath, args, { cwd: root })

/** What tests alone need, each in a folder with a lock file of its own. */
const OF_TESTS = ['runtimes', 'bundlers', 'fleet', 'browser'].map((name) => `js-tests/${name}`)

const EMULATOR = ['--no-default-features', '--features', 'emulator']
const TSC = 'node_modules/.bin/tsc'
const BIOME = 'node_modules/.bin/biome'
const STRICT = ['--', '-D', 'warnings']

const EXAMPLES = ['deno', 'express', 'hono-worker', 'lambda', 'many-users']
const PACKAGES = [
  ...['', 'scripts/docs', ...OF_TESTS],
  ...EXAMPLES.map((example) => `examples/${example}`),
]

/** Where the matrix of faults is run. */
const FAULTS = ['node-20', 'node-24', 'node-transport', 'deno', 'bun', 'workerd']

/** @typedef {{ name: string, waits?: boolean, run(): unknown }} Step */

/** @type {Step[]} */
export const steps = [
  {
    name: 'install',
    async run() {
      for (const folder of PACKAGES) {
        await installPackages(join(root, folder), () => {})
      }
    },
  },
  { name: 'fmt', run: () => cargo('fmt', '--check') },
  {
    name: 'layers',
    run: () => `${importsFollowArrows(root)}, ${usesFollowArrows(root)}, ${typesAreNamedOnce(root)}`,
  },
  { name: 'lint', run: () => node(BIOME, 'lint', '--error-on-warnings') },
  {
    name: 'clippy',
    async run() {
      await cargo('clippy', '--locked', '--all-targets', '--all-features', ...STRICT)
      await cargo('clippy', '--locked', '--all-targets', ...EMULATOR, ...STRICT)
    },
  },
  {
    name: 'clippy-wasm',
    async run() {
      const target = await findWasmTarget(root, () => {})
      for (const { features } of modules) await lint(root, target, features)
    },
  },
  {
    name: 'native',
    async run() {
      const said = await cargo('test', '--locked', '--all-features')
      const counts = [...said.matchAll(/^test result: ok\. (\d+) passed/gm)].map(([, n]) => +n)
      return `${counts.reduce((sum, n) => sum + n, 0)} tests`
    },
  },
  {
    name: 'build',
    async run() {
      const said = await node('scripts/build.mjs', '--check')
      return said.trim().split('\n').at(-1)
    },
  },
  {
    name: 'conformance',
    async run() {
      const said = await node('scripts/conformance.mjs')
      return said.split('\n')[0]
    },
  },
  { name: 'build-check', run: async () => (await node('js-tests/build-check.mjs')).trim() },
  { name: 'release', run: () => publishingIsGuarded(root) },
  { name: 'toolchain', run: () => oneToolchain(root) },
  { name: 'corpus', run: async () => (await node('js-tests/corpus.mjs')).trim() },
  { name: 'dependencies', run: () => dependenciesAreJustified(root) },
  { name: 'suite', run: () => suiteIsComplete(root) },
  { name: 'complaints', run: () => complaintsAreTested(root) },
  { name: 'security', run: () => claimsAreTested(root) },
  {
    name: 'browser',
    waits: true,
    run: async () => (await node('js-tests/run-browser.mjs')).trim(),
  },
  ...runtimeSteps(root),
  ...FAULTS.map((runtime) => ({
    name: `faults-${runtime}`,
    waits: true,
    run: async () => (await node('js-tests/faults/run.mjs', runtime)).trim(),
  })),
  {
    name: 'faults-readme',
    run: async () => (await node('js-tests/faults/readme.mjs', '--check')).trim(),
  },
  { name: 'fleet', run: async () => (await node('js-tests/fleet.mjs')).trim() },
  { name: 'leader', waits: true, run: async () => (await node('js-tests/leader.mjs')).trim() },
  { name: 'signer', run: async () => (await node('js-tests/signer.mjs')).trim() },
  { name: 'unhandled', waits: true, run: async () => (await node('js-tests/unhandled.mjs')).trim() },
  {
    name: 'soak',
    async run() {
      const said = await node('--expose-gc', 'js-tests/soak.mjs', '--seconds=20')
      return said.trim().split('\n').at(-1)
    },
  },
  { name: 'crowd', run: async () => (await node('js-tests/crowd.mjs')).trim() },
  { name: 'growth', run: async () => (await node('js-tests/growth.mjs')).trim() },
  { name: 'docs', run: async () => (await node('scripts/docs.mjs', '--check')).trim() },
  {
    name: 'types',
    async run() {
      await node(TSC, '-p', '.')
      await node(TSC, '-p', 'js-tests/types')
    },
  },
  { name: 'package', run: () => checkPackage(root) },
  {
    name: 'bench',
    async run() {
      const said = await node('bench/index.mjs', '--quick')
      return said.trim().split('\n').at(-1)
    },
  },
  { name: 'sizes', run: () => withinBudgets(root) },
]

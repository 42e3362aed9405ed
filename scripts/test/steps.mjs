// What `npm test` checks. A step fails, or says something short.
import { fileURLToPath } from 'node:url'
import { modules } from '../build/modules.mjs'
import { run } from '../build/process.mjs'
import { findWasmTarget } from '../build/wasm-target.mjs'
import { lint } from '../build/wasm.mjs'
import { withinBudgets } from './budgets.mjs'
import { complaintsAreTested } from './complaints.mjs'
import { dependenciesAreJustified } from './dependencies.mjs'
import { BROWSER, BUNDLERS, DOCS, FLEET, ROOT, RUNTIMES } from './folders.mjs'
import { importsFollowArrows } from './imports.mjs'
import { usesFollowArrows } from './layers.mjs'
import { filesAreShort } from './lengths.mjs'
import { typesAreNamedOnce } from './names.mjs'
import { checkPackage } from './package.mjs'
import { publishingIsGuarded } from './release.mjs'
import { runtimeSteps } from './runtimes.mjs'
import { claimsAreTested } from './security.mjs'
import { suiteIsComplete } from './suite.mjs'
import { oneToolchain } from './toolchain.mjs'
import { workflowsHold } from './workflows.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** @param {...string} args */
const cargo = (...args) => run('cargo', args, { cwd: root })
/** @param {...string} args */
const node = (...args) => run(process.execPath, args, { cwd: root })
/** @param {...string} args */
const said = async (...args) => (await node(...args)).trim()
/** @param {...string} args */
const lastLine = async (...args) => (await said(...args)).split('\n').at(-1)

const TSC = 'node_modules/.bin/tsc'
const BIOME = 'node_modules/.bin/biome'
const STRICT = ['--', '-D', 'warnings']

/** Where the matrix of faults is run; what takes longest begins first. */
const FAULTS = ['bun', 'deno', 'workerd', 'node-20', 'node-24', 'node-transport']

/** @type {import('./schedule.mjs').Step[]} */
export const steps = [
  { name: 'fmt', run: () => cargo('fmt', '--check') },
  {
    name: 'layers',
    run() {
      filesAreShort(root)
      return `${importsFollowArrows(root)}, ${usesFollowArrows(root)}, ${typesAreNamedOnce(root)}`
    },
  },
  {
    name: 'release',
    run: () =>
      `${publishingIsGuarded(root)}; ${workflowsHold(
        root,
        steps.map(({ name }) => name),
      )}`,
  },
  { name: 'dependencies', run: () => dependenciesAreJustified(root) },
  { name: 'suite', run: () => suiteIsComplete(root) },
  { name: 'complaints', run: () => complaintsAreTested(root) },
  { name: 'security', run: () => claimsAreTested(root) },
  {
    name: 'clippy',
    lane: 'target/debug',
    async run() {
      await cargo('clippy', '--locked', '--all-targets', '--all-features', ...STRICT)
      // With a rust-version, it also finds what younger standard libraries alone have.
      for (const feature of ['client', 'ks', 'emulator']) {
        const alone = ['--no-default-features', '--features', feature]
        await cargo('clippy', '--locked', '--all-targets', ...alone, ...STRICT)
      }
    },
  },
  {
    name: 'clippy-wasm',
    lane: 'wasm',
    async run() {
      const target = await findWasmTarget(root, () => {})
      for (const { features } of modules) await lint(root, target, features)
    },
  },
  {
    name: 'native',
    lane: 'target/debug',
    async run() {
      const told = await cargo('test', '--locked', '--all-features')
      const counts = [...told.matchAll(/^test result: ok\. (\d+) passed/gm)].map(([, n]) => +n)
      await cargo('run', '--locked', '--example', 'start_session', '--all-features')
      return `${counts.reduce((sum, n) => sum + n, 0)} tests`
    },
  },
  {
    name: 'rustdoc',
    lane: 'target/debug',
    async run() {
      await cargo('rustdoc', '--locked', '--lib', '--all-features', ...STRICT)
    },
  },
  {
    name: 'build',
    needs: [ROOT],
    lane: 'wasm',
    run: () => lastLine('scripts/build.mjs', '--check'),
  },
  { name: 'format', needs: [ROOT], run: () => node(BIOME, 'format') },
  { name: 'lint', needs: [ROOT], run: () => node(BIOME, 'lint', '--error-on-warnings') },
  {
    name: 'types',
    needs: [ROOT, FLEET, DOCS],
    async run() {
      await node(TSC, '-p', '.')
      await node(TSC, '-p', 'js-tests')
      await node(TSC, '-p', 'js-tests/types')
    },
  },
  { name: 'toolchain', needs: [ROOT], lane: 'wasm', run: () => oneToolchain(root) },
  { name: 'build-check', needs: [ROOT], run: () => said('js-tests/build-check.mjs') },
  { name: 'conformance', run: async () => (await said('scripts/conformance.mjs')).split('\n')[0] },
  ...runtimeSteps(root),
  ...FAULTS.map((runtime) => ({
    name: `faults-${runtime}`,
    needs: [ROOT, RUNTIMES],
    alone: true,
    run: () => said('js-tests/faults/run.mjs', runtime),
  })),
  { name: 'faults-readme', run: () => said('js-tests/faults/readme.mjs', '--check') },
  {
    name: 'browser',
    needs: [ROOT, RUNTIMES, BUNDLERS, BROWSER],
    waits: true,
    run: () => said('js-tests/run-browser.mjs'),
  },
  { name: 'leader', needs: [ROOT, RUNTIMES], waits: true, run: () => said('js-tests/leader.mjs') },
  { name: 'unhandled', waits: true, run: () => said('js-tests/unhandled.mjs') },
  { name: 'signer', run: () => said('js-tests/signer.mjs') },
  { name: 'corpus', needs: [ROOT], run: () => said('js-tests/corpus.mjs') },
  { name: 'docs', needs: [DOCS], run: () => said('scripts/docs.mjs', '--check') },
  { name: 'package', needs: [ROOT, RUNTIMES], run: () => checkPackage(root) },
  { name: 'sizes', needs: [ROOT], run: () => withinBudgets(root) },
  // Fifty processes: what each of them has to wait for is told from what has failed by time.
  { name: 'fleet', needs: [FLEET], alone: true, run: () => said('js-tests/fleet.mjs') },
  { name: 'soak', alone: true, run: () => lastLine('--expose-gc', 'js-tests/soak.mjs', '--seconds=20') },
  { name: 'crowd', alone: true, run: () => said('js-tests/crowd.mjs') },
  { name: 'growth', alone: true, run: () => said('js-tests/growth.mjs') },
  { name: 'bench', needs: [ROOT, RUNTIMES], alone: true, run: () => lastLine('bench/index.mjs', '--quick') },
]

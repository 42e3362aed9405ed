// The JavaScript suite on every runtime, all of them against one host.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { run } from '../build/process.mjs'
import { bun, deno, node, NODE_VERSIONS } from '../../js-tests/runtimes/index.mjs'
import { atOnce } from './at-once.mjs'
import { BROWSER, BUNDLERS, EXAMPLES, FLEET, ROOT, RUNTIMES } from './folders.mjs'
import { checkRuntimeTable } from './table.mjs'

/** @typedef {import('./schedule.mjs').Step & { run(): Promise<string> }} Suite */

/** How many are run at a time by who doesn't schedule them: they mostly wait. */
const AT_ONCE = 4

// Bun took twelve minutes on a machine that was busy with six other builds.
const LONGEST_RUN_MS = 40 * 60_000

// The oldest compatibility date that is promised; the newest is the runner's own choice.
const OLD_WORKER = '2024-01-01'

/** @param {string} root */
export function runtimeSteps(root) {
  const suites = runtimeSuites(root)
  const takesLong = (/** @type {Suite} */ { name }) => name === 'bun'
  return [
    // What takes longest begins first, or all others would wait for it in the end.
    ...suites.filter(takesLong),
    ...suites.filter((suite) => !takesLong(suite)),
    { ...suite(root, 'packed', here, 'packed'), needs: [ROOT, RUNTIMES, BUNDLERS, FLEET], waits: false },
    { ...suite(root, 'examples', here, 'examples'), needs: [ROOT, RUNTIMES, BUNDLERS, BROWSER, ...EXAMPLES] },
    suite(root, 'cli', here, 'cli'),
    {
      name: 'runtimes',
      after: suites.map(({ name }) => name),
      needs: [ROOT, RUNTIMES],
      waits: true,
      async run() {
        const { said, failed } = await askAll(suites)
        if (failed.length > 0) {
          throw new Error(`not all have passed: ${failed.map(({ name }) => name).join(', ')}`)
        }
        checkRuntimeTable(root, said)
        return `README.md's table is what ${said.length} of them say`
      },
    },
  ]
}

/**
 * A step for each runtime, which says its line of the table.
 * @param {string} root
 */
export function runtimeSuites(root) {
  return [
    ...NODE_VERSIONS.map((version) => suite(root, `node-${version}`, () => node(version), 'node')),
    ...[20, 24].map((version) => suite(root, `node-transport-${version}`, () => node(version), 'node-transport')),
    suite(root, 'deno', deno, 'deno', { before: ['run', '--no-prompt', '--allow-net=127.0.0.1'] }),
    suite(root, 'bun', bun, 'bun'),
    suite(root, 'workerd', here, 'workerd'),
    suite(root, 'workerd-old', here, 'workerd', { after: [`--date=${OLD_WORKER}`] }),
    suite(root, 'edge-light', here, 'edge'),
  ]
}

const here = () => process.execPath

/**
 * `program` runs `run-RUNNER.mjs`, once however often the step is taken.
 * @param {string} root
 * @param {string} name
 * @param {() => string} program
 * @param {string} runner
 * @param {{ before?: string[], after?: string[] }} [options]
 * @returns {Suite}
 */
function suite(root, name, program, runner, { before = [], after = [] } = {}) {
  const file = join(root, 'js-tests', `run-${runner}.mjs`)
  /** @type {Promise<string> | undefined} */
  let running
  async function start() {
    const { url } = await startedHost(root)
    const args = [...before, file, ...after, url]
    const said = await run(program(), args, { timeoutMs: LONGEST_RUN_MS })
    return said.trim()
  }
  // For Workers and the edge the suite is bundled.
  return { name, needs: [ROOT, RUNTIMES], waits: true, run: () => (running ??= start()) }
}

/**
 * `{ said, failed }`: the lines of those that pass, and `{ name, error }` of the others.
 * @param {Suite[]} suites
 */
export async function askAll(suites) {
  const said = new Map()
  /** @type {{ name: string, error: unknown }[]} */
  const failed = []
  await atOnce(AT_ONCE, suites, async ({ name, run }) => {
    try {
      said.set(name, await run())
    } catch (error) {
      failed.push({ name, error })
    }
  })
  return { said: suites.map(({ name }) => said.get(name)).filter(Boolean), failed }
}

/** @type {ReturnType<typeof startHost> | undefined} */
let host

/**
 * The one host of this run; it ends with this process at the latest.
 * @param {string} root
 */
export function startedHost(root) {
  host ??= startHost(join(root, 'js-tests/host.mjs'))
  return host
}

export async function stopHost() {
  if (host) (await host).stop()
}

/** @param {string} file */
async function startHost(file) {
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'close').then(() => {
      throw new Error('the host of the emulators ended before it listened')
    }),
  ])
  return { url: line, stop: () => child.stdin.end() }
}

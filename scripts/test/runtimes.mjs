// The JavaScript suite on every runtime, all of them against one host.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { run } from '../build/process.mjs'
import { bun, deno, node, NODE_VERSIONS } from '../../js-tests/runtimes/index.mjs'

const LONGEST_RUN_MS = 10 * 60_000

// The oldest compatibility date that is promised; the newest is the runner's own choice.
const OLD_WORKER = '2024-01-01'

export function runtimeSteps(root) {
  const runner = (name) => join(root, 'js-tests', `run-${name}.mjs`)
  const here = () => process.execPath
  return [
    ...NODE_VERSIONS.map((version) => suite(`node-${version}`, () => node(version), runner('node'))),
    ...[20, 24].map((version) =>
      suite(`node-transport-${version}`, () => node(version), runner('node-transport')),
    ),
    suite('deno', deno, 'run', '--no-prompt', '--allow-net=127.0.0.1', runner('deno')),
    suite('bun', bun, runner('bun')),
    suite('workerd', here, runner('workerd')),
    suite('workerd-old', here, runner('workerd'), `--date=${OLD_WORKER}`),
    suite('edge-light', here, runner('edge')),
    suite('packed', here, runner('packed')),
    suite('examples', here, runner('examples')),
    suite('cli', here, runner('cli')),
  ]

  function suite(name, program, ...args) {
    return {
      name,
      waits: true,
      async run() {
        const { url } = await startedHost(root)
        const said = await run(program(), [...args, url], { timeoutMs: LONGEST_RUN_MS })
        return said.trim()
      },
    }
  }
}

let host

/** The one host of this run; it ends with this process at the latest. */
export function startedHost(root) {
  host ??= startHost(join(root, 'js-tests/host.mjs'))
  return host
}

export async function stopHost() {
  if (host) (await host).stop()
}

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

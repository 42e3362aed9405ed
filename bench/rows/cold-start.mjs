// From the start of a process to its first KS.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { node } from '../../js-tests/runtimes/index.mjs'
import { inTurns, part } from '../measure.mjs'
import { credentials } from '../server/kaltura.mjs'

const VERSIONS = [20, 24]
const CONTENDERS = {
  'kaltura-app-token': 'start.mjs',
  'kaltura-app-token/node': 'start-node.mjs',
  'fetch by hand': 'start-by-hand.mjs',
  'kaltura-client': 'start-kaltura-client.cjs',
  'Node alone': 'nothing.mjs',
}
const GROWING = {
  'kaltura-app-token': 'users.mjs',
  'kaltura-app-token/node': 'users-node.mjs',
  'fetch by hand': 'users-by-hand.mjs',
  'kaltura-client': 'users-kaltura-client.cjs',
}
const GROWTH = [1, 10, 100]
const MEASURES = { wallMs: ['time', 'ms'], cpuMs: ['CPU time', 'ms'], memoryMB: ['memory', 'MB'] }

const programs = fileURLToPath(new URL('../programs/', import.meta.url))

async function run(program, args, env) {
  const start = performance.now()
  const child = spawn(program, args, {
    cwd: programs,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let wallMs
  let said = ''
  child.stdout.on('data', (chunk) => {
    wallMs ??= performance.now() - start
    said += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`)
  return { wallMs, said }
}

async function toFirstKs(version, program, env) {
  const { wallMs, said } = await run(node(version), [program], env)
  const { ks, ...measured } = JSON.parse(said)
  if (typeof ks !== 'string') throw new Error(`${program} has no KS`)
  return { wallMs, ...measured }
}

async function toSessions(users, program, env) {
  const { wallMs, said } = await run(process.execPath, [program], { ...env, BENCH_USERS: users })
  if (new Set(JSON.parse(said).ks).size !== users) throw new Error(`${program} has not as many KSs as users`)
  return wallMs
}

async function toImport(version, name) {
  const { said } = await run(node(version), ['import.mjs', name])
  return Number(said)
}

export async function measure({ url, rounds, quick }) {
  const env = { BENCH_OPTIONS: JSON.stringify({ ...credentials, serviceUrl: url }) }
  const rows = []
  for (const version of VERSIONS) {
    const contenders = Object.entries(CONTENDERS).map(([name, program]) => [
      name,
      () => toFirstKs(version, program, env),
    ])
    const samples = await inTurns(Object.fromEntries(contenders), { rounds: rounds(21) })
    for (const [measure, [what, unit]] of Object.entries(MEASURES)) {
      rows.push({
        id: `cold-start-${version}-${measure}`,
        name: `process to first KS, Node ${version}: ${what}`,
        unit,
        detail: version !== 24 && measure !== 'wallMs',
        samples: part(samples, measure),
        wanted:
          version === 24 && measure === 'wallMs'
            ? [
                { ours: 'kaltura-app-token', peer: 'kaltura-client', ratio: 0.5 },
                { ours: 'kaltura-app-token/node', peer: 'kaltura-client', ratio: 0.35 },
              ]
            : [],
      })
    }
    const names = ['kaltura-app-token', 'kaltura-app-token/node', 'kaltura-client']
    const imports = Object.fromEntries(names.map((name) => [name, () => toImport(version, name)]))
    rows.push({
      id: `import-${version}`,
      name: `import alone, Node ${version}`,
      unit: 'ms',
      detail: version !== 24,
      samples: await inTurns(imports, { rounds: rounds(21) }),
      wanted: [{ ours: 'kaltura-app-token', peer: 'kaltura-client', ratio: 0.1 }],
    })
  }
  const growing = quick ? GROWTH.slice(0, 2) : GROWTH
  const points = []
  for (const users of growing) {
    const contenders = Object.entries(GROWING).map(([name, program]) => [name, () => toSessions(users, program, env)])
    points.push(await inTurns(Object.fromEntries(contenders), { rounds: rounds(11) }))
  }
  return {
    rows,
    growth: [{ id: 'cold-start', name: 'process to sessions for so many users', unit: 'ms', at: growing, points }],
  }
}

// node run.mjs RUNTIME [--table] [--only=PATTERN]
// The matrix on a runtime, against the proxy in this process; with PATTERN, the rows of such names.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bundleWorker } from '../bundle.mjs'
import { bun, deno, node, require } from '../runtimes/index.mjs'
import { serveWorker } from '../workerd.mjs'
import { startProxy } from './proxy.mjs'
import { rows } from './rows/index.js'
import { PRINTED, searcher } from './secrets.js'
import { summary, table } from './table.mjs'

/** What is no complaint, or one of the runtime's own. */
const OWN_WORDS = [
  new RegExp(`^(${PRINTED})?$`),
  // Bun's, of gzip that is none.
  /^Decompression error: ZlibError$/,
  // workerd's, of a host that has no address.
  /failed to lookup address information/,
  /^stack: \S*workerd/,
]

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

/** Puts kaltura-app-token/node in the place of kaltura-app-token. */
const alias = JSON.stringify(new URL('../transport/alias.mjs', import.meta.url))
const overNodeHttp = `data:text/javascript,import { register } from 'node:module'; register(${alias})`

const programs = {
  'node-20': () => [node(20)],
  'node-24': () => [node(24)],
  'node-transport': () => [node(24), '--import', overNodeHttp],
  deno: () => [deno(), 'run', '--no-prompt', '--allow-net=127.0.0.1,kaltura.invalid'],
  bun: () => [bun()],
}

async function runHere(runtime, proxy) {
  const [program, ...args] = programs[runtime]()
  const child = spawn(program, [...args, here('run-here.mjs'), proxy], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = collected(child)
  const [code, signal] = await once(child, 'close')
  return { said: said(), problem: code === 0 ? undefined : `it ended with ${signal ?? code}` }
}

async function runWorkerd(proxy) {
  const { version } = require('workerd/package.json')
  const suite = await bundleWorker(here('worker.js'), { ignoreAnnotations: true })
  let said
  const worker = await serveWorker({
    ...suite,
    compatibilityDate: version.split('.')[1].replace(/(....)(..)(..)/, '$1-$2-$3'),
    onStart: (child) => {
      said = collected(child)
    },
  })
  try {
    // Not fetch, which waits for an answer no longer than five minutes.
    const asked = request(worker.url, { method: 'POST' }).end(proxy)
    const [response] = await once(asked, 'response')
    response.resume()
    const problem = response.statusCode === 200 ? undefined : `it answers ${response.statusCode}`
    return { said: said(), problem }
  } catch (error) {
    return { said: said(), problem: `it gives no answer: ${error}` }
  } finally {
    await worker.stop()
  }
}

/** What a child says on both of its outputs, as it is asked for. */
function collected({ stdout, stderr }) {
  const pieces = []
  for (const output of [stdout, stderr]) output.on('data', (piece) => pieces.push(piece))
  return () => Buffer.concat(pieces).toString()
}

const { values, positionals } = parseArgs({
  options: { table: { type: 'boolean' }, only: { type: 'string', default: '' } },
  allowPositionals: true,
})
const [runtime] = positionals
const wanted = [...rows.keys()].filter((index) => {
  const { name, at, zipped } = rows[index]
  return new RegExp(values.only).test(`${name}, ${at}`) && !(zipped && runtime === 'node-transport')
})
// Of each engine's runtimes one is enough.
const withInputs = values.only === '' && ['node-24', 'deno', 'bun'].includes(runtime)
const proxy = await startProxy(wanted, withInputs)
const ran = runtime === 'workerd' ? runWorkerd(proxy.url) : runHere(runtime, proxy.url)
const { said, problem } = await ran
const seen = problem ? { results: [], faults: [problem], looks: 0 } : await proxy.results
await proxy.close()

// What it prints is not for the runtime to look at.
const printed = [{ kind: 'printed', text: PRINTED }]
const secrets = [...proxy.secrets].map((text) => ({ kind: 'secret', text }))
const found = searcher([...printed, ...secrets])([['its output', said]], ['printed', 'secret'])
if (!found.some(({ kind }) => kind === 'printed')) seen.faults.push('its output was not looked at')
if (found.some(({ kind }) => kind === 'secret')) seen.faults.push('there is a secret in its output')
const unexpected = said.split('\n').filter((line) => !OWN_WORDS.some((words) => words.test(line)))
if (unexpected.length > 0) seen.faults.push(`it said ${unexpected.join('\n').slice(0, 2000)}`)

if (values.table) console.log(table(wanted, seen.results))
const { text, failed } = summary(runtime, wanted, seen)
console.log(text)
// What a runtime has left open, if it ended early, must not keep this process.
process.exit(failed ? 1 : 0)

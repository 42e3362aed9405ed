// The tarball, installed into empty projects and used as a user would.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleWorker } from '../bundle.mjs'
import { bun, deno, node, NODE_VERSIONS } from '../runtimes/index.mjs'
import { test } from '../suite/harness.js'
import { serveWorker } from '../workerd.mjs'
import { project } from './project.mjs'

const body = `
  const { ks, partnerId } = await startAppTokenSession(JSON.parse(process.env.CREDENTIALS))
  const info = { ks: typeof ks, partnerId }
  console.log(JSON.stringify(info))
`
const MODULE = `import { startAppTokenSession } from 'kaltura-app-token'\n${body}`
const COMMONJS = `const { startAppTokenSession } = require('kaltura-app-token')
;(async () => {${body}})()`

/** Runs `file` of a project, which must start a session with the credentials it is given. */
/**
 * @param {import('../suite/harness.js').Context} t
 * @param {Awaited<ReturnType<typeof project>>} installed
 * @param {string} program
 * @param {string[]} args
 */
async function startsASession(t, installed, program, args) {
  const { credentials, partnerId } = await t.kaltura()
  const said = await installed.run(program, args, { CREDENTIALS: JSON.stringify(credentials) })
  t.equal(said.trim(), JSON.stringify({ ks: 'string', partnerId }))
}

test('it brings nothing along, and runs nothing when it is installed', async (t) => {
  const { folder } = await project({})
  const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))
  t.deepEqual(installed, ['kaltura-app-token'])
  const manifest = readFileSync(join(folder, 'node_modules/kaltura-app-token/package.json'), 'utf8')
  const { scripts = {}, ...facts } = JSON.parse(manifest)
  const kinds = [
    'dependencies',
    'optionalDependencies',
    'peerDependencies',
    'bundleDependencies',
    'bundledDependencies',
  ]
  t.deepEqual(
    kinds.filter((kind) => kind in facts),
    [],
  )
  const hooks = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare']
  t.deepEqual(
    hooks.filter((hook) => hook in scripts),
    [],
  )
})

for (const version of NODE_VERSIONS) {
  test(`Node ${version} imports and requires it`, async (t) => {
    const installed = await project({ 'start.mjs': MODULE, 'start.cjs': COMMONJS })
    await startsASession(t, installed, node(version), ['start.mjs'])
    await startsASession(t, installed, node(version), ['start.cjs'])
  })
}

test('the entry for Node alone is imported and required', async (t) => {
  /** @param {string} text */
  const from = (text) => text.replace(`'kaltura-app-token'`, `'kaltura-app-token/node'`)
  const installed = await project({ 'start.mjs': from(MODULE), 'start.cjs': from(COMMONJS) })
  await startsASession(t, installed, node(20), ['start.mjs'])
  await startsASession(t, installed, node(24), ['start.cjs'])
})

test('bytes that are no module of ours are refused at every call', async (t) => {
  const program = `import { instantiate, instantiateKs } from 'kaltura-app-token/slim'
// The last is as much of a module as every module has.
for (const bytes of [[], [1, 2, 3], [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]].map((it) => new Uint8Array(it))) {
  for (let again = 0; again < 2; again += 1) {
    for (const call of [() => instantiate(bytes).hashAppToken('ks', 'token'), () => instantiateKs(bytes).inspectKs('ks')]) {
      try {
        call()
      } catch ({ name, code }) {
        console.log(name, code)
      }
    }
  }
}`
  const installed = await project({ 'nonsense.mjs': program })
  const said = (await installed.run(node(20), ['nonsense.mjs'])).trim().split('\n')
  t.equal(said.length, 12)
  t.ok(
    said.every((line) => line === 'AppTokenError ERR_WASM'),
    said.join(),
  )
})

test('Deno imports it with no permission but the network', async (t) => {
  const installed = await project({
    'start.js': MODULE.replace('process.env.CREDENTIALS', 'Deno.args[0]').replace(
      `'kaltura-app-token'`,
      `'npm:kaltura-app-token'`,
    ),
  })
  const { credentials, partnerId } = await t.kaltura()
  const said = await installed.run(deno(), [
    ...['run', '--no-prompt', '--node-modules-dir=manual', '--allow-net=127.0.0.1'],
    ...['start.js', JSON.stringify(credentials)],
  ])
  t.equal(said.trim(), JSON.stringify({ ks: 'string', partnerId }))
})

test('Bun imports and requires it', async (t) => {
  const installed = await project({ 'start.mjs': MODULE, 'start.cjs': COMMONJS })
  await startsASession(t, installed, bun(), ['start.mjs'])
  await startsASession(t, installed, bun(), ['start.cjs'])
})

test('a Worker bundled from it starts a session', async (t) => {
  const installed = await project({
    'worker.js': `import { startAppTokenSession } from 'kaltura-app-token'
export default {
  async fetch(request) {
    const { ks, partnerId } = await startAppTokenSession(await request.json())
    return Response.json({ ks: typeof ks, partnerId })
  },
}`,
  })
  const bundled = await bundleWorker(`${installed.folder}/worker.js`)
  const worker = await serveWorker({ ...bundled, compatibilityDate: '2024-01-01' })
  try {
    const { credentials, partnerId } = await t.kaltura()
    const response = await fetch(worker.url, { method: 'POST', body: JSON.stringify(credentials) })
    t.deepEqual(await response.json(), { ks: 'string', partnerId })
  } finally {
    await worker.stop()
  }
})

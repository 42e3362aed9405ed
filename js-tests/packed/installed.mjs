// The tarball, installed into empty projects and used as a user would.
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
async function startsASession(t, installed, program, args) {
  const { credentials, partnerId } = await t.kaltura()
  const said = await installed.run(program, args, { CREDENTIALS: JSON.stringify(credentials) })
  t.equal(said.trim(), JSON.stringify({ ks: 'string', partnerId }))
}

for (const version of NODE_VERSIONS) {
  test(`Node ${version} imports and requires it`, async (t) => {
    const installed = await project({ 'start.mjs': MODULE, 'start.cjs': COMMONJS })
    await startsASession(t, installed, node(version), ['start.mjs'])
    await startsASession(t, installed, node(version), ['start.cjs'])
  })
}

test('the entry for Node alone is imported and required', async (t) => {
  const from = (text) => text.replace(`'kaltura-app-token'`, `'kaltura-app-token/node'`)
  const installed = await project({ 'start.mjs': from(MODULE), 'start.cjs': from(COMMONJS) })
  await startsASession(t, installed, node(20), ['start.mjs'])
  await startsASession(t, installed, node(24), ['start.cjs'])
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

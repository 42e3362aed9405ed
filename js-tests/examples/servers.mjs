// The servers that docs/handler.md says the handler runs in, as it is or through an adapter.
import { pathToFileURL } from 'node:url'
import { project } from '../packed/project.mjs'
import { bun, deno, node } from '../runtimes/index.mjs'
import { test } from '../suite/harness.js'
import { environmentOf, folderOf, startProgram } from './program.mjs'

const installed = (example, file) => pathToFileURL(`${folderOf(example)}/node_modules/${file}`)
const adapter = installed('express', '@hono/node-server/dist/index.mjs')

const HANDLER = `import { createSessionProvider } from 'kaltura-app-token'
import { createKsHandler, TOKEN_PRIVILEGES } from 'kaltura-app-token/handler'
import process from 'node:process'

const handler = createKsHandler({
  provider: createSessionProvider({
    partnerId: process.env.KALTURA_PARTNER_ID,
    appTokenId: process.env.KALTURA_APP_TOKEN_ID,
    appToken: process.env.KALTURA_APP_TOKEN,
    hashType: process.env.KALTURA_HASH_TYPE,
    serviceUrl: process.env.KALTURA_SERVICE_URL,
  }),
  authorize: (request) =>
    request.headers.has('authorization') && { userId: 'ada', sessionPrivileges: TOKEN_PRIVILEGES },
  origins: ['https://www.example.org'],
})
const listening = ({ port }) => console.log('http://127.0.0.1:' + port)
`

const servers = {
  'Deno.serve': {
    serve: `Deno.serve({ hostname: '127.0.0.1', port: 0, onListen: listening }, handler)`,
    start: [deno, 'run', '--no-prompt', '--allow-env', '--allow-net=127.0.0.1'],
  },
  'Bun.serve': {
    serve: `listening(Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: handler }))`,
    start: [bun, 'run'],
  },
  'node:http': {
    serve: `import { createServer } from 'node:http'
import { getRequestListener } from '${adapter}'
const server = createServer(getRequestListener(handler))
server.listen(0, '127.0.0.1', () => listening(server.address()))`,
    start: [() => node(20)],
  },
  Express: {
    serve: `import express from '${installed('express', 'express/index.js')}'
import { getRequestListener } from '${adapter}'
const app = express()
app.all('/ks', getRequestListener(handler))
const server = app.listen(0, '127.0.0.1', () => listening(server.address()))`,
    start: [() => node(20)],
  },
  Hono: {
    serve: `import { Hono } from '${installed('hono-worker', 'hono/dist/index.js')}'
const app = new Hono()
app.all('/ks', (c) => handler(c.req.raw))
Deno.serve({ hostname: '127.0.0.1', port: 0, onListen: listening }, app.fetch)`,
    start: [deno, 'run', '--no-prompt', '--allow-env', '--allow-net=127.0.0.1', '--allow-read'],
  },
  Next: {
    // As Next does with what a route exports: by the name of the method.
    serve: `import { createServer } from 'node:http'
import { getRequestListener } from '${adapter}'
export { handler as POST, handler as OPTIONS }
import('./serve.mjs').then((route) => {
  const none = () => new Response(null, { status: 405 })
  const byMethod = (request) => (route[request.method] ?? none)(request, { params: Promise.resolve({}) })
  const server = createServer(getRequestListener(byMethod))
  server.listen(0, '127.0.0.1', () => listening(server.address()))
})`,
    start: [() => node(20)],
  },
}

for (const [name, { serve, start }] of Object.entries(servers)) {
  test(`the handler serves behind ${name}`, async (t) => {
    const kaltura = await t.kaltura()
    const { folder } = await project({ 'serve.mjs': `${HANDLER}${serve}\n` })
    const [program, ...args] = start
    const server = await startProgram(...[folder, program(), [...args, 'serve.mjs'], environmentOf(kaltura)])
    try {
      const headers = { authorization: 'Bearer ada' }
      const url = new URL('/ks', server.url)
      const served = await fetch(url, { method: 'POST', headers, body: '{"userId":"eve"}' })
      t.equal(served.status, 200)
      t.equal(served.headers.get('cache-control'), 'no-store')
      t.equal((await served.json()).userId, 'ada')
      t.equal((await fetch(url, { method: 'POST' })).status, 401)
      t.equal((await fetch(url)).status, 405)
      const preflight = await fetch(url, {
        method: 'OPTIONS',
        headers: { origin: 'https://www.example.org', 'access-control-request-method': 'POST' },
      })
      t.equal(preflight.status, 204)
      t.equal(preflight.headers.get('access-control-allow-origin'), 'https://www.example.org')
    } finally {
      await server.stop()
    }
  })
}

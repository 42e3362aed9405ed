// The servers that README.md says the handler goes into as it is, or through an adapter.
import { pathToFileURL } from 'node:url'
import { project } from '../packed/project.mjs'
import { bun, deno, node } from '../runtimes/index.mjs'
import { test } from '../suite/harness.js'
import { environmentOf, folderOf, startProgram } from './program.mjs'

const adapter = pathToFileURL(`${folderOf('express')}/node_modules/@hono/node-server/dist/index.mjs`)

const HANDLER = `import { createSessionProvider } from 'kaltura-app-token'
import { createKsHandler } from 'kaltura-app-token/handler'
import process from 'node:process'

const handler = createKsHandler({
  provider: createSessionProvider({
    partnerId: process.env.KALTURA_PARTNER_ID,
    appTokenId: process.env.KALTURA_APP_TOKEN_ID,
    appToken: process.env.KALTURA_APP_TOKEN,
    hashType: process.env.KALTURA_HASH_TYPE,
    serviceUrl: process.env.KALTURA_SERVICE_URL,
  }),
  authorize: (request) => request.headers.has('authorization') && { userId: 'ada' },
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
}

for (const [name, { serve, start }] of Object.entries(servers)) {
  test(`the handler serves behind ${name}`, async (t) => {
    const kaltura = await t.kaltura()
    const { folder } = await project({ 'serve.mjs': `${HANDLER}${serve}\n` })
    const [program, ...args] = start
    const server = await startProgram(
      ...[folder, program(), [...args, 'serve.mjs'], environmentOf(kaltura)],
    )
    try {
      const headers = { authorization: 'Bearer ada' }
      const served = await fetch(server.url, { method: 'POST', headers, body: '{"userId":"eve"}' })
      t.equal(served.status, 200)
      t.equal(served.headers.get('cache-control'), 'no-store')
      t.equal((await served.json()).userId, 'ada')
      t.equal((await fetch(server.url, { method: 'POST' })).status, 401)
      t.equal((await fetch(server.url)).status, 405)
    } finally {
      await server.stop()
    }
  })
}

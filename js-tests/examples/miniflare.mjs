// node miniflare.mjs WORKER: serves it with a KV namespace SESSIONS and what BINDINGS says, prints
// { url, keptUrl }, and ends when its standard input does. keptUrl tells what the namespace holds.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { bundleWorker } from '../bundle.mjs'

// Miniflare comes with wrangler.
const wrangler = createRequire(new URL('../bundlers/', import.meta.url)).resolve('wrangler')
const { Miniflare, convertV4MiniflareOptions } = createRequire(wrangler)('miniflare')

const { script, modules } = await bundleWorker(process.argv[2], { external: ['cloudflare:workers'] })
const options = {
  modules: [
    { type: 'ESModule', path: 'worker.js', contents: script },
    ...modules.map(({ name, contents }) => ({ type: 'CompiledWasm', path: name, contents })),
  ],
  compatibilityDate: '2026-11-01',
  kvNamespaces: ['SESSIONS'],
  bindings: JSON.parse(process.env.BINDINGS ?? ''),
  host: '127.0.0.1',
  // It would ask Cloudflare where it is.
  cf: false,
  telemetry: { enabled: false },
}
const miniflare = new Miniflare(convertV4MiniflareOptions(options))
const { href: url } = await miniflare.ready

const namespace = await miniflare.getKVNamespace('SESSIONS')
async function kept() {
  const { keys } = await namespace.list()
  return Promise.all(keys.map(async (/** @type {{ name: string }} */ { name }) => [name, await namespace.get(name)]))
}
const server = createServer(async (_, response) => response.end(JSON.stringify(await kept())))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
console.log(
  JSON.stringify({
    url,
    keptUrl: `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}/`,
  }),
)

process.stdin.resume().on('end', async () => {
  await miniflare.dispose()
  process.exit()
})

// node leader.mjs: in workerd, a request that fetches a session for others is given up by its
// client, and the others get theirs all the same.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { createEmulator } from 'kaltura-app-token/emulator'
import { serveWorker } from './workerd.mjs'

const DATES = ['2024-01-01', '2026-11-17']
const FOLLOWERS = 20

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function assert(isTrue, message) {
  if (!isTrue) throw new Error(message)
}

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./leader-worker.js', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['workerd'],
    loader: { '.wasm': 'copy' },
    assetNames: '[name]',
    outdir: fileURLToPath(new URL('.', import.meta.url)),
    logLevel: 'error',
  })
  const isModule = ({ path }) => path.endsWith('.wasm')
  return {
    script: outputFiles.find((file) => !isModule(file)).text,
    modules: outputFiles
      .filter(isModule)
      .map(({ path, contents }) => ({ name: path.split('/').at(-1), contents })),
  }
}

/** An emulator that leaves its first request unanswered. */
async function startKaltura() {
  const emulator = createEmulator()
  const appToken = emulator.addAppToken()
  const reached = withResolvers()
  let requests = 0
  const server = createServer(async (request, response) => {
    requests += 1
    if (requests === 1) return reached.resolve()
    const body = await buffer(request)
    const answered = await emulator.fetch(
      new Request(`http://${request.headers.host}${request.url}`, {
        method: request.method,
        headers: { 'content-type': request.headers['content-type'] },
        body,
      }),
    )
    response.writeHead(answered.status, [...answered.headers].flat())
    response.end(Buffer.from(await answered.arrayBuffer()))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    server,
    reached: reached.promise,
    requests: () => requests,
    options: {
      serviceUrl: `http://127.0.0.1:${server.address().port}`,
      partnerId: emulator.partnerId,
      appTokenId: appToken.id,
      appToken: appToken.token,
    },
  }
}

function withResolvers() {
  let resolve
  const promise = new Promise((done) => {
    resolve = done
  })
  return { promise, resolve }
}

const parts = await bundle()
for (const compatibilityDate of DATES) {
  const kaltura = await startKaltura()
  const worker = await serveWorker({ ...parts, compatibilityDate })
  try {
    const ask = async (wanted, signal) => {
      const body = JSON.stringify({ options: kaltura.options, wanted })
      const response = await fetch(worker.url, { method: 'POST', body, signal })
      return response.json()
    }
    const client = new AbortController()
    const leader = ask({}, client.signal).catch((error) => error)
    await kaltura.reached
    const followers = Array.from({ length: FOLLOWERS }, () => ask({ timeoutMs: 3000 }))
    await sleep(300)
    client.abort()
    assert((await leader).name === 'AbortError', 'the leader was answered')
    const answers = await Promise.all(followers)
    const failed = answers.find(({ ks }) => !ks)
    assert(!failed, `at ${compatibilityDate} a follower got ${JSON.stringify(failed)}`)
    assert(new Set(answers.map(({ ks }) => ks)).size === 1, 'the followers differ')
    assert(kaltura.requests() === 3, `${kaltura.requests()} requests instead of 3`)
    console.log(`workerd at ${compatibilityDate}: ${FOLLOWERS} followers of a leader that has gone`)
  } finally {
    await worker.stop()
    kaltura.server.closeAllConnections()
    kaltura.server.close()
  }
}

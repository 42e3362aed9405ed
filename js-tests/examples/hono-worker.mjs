import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { node } from '../runtimes/index.mjs'
import { test } from '../suite/harness.js'
import { environmentOf, folderOf } from './program.mjs'

const JWT_SECRET = 'a secret of the back end'
// Miniflare asks for a newer Node than the package does.
const MINIFLARE_NODE = 24

/** The Worker in Miniflare, with a KV namespace; `{ url, kept(), stop() }`. */
async function startWorker(bindings) {
  const server = fileURLToPath(new URL('miniflare.mjs', import.meta.url))
  const child = spawn(node(MINIFLARE_NODE), [server, join(folderOf('hono-worker'), 'src/index.js')], {
    env: { ...process.env, BINDINGS: JSON.stringify(bindings) },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(([code]) => Promise.reject(new Error(`Miniflare ended with code ${code}`))),
  ])
  const { url, keptUrl } = JSON.parse(line)
  return {
    url,
    kept: async () => (await fetch(keptUrl)).json(),
    async stop() {
      child.stdin.end()
      await ended
    },
  }
}

function jwtOf(claims) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
  return `${text}.${createHmac('sha256', JWT_SECRET).update(text).digest('base64url')}`
}

const PAGE = 'https://www.example.org'

test('the Hono Worker gives the holder of a JWT a session, which KV shares', async (t) => {
  const kaltura = await t.kaltura()
  const worker = await startWorker({ ...environmentOf(kaltura), JWT_SECRET, ORIGINS: PAGE })
  try {
    const ask = (jwt) => fetch(`${worker.url}ks`, { method: 'POST', headers: { authorization: `Bearer ${jwt}` } })
    const response = await ask(jwtOf({ sub: 'ada' }))
    t.equal(response.status, 200)
    t.equal(response.headers.get('cache-control'), 'no-store')
    const { ks, userId } = await response.json()
    t.match(ks, /^djJ8/)
    t.equal(userId, 'ada')
    t.equal((await (await ask(jwtOf({ sub: 'ada' }))).json()).ks, ks)
    t.equal((await ask(`${jwtOf({ sub: 'ada' })}x`)).status, 401)
    t.equal((await fetch(`${worker.url}ks`, { method: 'POST' })).status, 401)
    // For the widget session, the session, and the proof that it is alive.
    t.equal((await kaltura.requests()).length, 3)

    const origin = { origin: PAGE }
    const preflight = await fetch(`${worker.url}ks`, {
      method: 'OPTIONS',
      headers: {
        ...origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    })
    t.equal(preflight.status, 204)
    t.equal(preflight.headers.get('access-control-allow-origin'), PAGE)
    t.equal(preflight.headers.get('access-control-allow-headers'), 'authorization')
    const unsigned = await fetch(`${worker.url}ks`, { method: 'POST', headers: origin })
    t.equal(unsigned.status, 401)
    t.equal(unsigned.headers.get('access-control-allow-origin'), PAGE)

    const kept = await worker.kept()
    t.equal(kept.length, 1)
    t.ok(!JSON.stringify(kept).includes(ks.slice(0, 24)), 'KV shows the session')
  } finally {
    await worker.stop()
  }
})

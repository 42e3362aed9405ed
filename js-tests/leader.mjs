// node leader.mjs: in workerd, the client of the request that fetches a session for others goes
// away, and the others get theirs all the same, long before that request's time would be over.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createEmulator } from 'kaltura-app-token/emulator'
import { bundleWorker } from './bundle.mjs'
import { require } from './runtimes/index.mjs'
import { serveWorker } from './workerd.mjs'

const FOLLOWERS = 20
/** Less than the leader has, and more than they need, however busy the machine is. */
const FOLLOWERS_MS = 60_000
const LEADERS_MS = 10 * FOLLOWERS_MS
/** What a session takes on a machine that is not busy. */
const USUAL_MS = 100

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function assert(isTrue, message) {
  if (!isTrue) throw new Error(message)
}

/** An emulator behind a socket; `meet` may keep a request, by its number, from its answer. */
async function startKaltura(meet) {
  const emulator = createEmulator()
  const appToken = emulator.addAppToken()
  const actions = []
  let heldBack
  const held = new Promise((resolve) => {
    heldBack = resolve
  })
  const server = createServer(async (request, response) => {
    actions.push(request.url.split('/').at(-1))
    const body = await buffer(request)
    const answered = await emulator.fetch(
      new Request(`http://${request.headers.host}${request.url}`, {
        method: request.method,
        headers: { 'content-type': request.headers['content-type'] },
        body,
      }),
    )
    const answer = Buffer.from(await answered.arrayBuffer())
    if (await meet?.(actions.length, response, answer)) return heldBack()
    response.writeHead(answered.status, [...answered.headers].flat())
    response.end(answer)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    actions,
    /** Resolves once an answer was kept back. */
    held,
    options: {
      serviceUrl: `http://127.0.0.1:${server.address().port}`,
      partnerId: emulator.partnerId,
      appTokenId: appToken.id,
      appToken: appToken.token,
      timeoutMs: LEADERS_MS,
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** A request whose client can go away; `gone` by a reset, which a server sees, or `left` open. */
function startClient(url, body) {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  const head = [`POST / HTTP/1.1`, `Host: ${hostname}`, `Content-Length: ${Buffer.byteLength(body)}`]
  socket.write([...head, '', body].join('\r\n'))
  return { reset: () => socket.resetAndDestroy(), close: () => socket.destroy() }
}

const keepFirst = (number) => number === 1

const breakFirstOff = (number, response, answer) => {
  if (number > 1) return false
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write(answer.subarray(0, answer.length / 2))
  return true
}

/** `{ name, meet, storeMs, leaves }`: what becomes of the leader. */
const SCENES = [
  { name: 'before the headers', meet: keepFirst, leaves: 'reset' },
  { name: 'in the midst of the body', meet: breakFirstOff, leaves: 'reset' },
  { name: 'before the headers of the second answer', meet: (number) => number === 2, leaves: 'reset' },
  { name: 'while a slow store is read', storeMs: 150, afterMs: 0, leaves: 'reset' },
  { name: 'while a slow store locks', storeMs: 150, afterMs: 125, leaves: 'reset' },
  { name: 'with the lock of a slow store', meet: keepFirst, storeMs: 150, leaves: 'reset' },
  { name: 'unseen by workerd', meet: keepFirst, leaves: 'close' },
]

/** How many times longer than usual a session takes just now: a leader is given up by the clock. */
async function slowness(worker) {
  const kaltura = await startKaltura()
  const { options, close } = kaltura
  try {
    const start = performance.now()
    const body = JSON.stringify({ scene: options.serviceUrl, options })
    assert((await (await fetch(worker.url, { method: 'POST', body })).json()).ks, 'there is no session at all')
    return Math.max(1, (performance.now() - start) / USUAL_MS)
  } finally {
    close()
  }
}

async function play({ name, meet, storeMs, leaves, afterMs }, worker, followers) {
  const kaltura = await startKaltura(meet)
  const say = (wanted) =>
    JSON.stringify({ scene: kaltura.options.serviceUrl, options: kaltura.options, storeMs, wanted })
  const ask = async (wanted) => {
    const response = await fetch(worker.url, { method: 'POST', body: say(wanted) })
    return { ...(await response.json()), at: performance.now() }
  }
  try {
    const leader = startClient(worker.url, say({}))
    await sleep(50)
    const asked = Array.from({ length: followers }, () => ask({ timeoutMs: FOLLOWERS_MS }))
    // Where the leader is to be met at Kaltura, it has to have come there.
    await (meet ? kaltura.held : sleep(afterMs))
    await sleep(50)
    const left = performance.now()
    leader[leaves]()
    const answers = await Promise.all(asked)
    const failed = answers.find(({ ks }) => !ks)
    assert(!failed, `gone ${name}: a follower got ${JSON.stringify(failed)}`)
    assert(new Set(answers.map(({ ks }) => ks)).size === 1, `gone ${name}: the followers differ`)
    const mints = kaltura.actions.filter((action) => action === 'startSession').length
    assert(mints <= 2 * (await slowness(worker)), `gone ${name}: ${mints} mints`)
    return Math.max(...answers.map(({ at }) => at)) - left
  } finally {
    kaltura.close()
  }
}

/** A renewal ends with the request that has begun it, and another one begins it anew. */
async function playRenewal(worker) {
  const kaltura = await startKaltura((number) => number === 3)
  const times = Math.ceil(await slowness(worker))
  const options = { ...kaltura.options, expiry: 5 * times }
  const ask = async (lingerMs) => {
    const body = JSON.stringify({ scene: options.serviceUrl, options, lingerMs })
    return (await (await fetch(worker.url, { method: 'POST', body })).json()).ks
  }
  try {
    const first = await ask(0)
    await sleep(2100 * times)
    assert((await ask(50 * times)) === first, 'renewal: it was waited for')
    await sleep(1100)
    await ask(400 * times)
    const next = await ask(0)
    assert(next && next !== first, 'renewal: it was not begun anew')
  } finally {
    kaltura.close()
  }
}

/** Kaltura is slow, and nobody leaves. */
async function playSlow(worker) {
  const kaltura = await startKaltura(() => sleep(1500))
  try {
    const body = JSON.stringify({ scene: kaltura.options.serviceUrl, options: kaltura.options })
    const ask = async () => (await fetch(worker.url, { method: 'POST', body })).json()
    const answers = await Promise.all(Array.from({ length: FOLLOWERS }, ask))
    assert(new Set(answers.map(({ ks }) => ks)).size === 1, 'slow: the callers differ')
    assert(answers[0].ks, `slow: ${JSON.stringify(answers[0])}`)
    return kaltura.actions.length / (await slowness(worker))
  } finally {
    kaltura.close()
  }
}

const { version } = require('workerd/package.json')
const today = version.split('.')[1].replace(/(....)(..)(..)/, '$1-$2-$3')
const parts = await bundleWorker(fileURLToPath(new URL('leader-worker.js', import.meta.url)))
let longest = 0
let most = 0
for (const compatibilityDate of ['2024-01-01', today]) {
  const worker = await serveWorker({ ...parts, compatibilityDate })
  try {
    for (const scene of SCENES) {
      for (const followers of [1, FOLLOWERS]) {
        const ms = await play(scene, worker, followers)
        if (process.argv.includes('--verbose')) {
          console.log(`${compatibilityDate} ${scene.name}, ${followers}: ${Math.round(ms)} ms`)
        }
        longest = Math.max(longest, ms)
      }
    }
    await playRenewal(worker)
    most = Math.max(most, await playSlow(worker))
  } finally {
    await worker.stop()
  }
}
// One exchange is two requests; a second and a third leader may have made theirs as well.
assert(most <= 6, `slow: ${most} requests, for a machine as slow as this`)
console.log(
  `${SCENES.length} ways for a leader to go: followers served within ${Math.round(longest)} ms; ` +
    `${Math.ceil(most)} requests at most while Kaltura is slow`,
)

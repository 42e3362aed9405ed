// What comes on a connection although nobody asked for it.
import { Worker } from 'node:worker_threads'
import { createSessionProvider, startAppTokenSession } from 'kaltura-app-token/node'
import { test } from '../suite/harness.js'

const credentials = { partnerId: 102, appTokenId: '0_ab12cd34', appToken: 'a-token-of-mine', retry: 0 }

// On a thread of its own: it sends while the client is busy. `after` is the place of the answer that
// is followed by one that nobody asked for, `delayMs` later; no delay: in the same packet.
const SERVER = `
const { createServer } = require('node:net')
const { parentPort, workerData: { after, delayMs } } = require('node:worker_threads')
let answers = 0
let connections = 0
const http = (body) => {
  const text = JSON.stringify(body)
  return 'HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: ' + Buffer.byteLength(text) + '\\r\\n\\r\\n' + text
}
const session = (userId) => ({
  objectType: 'KalturaSessionInfo',
  ...{ ks: 'a-session-of-' + userId, partnerId: '102', userId, sessionType: 0 },
  expiry: Math.floor(Date.now() / 1000) + 86400,
  privileges: 'sessionid:0_ab12cd34,apptoken:0_ab12cd34',
})
const widget = { objectType: 'KalturaStartWidgetSessionResponse', partnerId: 102, ks: 'a-widget-session', userId: 0 }
const server = createServer((socket) => {
  connections += 1
  let seen = ''
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    seen += chunk
    const [, length] = seen.match(/content-length: (\\d+)/i) ?? []
    const head = seen.indexOf('\\r\\n\\r\\n')
    if (head < 0 || seen.length - head - 4 < length) return
    const answer = http(seen.includes('startWidgetSession') ? widget : session('ada'))
    seen = ''
    answers += 1
    if (answers !== after) return socket.write(answer)
    // Whatever comes next, it would be an answer to it.
    const unasked = http({ ...widget, ...session('mallory'), partnerId: 102 })
    if (delayMs === undefined) return socket.write(answer + unasked)
    socket.write(answer)
    setTimeout(() => socket.destroyed || socket.write(unasked), delayMs)
  })
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
parentPort.on('message', () => parentPort.postMessage(connections))
`

async function server(workerData) {
  const worker = new Worker(SERVER, { eval: true, workerData })
  const told = () => new Promise((resolve) => worker.once('message', resolve))
  const serviceUrl = `http://127.0.0.1:${await told()}`
  const connections = () => {
    const answer = told()
    worker.postMessage('connections')
    return answer
  }
  return { options: { ...credentials, serviceUrl }, connections, close: () => worker.terminate() }
}

function busy(ms) {
  const end = Date.now() + ms
  while (Date.now() < end);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const CASES = [
  ['with the answer', { after: 2 }, () => pause(100)],
  ['with the answer, before anything else happens', { after: 2 }, () => {}],
  ['soon after the answer', { after: 2, delayMs: 20 }, () => pause(200)],
  ['while the process is busy', { after: 2, delayMs: 20 }, () => busy(300)],
  [
    'while the process is busy in a turn of another kind',
    { after: 2, delayMs: 20 },
    async () => {
      await new Promise((resolve) => setImmediate(resolve))
      busy(300)
    },
  ],
  [
    'while the process is busy in a timer',
    { after: 2, delayMs: 20 },
    async () => {
      await pause(1)
      busy(300)
    },
  ],
  ['between the requests of an exchange', { after: 1 }, () => {}],
]

for (const [when, how, meanwhile] of CASES) {
  test(`bytes that nobody asked for end the connection: they come ${when}`, async (t) => {
    const { options, connections, close } = await server(how)
    try {
      t.equal((await startAppTokenSession(options)).userId, 'ada')
      await meanwhile()
      t.equal((await startAppTokenSession(options)).userId, 'ada')
      t.equal(await connections(), 2)
    } finally {
      await close()
    }
  })
}

test("a session that names nobody is not another request's", async (t) => {
  const { options, close } = await server({ after: 2, delayMs: 20 })
  try {
    const sessions = createSessionProvider(options)
    t.equal((await sessions.getSession()).userId, 'ada')
    sessions.clear()
    busy(300)
    t.equal((await sessions.getSession()).userId, 'ada')
  } finally {
    await close()
  }
})

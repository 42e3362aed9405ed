// What the transport does with its connections, seen from the other end.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createAppTokenManager, createSessionProvider, startAppTokenSession } from 'kaltura-app-token/node'
import { test } from '../suite/harness.js'

const credentials = { partnerId: 102, appTokenId: '0_ab12cd34', appToken: 'a-token-of-mine' }

const session = (serverNow) => ({
  ...{ ks: 'a-session', partnerId: '102', userId: 'ada', sessionType: 0 },
  expiry: Math.floor(serverNow / 1000) + 86_400,
  privileges: 'sessionid:0_ab12cd34,apptoken:0_ab12cd34',
  objectType: 'KalturaSessionInfo',
})

/** Answers as Kaltura would, but for what `meddle` has answered itself, by returning true. */
async function server(meddle = () => false, listenTo = '127.0.0.1') {
  const seen = { requests: [], sockets: new Set(), url: undefined }
  const http = createServer((request, response) => {
    seen.requests.push(request)
    seen.sockets.add(request.socket)
    request.resume().on('end', () => {
      if (meddle(request, response, seen)) return
      const widget = { partnerId: 102, ks: 'a-widget-session', userId: 0 }
      const isWidget = request.url.includes('startWidgetSession')
      response.end(JSON.stringify(isWidget ? widget : session(Date.now())))
    })
  })
  http.listen(0, listenTo)
  await once(http, 'listening')
  const { port, family } = http.address()
  seen.url = family === 'IPv6' ? `http://[::1]:${port}` : `http://127.0.0.1:${port}`
  seen.close = () => {
    http.closeAllConnections()
    http.close()
  }
  return seen
}

/** When a connection is closed, be it by an error. */
const closing = (socket) => new Promise((resolve) => socket.once('close', resolve))

async function withServer(run, ...args) {
  const kaltura = await server(...args)
  try {
    await run(kaltura, { ...credentials, serviceUrl: kaltura.url })
  } finally {
    kaltura.close()
  }
}

test('it exports what the package itself does', async (t) => {
  const [here, there] = await Promise.all([import('kaltura-app-token/node'), import('../../pkg/index.js')])
  t.deepEqual(Object.keys(here), Object.keys(there))
})

test('the requests of an exchange share a connection', () =>
  withServer(async ({ requests, sockets }, options) => {
    await startAppTokenSession(options)
    await startAppTokenSession(options)
    if (requests.length !== 4 || sockets.size !== 1) {
      throw new Error(`${requests.length} requests over ${sockets.size} connections`)
    }
  }))

test("Node's fetch is left alone, and a fetch of the caller's is used", async (t) => {
  const { serviceUrl, partnerId, adminSecret, appToken } = await t.kaltura()
  const { fetch } = globalThis
  let calls = 0
  globalThis.fetch = () => {
    throw new Error('the global fetch was used')
  }
  try {
    await withServer(async ({ requests }, options) => {
      await startAppTokenSession(options)
      await createSessionProvider(options).getKs()
      await createAppTokenManager({ serviceUrl, partnerId, adminSecret }).get(appToken.id)
      t.equal(requests.length, 4)
      const own = (...args) => {
        calls += 1
        return fetch(...args)
      }
      await startAppTokenSession({ ...options, fetch: own })
      await createSessionProvider({ ...options, fetch: own }).getKs()
      t.equal(calls, 4)
    })
  } finally {
    globalThis.fetch = fetch
  }
})

test('no compressed answer is asked for', (t) =>
  withServer(async ({ requests }, options) => {
    await startAppTokenSession(options)
    for (const { headers } of requests) t.equal(headers['accept-encoding'], 'identity')
  }))

test('IPv6 is spoken', (t) =>
  withServer(
    async (_, options) => t.equal((await startAppTokenSession(options)).userId, 'ada'),
    () => false,
    '::1',
  ))

test('a connection that was cut while it was kept costs a retry, not the call', (t) => {
  const events = []
  const cutAfterTheFirst = ({ socket }, response, { requests }) => {
    if (requests.length === 1) response.on('finish', () => socket.destroy())
    return false
  }
  return withServer(async ({ sockets }, options) => {
    const onEvent = (event) => events.push(event.type)
    t.equal((await startAppTokenSession({ ...options, onEvent })).userId, 'ada')
    t.ok(sockets.size > 1)
    t.ok(events.every((type) => type === 'retried' || type === 'minted'))
  }, cutAfterTheFirst)
})

test('an abort closes the connection at once, before the answer and in the midst of it', async (t) => {
  for (const begin of [false, true]) {
    const controller = new AbortController()
    let closed
    const hang = ({ socket }, response) => {
      closed = closing(socket)
      if (begin) response.write('{"ks":')
      setTimeout(() => controller.abort(), 20)
      return true
    }
    await withServer(async (_, options) => {
      const call = startAppTokenSession({ ...options, signal: controller.signal })
      t.equal((await t.rejects(call)).code, 'ERR_ABORTED')
      await closed
    }, hang)
  }
})

test('timeoutMs closes the connection', (t) => {
  let closed
  const hang = ({ socket }) => {
    closed = closing(socket)
    return true
  }
  return withServer(async (_, options) => {
    const error = await t.rejects(startAppTokenSession({ ...options, timeoutMs: 100 }))
    t.equal(error.code, 'ERR_TIMEOUT')
    await closed
  }, hang)
})

test('an endless answer is cut off after maxResponseBytes', (t) => {
  let closed
  const flood = ({ socket }, response) => {
    closed = closing(socket)
    const pour = () => {
      while (!response.destroyed && response.write('x'.repeat(10_000)));
    }
    response.on('drain', pour)
    pour()
    return true
  }
  return withServer(async (_, options) => {
    const call = startAppTokenSession({ ...options, retry: 0, maxResponseBytes: 50_000 })
    const error = await t.rejects(call)
    t.equal(error.code, 'ERR_BAD_RESPONSE')
    t.match(error.message, /maxResponseBytes/)
    await closed
  }, flood)
})

test('an answer that breaks off, or is no HTTP, is an error with its reason as the cause', async (t) => {
  const ways = {
    'breaks off': ({ socket }, response) => response.write('{"ks":', () => socket.destroy()),
    'never begins': ({ socket }) => socket.destroy(),
    'is no HTTP': ({ socket }) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'),
  }
  for (const way of Object.values(ways)) {
    const meddle = (...args) => {
      way(...args)
      return true
    }
    await withServer(async (_, options) => {
      const error = await t.rejects(startAppTokenSession({ ...options, retry: 0 }))
      t.equal(error.code, 'ERR_NETWORK')
      const { cause } = error
      t.match(cause.code ?? cause.cause.code, /^(ECONNRESET|HPE_)/)
    }, meddle)
  }
})

test("a refused connection has the same causes as with Node's fetch", async (t) => {
  const { url, close } = await server()
  close()
  const options = { ...credentials, serviceUrl: url, retry: 0 }
  const here = await t.rejects(startAppTokenSession(options))
  const there = await t.rejects(startAppTokenSession({ ...options, fetch: globalThis.fetch }))
  for (const { code, cause } of [here, there]) {
    t.deepEqual([code, cause.name, cause.message], ['ERR_NETWORK', 'TypeError', 'fetch failed'])
    t.equal(cause.cause.code, 'ECONNREFUSED')
  }
})

test('an answer that would switch to another protocol fails at once', async (t) => {
  const meddle = (_, { socket }) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n')
    return true
  }
  await withServer(async (_, options) => {
    const error = await t.rejects(startAppTokenSession({ ...options, retry: 0 }))
    t.equal(error.code, 'ERR_NETWORK')
  }, meddle)
})

// The Kaltura that every runtime talks to: emulators behind sockets on the loopback.
//
//   node host.mjs    prints where it is controlled, and ends when its standard input does
//
//   POST   /             a seed -> { id, serviceUrl, partnerId, adminSecret, appToken, credentials }
//   POST   /ID           { method, args } -> what that method of the emulator gives
//   GET    /ID/requests  what has reached the emulator so far
//   DELETE /ID
//
// A seed is what createEmulator takes, and also
//   appToken: the app token that the test is about, as addAppToken takes it
//   clockOffsetMs: how far the emulator's clock is ahead of this machine's
import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { createEmulator } from 'kaltura-app-token/emulator'

const LONGEST_RUN_MS = 20 * 60_000

const emulators = new Map()

async function listening(handle) {
  const server = createServer(handle).listen(0, '127.0.0.1')
  // A connection that is closed for want of use may be closed just as it is used again.
  server.keepAliveTimeout = LONGEST_RUN_MS
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${server.address().port}` }
}

async function plant({ appToken: wanted = {}, clockOffsetMs = 0, ...options }) {
  const emulator = createEmulator({ now: () => Date.now() + clockOffsetMs, ...options })
  const appToken = emulator.addAppToken(wanted)
  const requests = []
  const { server, url } = await listening((request, response) => {
    serve(emulator, requests, request, response).catch((error) => response.destroy(error))
  })
  const id = url.split(':').at(-1)
  emulators.set(id, { emulator, requests, server })
  const { partnerId, adminSecret } = emulator
  return {
    ...{ id, serviceUrl: url, partnerId, adminSecret, appToken },
    credentials: {
      serviceUrl: url,
      partnerId: appToken.partnerId,
      appTokenId: appToken.id,
      appToken: appToken.token,
      hashType: appToken.hashType,
    },
  }
}

async function serve(emulator, requests, request, response) {
  const body = await buffer(request)
  const headers = pairs(request.rawHeaders)
  const { method, url } = request
  requests.push({ method, url, headers, body: body.toString(), text: asSent(request, body) })

  // A connection that the emulator cuts rejects here, or in the midst of the body.
  const answered = await emulator.fetch(
    new Request(`http://${request.headers.host}${url}`, {
      method,
      headers: headers.filter(([name]) => !/^(connection|transfer-encoding)$/i.test(name)),
      body: method === 'GET' || method === 'HEAD' ? undefined : body,
    }),
  )
  response.writeHead(answered.status, [...answered.headers].flat())
  if (answered.body) for await (const chunk of answered.body) response.write(chunk)
  response.end()
}

function pairs(flat) {
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]]] : []))
}

/** The request as one text, so that a test can look for what must be nowhere in it. */
function asSent({ method, url, httpVersion, rawHeaders, rawTrailers }, body) {
  const lines = (headers) => pairs(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return [`${method} ${url} HTTP/${httpVersion}\r\n`, ...lines(rawHeaders), `\r\n${body}`, ...lines(rawTrailers)].join(
    '',
  )
}

const routes = {
  'POST /': (seed) => plant(seed),
  'POST /ID': ({ method, args }, { emulator }) => emulator[method](...args),
  'GET /ID/requests': (_, { requests }) => requests,
  'DELETE /ID': (_, { server }) => {
    server.closeAllConnections()
    server.close()
  },
}

async function control(request, response) {
  const [, id, ...rest] = request.url.split('/')
  const route = routes[`${request.method} /${[id && 'ID', ...rest].filter(Boolean).join('/')}`]
  const body = await buffer(request)
  try {
    if (!route || (id && !emulators.has(id))) throw new Error(`nothing is at ${request.url}`)
    const value = await route(body.length > 0 ? JSON.parse(body) : undefined, emulators.get(id))
    if (request.method === 'DELETE') emulators.delete(id)
    response.end(value === undefined ? '' : JSON.stringify(value))
  } catch (error) {
    response.writeHead(500).end(String(error?.stack ?? error))
  }
}

const { url } = await listening(control)
console.log(url)
process.stdin.resume().on('end', () => process.exit())

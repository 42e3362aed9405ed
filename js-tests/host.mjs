// The Kaltura that every runtime talks to: emulators behind one socket on the loopback.
//
//   node host.mjs    prints its address, and ends when its standard input does
//
//   POST   /control               a seed -> { id, serviceUrl, … }
//   POST   /control/ID            { method, args } -> what that method of the emulator answers
//   GET    /control/ID/requests   what has reached /e/ID so far
//   DELETE /control/ID
//   *      /e/ID/…                the emulator itself
import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { createEmulator } from 'kaltura-app-token/emulator'
import { seeded } from './seed.mjs'

const emulators = new Map()
let made = 0

const server = createServer(async (request, response) => {
  const [, place, id, what] = request.url.split(/[/?]/)
  try {
    if (place === 'e' && emulators.has(id)) await serve(emulators.get(id), request, response)
    else await control(place, id, what, request, response)
  } catch (error) {
    // A Kaltura that drops the connection does so here.
    if (place === 'e') response.destroy()
    else answer(response, 500, String(error?.stack ?? error))
  }
})

async function serve({ emulator, requests }, request, response) {
  const body = await buffer(request)
  const headers = pairs(request.rawHeaders)
  const { method, url } = request
  requests.push({ method, url, headers, body: body.toString(), text: asSent(request, body) })

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

async function control(place, id, what, request, response) {
  const route = `${request.method} ${[place, id && 'ID', what].filter(Boolean).join('/')}`
  const body = await buffer(request)
  if (route === 'POST control') {
    const seed = JSON.parse(body)
    const name = String((made += 1))
    const serviceUrl = `http://${request.headers.host}/e/${name}`
    const { emulator, facts } = await seeded(seed, serviceUrl, createEmulator)
    emulators.set(name, { emulator, requests: [] })
    return answer(response, 200, { id: name, serviceUrl, ...facts })
  }
  const entry = emulators.get(id)
  if (place !== 'control' || !entry) return answer(response, 404, `nothing at ${request.url}`)
  if (route === 'DELETE control/ID') {
    emulators.delete(id)
    return answer(response, 200)
  }
  if (route === 'GET control/ID/requests') return answer(response, 200, entry.requests)
  if (route === 'POST control/ID') {
    const { method, args } = JSON.parse(body)
    return answer(response, 200, await entry.emulator[method](...args))
  }
  return answer(response, 404, `no ${route}`)
}

function answer(response, status, value) {
  response.writeHead(status).end(value === undefined ? '' : JSON.stringify(value))
}

function pairs(flat) {
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]]] : []))
}

/** The request as one text, so that a test can look for what must be nowhere in it. */
function asSent({ method, url, httpVersion, rawHeaders, rawTrailers }, body) {
  const lines = (headers) => pairs(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return [
    `${method} ${url} HTTP/${httpVersion}\r\n`,
    ...lines(rawHeaders),
    `\r\n${body}`,
    ...lines(rawTrailers),
  ].join('')
}

server.listen(0, '127.0.0.1')
await once(server, 'listening')
console.log(`http://127.0.0.1:${server.address().port}`)
process.stdin.resume().on('end', () => process.exit())

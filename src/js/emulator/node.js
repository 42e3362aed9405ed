// @ts-self-types="./node.d.ts"
// A listener on node:http, which Deno and Bun have as well.
import { createServer } from 'node:http'
import { answer, pauseOf, pieces } from './shell.js'

export async function listen(emulator, { port = 0, host = '127.0.0.1' } = {}) {
  const server = createServer((request, response) => {
    serve(emulator, request, response).catch((error) => response.destroy(error))
  })
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const bound = server.address().port
  const name = host.includes(':') ? `[${host}]` : host
  return {
    url: `http://${name}:${bound}`,
    port: bound,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}

async function serve(emulator, request, response) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const outcome = answer(emulator, {
    method: request.method,
    url: request.url,
    headers: pairs(request.rawHeaders),
    body: Buffer.concat(chunks),
    // An IPv4 caller of a socket that listens to both kinds.
    ip: request.socket.remoteAddress.replace(/^::ffff:/, ''),
    https: false,
  })
  await pauseOf(emulator, outcome.delayMs)
  if (outcome.cut === 'before') {
    request.socket.destroy()
    return
  }
  response.writeHead(outcome.status, [
    ...outcome.headers.flat(),
    'Content-Length',
    String(outcome.body.length),
  ])
  for (const { wait, bytes } of pieces(outcome)) {
    await pauseOf(emulator, wait)
    if (response.destroyed) return
    await new Promise((resolve) => response.write(bytes, resolve))
  }
  if (outcome.cut === 'body') request.socket.destroy()
  else response.end()
}

function pairs(flat) {
  return Array.from({ length: flat.length / 2 }, (_, index) => flat.slice(2 * index, 2 * index + 2))
}

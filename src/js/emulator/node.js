// @ts-self-types="./node.d.ts"
// A listener on node:http, which Deno and Bun have too.
import { createServer } from 'node:http'
import { isIP } from 'node:net'
import { answer, pauseOf, pieces } from './shell.js'

/**
 * @import { Emulator } from './index.js'
 * @import { ListenOptions, Listener } from './node.d.ts'
 * @import { IncomingMessage, ServerResponse } from 'node:http'
 */

/** Far more than any call of Kaltura's API needs, except uploads, which the emulator doesn't support. */
const LONGEST_BODY = 16 * 1024 * 1024

/**
 * @param {Emulator} emulator
 * @param {ListenOptions} [options]
 * @returns {Promise<Listener>}
 */
export async function listen(emulator, { port = 0, host = '127.0.0.1', allowedHosts } = {}) {
  const isAllowed = allowedHosts ? hostCheck([host, ...allowedHosts]) : () => true
  const server = createServer((request, response) => {
    if (!isAllowed(request.headers.host)) return refuse(response, 421)
    serve(emulator, request, response).catch((error) => response.destroy(error))
  })
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, /** @type {() => void} */ (resolve))
  })
  const { port: bound } = /** @type {import('node:net').AddressInfo} */ (server.address())
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

/**
 * Whether a `Host` header names an address, localhost or one of `names`. A web page whose host name was made to
 * point to this machine sends that name.
 * @param {string[]} names
 */
function hostCheck(names) {
  const known = new Set(['localhost', ...names].map((name) => name.toLowerCase()))
  return (header = '') => {
    const name = header.replace(/:\d+$/, '').toLowerCase()
    return known.has(name) || isIP(name.replace(/^\[(.+)\]$/, '$1')) !== 0
  }
}

/**
 * @param {ServerResponse} response
 * @param {number} status
 */
function refuse(response, status) {
  response.writeHead(status, { Connection: 'close' }).end()
}

/**
 * @param {Emulator} emulator
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 */
async function serve(emulator, request, response) {
  const chunks = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > LONGEST_BODY) return refuse(response, 413)
    chunks.push(chunk)
  }
  const outcome = answer(emulator, {
    method: /** @type {string} */ (request.method),
    url: /** @type {string} */ (request.url),
    headers: pairs(request.rawHeaders),
    body: Buffer.concat(chunks),
    // An IPv4 client of a socket that listens on both protocols.
    ip: /** @type {string} */ (request.socket.remoteAddress).replace(/^::ffff:/, ''),
    https: false,
  })
  await pauseOf(emulator, outcome.delayMs)
  if (outcome.cut === 'before') {
    request.socket.destroy()
    return
  }
  response.writeHead(outcome.status, [...outcome.headers.flat(), 'Content-Length', String(outcome.body.length)])
  for (const { wait, bytes } of pieces(outcome)) {
    await pauseOf(emulator, wait)
    if (response.destroyed) return
    await new Promise((resolve) => response.write(bytes, resolve))
  }
  if (outcome.cut === 'body') request.socket.destroy()
  else response.end()
}

/**
 * @param {string[]} flat
 * @returns {[name: string, value: string][]}
 */
function pairs(flat) {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index], flat[2 * index + 1]])
}

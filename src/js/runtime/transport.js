// What `./node` uses in place of the global fetch, on Node's own HTTP client: that is loaded at
// the first request, in a fraction of the time and memory that fetch takes then.
//
// Nothing is repeated here. A connection that was kept, and that the server gave up at the same
// moment, is a lost answer like any other: the exchange tries again by its own rules, and a call
// of the user's must not be made twice.

/**
 * @import { FetchInit } from '../entries/index.js'
 * @import { ClientRequest, IncomingMessage } from 'node:http'
 * @import { Socket } from 'node:net'
 */

// As long as Node's fetch keeps one; less where the server says so.
const IDLE_MS = 4_000

/** @type {Map<string, Client>} */
const clients = new Map()

/** @typedef {{ request: typeof import('node:http').request, agent: import('node:http').Agent }} Client */

/**
 * The client for a scheme, with the connections that it keeps.
 * @param {string} scheme
 */
function clientFor(scheme) {
  let client = clients.get(scheme)
  if (!client) {
    // Not an import, which bundlers for other platforms would have to resolve.
    const { request, Agent } = process.getBuiltinModule(scheme === 'https:' ? 'node:https' : 'node:http')
    // A connection that is kept doesn't keep the process alive. Whatever the environment says,
    // certificates are verified.
    const agent = new Agent({ keepAlive: true, timeout: IDLE_MS, rejectUnauthorized: true })
    client = { request, agent }
    clients.set(scheme, client)
  }
  return client
}

/**
 * `fetch`, as far as the core uses it. A redirect is never followed.
 * @param {string} url
 * @param {FetchInit} options
 */
export function fetch(url, { method, headers, body, signal }) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const { request, agent } = clientFor(url.slice(0, url.indexOf(':') + 1))
    const begin = () => {
      if (signal.aborted) return reject(signal.reason)
      const sent = request(url, { method, agent, headers: { ...headers, ...ALWAYS } })
      const abort = () => sent.destroy()
      signal.addEventListener('abort', abort, { once: true })
      sent.on('close', () => {
        signal.removeEventListener('abort', abort)
        // Nothing else tells of an answer that would switch to another protocol.
        reject(new TypeError('fetch failed'))
      })
      // As fetch wraps it. After the answer's head has come, it is the body's to tell.
      sent.on('error', (cause) => reject(new TypeError('fetch failed', { cause })))
      sent.on('socket', (socket) => expectOneAnswer(socket, sent))
      sent.on('response', (message) => resolve(responseOf(message)))
      sent.end(body)
    }
    if (Object.keys(agent.freeSockets ?? {}).length === 0) begin()
    else afterReading(begin)
  })
}

/**
 * Calls `begin` once all connections have been read that something has come on. It may have come
 * while the process was busy, and would be taken for the answer to what is sent next. The first turn
 * may be the rest of one whose reading has begun already.
 * @param {() => void} begin
 */
const afterReading = (begin) => setImmediate(() => setImmediate(begin))

/**
 * The answer that each connection has brought last.
 * @type {WeakMap<Socket, IncomingMessage | undefined>}
 */
const answers = new WeakMap()

/**
 * Has a connection closed when it brings more than the answer to `sent`: that nobody asked for.
 * @param {Socket} socket
 * @param {ClientRequest} sent
 */
function expectOneAnswer(socket, sent) {
  if (!answers.has(socket)) {
    // Before what reads the answer: then that is complete only if this comes after it.
    socket.prependListener('data', () => {
      if (answers.get(socket)?.complete) socket.destroy()
    })
  }
  answers.set(socket, undefined)
  sent.on('response', (message) => answers.set(socket, message))
}

// Some firewalls turn away who doesn't name himself. Nothing here decompresses.
const ALWAYS = { 'user-agent': 'kaltura-app-token', 'accept-encoding': 'identity' }

/** @param {IncomingMessage} message */
function responseOf(message) {
  return {
    status: message.statusCode,
    headers: { get: (/** @type {string} */ name) => message.headers[name] ?? null },
    body: {
      getReader() {
        const chunks = message[Symbol.asyncIterator]()
        // What is not read to its end is no use: its connection is closed.
        return { read: () => chunks.next(), cancel: () => chunks.return?.() }
      },
    },
  }
}

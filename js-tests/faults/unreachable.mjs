// A port on which no connection comes about: its queue is full, and nobody takes any from it.
import { once } from 'node:events'
import { connect } from 'node:net'
import { Worker } from 'node:worker_threads'

const listener = `
  const { createServer } = require('node:net')
  const { parentPort } = require('node:worker_threads')
  const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    // From here on the thread does nothing, and so takes no connection.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })
`

/** `{ url, close }` */
export async function neverConnecting() {
  const worker = new Worker(listener, { eval: true })
  const [port] = await once(worker, 'message')
  /** @type {import('node:net').Socket[]} */
  const fillers = []
  for (let isFull = false; !isFull; ) {
    const socket = connect(port, '127.0.0.1')
    fillers.push(socket)
    socket.on('error', () => {})
    isFull = await Promise.race([
      once(socket, 'connect').then(() => false),
      new Promise((resolve) => setTimeout(resolve, 200, true)),
    ])
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      for (const socket of fillers) socket.destroy()
      await worker.terminate()
    },
  }
}

// A real Redis of the test's own, from Debian's package.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { installDebianPackage } from './debian.mjs'
import { stop } from './processes.mjs'

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return port
}

/** `{ port, stop(signal) }` of a server that keeps nothing on disk. */
export async function startRedis() {
  if (spawnSync('redis-server', ['--version']).status !== 0) {
    await installDebianPackage('redis-server', 'there is no redis-server on the PATH')
  }
  const port = await freePort()
  const redis = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  for await (const line of createInterface(redis.stdout)) {
    if (!line.includes('Ready to accept connections')) continue
    return { port, stop: (/** @type {NodeJS.Signals} */ signal = 'SIGTERM') => stop(redis, signal) }
  }
  throw new Error('redis-server ended before it was ready')
}

// node fleet.mjs: fifty processes and a real Redis mint one session, and none of their
// calls fails when Redis goes away.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createInterface } from 'node:readline'
import { createEmulator } from 'kaltura-app-token/emulator'
import { listen } from 'kaltura-app-token/emulator/node'
import { stop } from './processes.mjs'
import { startRedis } from './redis.mjs'

const PROCESSES = 50
const CLIENTS = ['redis', 'ioredis', 'redis with buffers']
const member = fileURLToPath(new URL('./fleet-member.mjs', import.meta.url))

/** @typedef {{ ks: string, text: string, code?: string, [name: string]: unknown }} Told */

/**
 * One process of the fleet: it answers each line with what its provider gives.
 * @param {object} settings
 */
function startMember(settings) {
  const child = spawn(process.execPath, [member], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  /**
   * @param {object} question
   * @returns {Promise<Told>}
   */
  const ask = async (question) => {
    child.stdin.write(`${JSON.stringify(question)}\n`)
    const { value } = await lines.next()
    if (value === undefined) throw new Error('a process of the fleet has ended')
    return JSON.parse(value)
  }
  return { child, ask, ready: ask(settings) }
}

/**
 * @param {unknown} isTrue
 * @param {string} message
 */
function assert(isTrue, message) {
  if (!isTrue) throw new Error(message)
}

const emulator = createEmulator()
const appToken = emulator.addAppToken()
const server = await listen(emulator)
const redis = await startRedis()
/** @param {number} index */
const settings = (index) => ({
  client: CLIENTS[index % CLIENTS.length],
  port: redis.port,
  options: {
    serviceUrl: server.url,
    partnerId: emulator.partnerId,
    appTokenId: appToken.id,
    appToken: appToken.token,
    timeoutMs: 120_000,
  },
})
const fleet = Array.from({ length: PROCESSES }, (_, index) => startMember(settings(index)))
try {
  await Promise.all(fleet.map(({ ready }) => ready))
  /** @param {object} question */
  const all = (question) => Promise.all(fleet.map(({ ask }) => ask(question)))

  const first = await all({ userId: 'ada' })
  assert(
    first.every(({ ks }) => ks),
    `a call failed: ${JSON.stringify(first.find(({ ks }) => !ks))}`,
  )
  assert(new Set(first.map(({ ks }) => ks)).size === 1, 'more than one session')
  assert(emulator.requests === 2, `${emulator.requests} requests instead of 2`)

  const held = await fleet[0].ask({ dump: true })
  assert(held.text.includes('kaltura-session:'), 'Redis holds nothing')
  for (const secret of [first[0].ks, 'ada', appToken.token, appToken.id]) {
    assert(!held.text.includes(secret), 'Redis shows a secret')
  }

  for (const [index, client] of CLIENTS.entries()) {
    const { isKept } = await fleet[index].ask({ locks: true })
    assert(isKept, `${client} releases the lock of another`)
  }

  await fleet[0].ask({ dead: first[0].ks })
  let holds
  for (let tries = 0; tries < 1000 && holds !== false; tries += 1) {
    holds = (await fleet[0].ask({ dump: true })).text.includes('kaltura-session:')
  }
  assert(holds === false, 'Redis still holds a dead session')
  const alive = await fleet[0].ask({ userId: 'ada' })
  assert(alive.ks && alive.ks !== first[0].ks, 'a dead session was taken from Redis')

  const halfWay = all({ userId: 'bob', times: 20 })
  await redis.stop('SIGKILL')
  const second = [...(await halfWay), ...(await all({ userId: 'eve' }))]
  const failed = second.find(({ ks }) => !ks)
  assert(!failed, `a call failed without Redis: ${JSON.stringify(failed)}`)
  console.log(`${PROCESSES} processes: one mint; ${second.length} calls without Redis, none failed`)
} finally {
  await Promise.all(fleet.map(({ child }) => stop(child, 'SIGTERM')))
  await redis.stop()
  await server.close()
}

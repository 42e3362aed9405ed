// A process of the fleet. The first line of its input says how to set up, each other what to do.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { createSessionProvider } from 'kaltura-app-token'
import { ioredisStore, redisStore } from 'kaltura-app-token/stores'

// The clients are installed in a folder of their own.
const require = createRequire(new URL('./fleet/package.json', import.meta.url))
const { Redis } = require('ioredis')
const { createClient, RESP_TYPES } = require('redis')

const lines = createInterface(process.stdin)[Symbol.asyncIterator]()
const next = async () => JSON.parse((await lines.next()).value)
const answer = (value) => console.log(JSON.stringify(value))

const { client: kind, port, options } = await next()
const connect = {
  async redis() {
    const client = createClient({ socket: { host: '127.0.0.1', port } })
    client.on('error', () => {})
    await client.connect()
    return { client, store: redisStore(client), keys: () => client.keys('*'), get: (key) => client.get(key) }
  },
  async 'redis with buffers'() {
    const { client, ...parts } = await connect.redis()
    const types = { [RESP_TYPES.BLOB_STRING]: Buffer, [RESP_TYPES.SIMPLE_STRING]: Buffer }
    return { ...parts, store: redisStore(client.withTypeMapping(types)) }
  },
  async ioredis() {
    const client = new Redis({ host: '127.0.0.1', port, lazyConnect: true })
    client.on('error', () => {})
    await client.connect()
    return { store: ioredisStore(client), keys: () => client.keys('*'), get: (key) => client.get(key) }
  },
}
const { store, keys, get } = await connect[kind]()
const provider = createSessionProvider({ ...options, store })
answer('ready')

/** Whether the release of a lock that has run out leaves alone who has it now. */
async function keepsLocks() {
  const name = `lock of ${process.pid}`
  const late = await store.lock(name, 50)
  await new Promise((resolve) => setTimeout(resolve, 100))
  const release = await store.lock(name, 60_000)
  await late()
  const isKept = (await store.lock(name, 60_000)) === false
  await release()
  const again = await store.lock(name, 60_000)
  await again()
  return isKept
}

for (;;) {
  const { userId, times = 1, dump, locks, dead } = await next()
  if (locks) {
    answer({ isKept: await keepsLocks() })
    continue
  }
  if (dead) {
    provider.invalidate(dead)
    answer({})
    continue
  }
  if (dump) {
    const names = await keys()
    answer({ text: JSON.stringify([names, await Promise.all(names.map(get))]) })
    continue
  }
  let told
  for (let turn = 0; turn < times && told?.code === undefined; turn += 1) {
    told = await provider.getKs({ userId: times > 1 ? `${userId}${turn}` : userId }).then(
      (ks) => ({ ks }),
      ({ code, message }) => ({ code, message }),
    )
  }
  answer(told)
}

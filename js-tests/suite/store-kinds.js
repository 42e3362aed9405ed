// The stores for the clients that there are.
import {
  cloudflareKvStore,
  denoKvStore,
  ioredisStore,
  memoryStore,
  redisStore,
  unstorageStore,
} from 'kaltura-app-token/stores'
import { PLENTY_MS, test } from './harness.js'
import { providerOf, sleep } from './store-helpers.js'

/** Redis, as far as the stores go: scripts that compare before they delete, and others that don't. */
function redisOf(map, encode = (text) => text) {
  const entry = (name) => {
    const held = map.get(name)
    return held && held.until > performance.now() ? held : undefined
  }
  return {
    get: (name) => (entry(name) ? encode(entry(name).text) : null),
    set: (name, text, ms, isNew) => {
      if (!(ms > 0)) throw new Error('no time to live')
      if (isNew && entry(name)) return null
      map.set(name, { text, until: performance.now() + ms })
      return encode('OK')
    },
    del: (name) => Number(map.delete(name)),
    eval: (script, name, text) => {
      if (!script.includes("redis.call('del',KEYS[1])")) return 0
      const compares = script.includes("if redis.call('get',KEYS[1])==ARGV[1] then")
      return compares && entry(name)?.text !== text ? 0 : Number(map.delete(name))
    },
  }
}

const redisClient = (encode) => {
  const redis = redisOf(new Map(), encode)
  return redisStore({
    get: async (name) => redis.get(name),
    set: async (name, text, { PX, NX }) => redis.set(name, text, PX, NX),
    del: async (name) => redis.del(name),
    eval: async (script, { keys: [name], arguments: [text] }) => redis.eval(script, name, text),
  })
}

const ioredisClient = (encode) => {
  const redis = redisOf(new Map(), encode)
  return ioredisStore({
    get: async (name) => redis.get(name),
    set: async (name, text, px, ms, nx) => redis.set(name, text, px === 'PX' && ms, nx === 'NX'),
    del: async (name) => redis.del(name),
    eval: async (script, _, name, text) => redis.eval(script, name, text),
  })
}

const toBytes = (text) => new TextEncoder().encode(text)

/** What stands in for each client, as its package answers. */
const clients = {
  redis: () => redisClient(),
  'redis that gives buffers': () => redisClient(toBytes),
  ioredis: () => ioredisClient(),
  'ioredis that gives buffers': () => ioredisClient(toBytes),
  cloudflareKv: () => {
    const map = new Map()
    return cloudflareKvStore({
      get: async (name) => map.get(name) ?? null,
      put: async (name, text, { expirationTtl }) => {
        if (!(expirationTtl >= 60)) throw new Error('a minute is the least')
        map.set(name, text)
      },
      delete: async (name) => void map.delete(name),
    })
  },
  denoKv: () => {
    const map = new Map()
    let versions = 0
    const entry = ([name]) => map.get(name) ?? { key: [name], value: null, versionstamp: null }
    const set = ([name], value) => {
      versions += 1
      map.set(name, { key: [name], value, versionstamp: String(versions) })
    }
    return denoKvStore({
      get: async (key) => entry(key),
      set: async (key, value) => set(key, value),
      delete: async ([name]) => void map.delete(name),
      atomic: () => {
        let checked
        let change
        const operation = {
          check: (held) => {
            checked = held
            return operation
          },
          set: (key, value) => {
            change = () => set(key, value)
            return operation
          },
          delete: ([name]) => {
            change = () => map.delete(name)
            return operation
          },
          commit: async () => {
            const ok = entry(checked.key).versionstamp === checked.versionstamp
            if (ok) change()
            return { ok }
          },
        }
        return operation
      },
    })
  },
  unstorage: () => {
    const map = new Map()
    return unstorageStore({
      getItemRaw: async (name) => map.get(name) ?? null,
      setItemRaw: async (name, text, { ttl }) => {
        if (ttl !== 5) throw new Error('the time to live is told in seconds')
        map.set(name, text)
      },
      removeItem: async (name) => void map.delete(name),
    })
  },
  'unstorage with a driver for files': () => {
    const map = new Map()
    return unstorageStore({
      getItemRaw: async (name) => map.get(name) ?? null,
      setItemRaw: async (name, text) => void map.set(name, new TextEncoder().encode(text)),
      removeItem: async (name) => void map.delete(name),
    })
  },
  memory: () => memoryStore(),
}

for (const [name, create] of Object.entries(clients)) {
  test(`a store over ${name} gives back what it was given, and lets one at a time lock`, async (t) => {
    const store = create()
    t.equal(await store.get('a'), undefined)
    await store.set('a', 'text', 5000)
    t.equal(await store.get('a'), 'text')
    await store.delete('a')
    t.equal(await store.get('a'), undefined)
    if (!store.lock) return
    const release = await store.lock('l', 5000)
    t.equal(await store.lock('l', 5000), false)
    await release()
    t.equal(typeof (await store.lock('l', 5000)), 'function')
  })

  test(`a lock over ${name} that has run out is not released for who has it now`, async (t) => {
    const store = create()
    if (!store.lock) return
    const late = await store.lock('l', 50)
    await sleep(80)
    const release = await store.lock('l', 5000)
    t.equal(typeof release, 'function')
    await late()
    t.equal(await store.lock('l', 5000), false)
    await release()
    t.equal(typeof (await store.lock('l', 5000)), 'function')
  })
}

test('a fleet over a client that gives buffers mints once, and waits for nothing', async (t) => {
  for (const create of [redisClient, ioredisClient]) {
    const kaltura = await t.kaltura({ latencyMs: 50 })
    const store = create(toBytes)
    const fleet = Array.from({ length: 5 }, () => providerOf(kaltura, { store, timeoutMs: PLENTY_MS }))
    const all = await Promise.all(fleet.map(({ provider }) => provider.getKs()))
    t.equal(new Set(all).size, 1)
    t.equal((await kaltura.requests()).length, 2)
    for (const { problems } of fleet) t.deepEqual(problems(), [])
  }
})

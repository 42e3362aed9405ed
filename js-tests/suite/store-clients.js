// What the stores make of their clients' methods, to the last argument: a fleet's processes may run
// different versions of this package, and meet in what is written there.
import {
  cloudflareKvStore,
  denoKvStore,
  ioredisStore,
  memoryStore,
  redisStore,
  unstorageStore,
} from 'kaltura-app-token/stores'
import { withClocks } from './clocks.js'
import { test } from './harness.js'

/** A client that notes what it is told, and answers what `answers` says of each method. */
function noting(answers) {
  const told = []
  const client = Object.fromEntries(
    Object.entries(answers).map(([method, answer]) => [
      method,
      async (...args) => {
        told.push([method, ...args])
        return typeof answer === 'function' ? answer(...args) : answer
      },
    ]),
  )
  return { client, told }
}

/** As Redis runs the one script there is: deletes, and if the script says so, only what is one's own. */
function run(script, [name], [text], map) {
  if (!/redis\.call\('del',KEYS\[1\]\)/.test(script)) throw new Error(`no script to release a lock: ${script}`)
  const isGuarded = /^if redis\.call\('get',KEYS\[1\]\)==ARGV\[1\] then return redis/.test(script)
  return isGuarded && map.get(name) !== text ? 0 : Number(map.delete(name))
}

function redisLike() {
  const map = new Map()
  const told = []
  const add = (name, text, isOnlyNew) => {
    if (isOnlyNew && map.has(name)) return null
    map.set(name, text)
    return 'OK'
  }
  return { map, told, add }
}

const redises = {
  redis: () => {
    const { map, told, add } = redisLike()
    const client = {
      get: async (name) => map.get(name) ?? null,
      set: async (name, text, options) => {
        told.push(options)
        return add(name, text, options.NX)
      },
      del: async (name) => Number(map.delete(name)),
      eval: async (script, { keys, arguments: args }) => run(script, keys, args, map),
    }
    return { store: redisStore(client), map, told, kept: { PX: 5000 }, locked: { PX: 700, NX: true } }
  },
  ioredis: () => {
    const { map, told, add } = redisLike()
    const client = {
      get: async (name) => map.get(name) ?? null,
      set: async (name, text, ...options) => {
        told.push(options)
        return add(name, text, options[2] === 'NX')
      },
      del: async (name) => Number(map.delete(name)),
      eval: async (script, count, ...rest) => run(script, rest.slice(0, count), rest.slice(count), map),
    }
    return { store: ioredisStore(client), map, told, kept: ['PX', 5000], locked: ['PX', 700, 'NX'] }
  },
}

for (const [name, create] of Object.entries(redises)) {
  test(`a store over ${name} tells it how many milliseconds a value and a lock live`, async (t) => {
    const { store, map, told, kept, locked } = create()
    t.equal(await store.set('a', 'text', 5000), undefined)
    t.equal(map.get('a'), 'text')
    const release = await store.lock('l', 700)
    t.deepEqual(told, [kept, locked])
    t.equal(await store.lock('l', 700), false)
    t.equal(await release(), undefined)
    t.equal(map.has('l'), false)
  })

  test(`over ${name} a lock that has run out is not taken from its next owner`, async (t) => {
    const { store, map } = create()
    const release = await store.lock('l', 700)
    map.delete('l')
    await store.lock('l', 700)
    const owner = map.get('l')
    await release()
    t.equal(map.get('l'), owner)
    t.match(owner, /^[0-9a-f]{16,32}$/)
  })
}

/** As Deno KV answers: an atomic change is made if what was checked is still so. */
function denoLike() {
  const map = new Map()
  const told = []
  let versions = 0
  const entry = (key) => map.get(key[0]) ?? { key, value: null, versionstamp: null }
  const put = ([name], value, options) => {
    told.push(options)
    versions += 1
    map.set(name, { key: [name], value, versionstamp: String(versions) })
  }
  const kv = {
    get: async (key) => entry(key),
    set: async (key, value, options) => put(key, value, options),
    delete: async ([name]) => void map.delete(name),
    atomic() {
      const checked = []
      const changes = []
      const operation = {
        check(held) {
          checked.push(held)
          return operation
        },
        set(...args) {
          changes.push(() => put(...args))
          return operation
        },
        delete([name]) {
          changes.push(() => map.delete(name))
          return operation
        },
        async commit() {
          const ok = checked.every(({ key, versionstamp }) => entry(key).versionstamp === versionstamp)
          if (ok) for (const change of changes) change()
          return { ok }
        },
      }
      return operation
    },
  }
  return { kv, map, told }
}

test('a store over Deno KV tells it how many milliseconds a value and a lock live', async (t) => {
  const { kv, map, told } = denoLike()
  const store = denoKvStore(kv)
  t.equal(await store.get('a'), undefined)
  t.equal(await store.set('a', 'text', 5000), undefined)
  t.equal(await store.get('a'), 'text')
  const release = await store.lock('l', 700)
  t.deepEqual(told, [{ expireIn: 5000 }, { expireIn: 700 }])
  t.equal(await store.lock('l', 700), false)
  t.equal(await release(), undefined)
  t.equal(map.has('l'), false)
  t.equal(await store.delete('a'), undefined)
  t.equal(map.size, 0)
})

test('over Deno KV a lock ends in time, though it is there still, and is not taken from its next owner', async (t) => {
  await withClocks(async ({ pass }) => {
    const { kv, map } = denoLike()
    const store = denoKvStore(kv)
    const release = await store.lock('l', 700)
    pass(699)
    t.equal(await store.lock('l', 700), false)
    pass(1)
    const next = await store.lock('l', 700)
    t.equal(typeof next, 'function')
    const owner = map.get('l')
    await release()
    t.equal(map.get('l'), owner)
    await next()
    t.equal(map.has('l'), false)
  })
})

test('of two that take a lock in Deno KV at once one gets it', async (t) => {
  const store = denoKvStore(denoLike().kv)
  const taken = await Promise.all([store.lock('l', 700), store.lock('l', 700)])
  t.deepEqual(taken.map((lock) => typeof lock).sort(), ['boolean', 'function'])
  t.equal(
    taken.find((lock) => typeof lock === 'boolean'),
    false,
  )
})

test("a store over Cloudflare's KV tells it whole seconds, a minute at least", async (t) => {
  const { client, told } = noting({ get: null, put: undefined, delete: undefined })
  const store = cloudflareKvStore(client)
  t.equal(await store.get('a'), undefined)
  for (const ms of [1, 60_000, 60_001, 3_600_000]) t.equal(await store.set('a', 'text', ms), undefined)
  t.equal(await store.delete('a'), undefined)
  t.deepEqual(told, [
    ['get', 'a'],
    ...[60, 60, 61, 3600].map((expirationTtl) => ['put', 'a', 'text', { expirationTtl }]),
    ['delete', 'a'],
  ])
  t.equal(store.lock, undefined)
})

test('a store over unstorage tells it whole seconds', async (t) => {
  const { client, told } = noting({ getItemRaw: undefined, setItemRaw: undefined, removeItem: undefined })
  const store = unstorageStore(client)
  t.equal(await store.get('a'), undefined)
  for (const ms of [1, 1000, 1001, 3_600_000]) t.equal(await store.set('a', 'text', ms), undefined)
  t.equal(await store.delete('a'), undefined)
  t.deepEqual(told, [
    ['getItemRaw', 'a'],
    ...[1, 1, 2, 3600].map((ttl) => ['setItemRaw', 'a', 'text', { ttl }]),
    ['removeItem', 'a'],
  ])
  t.equal(store.lock, undefined)
})

test("in memory a value ends with its time, and a lock too, which then is somebody else's", async (t) => {
  await withClocks(async ({ pass }) => {
    const store = memoryStore()
    t.equal(await store.set('a', 'text', 1000), undefined)
    const release = await store.lock('l', 1000)
    pass(999)
    t.equal(await store.get('a'), 'text')
    t.equal(await store.lock('l', 1000), false)
    pass(1)
    t.equal(await store.get('a'), undefined)
    const next = await store.lock('l', 1000)
    t.equal(typeof next, 'function')
    await release()
    t.equal(await store.lock('l', 1000), false)
    t.equal(await next(), undefined)
    t.equal(typeof (await store.lock('l', 1000)), 'function')
  })
})

test('in memory what has ended goes, though nobody asks for it, and what lives stays', async (t) => {
  const { Map: Original } = globalThis
  const made = []
  let looks = 0
  globalThis.Map = class extends Original {
    constructor(...args) {
      super(...args)
      made.push(this)
    }
    [Symbol.iterator]() {
      looks += 1
      return super[Symbol.iterator]()
    }
  }
  try {
    await withClocks(async ({ pass }) => {
      const store = memoryStore()
      const [entries] = made
      const fill = async (name, ttlMs) => {
        for (let n = 0; n < 5000; n += 1) await store.set(`${name}${n}`, name, ttlMs)
      }
      await fill('first', 1000)
      // Not each time: it would take ever longer.
      t.ok(looks > 0 && looks <= 4, `${looks} times`)
      t.equal(await store.get('first0'), 'first')
      pass(1000)
      await fill('second', 2000)
      await fill('third', 2000)
      t.ok(entries.size < 12_000, `${entries.size} entries`)
      t.equal(await store.get('second4999'), 'second')
      t.equal(await store.get('third0'), 'third')
      const before = entries.size
      t.equal(await store.get('first4999'), undefined)
      t.ok(entries.size <= before)
    })
  } finally {
    globalThis.Map = Original
  }
})

test('a client is refused if any of the methods is missing that its store needs', (t) => {
  const needed = [
    [redisStore, 'client', ['get', 'set', 'del', 'eval']],
    [ioredisStore, 'client', ['get', 'set', 'del', 'eval']],
    [cloudflareKvStore, 'namespace', ['get', 'put', 'delete']],
    [denoKvStore, 'kv', ['get', 'set', 'delete', 'atomic']],
    [unstorageStore, 'storage', ['getItemRaw', 'setItemRaw', 'removeItem']],
  ]
  for (const [create, path, names] of needed) {
    const client = Object.fromEntries(names.map((name) => [name, () => {}]))
    t.equal(typeof create(client).get, 'function')
    for (const name of names) {
      const error = t.throws(() => create({ ...client, [name]: undefined }))
      t.equal(error.code, 'ERR_INVALID_OPTIONS')
      t.equal(error.path, path)
    }
  }
})

test('a Redis that answers a lock in no way of Redis is not taken for one that refuses it', async (t) => {
  for (const answer of [true, 'QUEUED', 1]) {
    const { client } = noting({ get: null, set: answer, del: 1, eval: 1 })
    for (const create of [redisStore, ioredisStore]) {
      t.ok((await t.rejects(create(client).lock('l', 700))) instanceof TypeError)
    }
  }
})

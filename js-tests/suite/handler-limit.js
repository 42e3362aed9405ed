// How often a handler may be asked.
import { createSessionProvider } from 'kaltura-app-token'
import { createKsHandler } from 'kaltura-app-token/handler'
import { memoryStore } from 'kaltura-app-token/stores'
import { withClocks } from './clocks.js'
import { answerOf, endpoint, granted, HERE, session, THERE } from './endpoint.js'
import { test } from './harness.js'
import { openStore } from './open-store.js'

// Workers draw nothing at random before they are called.
const storeKey = Uint8Array.from({ length: 32 }, (_, index) => (index * 151 + 77) % 256)

/** The digits of an HMAC under that key. */
async function macOf(text) {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', storeKey, hmac, false, ['sign'])
  const mac = new Uint8Array(await crypto.subtle.sign(hmac, key, new TextEncoder().encode(text)))
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A handler whose sessions cost nothing, and what so many who ask it in a row are answered. */
function counting(options) {
  const handler = createKsHandler({
    provider: { getSession: async ({ userId }) => session({ userId }) },
    authorize: () => granted({ userId: 'ada' }),
    ...(options.store && { storeKey }),
    ...options,
  })
  const request = new Request(`${HERE}/ks`, { method: 'POST' })
  const ask = () => handler(request)
  const statuses = async (times) => {
    const seen = []
    for (let asked = 0; asked < times; asked += 1) seen.push((await ask()).status)
    return seen
  }
  return { ask, statuses }
}

test('a user who asks too often is told how long to wait, and no other user is', async (t) => {
  let userId = 'ada'
  for (const store of [undefined, memoryStore()]) {
    const { ask } = await endpoint(t, {
      ...{ store, authorize: () => granted({ userId }) },
      rateLimit: { burst: 2, perMinute: 6 },
    })
    userId = 'ada'
    t.equal((await ask()).status, 200)
    t.equal((await ask()).status, 200)
    const limited = await ask()
    const wait = Number(limited.headers.get('retry-after'))
    t.ok(wait >= 1 && wait <= 10, `wait ${wait} s`)
    t.deepEqual(await answerOf(limited), { status: 429, error: 'too_many_requests' })
    userId = 'bob'
    t.equal((await ask()).status, 200)
  }
})

test('what drips into the bucket can be used, and no more than it holds', async (t) => {
  await withClocks(async ({ pass }) => {
    const { statuses } = counting({ rateLimit: { burst: 2, perMinute: 60 } })
    t.deepEqual(await statuses(3), [200, 200, 429])
    pass(999)
    t.deepEqual(await statuses(1), [429])
    pass(1)
    t.deepEqual(await statuses(2), [200, 429])
    pass(60_000)
    t.deepEqual(await statuses(3), [200, 200, 429])
  })
})

test('who has to wait is told the seconds until the next drop, rounded up', async (t) => {
  await withClocks(async ({ pass }) => {
    const { ask, statuses } = counting({ rateLimit: { burst: 1, perMinute: 6 } })
    const wait = async () => (await ask()).headers.get('retry-after')
    await statuses(1)
    t.equal(await wait(), '10')
    pass(4500)
    t.equal(await wait(), '6')
    pass(5500)
    t.deepEqual(await statuses(1), [200])
  })
})

test('unless something else is said, a user may ask ten times at once and every two seconds', async (t) => {
  await withClocks(async () => {
    for (const rateLimit of [undefined, {}, { burst: 10 }, { perMinute: 30 }]) {
      const { ask, statuses } = counting({ rateLimit })
      t.deepEqual(await statuses(11), [...Array(10).fill(200), 429])
      t.equal((await ask()).headers.get('retry-after'), '2')
    }
  })
})

test('those who share a limit are counted together, and those who do not are not', async (t) => {
  await withClocks(async () => {
    let who
    const { statuses } = counting({
      authorize: () => granted(who),
      rateLimit: { burst: 1, perMinute: 1 },
    })
    who = { userId: 'ada', limitKey: 'the house' }
    t.deepEqual(await statuses(1), [200])
    who = { userId: 'bob', limitKey: 'the house' }
    t.deepEqual(await statuses(1), [429])
    who = { userId: 'bob' }
    t.deepEqual(await statuses(1), [200])
    // A user of that name is somebody else.
    who = { userId: 'the house' }
    t.deepEqual(await statuses(2), [200, 429])
  })
})

test('the limits of the ten thousand users who asked last are remembered, and no more', async (t) => {
  await withClocks(async () => {
    let limitKey
    const { statuses } = counting({
      authorize: () => granted({ userId: '', limitKey }),
      rateLimit: { burst: 2, perMinute: 1 },
    })
    const asks = (name, times = 1) => {
      limitKey = name
      return statuses(times)
    }
    await asks('first')
    await asks('second', 2)
    for (let others = 0; others < 9_998; others += 1) await asks(`user${others}`)
    t.deepEqual(await asks('second'), [429])
    t.deepEqual(await asks('first'), [200])
    await asks('one more')
    t.deepEqual(await asks('first'), [429])
    t.deepEqual(await asks('user9997', 2), [200, 429])
    t.deepEqual(await asks('second'), [200])
  })
})

test('a page of another origin is let see how long to wait', async (t) => {
  const { ask } = await endpoint(t, { origins: [THERE], rateLimit: { burst: 1, perMinute: 1 } })
  const headers = { origin: THERE }
  t.equal((await ask({ headers })).status, 200)
  const limited = await ask({ headers })
  t.equal(limited.status, 429)
  t.equal(limited.headers.get('access-control-expose-headers'), 'retry-after')
  t.equal(limited.headers.get('access-control-allow-origin'), THERE)
})

test('a store keeps a bucket until it is full again, under a name of fixed length', async (t) => {
  await withClocks(async ({ elsewhere, pass }) => {
    const told = []
    const store = {
      get: async () => told.findLast(([, text]) => text)?.[1],
      set: async (...args) => void told.push(args),
      delete: async () => {},
    }
    const { statuses } = counting({ store, rateLimit: { burst: 3, perMinute: 60 } })
    await statuses(1)
    pass(250)
    await statuses(1)
    const at = elsewhere()
    // Processes of other versions look for it there.
    const inMemory = '5a6ab5ee9cf23857c2c6da376488587060943afb'
    const name = `kaltura-limit:${(await macOf(`name ${inMemory}`)).slice(0, 40)}`
    const sealed = async (text) => `${text} ${await macOf(`${name} ${text} `)}`
    t.deepEqual(told, [
      [name, await sealed(`2 ${at - 250}`), 1000],
      [name, await sealed(`1.25 ${at}`), 1750],
    ])
    // Of who has to wait there is nothing to write.
    t.deepEqual(await statuses(3), [200, 429, 429])
    t.equal(told.length, 3)
  })
})

test('of what a store says and what is remembered, the stricter counts', async (t) => {
  await withClocks(async ({ elsewhere }) => {
    let text
    const get = async (name) => `${text} ${await macOf(`${name} ${text} `)}`
    const store = { get, set: async () => {}, delete: async () => {} }
    const open = (said) => {
      text = said
      return counting({ store, rateLimit: { burst: 5, perMinute: 1 } }).statuses(2)
    }
    t.deepEqual(await open(`0.5 ${elsewhere()}`), [429, 429])
    t.deepEqual(await open(`1 ${elsewhere()}`), [200, 429])
    t.deepEqual(await open(`99 ${elsewhere()}`), [200, 200])
    // As JavaScript writes next to nothing.
    t.deepEqual(await open(`1.7e-15 ${elsewhere()}`), [429, 429])
    for (const rubbish of ['0', '0 x', 'x0 1', '-1 0', `0 ${elsewhere()} 1`, `0. ${elsewhere()}`, '']) {
      t.deepEqual(await open(rubbish), [200, 200])
    }
  })
})

test('a fleet counts together in its store, which is shown no user', async (t) => {
  const entries = new Map()
  const store = {
    get: async (name) => entries.get(name),
    set: async (name, text) => void entries.set(name, text),
    delete: async (name) => void entries.delete(name),
  }
  const options = { store, rateLimit: { burst: 1, perMinute: 1 } }
  const one = await endpoint(t, options)
  const provider = createSessionProvider(one.kaltura.credentials)
  const other = await endpoint(t, { ...options, provider })
  t.equal((await one.ask()).status, 200)
  t.equal((await other.ask()).status, 429)
  // Its letters may be part of a hash.
  t.ok(!/(?<![\w-])ada(?![\w-])/.test(JSON.stringify([...entries])), 'the store shows the user')
})

test('who can write to the store can give nobody a bucket: neither a full one nor an empty one', async (t) => {
  const rateLimit = { burst: 2, perMinute: 1 }
  const store = openStore()
  const authorize = (_, userId) => granted({ userId })
  const { ask, kaltura } = await endpoint(t, { store, rateLimit, authorize })
  t.equal((await ask({}, 'bob')).status, 200)
  const [[bobs, full]] = store.kept
  for (let asked = 0; asked < 3; asked += 1) await ask({}, 'ada')
  const [adas] = [...store.kept.keys()].filter((name) => name !== bobs)
  const empty = store.kept.get(adas)
  const provider = createSessionProvider(kaltura.credentials)
  // Another process, which remembers nothing itself.
  const next = () => endpoint(t, { store, rateLimit, authorize, provider })
  const [tokens, at, mac] = empty.split(' ')
  const hour = 3_600_000
  const forgeries = [
    // Of ada's own, of another user's, of nobody's.
    [adas, 'ada', `99 ${at} ${mac}`],
    [adas, 'ada', full],
    [adas, 'ada', `${tokens} ${Number(at) - hour} ${mac}`],
    [bobs, 'bob', empty],
    [bobs, 'bob', `0 ${at}`],
    [bobs, 'bob', `0 ${Number(at) + hour} ${full.split(' ')[2]}`],
  ]
  for (const [name, userId, text] of forgeries) {
    store.kept.clear()
    store.kept.set(name, text)
    const { ask, events } = await next()
    const statuses = []
    for (let asked = 0; asked < 3; asked += 1) statuses.push((await ask({}, userId)).status)
    // As if nothing were there, which who can delete can have too.
    t.deepEqual(statuses, [200, 200, 429])
    const problems = events.filter(({ type }) => type === 'storeFailed').map(({ problem }) => problem)
    t.deepEqual(problems, ['no bucket of ours'])
  }
  // A process that has counted itself is not fooled.
  store.kept.set(adas, full)
  t.equal((await ask({}, 'ada')).status, 429)
})

test('a provider of ones own brings no key, so a store needs one', async (t) => {
  const provider = { getSession: async () => session() }
  const options = { provider, authorize: () => granted({ userId: 'ada' }), store: openStore() }
  t.equal(t.throws(() => createKsHandler(options)).path, 'storeKey')
  t.equal(typeof createKsHandler({ ...options, storeKey }), 'function')
})

test('while the vault gives no token each process counts for itself', async (t) => {
  const store = openStore()
  let isOpen = false
  const { kaltura } = await endpoint(t)
  const appToken = async () => {
    if (!isOpen) throw new Error('s3cret')
    return kaltura.credentials.appToken
  }
  const provider = createSessionProvider({ ...kaltura.credentials, appToken })
  const getSession = async () => session()
  const answering = new Proxy(provider, {
    get: (_, name) => (/Session$/.test(String(name)) ? getSession : provider[name]?.bind?.(provider)),
  })
  const { ask, events } = await endpoint(t, { store, provider: answering, rateLimit: { burst: 2, perMinute: 1 } })
  t.equal((await ask()).status, 200)
  t.equal(store.kept.size, 0)
  t.match(events.find(({ type }) => type === 'storeFailed').problem, /^no key for buckets/)
  isOpen = true
  t.equal((await ask()).status, 200)
  t.equal(store.kept.size, 1)
  t.equal((await ask()).status, 429)
})

test('a store that is behind lifts no limit', async (t) => {
  let first
  const store = {
    get: async () => first,
    set: async (_, text) => void (first ??= text),
    delete: async () => {},
  }
  const { ask } = await endpoint(t, { store, rateLimit: { burst: 2, perMinute: 1 } })
  const statuses = []
  for (let asked = 0; asked < 3; asked += 1) statuses.push((await ask()).status)
  t.deepEqual(statuses, [200, 200, 429])
})

test('a clock that is set back locks nobody out', async (t) => {
  for (const store of [undefined, memoryStore()]) {
    await withClocks(async ({ pass, setBy }) => {
      const { statuses } = counting({ store, rateLimit: { burst: 1, perMinute: 60 } })
      t.deepEqual(await statuses(1), [200])
      setBy(-86_400_000)
      t.deepEqual(await statuses(1), [429])
      pass(999)
      t.deepEqual(await statuses(1), [429])
      pass(1)
      t.deepEqual(await statuses(1), [200])
    })
  }
})

test('a store that fails or talks rubbish lets each process count for itself', async (t) => {
  const failing = async () => {
    throw new Error('down')
  }
  for (const get of [failing, async () => 'rubbish', async () => 5]) {
    const store = { get, set: failing, delete: failing }
    const { ask, events } = await endpoint(t, { store, rateLimit: { burst: 1, perMinute: 1 } })
    t.equal((await ask()).status, 200)
    t.equal((await ask()).status, 429)
    t.ok(events.some(({ type }) => type === 'storeFailed'))
  }
})

test('a user may ask without end where there is no limit', async (t) => {
  const { ask } = await endpoint(t, { rateLimit: false })
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask()))
  t.ok(answers.every(({ status }) => status === 200))
})

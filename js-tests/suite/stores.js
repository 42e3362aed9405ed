import { createSessionProvider } from 'kaltura-app-token'
import {
  cloudflareKvStore,
  denoKvStore,
  ioredisStore,
  memoryStore,
  redisStore,
  unstorageStore,
} from 'kaltura-app-token/stores'
import { PLENTY_MS, test } from './harness.js'
import { openStore } from './open-store.js'

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function providerOf(kaltura, options) {
  const events = []
  const onEvent = (event) => events.push(event)
  const provider = createSessionProvider({ ...kaltura.credentials, onEvent, ...options })
  const problems = () =>
    events.filter(({ type }) => type === 'storeFailed').map(({ method, problem }) => `${method}: ${problem}`)
  return { provider, told: () => events.map(({ type }) => type), problems }
}

test('what one provider has minted another takes from the store', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const first = await providerOf(kaltura, { store }).provider.getSession({ userId: 'ada' })
  await t.until(() => store.kept.size === 1)
  const second = await providerOf(kaltura, { store }).provider.getSession({ userId: 'ada' })
  t.deepEqual(second, first)
  t.equal((await kaltura.requests()).length, 2)
})

test('what a store holds shows neither session nor user nor token', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const { ks } = await providerOf(kaltura, { store }).provider.getSession({ userId: 'ada.lovelace' })
  await t.until(() => store.kept.size === 1)
  const held = JSON.stringify([...store.kept])
  const { appToken, appTokenId } = kaltura.credentials
  for (const secret of [ks, ks.slice(0, 20), 'lovelace', appToken, appTokenId]) {
    t.ok(!held.includes(secret), `the store shows ${secret}`)
  }
})

test("a changed character, another token's or another user's value is not accepted", async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const ks = await providerOf(kaltura, { store }).provider.getKs({ userId: 'ada' })
  await t.until(() => store.kept.size === 1)
  const [[name, sealed]] = store.kept
  const cleared = openStore()
  providerOf(kaltura, { store: cleared }).provider.clear()
  await t.until(() => cleared.kept.size === 1)
  const forged = async (text, userId = 'ada') => {
    const other = openStore({ get: async (name) => (cleared.kept.has(name) ? undefined : text) })
    const { provider, told, problems } = providerOf(kaltura, { store: other })
    const ks = await provider.getKs({ userId })
    return { ks, told: told(), problems: problems() }
  }
  t.equal((await forged(sealed)).ks, ks)
  for (const place of [0, 5, 30, sealed.length - 2]) {
    const changed = sealed[place] === 'A' ? 'B' : 'A'
    const got = await forged(sealed.slice(0, place) + changed + sealed.slice(place + 1))
    t.ok(got.ks !== ks, 'not the stored one')
    t.ok(got.told.includes('storeFailed'), 'reported')
    t.deepEqual(got.problems, ['get: no session of ours'])
  }
  t.ok((await forged(sealed, 'bob')).ks !== ks, "not another's")
  const stranger = await t.kaltura()
  const theirs = openStore()
  theirs.kept.set(name, sealed)
  await providerOf(stranger, { store: theirs }).provider.getKs({ userId: 'ada' })
  await t.until(() => theirs.kept.size === 2)
})

test('a store that fails, hangs or talks rubbish fails no call, and is reported', async (t) => {
  const kaltura = await t.kaltura()
  const fail = async () => {
    throw new Error('s3cret')
  }
  const throwing = () => {
    throw new Error('s3cret')
  }
  const hang = () => new Promise(() => {})
  const reported = [fail, throwing, hang, () => 'rubbish']
  for (const broken of [...reported, () => 5, () => ({})]) {
    const store = openStore({ get: broken, set: broken, lock: broken })
    const { provider, told } = providerOf(kaltura, { store })
    t.ok(await provider.getKs({ timeoutMs: PLENTY_MS }))
    if (reported.includes(broken)) await t.until(() => told().includes('storeFailed'))
  }
})

test('with a lock a fleet mints once, and a holder that has died is replaced', async (t) => {
  const kaltura = await t.kaltura({ latencyMs: 100 })
  const store = memoryStore()
  const fleet = Array.from({ length: 10 }, () => providerOf(kaltura, { store }).provider)
  const sessions = await Promise.all(fleet.map((provider) => provider.getKs()))
  t.equal(new Set(sessions).size, 1)
  t.equal((await kaltura.requests()).length, 2)

  const names = []
  const lock = (name, ttlMs) => {
    names.push(name)
    return store.lock(name, ttlMs / 10)
  }
  const dying = { ...store, lock }
  await store.lock('warm-up', 1)
  const dead = providerOf(kaltura, { store: { ...dying, get: async () => undefined } })
  const controller = new AbortController()
  const given = dead.provider.getKs({ userId: 'ada', signal: controller.signal })
  await t.until(() => names.length > 0)
  controller.abort()
  await t.rejects(given)
  t.ok(await providerOf(kaltura, { store: dying }).provider.getKs({ userId: 'ada' }))
})

test('a lock that is never released fails no call', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore({ lock: async () => false })
  t.ok(await providerOf(kaltura, { store, timeoutMs: await t.pace(1000) }).provider.getKs())
})

test('many sessions take two round trips to the store each, a look at the epoch, and no lock', async (t) => {
  const kaltura = await t.kaltura()
  const trips = {}
  const counting = (store) =>
    Object.fromEntries(
      Object.entries(store).map(([name, run]) => [
        name,
        (...args) => {
          trips[name] = (trips[name] ?? 0) + 1
          return run(...args)
        },
      ]),
    )
  const store = counting(memoryStore())
  const users = Array.from({ length: 100 }, (_, index) => ({ userId: `user${index}` }))
  const first = await providerOf(kaltura, { store }).provider.startSessions(users)
  await t.until(() => trips.set === 100)
  t.deepEqual(trips, { get: 104, set: 100 })
  const second = await providerOf(kaltura, { store }).provider.startSessions(users)
  t.deepEqual(
    second.map(({ session }) => session.ks),
    first.map(({ session }) => session.ks),
  )
  t.deepEqual(trips, { get: 208, set: 100 })
  t.equal((await kaltura.requests()).length, 5)
})

test('two that start the same many sessions at once, in another order, do not wait for each other', async (t) => {
  const kaltura = await t.kaltura({ latencyMs: 50 })
  const store = memoryStore()
  const users = Array.from({ length: 50 }, (_, index) => ({ userId: `user${index}`, timeoutMs: PLENTY_MS }))
  const outcomes = await Promise.all([
    providerOf(kaltura, { store }).provider.startSessions(users),
    providerOf(kaltura, { store }).provider.startSessions([...users].reverse()),
  ])
  t.equal(outcomes.flat().find(({ error }) => error)?.error.message, undefined)
})

test('a dead session is not taken from the store again', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const { provider } = providerOf(kaltura, { store })
  const first = await provider.getKs()
  await t.until(() => store.kept.size === 1)
  provider.invalidate(first)
  t.ok((await provider.getKs()) !== first, 'another one')
})

test('no session of a revoked token is taken from the store', async (t) => {
  const kaltura = await t.kaltura()
  const { id, token } = await kaltura.tell('addAppToken', {})
  const fallback = { appTokenId: id, appToken: token }
  const store = openStore()
  const { provider, told } = providerOf(kaltura, { store, fallback, userId: 'ada' })
  await provider.call('session', 'end')
  await t.until(() => store.kept.size === 1)
  t.equal((await provider.call('user', 'get')).id, 'ada')
  const ways = ['minted', 'invalidated', 'minted', 'invalidated', 'revoked', 'minted']
  t.deepEqual(told(), ways)
})

test('a session of years is shared too', async (t) => {
  const partners = [{ id: 102, adminSecret: '5'.repeat(32), ksMaxExpiry: null, userlessAppTokens: true }]
  const kaltura = await t.kaltura({ partners, appToken: { sessionDuration: 100_000_000 } })
  const store = openStore()
  const ks = await providerOf(kaltura, { store }).provider.getKs()
  await t.until(() => store.kept.size === 1)
  t.equal(await providerOf(kaltura, { store }).provider.getKs(), ks)
})

/** The store, and every call that it gets, as `method name`. */
function watched(store) {
  const calls = []
  const watch = ([method, run]) => [
    method,
    (name, ...args) => {
      calls.push(`${method} ${name}`)
      return run(name, ...args)
    },
  ]
  const count = (method) => calls.filter((call) => call.startsWith(`${method} `)).length
  return { store: Object.fromEntries(Object.entries(store).map(watch)), calls, count }
}

const isFree = async (store, name) => {
  const release = await store.lock(name, 5000)
  if (release) await release()
  return release !== false
}

/** Locks that last so long don't run out while a test waits for their release. */
const NEVER_MS = 10 * 60_000

test('a lock that is granted late is released, and not left to run out', async (t) => {
  const kaltura = await t.kaltura()
  const inner = memoryStore()
  let lockName
  const lock = async (name) => {
    lockName = name
    const release = await inner.lock(name, NEVER_MS)
    await t.until(() => problems().length > 0)
    return release
  }
  const { provider, problems } = providerOf(kaltura, { store: { ...inner, lock } })
  t.ok(await provider.getKs())
  t.deepEqual(problems(), ['lock: no answer in time'])
  await t.until(() => isFree(inner, lockName))
})

test('a lock is released when the session is in the store, or could not be had', async (t) => {
  const kaltura = await t.kaltura()
  const inner = memoryStore()
  const order = []
  const store = {
    ...inner,
    set: async (...args) => {
      await inner.set(...args)
      order.push('set')
    },
    lock: async (name) => {
      order.push(name)
      const release = await inner.lock(name, NEVER_MS)
      return async () => {
        order.push('released')
        await release()
      }
    },
  }
  await providerOf(kaltura, { store }).provider.getKs()
  await t.until(() => order.length === 3)
  t.deepEqual(order.slice(1), ['set', 'released'])
  await t.until(() => isFree(inner, order[0]))

  order.length = 0
  const refusing = providerOf(kaltura, { store, appTokenId: '0_nothing', retry: 0 }).provider
  await t.rejects(refusing.getKs())
  await t.until(() => order.length === 2)
  t.equal(order[1], 'released')
})

test('a lock that is granted when its caller has gone is released', async (t) => {
  const kaltura = await t.kaltura()
  const inner = memoryStore()
  let lockName
  const lock = async (name) => {
    lockName = name
    await sleep(200)
    return inner.lock(name, NEVER_MS)
  }
  const { provider } = providerOf(kaltura, { store: { ...inner, lock } })
  const controller = new AbortController()
  const given = provider.getKs({ signal: controller.signal })
  given.catch(() => {})
  await t.until(() => lockName)
  controller.abort()
  await t.rejects(given)
  await sleep(300)
  await t.until(() => isFree(inner, lockName))
})

test('what is put into the store while the lock is waited for is taken, and the lock released', async (t) => {
  const kaltura = await t.kaltura()
  const first = openStore()
  const ks = await providerOf(kaltura, { store: first }).provider.getKs()
  await t.until(() => first.kept.size === 1)
  let released = 0
  const second = openStore({
    lock: async () => {
      for (const [name, text] of first.kept) second.kept.set(name, text)
      return async () => void (released += 1)
    },
  })
  t.equal(await providerOf(kaltura, { store: second }).provider.getKs(), ks)
  await t.until(() => released === 1)
  t.equal((await kaltura.requests()).length, 2)
})

test('a release that fails or never ends fails no call, and is reported', async (t) => {
  const kaltura = await t.kaltura()
  const fail = async () => {
    throw new Error('s3cret')
  }
  const ways = [
    [fail, 'lock: its release failed'],
    [() => new Promise(() => {}), 'lock: no answer in time to its release'],
  ]
  for (const [release, problem] of ways) {
    const store = openStore({ lock: async () => release })
    const { provider, problems } = providerOf(kaltura, { store })
    t.ok(await provider.getKs())
    await t.until(() => problems().length > 0)
    t.deepEqual(problems(), [problem])
  }
})

test("a value that a store is too small for stops nobody else's", async (t) => {
  const kaltura = await t.kaltura()
  let isFirst = true
  const kept = openStore({
    set: async (name, text) => {
      if (!isFirst) return void kept.kept.set(name, text)
      isFirst = false
      throw new TypeError('Value too large (max 65536 bytes)')
    },
  })
  const { store, count } = watched(kept)
  const { provider, problems } = providerOf(kaltura, { store })
  await provider.getKs({ userId: 'ada' })
  await t.until(() => problems().length > 0)
  t.match(problems().join(), /^set: too large for it: \d+ characters$/)
  const ks = await provider.getKs({ userId: 'bob' })
  await t.until(() => kept.kept.size === 1)
  t.equal(count('get'), 4)
  t.equal(await providerOf(kaltura, { store: kept }).provider.getKs({ userId: 'bob' }), ks)
})

test('a lock that another holds is asked for now and then, not all the time', async (t) => {
  const kaltura = await t.kaltura()
  const { random } = Math
  for (const chance of [0, 0.999]) {
    let asked = 0
    const store = openStore({
      lock: async () => {
        asked += 1
        return false
      },
    })
    Math.random = () => chance
    try {
      t.ok(await providerOf(kaltura, { store, timeoutMs: 1000 }).provider.getKs({ timeoutMs: 1000 }).catch(() => true))
    } finally {
      Math.random = random
    }
    t.ok(asked > 0 && asked < 50, `${asked} times`)
  }
})

test('of what has been put into a store, or deleted there, nothing is remembered', async (t) => {
  const kaltura = await t.kaltura()
  const { Map: Original } = globalThis
  const made = []
  globalThis.Map = class extends Original {
    constructor(...args) {
      super(...args)
      made.push(this)
    }
  }
  try {
    const store = openStore()
    const { provider } = providerOf(kaltura, { store })
    for (const userId of ['ada', 'bob', 'eve']) await provider.getKs({ userId })
    await t.until(() => store.kept.size === 3)
    provider.invalidate({ userId: 'bob' })
    await t.until(() => store.kept.size === 2)
    const waiting = (map) => [...map.values()].some((value) => value instanceof Promise)
    await t.until(() => !made.some(waiting))
  } finally {
    globalThis.Map = Original
  }
})

test('values that are too large say nothing of the store, of however many users they are', async (t) => {
  const kaltura = await t.kaltura()
  const full = openStore({
    set: async () => {
      throw new TypeError('Value too large (max 65536 bytes)')
    },
  })
  const { store, count } = watched(full)
  const { provider, problems } = providerOf(kaltura, { store })
  for (let users = 1; users <= 6; users += 1) {
    await provider.getKs({ userId: `user${users}` })
    await t.until(() => problems().length === users)
    t.equal(count('set'), users)
    t.equal(count('get'), 2 * users)
  }
})

test('a method that fails for one name is left alone for that name', async (t) => {
  const kaltura = await t.kaltura()
  const failing = openStore({
    set: async () => {
      throw new Error('no')
    },
  })
  const { store, count } = watched(failing)
  const { provider, problems } = providerOf(kaltura, { store })
  const mint = async (userId, isReported) => {
    const before = problems().length
    await provider.getKs({ userId })
    // What comes of it is known after its answer.
    if (isReported) await t.until(() => problems().length > before)
    else await sleep(50)
    provider.invalidate({ userId })
    t.equal(problems().length > before, isReported)
  }
  await mint('ada', true)
  await mint('ada', false)
  t.equal(count('set'), 1)
  await mint('bob', true)
  await mint('eve', true)
  t.equal(count('set'), 3)
  // That is no fault of one name.
  await mint('joe', false)
  t.equal(count('set'), 3)
  // Other methods go on.
  const before = count('get')
  await mint('eve', false)
  t.ok(count('get') > before)
})

test('a store that is out of order is left alone for a while', async (t) => {
  const kaltura = await t.kaltura()
  const fail = async () => {
    throw new Error('no connection')
  }
  const failing = watched({ get: fail, set: fail, delete: fail, lock: fail })
  const { provider } = providerOf(kaltura, { store: failing.store })
  t.ok(await provider.getKs({ userId: 'ada' }))
  t.deepEqual(failing.calls.map((call) => call.split(' ')[0]), ['get', 'get', 'lock'])
  t.ok(await provider.getKs({ userId: 'bob' }))
  t.equal(failing.calls.length, 3)

  const never = () => new Promise(() => {})
  const hanging = watched({ get: never, set: never, delete: never, lock: never })
  const other = providerOf(kaltura, { store: hanging.store }).provider
  t.ok(await other.getKs({ userId: 'ada' }))
  t.ok(await other.getKs({ userId: 'bob' }))
  t.equal(hanging.calls.length, 2)
  await sleep(2000)
  t.ok(await other.getKs({ userId: 'eve' }))
  t.equal(hanging.calls.length, 4)
})

test('a store that gives bytes is read, and one that gives anything else is reported', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const ks = await providerOf(kaltura, { store }).provider.getKs()
  await t.until(() => store.kept.size === 1)
  const giving = (change) =>
    openStore({ get: async (name) => (store.kept.has(name) ? change(store.kept.get(name)) : undefined) })
  const encode = (text) => new TextEncoder().encode(text)
  for (const change of [encode, (text) => encode(text).buffer]) {
    const { provider, problems } = providerOf(kaltura, { store: giving(change) })
    t.equal(await provider.getKs(), ks)
    t.deepEqual(problems(), [])
  }
  for (const wrong of [5, {}, [], true, new Uint8Array([0xff, 0xfe])]) {
    const { provider, problems } = providerOf(kaltura, { store: giving(() => wrong) })
    t.ok((await provider.getKs()) !== ks)
    t.deepEqual(problems().slice(0, 1), ['get: neither text nor bytes of text'])
  }
  for (const nothing of [undefined, null, false]) {
    const { provider, problems } = providerOf(kaltura, { store: giving(() => nothing) })
    t.ok((await provider.getKs()) !== ks)
    t.deepEqual(problems(), [])
  }
})

test('a lock that is neither granted nor refused is reported, and done without', async (t) => {
  const kaltura = await t.kaltura()
  for (const answer of [undefined, true, 'OK', new Uint8Array([79, 75]), 1, {}]) {
    const { store, count } = watched(openStore({ lock: async () => answer }))
    const { provider, problems } = providerOf(kaltura, { store })
    t.ok(await provider.getKs())
    t.equal(count('lock'), 1)
    t.deepEqual(problems(), ['lock: neither false nor a function that releases it'])
  }
})

/** Whether time passes while code runs. */
function passesWhileBusy() {
  const started = performance.now()
  for (let turns = 0; turns < 1e6; turns += 1) if (performance.now() > started) return true
  return false
}

test('an answer that comes while the event loop is busy counts', async (t) => {
  if (typeof MessageChannel === 'undefined') return
  const burn = (ms) => {
    const until = performance.now() + ms
    for (let turns = 0; turns < 1e9 && performance.now() < until; turns += 1);
  }
  // Where time stands still while code runs, no answer comes too late.
  if (!passesWhileBusy()) return
  const kaltura = await t.kaltura()
  const store = openStore()
  const ks = await providerOf(kaltura, { store }).provider.getKs()
  await t.until(() => store.kept.size === 1)
  // What comes by a channel is seen after the timers that are due, as what comes by a socket is.
  const onMessage = (run) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      run()
    }
    port2.postMessage('')
  }
  const get = (name) =>
    new Promise((resolve) => {
      onMessage(() => {
        onMessage(() => resolve(store.kept.get(name)))
        burn(700)
      })
    })
  const { provider, problems } = providerOf(kaltura, { store: openStore({ get }) })
  t.equal(await provider.getKs(), ks)
  t.deepEqual(problems(), [])
})

test('an invalidated session is deleted from the store, by its KS and by its request', async (t) => {
  const kaltura = await t.kaltura()
  const ways = [
    (provider, ks) => provider.invalidate(ks),
    (provider) => provider.invalidate({ userId: 'ada' }),
  ]
  for (const invalidate of ways) {
    const store = openStore()
    const { provider } = providerOf(kaltura, { store })
    const dead = await provider.getKs({ userId: 'ada' })
    await provider.getKs({ userId: 'bob' })
    await t.until(() => store.kept.size === 2)
    invalidate(provider, dead)
    await t.until(() => store.kept.size === 1)
    const other = providerOf(kaltura, { store }).provider
    t.ok((await other.getKs({ userId: 'ada' })) !== dead, 'another process has it no more')
  }
})

test('a session that has replaced a dead one in the store stays there', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const first = providerOf(kaltura, { store }).provider
  const dead = await first.getKs()
  await t.until(() => store.kept.size === 1)
  const second = providerOf(kaltura, { store: openStore({ set: store.set }) }).provider
  const [before] = store.kept.values()
  const alive = await second.getKs()
  t.ok(alive !== dead)
  await t.until(() => ![undefined, before].includes([...store.kept.values()][0]))
  first.invalidate(dead)
  await sleep(100)
  t.equal(await first.getKs(), alive)
  t.equal(await providerOf(kaltura, { store }).provider.getKs(), alive)
})

test('a session that dies while it is being put into the store does not stay there', async (t) => {
  const kaltura = await t.kaltura()
  let put
  const store = openStore({
    set: (name, text) =>
      new Promise((resolve) => {
        put = () => resolve(store.kept.set(name, text))
      }),
  })
  const { provider } = providerOf(kaltura, { store })
  const dead = await provider.getKs()
  await t.until(() => put)
  provider.invalidate(dead)
  await sleep(50)
  put()
  t.equal(store.kept.size, 1)
  await t.until(() => store.kept.size === 0)
})

test('what one process knows to be dead it takes from no store, and deletes where it finds it', async (t) => {
  const kaltura = await t.kaltura()
  const kept = new Map()
  let isStubborn = true
  const store = openStore({
    kept,
    get: async (name) => kept.get(name),
    set: async (name, text) => void (kept.has(name) || kept.set(name, text)),
    delete: async (name) => void (isStubborn || kept.delete(name)),
  })
  const { provider } = providerOf(kaltura, { store })
  const dead = await provider.getKs()
  await t.until(() => kept.size === 1)
  provider.invalidate(dead)
  await sleep(50)
  const second = await provider.getKs()
  provider.invalidate(second)
  provider.clear()
  t.equal(kept.size, 1)
  isStubborn = false
  const third = await provider.getKs()
  t.ok(third !== dead && third !== second)
  // Beside it there is the epoch that has begun.
  await t.until(() => kept.size === 2)
  await t.until(async () => (await providerOf(kaltura, { store }).provider.getKs()) === third)
})

test('the sessions of a revoked token are deleted from the store', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const { provider, told } = providerOf(kaltura, { store })
  for (const userId of ['ada', 'bob']) await provider.getKs({ userId })
  await t.until(() => store.kept.size === 2)
  await provider.call('session', 'end', {}, { userId: 'ada' })
  await t.rejects(provider.call('user', 'get', {}, { userId: 'ada' }))
  t.ok(told().includes('revoked'))
  // What stays is the new epoch.
  await t.until(() => store.kept.size === 1)
})

test('clear deletes nothing from the store, and takes nothing from there again', async (t) => {
  const kaltura = await t.kaltura()
  const { store, count } = watched(memoryStore())
  const { provider } = providerOf(kaltura, { store })
  const ks = await provider.getKs()
  await t.until(() => count('set') === 1)
  provider.clear()
  t.ok((await provider.getKs()) !== ks, 'a new one')
  await t.until(() => count('set') === 3)
})

test('deleting what is dead goes on after the answer, and fails nobody', async (t) => {
  const kaltura = await t.kaltura()
  const works = []
  const waitUntil = (work) => works.push(work)
  const fail = async () => {
    throw new Error('no')
  }
  const store = openStore()
  const { provider } = providerOf(kaltura, { store, waitUntil })
  const ks = await provider.getKs()
  await Promise.all(works.splice(0))
  store.delete = fail
  store.get = fail
  provider.invalidate(ks)
  t.equal(works.length, 1)
  await Promise.all(works)
})

/** Runs with a local clock that is ahead by so much. */
async function ahead(ms, run) {
  const { now } = Date
  Date.now = () => now.call(Date) + ms
  try {
    return await run()
  } finally {
    Date.now = now
  }
}

const HOUR_MS = 3_600_000

test('a machine whose clock is off makes no other serve a session after its end', async (t) => {
  const kaltura = await t.kaltura()
  for (const off of [HOUR_MS, -HOUR_MS]) {
    const store = openStore()
    const ks = await ahead(off, async () => {
      const ks = await providerOf(kaltura, { store }).provider.getKs({ expiry: 60 })
      await t.until(() => store.kept.size === 1)
      return ks
    })
    const read = await providerOf(kaltura, { store }).provider.getSession({ expiry: 60 })
    t.equal(read.ks, ks)
    t.ok(read.expiresAt <= read.expiry * 1000, 'not after its end')
    t.ok(read.expiresAt > Date.now() + 50_000, 'and not long before')
  }
})

test('a reader whose clock is off goes by the server time that it has seen', async (t) => {
  const kaltura = await t.kaltura()
  for (const off of [HOUR_MS, -HOUR_MS]) {
    const store = openStore()
    const ks = await providerOf(kaltura, { store }).provider.getKs({ expiry: 60 })
    await t.until(() => store.kept.size === 1)
    await ahead(off, async () => {
      const reader = providerOf(kaltura, { store }).provider
      // Ahead it seems to have ended, and behind to live for an hour more.
      await reader.getKs({ userId: 'ada' })
      const read = await reader.getSession({ expiry: 60 })
      t.equal(read.ks, ks)
      const leftMs = read.expiresAt - Date.now()
      t.ok(leftMs > 50_000 && leftMs <= 61_000, `${leftMs} ms`)
    })
  }
})

test('an API call with a stored session tells the time as well', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const minter = providerOf(kaltura, { store }).provider
  await minter.getKs({ userId: 'ada' })
  await t.until(() => store.kept.size === 1)
  // So old that a clock that is this much behind does not show.
  const off = -1500
  await ahead(off, async () => {
    const reader = providerOf(kaltura, { store }).provider
    const before = await reader.getSession({ userId: 'ada' })
    await reader.call('user', 'get', {}, { userId: 'ada' })
    t.equal((await kaltura.requests()).length, 3)
    await minter.getKs({ userId: 'bob' })
    await t.until(() => store.kept.size === 2)
    const after = await reader.getSession({ userId: 'bob' })
    // Each ends by the clock that was known when it was taken.
    const early = (it) => it.expiry * 1000 - it.expiresAt
    t.ok(early(before) < 1000, 'by its own clock')
    t.ok(early(after) > 400, 'by the server time')
    t.equal((await kaltura.requests()).length, 4)
  })
})

test('a new process whose clock is seen to be behind asks Kaltura for the time first', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const ks = await providerOf(kaltura, { store }).provider.getKs({ expiry: 60 })
  await t.until(() => store.kept.size === 1)
  await ahead(-HOUR_MS, async () => {
    const read = await providerOf(kaltura, { store }).provider.getSession({ expiry: 60 })
    t.equal(read.ks, ks)
    t.ok(read.expiresAt <= Date.now() + 61_000, 'by the server time')
  })
  t.equal((await kaltura.requests()).length, 3)
})

test('what another version has sealed is passed over in silence', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore({ get: async (name) => store.kept.get(name) ?? `1.${'A'.repeat(100)}` })
  const { provider, problems } = providerOf(kaltura, { store })
  t.ok(await provider.getKs())
  await t.until(() => store.kept.size === 1)
  t.deepEqual(problems(), [])
})

test('a session that is too long to be read again is not put into the store, and that is told', async (t) => {
  const { store, count } = watched(openStore())
  const widget = { objectType: 'KalturaStartWidgetSessionResponse', partnerId: 102, ks: 'w' }
  const session = {
    ...{ objectType: 'KalturaSessionInfo', partnerId: 102, ks: 'k', userId: '', sessionType: 0 },
    expiry: Math.floor(Date.now() / 1000) + 3600,
    privileges: `apptoken:0_a,${'p'.repeat(400_000)}`,
  }
  const fetch = async (url) =>
    new Response(JSON.stringify(String(url).includes('Widget') ? widget : session), {
      headers: { 'content-type': 'application/json' },
    })
  const credentials = { partnerId: 102, appTokenId: '0_a', appToken: 't' }
  const { provider, problems } = providerOf({ credentials }, { store, fetch, grants: 'report' })
  t.equal(await provider.getKs(), 'k')
  await t.until(() => problems().length > 0)
  t.deepEqual(problems(), ['set: the session is too long to be shared'])
  t.equal(count('set'), 0)
})

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

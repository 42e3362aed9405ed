// Locks, by which a fleet mints once.
import { memoryStore } from 'kaltura-app-token/stores'
import { test } from './harness.js'
import { openStore } from './open-store.js'
import { providerOf, sleep, watched } from './store-helpers.js'

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
      t.ok(
        await providerOf(kaltura, { store, timeoutMs: 1000 })
          .provider.getKs({ timeoutMs: 1000 })
          .catch(() => true),
      )
    } finally {
      Math.random = random
    }
    t.ok(asked > 0 && asked < 50, `${asked} times`)
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

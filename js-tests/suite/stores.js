import { createSessionProvider } from 'kaltura-app-token'
import {
  cloudflareKvStore,
  denoKvStore,
  ioredisStore,
  memoryStore,
  redisStore,
  unstorageStore,
} from 'kaltura-app-token/stores'
import { test } from './harness.js'

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function providerOf(kaltura, options) {
  const events = []
  const onEvent = (event) => events.push(event)
  const provider = createSessionProvider({ ...kaltura.credentials, onEvent, ...options })
  return { provider, told: () => events.map(({ type }) => type) }
}

/** A store that can be looked into: all that it was given, by name. */
function openStore(changes = {}) {
  const kept = new Map()
  return {
    kept,
    get: async (name) => kept.get(name),
    set: async (name, text) => void kept.set(name, text),
    delete: async (name) => void kept.delete(name),
    ...changes,
  }
}

async function until(isTrue) {
  for (let tries = 0; tries < 200 && !isTrue(); tries += 1) await sleep(10)
  if (!isTrue()) throw new Error('it never came to be')
}

test('what one provider has minted another takes from the store', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const first = await providerOf(kaltura, { store }).provider.getSession({ userId: 'ada' })
  await until(() => store.kept.size === 1)
  const second = await providerOf(kaltura, { store }).provider.getSession({ userId: 'ada' })
  t.deepEqual(second, first)
  t.equal((await kaltura.requests()).length, 2)
})

test('what a store holds shows neither session nor user nor token', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const { ks } = await providerOf(kaltura, { store }).provider.getSession({ userId: 'ada.lovelace' })
  await until(() => store.kept.size === 1)
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
  await until(() => store.kept.size === 1)
  const [[name, sealed]] = store.kept
  const forged = async (text, userId = 'ada') => {
    const other = openStore({ get: async () => text })
    const { provider, told } = providerOf(kaltura, { store: other })
    return { ks: await provider.getKs({ userId }), told: told() }
  }
  t.equal((await forged(sealed)).ks, ks)
  for (const place of [0, 5, 30, sealed.length - 2]) {
    const changed = sealed[place] === 'A' ? 'B' : 'A'
    const got = await forged(sealed.slice(0, place) + changed + sealed.slice(place + 1))
    t.ok(got.ks !== ks, 'not the stored one')
    t.ok(got.told.includes('storeFailed'), 'reported')
  }
  t.ok((await forged(sealed, 'bob')).ks !== ks, "not another's")
  const stranger = await t.kaltura()
  const theirs = openStore()
  theirs.kept.set(name, sealed)
  await providerOf(stranger, { store: theirs }).provider.getKs({ userId: 'ada' })
  await until(() => theirs.kept.size === 2)
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
    t.ok(await provider.getKs({ timeoutMs: 8000 }))
    if (reported.includes(broken)) await until(() => told().includes('storeFailed'))
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
  await until(() => names.length > 0)
  controller.abort()
  await t.rejects(given)
  t.ok(await providerOf(kaltura, { store: dying }).provider.getKs({ userId: 'ada' }))
})

test('a lock that is never released fails no call', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore({ lock: async () => false })
  t.ok(await providerOf(kaltura, { store, timeoutMs: 1000 }).provider.getKs())
})

test('many sessions take two round trips to the store each, and no lock', async (t) => {
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
  await until(() => trips.set === 100)
  t.deepEqual(trips, { get: 100, set: 100 })
  const second = await providerOf(kaltura, { store }).provider.startSessions(users)
  t.deepEqual(
    second.map(({ session }) => session.ks),
    first.map(({ session }) => session.ks),
  )
  t.deepEqual(trips, { get: 200, set: 100 })
  t.equal((await kaltura.requests()).length, 5)
})

test('two that start the same many sessions at once, in another order, do not wait for each other', async (t) => {
  const kaltura = await t.kaltura({ latencyMs: 50 })
  const store = memoryStore()
  const users = Array.from({ length: 50 }, (_, index) => ({ userId: `user${index}`, timeoutMs: 4000 }))
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
  await until(() => store.kept.size === 1)
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
  await until(() => store.kept.size === 1)
  t.equal((await provider.call('user', 'get')).id, 'ada')
  t.deepEqual(told(), ['minted', 'minted', 'revoked', 'minted'])
})

test('a session of years is shared too', async (t) => {
  const partners = [{ id: 102, adminSecret: '5'.repeat(32), ksMaxExpiry: null, userlessAppTokens: true }]
  const kaltura = await t.kaltura({ partners, appToken: { sessionDuration: 100_000_000 } })
  const store = openStore()
  const ks = await providerOf(kaltura, { store }).provider.getKs()
  await until(() => store.kept.size === 1)
  t.equal(await providerOf(kaltura, { store }).provider.getKs(), ks)
})

/** What stands in for each client, as its package answers. */
const clients = {
  redis: () => {
    const map = new Map()
    return redisStore({
      get: async (name) => map.get(name) ?? null,
      set: async (name, text, { PX, NX }) => {
        if (!(PX > 0)) throw new Error('no time to live')
        if (NX && map.has(name)) return null
        map.set(name, text)
        return 'OK'
      },
      del: async (name) => Number(map.delete(name)),
      eval: async (_, { keys: [name], arguments: [text] }) =>
        map.get(name) === text ? Number(map.delete(name)) : 0,
    })
  },
  ioredis: () => {
    const map = new Map()
    return ioredisStore({
      get: async (name) => map.get(name) ?? null,
      set: async (name, text, px, ms, nx) => {
        if (px !== 'PX' || !(ms > 0)) throw new Error('no time to live')
        if (nx && map.has(name)) return null
        map.set(name, text)
        return 'OK'
      },
      del: async (name) => Number(map.delete(name)),
      eval: async (_, count, name, text) =>
        map.get(name) === text ? Number(map.delete(name)) : 0,
    })
  },
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
      setItemRaw: async (name, text) => void map.set(name, text),
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
}

// Dead sessions in a store.
import { memoryStore } from 'kaltura-app-token/stores'
import { test } from './harness.js'
import { openStore } from './open-store.js'
import { providerOf, sleep, watched } from './store-helpers.js'

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

test('an invalidated session is deleted from the store, by its KS and by its request', async (t) => {
  const kaltura = await t.kaltura()
  const ways = [(provider, ks) => provider.invalidate(ks), (provider) => provider.invalidate({ userId: 'ada' })]
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

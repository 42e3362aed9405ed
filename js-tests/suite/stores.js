import { memoryStore } from 'kaltura-app-token/stores'
import { PLENTY_MS, test } from './harness.js'
import { openStore } from './open-store.js'
import { providerOf, watched } from './store-helpers.js'

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

test('a session of years is shared too', async (t) => {
  const partners = [{ id: 102, adminSecret: '5'.repeat(32), ksMaxExpiry: null, userlessAppTokens: true }]
  const kaltura = await t.kaltura({ partners, appToken: { sessionDuration: 100_000_000 } })
  const store = openStore()
  const ks = await providerOf(kaltura, { store }).provider.getKs()
  await t.until(() => store.kept.size === 1)
  t.equal(await providerOf(kaltura, { store }).provider.getKs(), ks)
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

// Calls with a provider's sessions.
import { test } from './harness.js'
import { actionsOf, providerOf, use } from './provider-helpers.js'

test('a call is made with the session, and with a new one if that has died', async (t) => {
  const kaltura = await t.kaltura()
  const { provider } = providerOf(kaltura, { userId: 'ada' })
  const user = await provider.call('user', 'get', { userId: 'ada' })
  t.equal(user.id, 'ada')
  const ks = await provider.getKs()
  await kaltura.tell('setPartner', kaltura.partnerId, { adminSecret: 'another' })
  t.equal((await provider.call('user', 'get', { userId: 'ada' })).id, 'ada')
  t.ok((await provider.getKs()) !== ks, 'a new session')
})

test('a call of a revoked token is told after one session more', async (t) => {
  const kaltura = await t.kaltura()
  const { provider } = providerOf(kaltura, { userId: 'ada' })
  await use(kaltura, await provider.getKs(), 'session', 'end')
  const call = () => provider.call('user', 'get', { userId: 'ada' })
  t.equal((await t.rejects(call())).code, 'ERR_SESSION_REVOKED')
  const started = (await actionsOf(kaltura)).filter((action) => action === 'startSession')
  t.equal(started.length, 2)
  t.equal((await t.rejects(provider.getKs())).code, 'ERR_SESSION_REVOKED')
  const [{ error }] = await provider.startSessions([{ userId: 'bob' }])
  t.equal(error.code, 'ERR_SESSION_REVOKED')
})

test('a refusal that no other session would change is thrown as it is', async (t) => {
  const kaltura = await t.kaltura()
  const { provider } = providerOf(kaltura, { userId: 'ada' })
  const refused = await t.rejects(provider.call('appToken', 'list'))
  t.equal(refused.code, 'ERR_KALTURA')
  t.equal(refused.service, 'appToken')
  t.equal((await t.rejects(provider.call('a/b', 'get'))).code, 'ERR_INVALID_OPTIONS')
})

test("a call's parameters arrive as they are: lists, nested objects, texts beyond ASCII", async (t) => {
  const kaltura = await t.kaltura()
  const { provider } = providerOf(kaltura, { userId: 'ada' })
  const params = {
    filter: { objectType: 'KalturaMediaEntryFilter', idIn: '0_a,0_b', nested: { deep: [{ n: 1 }] } },
    tags: ['one', 'two', ['three']],
    flag: false,
    none: null,
    text: 'ümläut 🙂 "quoted"',
  }
  await t.rejects(provider.call('media', 'list', params))
  const sent = (await kaltura.requests()).find(({ url }) => url.endsWith('/media/action/list'))
  const { ks, format, ...rest } = JSON.parse(sent.body)
  t.deepEqual(rest, params)
  t.equal(format, 1)
  t.equal(ks, await provider.getKs())
})

test("a call's parameters can't replace the session, and what JSON can't say is refused", async (t) => {
  const kaltura = await t.kaltura()
  const { provider } = providerOf(kaltura, { userId: 'ada' })
  const user = await provider.call('user', 'get', { userId: 'ada', ks: 'another', format: 2 })
  t.equal(user.id, 'ada')
  const cycle = {}
  cycle.cycle = cycle
  t.equal((await t.rejects(provider.call('user', 'get', cycle))).path, 'params')
  t.equal((await t.rejects(provider.call('user', 'get', 5))).path, 'params')
  t.equal((await t.rejects(provider.call('user', 'get', null))).path, 'params')
  t.equal((await t.rejects(provider.call(5, 'get'))).path, 'service')
})

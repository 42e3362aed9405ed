// Sessions for many users at once.
import { test } from './harness.js'
import { holding, providerOf } from './provider-helpers.js'

test('a thousand users get their sessions for one request and forty batches', async (t) => {
  const kaltura = await t.kaltura()
  const { provider } = providerOf(kaltura)
  const requests = Array.from({ length: 1000 }, (_, index) => ({ userId: `user${index}` }))
  const results = await provider.startSessions(requests)
  t.deepEqual(
    results.map(({ session }) => session?.userId),
    requests.map(({ userId }) => userId),
  )
  t.equal(new Set(results.map(({ session }) => session.ks)).size, 1000)
  t.equal((await kaltura.requests()).length, 41)
  t.equal(await provider.getKs({ userId: 'user7' }), results[7].session.ks)
  t.equal((await kaltura.requests()).length, 41)
})

test('each of many has an outcome of its own, and the same wish the same session', async (t) => {
  const kaltura = await t.kaltura()
  const { provider } = providerOf(kaltura, { batchSize: 2, batchesInFlight: 1 })
  const [a, b, c, d, e] = await provider.startSessions([
    { userId: 'ada' },
    { userId: 5 },
    { userId: 'ada' },
    { userId: 'bob', sessionPrivileges: 'iprestrict:10.0.0.1' },
    { userId: 'eve' },
  ])
  t.equal(a.session.userId, 'ada')
  t.equal(b.error.code, 'ERR_INVALID_OPTIONS')
  t.equal(c.session.ks, a.session.ks)
  t.equal(d.error.code, 'ERR_NOT_GRANTED')
  t.equal(e.session.userId, 'eve')
  t.deepEqual(await provider.startSessions([]), [])
  t.equal((await t.rejects(provider.startSessions('ada'))).path, 'requests')
})

test('the signal of startSessions ends the wait for all, and that of one request for that one', async (t) => {
  const kaltura = await t.kaltura()
  const held = holding()
  const { provider } = providerOf(kaltura, { fetch: held.fetch })
  const [one, all] = [new AbortController(), new AbortController()]
  const started = provider.startSessions(
    [{ userId: 'ada', signal: one.signal }, { userId: 'bob' }, { userId: 'eve', signal: one.signal }],
    { signal: all.signal },
  )
  await held.answered
  one.abort()
  const others = provider.startSessions([{ userId: 'ada' }, { userId: 'bob' }])
  all.abort()
  const outcomes = await started
  held.letGo()
  t.deepEqual(
    outcomes.map(({ error }) => error?.code),
    ['ERR_ABORTED', 'ERR_ABORTED', 'ERR_ABORTED'],
  )
  t.deepEqual(
    (await others).map(({ session }) => session?.userId),
    ['ada', 'bob'],
  )
  t.equal((await t.rejects(provider.startSessions([], { sginal: 1 }))).path, 'sginal')
  t.equal((await t.rejects(provider.startSessions([], { signal: 1 }))).path, 'signal')
  t.equal((await t.rejects(provider.startSessions([], null))).code, 'ERR_INVALID_OPTIONS')
})

test('a signal for many sessions is listened to once, and not any more afterwards', async (t) => {
  const kaltura = await t.kaltura()
  const { signal } = new AbortController()
  let listening = 0
  let most = 0
  const counted = (name, by) => {
    signal[name] = (...args) => {
      listening += by
      most = Math.max(most, listening)
      return AbortSignal.prototype[name].apply(signal, args)
    }
  }
  counted('addEventListener', 1)
  counted('removeEventListener', -1)
  const requests = Array.from({ length: 20 }, (_, index) => ({ userId: `user${index}` }))
  await providerOf(kaltura).provider.startSessions(requests, { signal })
  t.equal(most, 1)
  t.ok(listening <= 0, 'it is let go')
})

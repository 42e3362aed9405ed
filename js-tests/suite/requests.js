// Which requests of a provider are answered alike.
import { createSessionProvider } from 'kaltura-app-token'
import { createEmulator } from 'kaltura-app-token/emulator'
import { test } from './harness.js'

/** A provider over a Kaltura in this process. */
function providerOf(options) {
  const kaltura = createEmulator({ cache: false })
  const { id, token } = kaltura.addAppToken({ sessionPrivileges: 'sview:*' })
  const provider = createSessionProvider({
    partnerId: kaltura.partnerId,
    appTokenId: id,
    appToken: token,
    serviceUrl: kaltura.serviceUrl,
    fetch: kaltura.fetch,
    ...options,
  })
  return { kaltura, provider }
}

test('texts that run into one another make no two requests the same', async (t) => {
  const pairs = [
    [{ userId: 'ada', sessionPrivileges: 'sview:0_a' }, { userId: 'adasessionPrivileges:sview:0_a' }],
    [{ userId: 'adaexpiry=60;' }, { userId: 'ada', expiry: 60 }],
    [{ userId: 'a:1:b' }, { userId: 'b' }],
    [
      { expiry: 60, userId: 'ada' },
      { expiry: 600, userId: 'ada' },
    ],
    [
      { userId: 'ada', sessionPrivileges: 'sview:0_a', noOtherPrivileges: true },
      { userId: 'ada', sessionPrivileges: 'sview:0_a' },
    ],
    [{ userId: '', sessionPrivileges: 'sview:0_a' }, { sessionPrivileges: 'sview:0_b' }],
  ]
  for (const pair of pairs) {
    for (const [first, second] of [pair, [...pair].reverse()]) {
      const { provider } = providerOf()
      // Once asked for, it is handed out without the core.
      const session = await provider.getSession(first)
      t.deepEqual(await provider.getSession(first), session)
      const other = await provider.getSession(second)
      t.ok(other.ks !== session.ks, JSON.stringify([first, second]))
      t.equal(other.userId, second.userId ?? '')
    }
  }
})

test('what says the same is served without being asked for again, and the caller may stop waiting', async (t) => {
  const { kaltura, provider } = providerOf()
  const ks = await provider.getKs({ userId: 'ada', expiry: 60 })
  const { requests } = kaltura
  const same = [
    { userId: 'ada', expiry: 60 },
    { expiry: 60, userId: 'ada' },
    { userId: 'ada', expiry: 60, sessionPrivileges: undefined, signal: undefined, timeoutMs: undefined },
    { userId: 'ada', expiry: 60, timeoutMs: 5 },
  ]
  for (const request of same) t.equal(await provider.getKs(request), ks)
  t.equal(kaltura.requests, requests)
  const signal = AbortSignal.abort()
  t.equal((await t.rejects(provider.getKs({ userId: 'ada', expiry: 60, signal }))).code, 'ERR_ABORTED')
})

test('rights that nobody wants are refused though a request without that wish was served', async (t) => {
  const { provider } = providerOf()
  const request = { userId: 'ada', sessionPrivileges: 'edit:0_a' }
  t.match((await provider.getSession(request)).privileges, /sview:\*/)
  const error = await t.rejects(provider.getSession({ ...request, noOtherPrivileges: true }))
  t.equal(error.code, 'ERR_NOT_GRANTED')
  t.match(error.message, /sview was not requested/)
  t.deepEqual(error.differences.slice(1), [
    { field: 'sessionPrivileges', privilege: 'sview', granted: '*', effect: 'broader' },
  ])
  t.match((await provider.getSession({ ...request, noOtherPrivileges: false })).privileges, /sview:\*/)
})

test('a request that is wrong is refused though one like it was served', async (t) => {
  const { provider } = providerOf()
  await provider.getKs()
  await provider.getKs({ userId: 'ada' })
  const path = async (request) => (await t.rejects(provider.getKs(request))).path
  t.equal(await path({ userId: 'ada', timeoutMs: 0 }), 'timeoutMs')
  t.equal(await path({ userId: 'ada', timeoutMs: 1.5 }), 'timeoutMs')
  t.equal(await path({ userId: 'ada', userid: 'ada' }), 'request.userid')
  t.equal(await path({ userId: 'ada', sessionType: true }), 'request.sessionType')
  t.equal(await path(null), 'request')
  t.equal(await path('ada'), 'request')
})

test('calls for the same session in one turn are one call, and a turn later another', async (t) => {
  const { kaltura, provider } = providerOf()
  const wrong = {
    get userId() {
      throw new Error('mine')
    },
  }
  const [a, b, c, d] = await Promise.allSettled([
    provider.getKs({ userId: 'ada' }),
    provider.getKs({ userId: 'ada' }),
    provider.getKs({ userId: 'bob' }),
    provider.getKs(wrong),
  ])
  t.equal(a.value, b.value)
  t.ok(c.value !== a.value)
  t.equal(d.reason.code, 'ERR_INVALID_OPTIONS')
  t.equal(kaltura.requests, 3)
  provider.clear()
  const again = provider.getKs({ userId: 'ada' })
  // What is forgotten within a turn is asked for again within it.
  provider.clear()
  t.ok((await provider.getKs({ userId: 'ada' })) !== a.value)
  await again
})

test('a session that is found dead is not served, however many others were asked for since', async (t) => {
  for (const maxEntries of [1, 2, 4, 6, 100]) {
    const { provider } = providerOf({ maxEntries })
    const dead = await provider.getKs({ userId: 'ada' })
    for (let others = 0; others < 3; others += 1) await provider.getKs({ userId: `user${others}` })
    provider.invalidate(dead)
    t.ok((await provider.getKs({ userId: 'ada' })) !== dead, `of ${maxEntries}`)
  }
})

test('who was not asked for the longest gives way, also where sessions are handed out without a question', async (t) => {
  const { kaltura, provider } = providerOf({ maxEntries: 3 })
  for (const userId of ['ada', 'bob', 'eve', 'bob', 'eve', 'ada', 'dan']) await provider.getKs({ userId })
  const { signal } = new AbortController()
  const isAtHand = async (userId) => {
    const before = kaltura.requests
    await provider.getKs({ userId, signal })
    return kaltura.requests === before
  }
  t.deepEqual([await isAtHand('ada'), await isAtHand('eve'), await isAtHand('bob')], [true, true, false])
})

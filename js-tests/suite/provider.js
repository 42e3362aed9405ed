import { createSessionProvider } from 'kaltura-app-token'
import { createEmulator } from 'kaltura-app-token/emulator'
import { PLENTY_MS, test } from './harness.js'
import { actionsOf, holding, isAlive, providerOf } from './provider-helpers.js'

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

test('ten thousand who ask at once get one session for two requests, and ten thousand more for none', async (t) => {
  const kaltura = await t.kaltura()
  const { provider, told } = providerOf(kaltura)
  const everybody = () => Promise.all(Array.from({ length: 10_000 }, () => provider.getKs()))
  const first = await everybody()
  t.deepEqual(await actionsOf(kaltura), ['startWidgetSession', 'startSession'])
  const second = await everybody()
  t.equal((await kaltura.requests()).length, 2)
  t.equal(new Set([...first, ...second]).size, 1)
  t.deepEqual(told(), ['minted'])
})

test('each user, life and set of privileges has a session of its own, over one widget session', async (t) => {
  const kaltura = await t.kaltura()
  const { provider } = providerOf(kaltura, { userId: 'nobody' })
  const requests = [
    undefined,
    { userId: 'ada' },
    { userId: 'ada', expiry: 600 },
    { userId: 'ada', sessionPrivileges: 'custom:1' },
    { userId: 'ada', sessionPrivileges: [{ name: 'custom', values: ['2'] }] },
    { userId: 'bob' },
  ]
  const sessions = await Promise.all(requests.map((request) => provider.getSession(request)))
  t.equal(new Set(sessions.map(({ ks }) => ks)).size, 6)
  t.deepEqual(
    sessions.map(({ userId }) => userId),
    ['nobody', 'ada', 'ada', 'ada', 'ada', 'bob'],
  )
  t.match(sessions[4].privileges, /custom:2/)
  const actions = await actionsOf(kaltura)
  t.equal(actions.filter((action) => action === 'startWidgetSession').length, 1)
  t.equal(actions.length, 7)
})

test('the same wish in other words is answered by the same session', async (t) => {
  const kaltura = await t.kaltura()
  const { provider } = providerOf(kaltura)
  const a = await provider.getKs({ userId: 'ada', sessionPrivileges: 'one:1,two' })
  const b = await provider.getKs({
    sessionPrivileges: [
      { name: 'two', values: [] },
      { name: 'one', values: ['1'] },
    ],
    userId: 'ada',
  })
  t.equal(a, b)
})

test('who aborts ends only the own wait, even who came first', async (t) => {
  const kaltura = await t.kaltura()
  const held = holding()
  const { provider } = providerOf(kaltura, { fetch: held.fetch })
  const controller = new AbortController()
  const leader = provider.getKs({ signal: controller.signal })
  const followers = Promise.all([provider.getKs(), provider.getKs({ timeoutMs: PLENTY_MS })])
  await held.answered
  controller.abort()
  t.equal((await t.rejects(leader)).code, 'ERR_ABORTED')
  held.letGo()
  const [a, b] = await followers
  t.equal(a, b)
  t.equal((await kaltura.requests()).length, 2)
})

test('a leader that has left and is never answered is replaced', async (t) => {
  const kaltura = await t.kaltura()
  let calls = 0
  const { provider } = providerOf(kaltura, {
    // Its own deadline is not what saves the others.
    timeoutMs: 10 * PLENTY_MS,
    fetch: (url, init) => {
      calls += 1
      return calls === 1 ? new Promise(() => {}) : fetch(url, init)
    },
  })
  const controller = new AbortController()
  const leader = provider.getKs({ signal: controller.signal })
  const follower = provider.getKs({ timeoutMs: PLENTY_MS })
  await sleep(20)
  controller.abort()
  t.equal((await t.rejects(leader)).code, 'ERR_ABORTED')
  t.ok(await isAlive(kaltura, await follower), 'a live session')
})

test("a follower is not failed by its leader's deadline", async (t) => {
  const kaltura = await t.kaltura()
  let calls = 0
  const { provider } = providerOf(kaltura, {
    timeoutMs: 400,
    fetch: (url, init) => {
      calls += 1
      return calls === 1 ? new Promise(() => {}) : fetch(url, init)
    },
  })
  const leader = provider.getKs()
  const follower = provider.getKs({ timeoutMs: PLENTY_MS })
  t.equal((await t.rejects(leader)).code, 'ERR_TIMEOUT')
  t.ok(await follower)
})

test('what nobody waits for any more is not fetched to the end', async (t) => {
  const kaltura = await t.kaltura()
  const held = holding()
  const { provider } = providerOf(kaltura, { fetch: held.fetch })
  const controller = new AbortController()
  const only = provider.getKs({ signal: controller.signal })
  await held.answered
  controller.abort()
  await t.rejects(only)
  held.letGo()
  await sleep(400)
  t.deepEqual(await actionsOf(kaltura), ['startWidgetSession'])
  t.ok(await provider.getKs())
})

test('an invalidated session is not handed out again, by its request or by its KS', async (t) => {
  const kaltura = await t.kaltura()
  const { provider } = providerOf(kaltura)
  const first = await provider.getKs({ userId: 'ada' })
  provider.invalidate(first)
  const second = await provider.getKs({ userId: 'ada' })
  provider.invalidate('no KS of ours')
  t.equal(await provider.getKs({ userId: 'ada' }), second)
  provider.clear()
  const third = await provider.getKs({ userId: 'ada' })
  provider.invalidate({ userId: 'ada' })
  const fourth = await provider.getKs({ userId: 'ada' })
  t.equal(new Set([first, second, third, fourth]).size, 4)
})

test('the cache keeps no more sessions than it may', async (t) => {
  const kaltura = await t.kaltura()
  const { provider } = providerOf(kaltura, { maxEntries: 2 })
  for (const userId of ['a', 'b', 'c', 'a']) await provider.getKs({ userId })
  t.equal((await kaltura.requests()).length, 5)
})

test('background work is handed to waitUntil', async (t) => {
  const kaltura = await t.kaltura()
  const handed = []
  const { provider } = providerOf(kaltura, { waitUntil: (work) => handed.push(work) })
  await provider.getKs()
  t.equal(handed.length, 1)
  await handed[0]
})

test('a provider shows no secret', async (t) => {
  const kaltura = await t.kaltura()
  const { provider } = providerOf(kaltura)
  const ks = await provider.getKs()
  const shown = [JSON.stringify(provider), `${provider}`, JSON.stringify({ ...provider })].join()
  for (const secret of [ks, kaltura.credentials.appToken]) t.ok(!shown.includes(secret))
  t.deepEqual(Object.getOwnPropertyNames(provider), [])
})

test('wrong options and requests are refused by their path before anything is sent', async (t) => {
  const kaltura = await t.kaltura()
  const wrong = (options) => t.throws(() => providerOf(kaltura, options)).path
  t.equal(wrong({ appToken: '' }), 'appToken')
  t.equal(wrong({ maxEntries: 0 }), 'maxEntries')
  t.equal(wrong({ batchSize: 1.5 }), 'batchSize')
  t.equal(wrong({ batchesInFlight: 'many' }), 'batchesInFlight')
  t.equal(wrong({ fallback: 5 }), 'fallback')
  t.equal(wrong({ fallback: {} }), 'fallback.appTokenId')
  t.equal(wrong({ waitUntil: 5 }), 'waitUntil')
  t.equal(wrong({ signal: new AbortController().signal }), 'signal')
  t.equal(wrong({ sesionType: 'user' }), 'sesionType')
  const { provider } = providerOf(kaltura)
  const refused = async (request) => (await t.rejects(provider.getKs(request))).path
  t.equal(await refused(null), 'request')
  t.equal(await refused({ userId: 5 }), 'request.userId')
  t.equal(await refused({ iprestrict: '10.0.0.1' }), 'request.iprestrict')
  t.equal(await refused({ timeoutMs: 0 }), 'timeoutMs')
  t.equal((await kaltura.requests()).length, 0)
})

test('nothing is taken from a polluted prototype: not for a provider, its requests or its calls', async (t) => {
  const kaltura = await t.kaltura()
  const polluted = {
    userId: 'eve',
    sessionPrivileges: 'evil:1',
    sessionType: 'admin',
    expiry: 86_399,
    serviceUrl: 'https://evil.test',
    fallback: { appTokenId: '0_evil0000', appToken: 'evil' },
    store: 'evil',
    fetch: () => {
      throw new Error('evil')
    },
    onEvent: 'evil',
    waitUntil: 'evil',
    timeoutMs: 'evil',
    appToken: 'evil',
    maxEntries: 'evil',
    batchSize: 'evil',
  }
  Object.assign(Object.prototype, polluted)
  let found
  try {
    const provider = createSessionProvider({ ...kaltura.credentials })
    const [{ session }] = await provider.startSessions([{ userId: 'bob' }], {})
    found = [
      await provider.getSession(),
      await provider.getSession({}),
      await provider.getSession({ userId: 'ada' }),
      session,
      { userId: (await provider.call('user', 'get', { userId: 'ada' }, { userId: 'ada' })).id },
    ]
    provider.invalidate({ userId: 'ada' })
    await provider.getKs({ userId: 'ada' })
  } finally {
    for (const name of Object.keys(polluted)) delete Object.prototype[name]
  }
  t.deepEqual(
    found.map(({ userId }) => userId),
    ['', '', 'ada', 'bob', 'ada'],
  )
  for (const { sessionType, privileges } of found.slice(0, 4)) {
    t.equal(sessionType, 0)
    t.ok(!privileges.includes('evil'), privileges)
  }
  for (const { body } of await kaltura.requests()) t.ok(!/ev[ie]l?/.test(body), body)
})

test('a signal from a polluted prototype ends no call', async (t) => {
  const kaltura = createEmulator()
  const { id, token } = kaltura.addAppToken()
  Object.prototype.signal = AbortSignal.abort()
  let outcomes
  try {
    // Without a network: the runtimes' own would take it for theirs.
    const provider = createSessionProvider({
      partnerId: kaltura.partnerId,
      appTokenId: id,
      appToken: token,
      serviceUrl: kaltura.serviceUrl,
      fetch: kaltura.fetch,
    })
    outcomes = [
      { session: await provider.getSession() },
      { session: await provider.getSession({ userId: 'ada' }) },
      ...(await provider.startSessions([{ userId: 'bob' }], {})),
    ]
  } finally {
    delete Object.prototype.signal
  }
  for (const { session, error } of outcomes) t.ok(session?.ks, error?.message)
})

test('what a caller changes in a session is changed for nobody else', async (t) => {
  const kaltura = await t.kaltura()
  const { provider } = providerOf(kaltura, { expiry: 10_000_000 })
  const first = await provider.getSession()
  t.ok(first.differences.length > 0, 'it is narrower than asked')
  const untouched = structuredClone(first)
  first.ks = ''
  first.differences[0].field = ''
  first.differences.length = 0
  t.deepEqual(await provider.getSession(), untouched)
})

test('a session that is forgotten as soon as it has come is not handed out again', async (t) => {
  const kaltura = await t.kaltura()
  let provider
  const onEvent = ({ type }) => type === 'minted' && provider.clear()
  provider = createSessionProvider({ ...kaltura.credentials, onEvent })
  const first = await provider.getKs()
  t.ok((await provider.getKs()) !== first, 'another one')
})

test('a hot user stays in the cache, though the core is never asked for it', async (t) => {
  const kaltura = await t.kaltura()
  const { provider } = providerOf(kaltura, { maxEntries: 3 })
  const hot = await provider.getKs({ userId: 'hot' })
  for (let user = 0; user < 8; user += 1) {
    await provider.getKs({ userId: `user ${user}` })
    t.equal(await provider.getKs({ userId: 'hot' }), hot)
  }
})

for (const name of ['getKs', 'invalidate', 'clear']) {
  test(`a provider may be told to ${name} by whatever it calls`, async (t) => {
    const kaltura = await t.kaltura()
    let provider
    let left = 50
    const again = () => {
      if (!provider || left === 0) return
      left -= 1
      const done = name === 'getKs' ? provider.getKs({ userId: 'bob' }) : provider[name]()
      done?.catch(() => {})
    }
    const { performance } = globalThis
    const usual = performance.now
    provider = createSessionProvider({
      ...kaltura.credentials,
      onEvent: again,
      fetch: (url, init) => {
        again()
        return fetch(url, init)
      },
      appToken: () => {
        again()
        return kaltura.credentials.appToken
      },
    })
    try {
      performance.now = () => {
        again()
        return usual.call(performance)
      }
    } catch {
      // A runtime that lets nobody change its clock.
    }
    try {
      t.ok(await provider.getKs({ userId: 'ada' }))
      t.ok(await provider.getKs({ userId: 'eve' }))
    } finally {
      performance.now = usual
    }
  })
}

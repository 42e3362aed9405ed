import { createSessionProvider } from 'kaltura-app-token'
import { createEmulator } from 'kaltura-app-token/emulator'
import { PLENTY_MS, test } from './harness.js'

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** A provider of this Kaltura's, with what it tells. */
function providerOf(kaltura, options = {}) {
  const events = []
  const provider = createSessionProvider({
    ...kaltura.credentials,
    onEvent: (event) => events.push(event),
    ...options,
  })
  return { provider, told: () => events.map(({ type }) => type) }
}

/** A fetch whose first answer comes when it is let go. */
function holding() {
  let letGo
  const gate = new Promise((resolve) => {
    letGo = resolve
  })
  let tell
  const answered = new Promise((resolve) => {
    tell = resolve
  })
  const held = async (url, init) => {
    const response = await fetch(url, init)
    tell()
    await gate
    return response
  }
  return { fetch: held, answered, letGo }
}

const actionsOf = async (kaltura) =>
  (await kaltura.requests()).map(({ url }) => url.split('/').at(-1))

/** Calls the API the way any other client does. */
async function use(kaltura, ks, service = 'session', action = 'get') {
  const response = await fetch(`${kaltura.serviceUrl}/api_v3/service/${service}/action/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ks, format: 1, nocache: 1 }),
  })
  return response.json()
}

const isAlive = async (kaltura, ks) => (await use(kaltura, ks)).code !== 'INVALID_KS'

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

test('a token that session.end has revoked is told after one session more', async (t) => {
  const kaltura = await t.kaltura()
  const { provider, told } = providerOf(kaltura)
  const first = await provider.getKs()
  await use(kaltura, first, 'session', 'end')
  provider.invalidate(first)
  const second = await provider.getKs()
  t.ok(!(await isAlive(kaltura, second)), 'dead from birth')
  provider.invalidate(second)
  const before = (await actionsOf(kaltura)).filter((action) => action === 'startSession').length
  t.equal((await t.rejects(provider.getKs())).code, 'ERR_SESSION_REVOKED')
  t.equal((await t.rejects(provider.getKs({ userId: 'ada' }))).code, 'ERR_SESSION_REVOKED')
  const after = (await actionsOf(kaltura)).filter((action) => action === 'startSession').length
  t.equal(after, before)
  t.ok(told().includes('revoked'))
})

test('a second token takes over when the first is refused, and stays in use', async (t) => {
  const kaltura = await t.kaltura()
  const { appTokenId, appToken, hashType } = kaltura.credentials
  const { provider } = providerOf(kaltura, {
    appTokenId: '0_gone0000',
    appToken: 'gone',
    fallback: { appTokenId, appToken: async () => appToken, hashType },
  })
  const { privileges } = await provider.getSession()
  t.ok(privileges.includes(appTokenId), privileges)
  await provider.getKs({ userId: 'ada' })
  const tried = (await kaltura.requests())
    .filter(({ url }) => url.endsWith('startSession'))
    .map(({ body }) => JSON.parse(body).id)
  t.deepEqual(tried, ['0_gone0000', appTokenId, appTokenId])
})

test("hashType 'auto' is found out once", async (t) => {
  const kaltura = await t.kaltura({ appToken: { hashType: 'SHA512' } })
  const { provider, told } = providerOf(kaltura, { hashType: 'auto' })
  await provider.getKs()
  const found = (await kaltura.requests()).length
  await provider.getKs({ userId: 'ada' })
  t.equal((await kaltura.requests()).length, found + 1)
  t.deepEqual(told(), ['hashTypeFound', 'minted', 'minted'])
})

test('a token from a vault is asked for at each mint, and its failure told without its words', async (t) => {
  const kaltura = await t.kaltura()
  let asked = 0
  const { provider } = providerOf(kaltura, {
    appToken: () => {
      asked += 1
      if (asked === 3) throw new Error('s3cret')
      return kaltura.credentials.appToken
    },
  })
  await provider.getKs()
  await provider.getKs({ userId: 'ada' })
  const refused = await t.rejects(provider.getKs({ userId: 'bob' }))
  t.equal(refused.code, 'ERR_TOKEN_SOURCE')
  t.ok(!`${refused.stack}${refused.cause?.stack}`.includes('s3cret'))
  t.equal(asked, 3)
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

test('when both tokens are revoked the first call says so', async (t) => {
  const kaltura = await t.kaltura()
  const { id, token } = await kaltura.tell('addAppToken', {})
  const second = { appTokenId: id, appToken: token }
  await providerOf(kaltura, second).provider.call('session', 'end', {}, { userId: 'ada' })
  const { provider } = providerOf(kaltura, { fallback: second, userId: 'ada' })
  await provider.call('session', 'end')
  t.equal((await t.rejects(provider.call('user', 'get'))).code, 'ERR_SESSION_REVOKED')
})

test('a widget session that could not be fetched is forgotten when another call has one', async (t) => {
  const kaltura = await t.kaltura({ cache: false })
  const refused = (code, args) =>
    new Response(JSON.stringify({ objectType: 'KalturaAPIException', code, message: '', args }))
  let open
  const gate = new Promise((resolve) => {
    open = resolve
  })
  const down = () => refused('INTERNAL_DATABASE_ERROR', {})
  // At first all goes well; then Kaltura wants another widget session, and gives one at the second try.
  const widgets = [undefined, down, () => gate, down]
  const mints = [undefined, ...Array(2).fill(() => refused('INVALID_KS', { KSID: 'EXPIRED' }))]
  const fetching = async (url, init) => {
    const answer = (url.includes('startWidgetSession') ? widgets : mints).shift()
    return (await answer?.()) ?? fetch(url, init)
  }
  const { provider } = providerOf(kaltura, { fetch: fetching, retry: false })
  await provider.getKs()
  const [failed, waiting] = ['ada', 'bob'].map((userId) => provider.getKs({ userId }))
  t.equal((await t.rejects(failed)).kalturaCode, 'INTERNAL_DATABASE_ERROR')
  await t.rejects(provider.getKs({ userId: 'eve' }))
  open()
  await waiting
  t.ok(await provider.getKs({ userId: 'dan' }))
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

test('a token that Kaltura refuses for good is not tried again by everybody who comes', async (t) => {
  const kaltura = await t.kaltura()
  const { provider } = providerOf(kaltura, { appTokenId: '0_unknown' })
  const users = Array.from({ length: 5 }, (_, index) => ({ userId: `user ${index}` }))
  const first = await t.rejects(provider.getKs(users[0]))
  t.equal(first.kalturaCode, 'APP_TOKEN_ID_NOT_FOUND')
  const made = (await kaltura.requests()).length
  for (const user of users) {
    const error = await t.rejects(provider.getKs(user))
    t.equal(error.kalturaCode, 'APP_TOKEN_ID_NOT_FOUND')
    t.equal(error.attempts, 0)
  }
  t.equal((await kaltura.requests()).length, made)
  provider.invalidate(users[0])
  await t.rejects(provider.getKs(users[0]))
  t.ok((await kaltura.requests()).length > made, 'asked again')
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

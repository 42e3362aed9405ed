import { AppTokenError, createSessionProvider } from 'kaltura-app-token'
import { TOKEN_PRIVILEGES } from 'kaltura-app-token/handler'
import { withClocks } from './clocks.js'
import { answerOf, endpoint, granted, HERE, session, THERE } from './endpoint.js'
import { test } from './harness.js'

test('a handler gives a signed-in user a session that lives an hour', async (t) => {
  const { ask, events } = await endpoint(
    ...[t, { authorize: () => ({ userId: 'ada', sessionPrivileges: [{ name: 'sview', values: ['0_a'] }] }) }],
    { appToken: { sessionPrivileges: 'sview:*' } },
  )
  const response = await ask()
  t.equal(response.status, 200)
  t.equal(response.headers.get('cache-control'), 'no-store')
  t.equal(response.headers.get('x-content-type-options'), 'nosniff')
  t.match(response.headers.get('content-type'), /^application\/json/)
  t.match(response.headers.get('vary'), /Origin/)
  const { ks, partnerId, userId, expiresAt, expiresIn, ...rest } = await response.json()
  t.match(ks, /^djJ8/)
  t.ok(partnerId > 0)
  t.equal(userId, 'ada')
  t.ok(expiresIn > 3500 && expiresIn <= 3601, `${expiresIn} s`)
  t.ok(Math.abs(expiresAt - Date.now() - expiresIn * 1000) < 60_000)
  t.deepEqual(rest, {})
  t.deepEqual(events, [{ type: 'served', differences: [], status: 200, asked: true }])
})

test('a handler passes on nothing that the client sends', async (t) => {
  const { kaltura, ask } = await endpoint(t)
  const body = JSON.stringify({ userId: 'eve', sessionType: 2, sessionPrivileges: 'edit:*', expiry: 9 })
  const response = await ask({ body, url: `${HERE}/ks?userId=eve&sessionPrivileges=edit:*` })
  t.equal((await response.json()).userId, 'ada')
  const sent = (await kaltura.requests()).map(({ text }) => text).join('')
  t.ok(!/eve|edit/.test(sent), 'it was sent')
})

test('who is not signed in gets no session, and Kaltura is not asked', async (t) => {
  for (const nothing of [null, undefined, false, '', 0, 0n, NaN]) {
    const { kaltura, ask, events } = await endpoint(t, { authorize: async () => nothing })
    t.deepEqual(await answerOf(await ask()), { status: 401, error: 'unauthorized' })
    t.deepEqual(events, [{ type: 'refused', reason: 'unauthorized', status: 401, asked: true }])
    t.equal((await kaltura.requests()).length, 0)
  }
})

test('the rules may answer in their own way, by a Response given or thrown', async (t) => {
  const login = () =>
    new Response('sign in', { status: 403, statusText: 'Not You', headers: { 'www-authenticate': 'Bearer' } })
  const throwing = () => {
    throw login()
  }
  for (const authorize of [login, throwing]) {
    const { ask, events } = await endpoint(t, { authorize })
    const response = await ask()
    t.deepEqual(events, [{ type: 'refused', reason: 'authorize', status: 403, asked: true }])
    t.equal(response.status, 403)
    t.equal(response.statusText, 'Not You')
    t.equal(response.headers.get('www-authenticate'), 'Bearer')
    t.equal(response.headers.get('cache-control'), 'no-store')
    t.equal(await response.text(), 'sign in')
  }
})

test('the rules are handed what the runtime hands the handler', async (t) => {
  const seen = []
  const { ask } = await endpoint(t, { authorize: (_request, ...rest) => void seen.push(...rest) })
  await ask({}, { SECRET: 1 }, 'ctx')
  t.deepEqual(seen, [{ SECRET: 1 }, 'ctx'])
})

test('only the methods that are allowed get a session', async (t) => {
  const { ask } = await endpoint(t)
  for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS']) {
    const response = await ask({ method })
    t.equal(response.headers.get('allow'), 'POST')
    t.deepEqual(await answerOf(response), { status: 405, error: 'method_not_allowed' })
  }
  t.equal((await ask({ method: 'HEAD' })).status, 405)
  const open = await endpoint(t, { methods: ['GET', 'POST'] })
  t.equal((await open.ask({ method: 'GET' })).status, 200)
  t.equal((await open.ask({ method: 'POST' })).status, 200)
  t.equal((await open.ask({ method: 'PUT' })).headers.get('allow'), 'GET, POST, HEAD')
})

test('a HEAD is answered as a GET is, but for the body', async (t) => {
  let signedIn = true
  const authorize = () => signedIn && granted({ userId: 'ada' })
  const { ask, events } = await endpoint(t, { methods: ['GET'], authorize, origins: [THERE] })
  const head = await ask({ method: 'HEAD', headers: { origin: THERE } })
  t.equal(head.status, 200)
  t.equal(await head.text(), '')
  t.match(head.headers.get('content-type'), /^application\/json/)
  t.equal(head.headers.get('cache-control'), 'no-store')
  t.equal(head.headers.get('access-control-allow-origin'), THERE)
  signedIn = false
  const refused = await ask({ method: 'HEAD' })
  t.equal(refused.status, 401)
  t.equal(await refused.text(), '')
  t.deepEqual(
    events.map(({ type }) => type),
    ['served', 'refused'],
  )
})

test('the rules may say no by throwing what has the status of a no', async (t) => {
  const noes = [
    [{ status: 401 }, 401, 'unauthorized'],
    [{ statusCode: 401 }, 401, 'unauthorized'],
    [{ status: 403 }, 403, 'forbidden'],
    [{ status: 'fail', statusCode: 403 }, 403, 'forbidden'],
  ]
  for (const [details, status, error] of noes) {
    const authorize = () => Promise.reject(Object.assign(new Error('no'), details))
    const { kaltura, ask, events } = await endpoint(t, { authorize })
    t.deepEqual(await answerOf(await ask()), { status, error })
    t.deepEqual(events, [{ type: 'refused', reason: error, status, asked: true }])
    t.equal((await kaltura.requests()).length, 0)
  }
  const faults = [
    ...[{ status: 404 }, { status: '401' }, { status: 500 }, null, 401],
    // What Kaltura, or a proxy before it, says of this back end is nothing about who asks.
    new AppTokenError({ code: 'ERR_HTTP_STATUS', message: '', status: 403 }),
  ]
  for (const thrown of faults) {
    const { ask, events } = await endpoint(t, { authorize: () => Promise.reject(thrown) })
    t.equal((await ask()).status, 500)
    t.equal(events[0].error, thrown)
  }
})

test('a session that the rules did not grant is handed to nobody, whatever the provider lets pass', async (t) => {
  const asAdmin = { appToken: { sessionType: 2, sessionPrivileges: 'sview:*' } }
  const ofBob = { appToken: { sessionUserId: 'bob', sessionPrivileges: 'sview:*' } }
  const open = { appToken: { sessionPrivileges: 'sview:0_a' } }
  const ofAda = (sessionPrivileges, more) => ({ userId: 'ada', sessionPrivileges, ...more })
  const cases = [
    ['sessionType', asAdmin, ofAda('sview:0_a')],
    ['userId', ofBob, ofAda(TOKEN_PRIVILEGES)],
    ['userId', ofBob, ofAda('sview:0_a')],
    ['iprestrict', open, ofAda('sview:0_a,iprestrict:10.0.0.1')],
    // What the token adds by itself.
    ['sview', open, ofAda('list:0_a')],
    ['edit', { appToken: { sessionPrivileges: 'sview:*,edit:*' } }, ofAda('sview:0_a')],
    ['disableentitlement', { appToken: { sessionPrivileges: 'disableentitlement' } }, ofAda('sview:0_a')],
  ]
  for (const [what, seed, grant] of cases) {
    for (const dangerouslyAllowAdmin of [false, true]) {
      const kaltura = await t.kaltura(seed)
      const provider = createSessionProvider({ ...kaltura.credentials, grants: 'report' })
      const options = { provider, authorize: () => grant, dangerouslyAllowAdmin }
      const { ask, events } = await endpoint(t, options)
      t.deepEqual(await answerOf(await ask()), { status: 500, error: 'server_error' })
      t.equal(events[0].type, 'failed')
      t.equal(events[0].error.code, 'ERR_NOT_GRANTED')
      t.ok(events[0].error.message.includes(what), events[0].error.message)
      t.ok(!/ada|bob/.test(JSON.stringify([events[0].error.message, events[0].error.differences])))
    }
  }
})

test('rules may grant what the token carries, by itself or with more', async (t) => {
  const grants = [
    TOKEN_PRIVILEGES,
    [TOKEN_PRIVILEGES],
    [TOKEN_PRIVILEGES, { name: 'sview', values: ['0_a'] }],
    'edit:0_b,sview:0_a',
  ]
  for (const sessionPrivileges of grants) {
    const { ask, events } = await endpoint(...[t, { authorize: () => ({ userId: 'ada', sessionPrivileges }) }], {
      appToken: { sessionPrivileges: 'sview:*,edit:0_b' },
    })
    t.equal((await ask()).status, 200)
    t.deepEqual(events[0].differences, [])
  }
})

test('a user who may see none of the videos gets no session that shows any', async (t) => {
  const provider = async (seed) => {
    const kaltura = await t.kaltura(seed)
    return createSessionProvider({ ...kaltura.credentials, grants: 'report' })
  }
  for (const appToken of [{ sessionPrivileges: 'sview:*' }, { sessionPrivileges: 'sview:0_a' }, {}]) {
    for (const sessionPrivileges of ['sview', 'sview:', [{ name: 'sview', values: [] }]]) {
      const sessions = await provider({ appToken })
      const handed = []
      const getSession = async (request) => {
        const session = await sessions.getSession(request)
        handed.push(session)
        return session
      }
      const authorize = () => ({ userId: 'ada', sessionPrivileges })
      const { ask } = await endpoint(t, { authorize, provider: { getSession } })
      if ((await ask()).status === 200) t.ok(!/sview:[^,]/.test(handed[0].privileges), handed[0].privileges)
    }
  }
})

test('a provider that does not say what a session is has it handed to nobody', async (t) => {
  const vague = [
    { differences: undefined },
    { differences: [{ field: 'expiry', effect: 'expired' }] },
    { differences: [{ field: 'sessionPrivileges', effect: 'some word of tomorrow' }] },
    { sessionType: undefined },
    { sessionType: 2 },
    { userId: 'Ada' },
    { userId: undefined },
  ]
  for (const fields of vague) {
    const { ask, events } = await endpoint(t, { provider: { getSession: async () => session(fields) } })
    t.equal((await ask()).status, 500)
    t.equal(events[0].error.code, 'ERR_NOT_GRANTED')
  }
})

test('what a session lacks of what was granted is told with the answer', async (t) => {
  const { ask, events } = await endpoint(t, {
    authorize: () => ({ userId: 'ada', sessionPrivileges: 'sview:0_a' }),
  })
  t.equal((await ask()).status, 200)
  const dropped = { field: 'sessionPrivileges', privilege: 'sview', asked: '0_a', effect: 'narrower' }
  t.deepEqual(events, [{ type: 'served', differences: [dropped], status: 200, asked: true }])
})

test('rules that do not state the privileges give no session', async (t) => {
  for (const sessionPrivileges of [undefined, null, '', ' ', ',', ' , ', []]) {
    const { kaltura, ask, events } = await endpoint(
      ...[t, { authorize: () => ({ userId: 'ada', sessionPrivileges }) }],
      { appToken: { sessionPrivileges: 'sview:*' } },
    )
    t.deepEqual(await answerOf(await ask()), { status: 500, error: 'server_error' })
    t.equal(events[0].error.path, 'authorize().sessionPrivileges')
    t.match(events[0].error.message, /TOKEN_PRIVILEGES/)
    t.equal((await kaltura.requests()).length, 0)
  }
})

test('the outside learns nothing of what went wrong, and onEvent does', async (t) => {
  const thrown = new Error('the database at 10.0.0.1 is down')
  const ended = await endpoint(t, { authorize: () => Promise.reject(thrown) })
  t.deepEqual(await answerOf(await ended.ask()), { status: 500, error: 'server_error' })
  t.equal(ended.events[0].error, thrown)

  const refused = await endpoint(t)
  await refused.kaltura.tell('setAppToken', refused.kaltura.appToken.id, { status: 1 })
  t.deepEqual(await answerOf(await refused.ask()), { status: 500, error: 'server_error' })
  t.equal(refused.events[0].error.kalturaCode, 'APP_TOKEN_NOT_ACTIVE')

  const silent = await endpoint(t, { timeoutMs: 300 }, { latencyMs: 5000 })
  const late = await silent.ask()
  t.ok(Number(late.headers.get('retry-after')) > 0)
  t.deepEqual(await answerOf(late), { status: 503, error: 'unavailable' })
  t.equal(silent.events[0].error.code, 'ERR_TIMEOUT')
})

test('a slip in the rules gives no session rather than too much of one', async (t) => {
  const slips = [
    ['authorize().userId', {}],
    ['authorize().sessionPrivileges', { userId: 'ada' }],
    ['authorize().userId', { userId: null }],
    ['authorize().sessionPrivilege', { userId: 'ada', sessionPrivilege: 'iprestrict:1.2.3.4' }],
    ...['admin', 2, '2', 'ADMIN', 1, true, null].map((sessionType) => [
      'authorize().sessionType',
      granted({ userId: 'ada', sessionType }),
    ]),
    ['authorize().limitKey', granted({ userId: 'ada', limitKey: 5 })],
    ['authorize().status', { userId: 'ada', status: 200 }],
    ['authorize().status', { status: 200, headers: {} }],
    ['authorize()', 'ada'],
    ['authorize()', true],
    ['request.expiry', granted({ userId: 'ada', expiry: 0 })],
  ]
  for (const [path, slip] of slips) {
    const { kaltura, ask, events } = await endpoint(t, { authorize: () => slip })
    t.equal((await ask()).status, 500)
    t.equal(events[0].error.code, 'ERR_INVALID_OPTIONS')
    t.equal(events[0].error.path, path)
    t.equal((await kaltura.requests()).length, 0)
  }
})

test('what the rules grant is what is asked for, and nothing else', async (t) => {
  const asked = []
  const provider = {
    getSession: async (request) => {
      asked.push(request)
      const sessionType = request.sessionType === 'admin' ? 2 : 0
      return session({ userId: request.userId, sessionType, privileges: 'secret:1' })
    },
  }
  let grant = granted({ userId: 'ada' })
  const ask = async (options) => (await endpoint(t, { provider, authorize: () => grant, ...options })).ask()
  t.deepEqual(await (await ask()).json(), { ks: 'k', partnerId: 1, userId: 'ada', expiresAt: 0, expiresIn: 0 })
  await ask({ expiry: 60, timeoutMs: 500 })
  const sessionPrivileges = 'sview:0_a'
  grant = { userId: '', sessionType: 'user', sessionPrivileges, expiry: 5, limitKey: 'x' }
  await ask()
  grant = granted({ userId: 'root', sessionType: 'admin' })
  await ask({ dangerouslyAllowAdmin: true })
  t.deepEqual(asked, [
    { userId: 'ada', sessionType: 0, expiry: 3600, timeoutMs: 10_000 },
    { userId: 'ada', sessionType: 0, expiry: 60, timeoutMs: 500 },
    {
      ...{ userId: '', sessionType: 'user', expiry: 5, timeoutMs: 10_000 },
      ...{ sessionPrivileges, noOtherPrivileges: true },
    },
    { userId: 'root', sessionType: 'admin', expiry: 3600, timeoutMs: 10_000 },
  ])
})

test('the seconds that a session has left are whole ones, by the clock of this machine', async (t) => {
  const left = async (ms) => {
    const getSession = async () => session({ expiresAt: Date.now() + ms })
    const { ask } = await endpoint(t, { provider: { getSession } })
    return (await (await ask()).json()).expiresIn
  }
  await withClocks(async () => {
    t.equal(await left(60_999), 60)
    t.equal(await left(1000), 1)
    t.equal(await left(-5000), 0)
  })
})

test('only an error that the package says passes is worth another try', async (t) => {
  const failing = async (error) => {
    const getSession = () => Promise.reject(error)
    const { ask, events } = await endpoint(t, { provider: { getSession }, origins: [THERE] })
    const response = await ask({ headers: { origin: THERE } })
    t.equal(events[0].type, 'failed')
    t.equal(events[0].error, error)
    t.equal(response.headers.get('cache-control'), 'no-store')
    t.equal(response.headers.get('access-control-allow-origin'), THERE)
    return { ...(await answerOf(response)), wait: response.headers.get('retry-after') }
  }
  const passing = new AppTokenError({ code: 'ERR_NETWORK', message: '', retryable: true })
  t.deepEqual(await failing(passing), { status: 503, error: 'unavailable', wait: '5' })
  for (const [retryAfterMs, wait] of [
    [0, '5'],
    [1, '1'],
    [1000, '1'],
    [1001, '2'],
  ]) {
    const later = new AppTokenError({ code: 'ERR_NETWORK', message: '', retryable: true, retryAfterMs })
    t.equal((await failing(later)).wait, wait)
  }
  const lasting = { status: 500, error: 'server_error', wait: null }
  t.deepEqual(await failing(new AppTokenError({ code: 'ERR_KALTURA', message: '' })), lasting)
  const others = Object.assign(new Error('reset'), { code: 'ERR_STREAM_PREMATURE_CLOSE', retryable: true })
  t.deepEqual(await failing(others), lasting)
})

test("an administrator's session needs an option that stands out", async (t) => {
  const authorize = () => granted({ userId: 'root', sessionType: 'admin' })
  const { ask, events } = await endpoint(t, { authorize, dangerouslyAllowAdmin: true })
  t.equal((await ask()).status, 200, `${events[0].error}`)
})

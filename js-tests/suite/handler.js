import { createSessionProvider } from 'kaltura-app-token'
import { createKsHandler } from 'kaltura-app-token/handler'
import { memoryStore } from 'kaltura-app-token/stores'
import { test } from './harness.js'

const HERE = 'https://app.example.org'
const THERE = 'https://www.example.org'

/** A handler, how to ask it, and what it has told. */
async function endpoint(t, options, seed) {
  const kaltura = await t.kaltura(seed)
  const events = []
  const handler = createKsHandler({
    provider: createSessionProvider(kaltura.credentials),
    authorize: () => ({ userId: 'ada' }),
    onEvent: (event, request) => events.push({ ...event, asked: request !== undefined }),
    ...options,
  })
  const ask = ({ method = 'POST', url = `${HERE}/ks`, ...init } = {}, ...context) =>
    handler(new Request(url, { method, ...init }), ...context)
  return { kaltura, handler, ask, events }
}

/** What `ask` is answered with, by status and JSON. */
async function answerOf(response) {
  return { status: response.status, ...(await response.json()) }
}

test('a handler gives a signed-in user a session that lives an hour', async (t) => {
  const { ask, events } = await endpoint(t, {
    authorize: () => ({ userId: 'ada', sessionPrivileges: [{ name: 'sview', values: ['0_a'] }] }),
  })
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
  t.deepEqual(events, [{ type: 'served', status: 200, asked: true }])
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
  for (const nothing of [null, undefined, false]) {
    const { kaltura, ask, events } = await endpoint(t, { authorize: async () => nothing })
    t.deepEqual(await answerOf(await ask()), { status: 401, error: 'unauthorized' })
    t.deepEqual(events, [{ type: 'refused', reason: 'unauthorized', status: 401, asked: true }])
    t.equal((await kaltura.requests()).length, 0)
  }
})

test('the rules may answer in their own way, by a Response given or thrown', async (t) => {
  const login = () =>
    new Response('sign in', { status: 403, headers: { 'www-authenticate': 'Bearer' } })
  const throwing = () => {
    throw login()
  }
  for (const authorize of [login, throwing]) {
    const response = await (await endpoint(t, { authorize })).ask()
    t.equal(response.status, 403)
    t.equal(response.headers.get('www-authenticate'), 'Bearer')
    t.equal(response.headers.get('cache-control'), 'no-store')
    t.equal(await response.text(), 'sign in')
  }
})

test('the rules are handed what the runtime hands the handler', async (t) => {
  const seen = []
  const { ask } = await endpoint(t, { authorize: (request, ...rest) => void seen.push(...rest) })
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
  const open = await endpoint(t, { methods: ['GET', 'POST'] })
  t.equal((await open.ask({ method: 'GET' })).status, 200)
  t.equal((await open.ask({ method: 'POST' })).status, 200)
})

test('a page of an origin that is allowed may ask, and no other', async (t) => {
  const rules = [[THERE], (origin) => origin === THERE]
  for (const origins of rules) {
    const { ask, events } = await endpoint(t, { origins })
    const served = await ask({ headers: { origin: THERE } })
    t.equal(served.status, 200)
    t.equal(served.headers.get('access-control-allow-origin'), THERE)
    t.equal(served.headers.get('access-control-allow-credentials'), 'true')
    for (const origin of ['https://evil.example', `${THERE}.evil.example`, 'null']) {
      const refused = await ask({ headers: { origin } })
      t.equal(refused.headers.get('access-control-allow-origin'), null)
      t.deepEqual(await answerOf(refused), { status: 403, error: 'forbidden_origin' })
    }
    t.equal(events.length, 4)
  }
})

test("a page of the handler's own origin may ask, also behind a proxy that ends TLS", async (t) => {
  const { ask } = await endpoint(t, { methods: ['GET', 'POST'] })
  t.equal((await ask({ headers: { origin: HERE } })).status, 200)
  t.equal((await ask({ headers: { origin: HERE }, url: 'http://app.example.org/ks' })).status, 200)
})

test('a browser that may ask is told so beforehand', async (t) => {
  const { ask, kaltura } = await endpoint(t, { origins: [THERE] })
  const headers = {
    origin: THERE,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization',
  }
  const allowed = await ask({ method: 'OPTIONS', headers })
  t.equal(allowed.status, 204)
  t.equal(allowed.headers.get('access-control-allow-origin'), THERE)
  t.equal(allowed.headers.get('access-control-allow-methods'), 'POST')
  t.equal(allowed.headers.get('access-control-allow-headers'), 'authorization')
  const other = { ...headers, origin: 'https://evil.example' }
  t.equal((await ask({ method: 'OPTIONS', headers: other })).status, 403)
  t.equal((await kaltura.requests()).length, 0)
})

test('a user who asks too often is told how long to wait, and no other user is', async (t) => {
  let userId = 'ada'
  for (const store of [undefined, memoryStore()]) {
    const { ask } = await endpoint(t, {
      ...{ store, authorize: () => ({ userId }) },
      rateLimit: { burst: 2, perMinute: 6 },
    })
    userId = 'ada'
    t.equal((await ask()).status, 200)
    t.equal((await ask()).status, 200)
    const limited = await ask()
    const wait = Number(limited.headers.get('retry-after'))
    t.ok(wait >= 1 && wait <= 10, `wait ${wait} s`)
    t.deepEqual(await answerOf(limited), { status: 429, error: 'too_many_requests' })
    userId = 'bob'
    t.equal((await ask()).status, 200)
  }
})

test('what has dripped into the bucket since can be used', async (t) => {
  const { ask } = await endpoint(t, { rateLimit: { burst: 1, perMinute: 600 } })
  t.equal((await ask()).status, 200)
  t.equal((await ask()).status, 429)
  await new Promise((resolve) => setTimeout(resolve, 150))
  t.equal((await ask()).status, 200)
})

test('a fleet counts together in its store, which is shown no user', async (t) => {
  const entries = new Map()
  const store = {
    get: async (name) => entries.get(name),
    set: async (name, text) => void entries.set(name, text),
    delete: async (name) => void entries.delete(name),
  }
  const options = { store, rateLimit: { burst: 1, perMinute: 1 } }
  const [one, other] = [await endpoint(t, options), await endpoint(t, options)]
  t.equal((await one.ask()).status, 200)
  t.equal((await other.ask()).status, 429)
  t.ok(!JSON.stringify([...entries]).includes('ada'), 'the store shows the user')
})

test('a store that is behind lifts no limit', async (t) => {
  let first
  const store = {
    get: async () => first,
    set: async (_, text) => void (first ??= text),
    delete: async () => {},
  }
  const { ask } = await endpoint(t, { store, rateLimit: { burst: 2, perMinute: 1 } })
  const statuses = []
  for (let asked = 0; asked < 3; asked += 1) statuses.push((await ask()).status)
  t.deepEqual(statuses, [200, 200, 429])
})

test('a clock that is set back locks nobody out', async (t) => {
  const { now } = Date
  const { ask } = await endpoint(t, {
    provider: { getSession: async () => ({ ks: 'k', partnerId: 1, userId: 'ada', expiresAt: now() }) },
    store: memoryStore(),
    rateLimit: { burst: 1, perMinute: 600 },
  })
  let setMs = 0
  Date.now = () => now() + setMs
  try {
    t.equal((await ask()).status, 200)
    setMs = -86_400_000
    await ask()
    setMs += 200
    t.equal((await ask()).status, 200)
  } finally {
    Date.now = now
  }
})

test('a store that fails or talks rubbish lets each process count for itself', async (t) => {
  const failing = async () => {
    throw new Error('down')
  }
  for (const get of [failing, async () => 'rubbish', async () => 5]) {
    const store = { get, set: failing, delete: failing }
    const { ask, events } = await endpoint(t, { store, rateLimit: { burst: 1, perMinute: 1 } })
    t.equal((await ask()).status, 200)
    t.equal((await ask()).status, 429)
    t.ok(events.some(({ type }) => type === 'storeFailed'))
  }
})

test('without a limit a user may ask as often as he likes', async (t) => {
  const { ask } = await endpoint(t, { rateLimit: false })
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask()))
  t.ok(answers.every(({ status }) => status === 200))
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
  const slips = {
    'authorize().userId': {},
    'authorize().sessionPrivilege': { userId: 'ada', sessionPrivilege: 'iprestrict:1.2.3.4' },
    'authorize().sessionType': { userId: 'ada', sessionType: 'admin' },
    'authorize().limitKey': { userId: 'ada', limitKey: 5 },
    'authorize()': 'ada',
    'request.expiry': { userId: 'ada', expiry: 0 },
  }
  for (const [path, granted] of Object.entries(slips)) {
    const { kaltura, ask, events } = await endpoint(t, { authorize: () => granted })
    t.equal((await ask()).status, 500)
    t.equal(events[0].error.code, 'ERR_INVALID_OPTIONS')
    t.equal(events[0].error.path, path)
    t.equal((await kaltura.requests()).length, 0)
  }
})

test("an administrator's session needs an option that stands out", async (t) => {
  const authorize = () => ({ userId: 'root', sessionType: 'admin' })
  const { ask } = await endpoint(t, { authorize, dangerouslyAllowAdmin: true })
  t.equal((await ask()).status, 200)
})

test('a handler that is made wrongly is not made', async (t) => {
  const { kaltura } = await endpoint(t)
  const provider = createSessionProvider(kaltura.credentials)
  const authorize = () => null
  const wrong = {
    provider: [undefined, {}, null, 'provider'],
    authorize: [undefined, 'ada', null],
    methods: [[], 'POST', ['PATCH'], [1]],
    origins: ['*', ['*'], ['https://a.example/'], [5]],
    expiry: [0, -1, 1.5, '60'],
    timeoutMs: [0, '5', 2 ** 31],
    store: [{}, null, 5],
    onEvent: ['log'],
    dangerouslyAllowAdmin: [1],
    'rateLimit.burst': [{ burst: 0 }],
    'rateLimit.perMinute': [{ perMinute: 0 }],
    'rateLimit.perHour': [{ perHour: 5 }],
    authorise: [authorize],
  }
  for (const [path, values] of Object.entries(wrong)) {
    for (const value of values) {
      const options = { provider, authorize, [path.split('.')[0]]: value }
      const error = t.throws(() => createKsHandler(options))
      t.equal(error.code, 'ERR_INVALID_OPTIONS')
      t.equal(error.path, path)
    }
  }
  t.equal(t.throws(() => createKsHandler()).code, 'ERR_INVALID_OPTIONS')
})

test('what listens may fail without failing an answer', async (t) => {
  const throwing = () => {
    throw new Error('no')
  }
  const { ask } = await endpoint(t, { onEvent: throwing })
  t.equal((await ask()).status, 200)
  t.equal((await (await endpoint(t, { origins: throwing })).ask({ headers: { origin: THERE } })).status, 500)
})

test('what is no Request is answered like any other mistake', async (t) => {
  const { handler, events } = await endpoint(t)
  t.equal((await handler({ url: '/ks' })).status, 500)
  t.equal(events[0].type, 'failed')
})

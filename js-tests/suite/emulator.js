// The emulator, in this process and behind a socket: what a client's tests may rely on.
import { hashAppToken } from 'kaltura-app-token'
import { createEmulator } from 'kaltura-app-token/emulator'
import { test } from './harness.js'

const PARTNER = { id: 102, adminSecret: 'admin', userSecret: 'user' }

/** Calls `name`, such as `appToken.list`, at `serviceUrl`. */
async function call({ serviceUrl, fetch: fetchIt = fetch }, name, params = {}) {
  const [service, action] = name.split('.')
  const response = await fetchIt(`${serviceUrl}/api_v3/service/${service}/action/${action}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ format: 1, ...params }),
  })
  return response.json()
}

const widgetKs = async (kaltura, partnerId = kaltura.partnerId) =>
  (await call(kaltura, 'session.startWidgetSession', { widgetId: `_${partnerId}` })).ks

const adminKs = (kaltura) =>
  call(kaltura, 'session.start', {
    secret: kaltura.adminSecret,
    type: 2,
    partnerId: kaltura.partnerId,
    userId: 'ada',
  })

/** Starts a session with the app token that the test is about. */
async function start(kaltura, params = {}, appToken = kaltura.appToken) {
  const ks = params.ks ?? (await widgetKs(kaltura))
  const tokenHash = hashAppToken(ks, appToken.token, appToken.hashType)
  return call(kaltura, 'appToken.startSession', { ks, id: appToken.id, tokenHash, ...params })
}

const reason = ({ code, args }) => (code === 'INVALID_KS' ? args.KSID : code)

test('an app token becomes a session that works, over a socket', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'viewer', hashType: 'SHA512' } })
  const session = await start(kaltura, { expiry: 600 })
  t.equal(session.objectType, 'KalturaSessionInfo')
  const user = await call(kaltura, 'user.get', { ks: session.ks })
  t.equal(user.id, 'viewer')
})

test('an emulator with nothing said has a partner and makes app tokens', async (t) => {
  const kaltura = createEmulator()
  const appToken = kaltura.addAppToken()
  const session = await start(kaltura, { userId: 'anyone' }, appToken)
  t.equal(session.partnerId, String(kaltura.partnerId))
  t.equal(session.userId, 'anyone')
  t.equal((await call(kaltura, 'session.get', { ks: await adminKs(kaltura) })).userId, 'ada')
  t.equal(kaltura.requests, 4)
})

const rows = {
  async EXPIRED(kaltura) {
    const { ks } = await start(kaltura, { expiry: -10 })
    return call(kaltura, 'user.get', { ks })
  },
  async LOGOUT(kaltura) {
    const { ks } = await start(kaltura)
    await call(kaltura, 'session.end', { ks })
    return call(kaltura, 'user.get', { ks: (await start(kaltura)).ks })
  },
  async EXCEEDED_ACTIONS_LIMIT(kaltura) {
    await kaltura.tell('setAppToken', kaltura.appToken.id, { sessionPrivileges: 'actionslimit:1' })
    const { ks } = await start(kaltura)
    await call(kaltura, 'user.get', { ks })
    return call(kaltura, 'user.get', { ks })
  },
  async EXCEEDED_RESTRICTED_IP(kaltura) {
    await kaltura.tell('setAppToken', kaltura.appToken.id, { sessionPrivileges: 'iprestrict:10.0.0.1' })
    return call(kaltura, 'user.get', { ks: (await start(kaltura)).ks })
  },
  async EXCEEDED_RESTRICTED_URI(kaltura) {
    await kaltura.tell('setAppToken', kaltura.appToken.id, { sessionPrivileges: 'urirestrict:/x' })
    return call(kaltura, 'user.get', { ks: (await start(kaltura)).ks })
  },
  garbage: (kaltura) => call(kaltura, 'user.get', { ks: 'garbage' }),
  INVALID_APP_TOKEN_HASH: (kaltura) => start(kaltura, { tokenHash: '00' }),
  APP_TOKEN_ID_NOT_FOUND: (kaltura) => start(kaltura, { id: '0_none' }),
  async APP_TOKEN_NOT_ACTIVE(kaltura) {
    await kaltura.tell('setAppToken', kaltura.appToken.id, { status: 1 })
    return start(kaltura)
  },
  async APP_TOKEN_EXPIRED(kaltura) {
    await kaltura.tell('setAppToken', kaltura.appToken.id, { expiry: 1 })
    return start(kaltura)
  },
  INVALID_WIDGET_ID: (kaltura) => call(kaltura, 'session.startWidgetSession', { widgetId: '_999' }),
  SERVICE_FORBIDDEN: (kaltura) => call(kaltura, 'appToken.list'),
  async SERVICE_FORBIDDEN_CONTENT_BLOCKED(kaltura) {
    await kaltura.tell('setPartner', kaltura.partnerId, { status: 2 })
    return start(kaltura)
  },
  async SERVICE_ACCESS_CONTROL_RESTRICTED(kaltura) {
    await kaltura.tell('setPartner', kaltura.partnerId, { httpsOnly: true })
    return start(kaltura)
  },
  async USER_BLOCKED(kaltura) {
    const { ks } = await start(kaltura)
    await kaltura.tell('setUser', kaltura.partnerId, 'viewer', { status: 0 })
    return call(kaltura, 'user.get', { ks })
  },
  async ACTION_BLOCKED(kaltura) {
    const limit = { service: 'appToken', action: 'startSession', max: 1, per: 'id' }
    await kaltura.tell('set', { rateLimits: [limit] })
    await start(kaltura)
    return start(kaltura)
  },
  async INTERNAL_DATABASE_ERROR(kaltura) {
    const ks = await widgetKs(kaltura)
    await kaltura.tell('set', { database: false })
    return start(kaltura, { ks })
  },
  START_SESSION_ERROR: (kaltura) =>
    call(kaltura, 'session.start', { secret: 'wrong', type: 2, partnerId: kaltura.partnerId }),
  MISSING_MANDATORY_PARAMETER: (kaltura) => call(kaltura, 'appToken.startSession'),
  INVALID_ENUM_VALUE: (kaltura) => start(kaltura, { type: 1 }),
  INVALID_FIELD_VALUE: async (kaltura) => call(kaltura, 'appToken.add', { ks: await adminKs(kaltura), appToken: {} }),
  PROPERTY_VALIDATION_NOT_UPDATABLE: async (kaltura) =>
    call(kaltura, 'appToken.add', { ks: await adminKs(kaltura), appToken: { status: 1 } }),
  PROPERTY_VALIDATION_WRONG_FORMAT: async (kaltura) =>
    call(kaltura, 'appToken.add', { ks: await adminKs(kaltura), appToken: 'x' }),
  INVALID_PARAMETER_CHAR: (kaltura) => start(kaltura, { userId: '\u0001' }),
  SERVICE_DOES_NOT_EXISTS: (kaltura) => call(kaltura, 'nothing.here'),
  async INVALID_OBJECT_ID(kaltura) {
    await kaltura.tell('setAppToken', kaltura.appToken.id, { sessionPrivileges: 'setrole:NONE' })
    return call(kaltura, 'user.get', { ks: (await start(kaltura)).ks })
  },
  async UNKNOWN_ROLE_ID(kaltura) {
    await kaltura.tell('setAppToken', kaltura.appToken.id, { sessionPrivileges: 'setrole:4711' })
    return call(kaltura, 'user.get', { ks: (await start(kaltura)).ks })
  },
  async INVALID_ACTIONS_LIMIT(kaltura) {
    await kaltura.tell('setAppToken', kaltura.appToken.id, { sessionPrivileges: 'actionslimit:x' })
    return call(kaltura, 'user.get', { ks: (await start(kaltura)).ks })
  },
}

for (const [expected, act] of Object.entries(rows)) {
  test(`the emulator refuses with ${expected} over a socket`, async (t) => {
    const kaltura = await t.kaltura({
      partners: [PARTNER],
      appToken: { sessionUserId: 'viewer' },
    })
    const refused = await act(kaltura)
    t.equal(refused.objectType, 'KalturaAPIException')
    t.equal(reason(refused), expected)
  })
}

test('SERVICE_NOT_SPECIFIED, in XML, is what an unread body gets', async (t) => {
  const kaltura = await t.kaltura()
  const response = await fetch(`${kaltura.serviceUrl}/api_v3/index.php`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ format: 1, service: 'system', action: 'ping' }),
  })
  t.equal(response.status, 200)
  t.equal(response.headers.get('Content-Type'), 'text/xml;charset=UTF-8')
  t.match(await response.text(), /<code>SERVICE_NOT_SPECIFIED<\/code>/)
})

test('a state that was written down goes on elsewhere', async (t) => {
  const kaltura = createEmulator({ partners: [PARTNER] })
  const appToken = kaltura.addAppToken({ sessionUserId: 'viewer' })
  const { ks } = await start(kaltura, {}, appToken)
  await call(kaltura, 'session.end', { ks })
  const other = createEmulator({ state: JSON.parse(JSON.stringify(kaltura.state())) })
  t.equal(reason(await call(other, 'user.get', { ks })), 'LOGOUT')
  t.equal((await start(other, {}, appToken)).userId, 'viewer')
})

test('faults meet the calls they are for, in turn', async (t) => {
  const kaltura = createEmulator()
  const ping = () => call(kaltura, 'system.ping')
  kaltura.setFaults(
    { on: 'system.ping', times: 1, status: 503, body: '{}', headers: { 'Retry-After': '2' } },
    { on: 'system.ping', times: 1, drop: 'before' },
    { on: 'system.ping', times: 1, truncate: 2 },
    { on: 'system.ping', times: 1, drop: 'body', body: 'true    ' },
    { on: 'system.ping', times: 1, body: '"slow"', bytesPerSecond: 100 },
  )
  const refused = await kaltura.fetch(`${kaltura.serviceUrl}/api_v3/service/system/action/ping`)
  t.equal(refused.status, 503)
  t.equal(refused.headers.get('Retry-After'), '2')
  t.ok((await t.rejects(ping())) instanceof TypeError)
  t.ok((await t.rejects(ping())) instanceof SyntaxError)
  t.ok((await t.rejects(ping())) instanceof TypeError)
  t.equal(await ping(), 'slow')
  t.equal(await ping(), true)
})

test('an abort ends the wait for an answer', async (t) => {
  const kaltura = createEmulator({ latencyMs: 60_000 })
  const controller = new AbortController()
  const answer = kaltura.fetch(`${kaltura.serviceUrl}/api_v3/`, { signal: controller.signal })
  controller.abort(new RangeError('enough'))
  t.equal((await t.rejects(answer)).name, 'RangeError')
})

test('a slow server reckons each session when it is started, and tells when the request began', async (t) => {
  let clock = 1_800_000_000_900
  const began = Math.floor(clock / 1000)
  const kaltura = createEmulator({
    itemMs: 2000,
    now: () => clock,
    sleep: async (ms) => void (clock += ms),
  })
  const appToken = kaltura.addAppToken({ sessionUserId: 'viewer' })
  const ks = await adminKs(kaltura)
  clock = 1_800_000_000_900
  const tokenHash = hashAppToken(ks, appToken.token, appToken.hashType)
  const item = { service: 'appToken', action: 'startSession', ks, id: appToken.id, tokenHash, expiry: 3600 }
  const response = await kaltura.fetch(`${kaltura.serviceUrl}/api_v3/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ service: 'multirequest', format: 1, 1: item, 2: item, 3: item }),
  })
  const sessions = await response.json()
  t.deepEqual(
    sessions.map(({ expiry }) => expiry - began - 3600),
    [2, 4, 6],
  )
  t.equal(Number(response.headers.get('X-Kaltura-Session').split(', ')[1]), began)
  t.equal(Date.parse(response.headers.get('Date')) / 1000, began + 6)
  t.equal(clock, 1_800_000_006_900)
})

test('a slow server keeps its caller waiting, over a socket', async (t) => {
  const kaltura = await t.kaltura({ itemMs: 150 })
  const sent = performance.now()
  // What the cache holds would take no time.
  const ping = { service: 'system', action: 'ping', nocache: 1 }
  t.deepEqual(await call(kaltura, 'multirequest.', { 1: ping, 2: ping }), [true, true])
  // Timers may be a little early.
  t.ok(performance.now() - sent > 290, 'it took its time')
})

test('a clock and random bytes of one’s own make answers that are the same again', async (t) => {
  const once = async () => {
    const options = { now: () => 1_800_000_000_000, random: (bytes) => void bytes.fill(1) }
    const kaltura = createEmulator(options)
    return start(kaltura, {}, kaltura.addAppToken({ sessionUserId: 'viewer' }))
  }
  const [first, second] = [await once(), await once()]
  t.equal(first.expiry, 1_800_086_400)
  t.deepEqual(first, second)
})

test('options that make no sense are refused with their place', (t) => {
  t.match(t.throws(() => createEmulator({ partner: [] })).message, /no option partner/)
  t.match(
    t.throws(() => createEmulator({ partners: [{ id: 1, adminSecret: '' }] })).message,
    /partners\[0\]\.adminSecret/,
  )
  t.match(t.throws(() => createEmulator().addAppToken({ hashType: 'X' })).message, /hashType/)
  t.match(t.throws(() => createEmulator().setAppToken('0_none', {})).message, /0_none/)
})

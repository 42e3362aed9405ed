// Options and requests that are no plain objects, that change while they are read, or that somebody has
// put properties into from behind.
import {
  createAppTokenManager,
  createSessionProvider,
  formatPrivileges,
  generateKs,
  startAppTokenSession,
} from 'kaltura-app-token'
import { createEmulator } from 'kaltura-app-token/emulator'
import { createKsHandler } from 'kaltura-app-token/handler'
import { memoryStore } from 'kaltura-app-token/stores'
import { test } from './harness.js'

class Requests {
  get userId() {
    return 'ada'
  }

  get sessionPrivileges() {
    return 'iprestrict:10.0.0.1'
  }
}

/** Each says that it is for ada, with a restriction, and none has a property of its own that says so. */
const others = [
  ['a map', () => new Map([['userId', 'ada']])],
  ['an array', () => ['ada']],
  ['an array with properties', () => Object.assign([], { userId: 'ada' })],
  ['a date', () => new Date()],
  ['search parameters', () => new URLSearchParams({ userId: 'ada' })],
  ['an object of a class with accessors', () => new Requests()],
  ['an object of a class with fields', () => Object.assign(new Requests(), { expiry: 60 })],
  ['an object with a prototype', () => Object.create({ userId: 'ada' })],
  [
    'an object with a prototype that has none',
    () => Object.create(Object.assign(Object.create(null), { userId: 'ada' })),
  ],
  ['a text', () => new String('ada')],
  ['bytes', () => new Uint8Array(2)],
]

/** A provider over a Kaltura in this process. */
function providerOf(options) {
  const kaltura = createEmulator({ cache: false })
  const { id, token } = kaltura.addAppToken({ sessionPrivileges: 'sview:*' })
  const { partnerId, serviceUrl, fetch } = kaltura
  const credentials = { partnerId, appTokenId: id, appToken: token, serviceUrl, fetch }
  return { kaltura, credentials, provider: createSessionProvider({ ...credentials, ...options }) }
}

test('what is no plain object is refused wherever a request or options are taken', async (t) => {
  const { kaltura, credentials, provider } = providerOf()
  const { partnerId, adminSecret, serviceUrl, fetch } = kaltura
  const manager = createAppTokenManager({ partnerId, adminSecret, serviceUrl, fetch })
  await provider.getKs()
  const { requests } = kaltura
  const refusal = async (use) => {
    try {
      const result = await use()
      const [one] = Array.isArray(result) ? result : []
      return one?.error
    } catch (error) {
      return error
    }
  }
  for (const [what, make] of others) {
    const it = make()
    const uses = {
      options: [
        () => startAppTokenSession(it),
        () => createSessionProvider(it),
        () => provider.startSessions([], it),
        () => createAppTokenManager(it),
        () => manager.get('0_abc', it),
        () => createKsHandler(it),
      ],
      fallback: [() => createSessionProvider({ ...credentials, fallback: it })],
      request: [
        () => provider.getKs(it),
        () => provider.getSession(it),
        () => provider.startSessions([it]),
        () => provider.call('user', 'get', {}, it),
        () => provider.invalidate(it),
      ],
      params: [() => provider.call('user', 'get', it)],
      fields: [() => manager.add(it), () => manager.update('0_abc', it), () => generateKs(it, 'secret')],
      filter: [() => manager.list(it)],
      pager: [() => manager.list({}, it)],
      'list[0]': [() => formatPrivileges([it])],
      'request.sessionPrivileges[1]': [
        () => provider.getKs({ sessionPrivileges: [{ name: 'edit', values: ['0_a'] }, it] }),
      ],
      'sessionPrivileges[0]': [() => startAppTokenSession({ ...credentials, sessionPrivileges: [it] })],
    }
    for (const [path, ways] of Object.entries(uses)) {
      for (const use of ways) {
        const error = await refusal(use)
        t.equal(error?.code, 'ERR_INVALID_OPTIONS', `${what} for ${use}`)
        t.equal(error.path, path, `${what} for ${use}`)
        t.match(error.message, /must be a plain object/)
      }
    }
  }
  t.equal(kaltura.requests, requests)
})

test('what authorize gives is a plain object, or nobody is served', async (t) => {
  const { provider } = providerOf()
  for (const [what, make] of others) {
    const events = []
    const onEvent = (event) => events.push(event)
    const handler = createKsHandler({ provider, authorize: make, onEvent, origins: [] })
    const response = await handler(new Request('https://app.example.org/ks', { method: 'POST' }))
    t.equal(response.status, 500, what)
    t.match(events[0].error.message, /must be a plain object/)
  }
})

test('plain objects without a prototype, of proxies and with accessors of their own are read', async (t) => {
  const { provider } = providerOf()
  const requests = [
    Object.assign(Object.create(null), { userId: 'ada' }),
    new Proxy({ userId: 'ada' }, {}),
    {
      get userId() {
        return 'ada'
      },
    },
  ]
  for (const request of requests) t.equal((await provider.getSession(request)).userId, 'ada')
})

test('each property of a request is read once', async (t) => {
  const { provider } = providerOf()
  const use = async (call) => {
    const reads = {}
    const request = new Proxy(
      { userId: 'ada', expiry: 60, timeoutMs: 60_000 },
      {
        get(target, name) {
          reads[name] = (reads[name] ?? 0) + 1
          return target[name]
        },
      },
    )
    await call(request)
    t.deepEqual(reads, { userId: 1, expiry: 1, timeoutMs: 1 }, `${call}`)
  }
  for (let times = 0; times < 2; times += 1) {
    await use((request) => provider.getKs(request))
    await use((request) => provider.getSession(request))
    await use((request) => provider.startSessions([request]))
    await use((request) => provider.call('user', 'get', {}, request))
  }
  await use((request) => provider.invalidate(request))
})

test("a getter that changes keeps nothing under another user's key", async (t) => {
  for (const call of ['getKs', 'getSession', 'startSessions', 'call']) {
    const { provider } = providerOf()
    const users = ['ada', 'bob', 'eve', 'dan', 'ann', 'joe']
    let reads = 0
    const changing = {
      get userId() {
        reads += 1
        return users[(reads - 1) % users.length]
      },
    }
    for (let times = 0; times < users.length; times += 1) {
      if (call === 'call') await provider.call('user', 'get', {}, changing)
      else await provider[call](call === 'startSessions' ? [changing] : changing)
    }
    for (const userId of users) t.equal((await provider.getSession({ userId })).userId, userId, call)
  }
})

test('what the caller changes while a call waits is not what is sent', async (t) => {
  const { credentials } = providerOf()
  const bodies = []
  const fetch = (url, init) => {
    bodies.push(init.body)
    return credentials.fetch(url, init)
  }
  const provider = createSessionProvider({ ...credentials, fetch })
  const params = { filter: { idIn: 'right' } }
  const called = provider.call('media', 'list', params).catch(() => {})
  params.filter.idIn = 'wrong'
  await called
  t.equal(bodies.length, 3)
  t.match(bodies[2], /right/)
})

/** Not those that the runtime itself reads of everything. */
const NAMES = `
  adopted advice age answer appToken args asked attempts batchSize begun cause causes clockOffsetMs code core
  dead deadKs deadline decision differences end ended error evil expiresAt failed failure fallback flight
  flights index instance isDead isDone isEnough isGone isLast isLeft isNothing isOpen isOver isOwn isSilent
  isUnsure kalturaCode key known ks ksRefusal lead leader lease leases led left limits lock loggedOut lost
  needsTime obsolete onEvent other others outcome own page parts path place predecessor privileges problem
  progress put read rejected release renewed request result retryable retryAfterMs rules serviceUrl session
  sessionFor sessionPrivileges sessions sessionType settings shared signs silentChecks stale status steady step
  store successor taken text ticket timeoutMs token tokens tooLong ttlMs until userId waited waitedFor waitUntil
  wall wanted`
  .split(/\s+/)
  .filter(Boolean)

const KS = 'djJ8MTAyfIOer4PKo_qwzIFP3E15TU4pWMgGOfGnKTPylK7tlAAkPxGo'

/** Kaltura, as far as a provider needs it, of which nothing is read that isn't there. */
function kalturaOf() {
  const seen = { sessions: 0, calls: 0 }
  const answerTo = (url, asked) => {
    if (url.includes('startWidgetSession')) return { ks: 'a-widget-session', partnerId: 102, userId: 0 }
    if (!url.includes('startSession')) {
      seen.calls += 1
      const args = { KSID: 'EXPIRED' }
      return seen.calls === 1 ? { objectType: 'KalturaAPIException', code: 'INVALID_KS', message: 'no', args } : true
    }
    if (Object.hasOwn(asked, 'userId') && asked.userId === 'refused') {
      return { objectType: 'KalturaAPIException', code: 'USER_BLOCKED', message: 'no', args: [] }
    }
    seen.sessions += 1
    return {
      ...{ objectType: 'KalturaSessionInfo', ks: `${KS}${seen.sessions}`, partnerId: '102', sessionType: 0 },
      ...{ userId: Object.hasOwn(asked, 'userId') ? asked.userId : '', privileges: 'sessionid:0_abc,apptoken:0_abc' },
      expiry: Math.floor(Date.now() / 1000) + 86_400,
    }
  }
  return async (url, { body }) => {
    const text = JSON.stringify(answerTo(url, JSON.parse(body)))
    return { __proto__: null, status: 200, headers: { get: () => null }, body: undefined, text: async () => text }
  }
}

/** What all that a provider does comes to. */
async function comesTo(store) {
  const options = { partnerId: 102, appTokenId: '0_abc', appToken: 'token', retry: 0 }
  const provider = createSessionProvider({ ...options, fetch: kalturaOf(), store })
  const codeOf = (promise) =>
    promise.then(
      () => 'none',
      ({ code }) => code,
    )
  const found = [
    await provider.getKs(),
    await provider.getKs(),
    (await provider.getSession({ userId: 'ada' })).ks,
    await codeOf(provider.getKs({ userId: 'refused' })),
    await codeOf(provider.getKs({ userId: 5 })),
  ]
  // No two in one request: a batch is answered otherwise.
  const [one] = await provider.startSessions([{ userId: 'bob' }])
  const [bad] = await provider.startSessions([{ userId: 7 }])
  found.push(Object.hasOwn(one, 'session') && one.session.ks, Object.hasOwn(bad, 'error') && bad.error.code)
  found.push(await provider.call('user', 'get'), await provider.getKs())
  provider.invalidate({ userId: 'ada' })
  found.push(await provider.getKs({ userId: 'ada' }))
  provider.clear()
  found.push((await startAppTokenSession({ ...options, fetch: kalturaOf() })).ks)
  return found
}

test('whatever name is in Object.prototype, what comes out is what Kaltura gave', async (t) => {
  const evil = () => ({
    ks: 'evil',
    code: 'evil',
    session: { ks: 'evil', expiresAt: 4e12, differences: [] },
    isOver: false,
  })
  const stores = [() => undefined, () => memoryStore()]
  for (const storeOf of stores) {
    const expected = await comesTo(storeOf())
    for (const name of NAMES) {
      for (const value of [evil(), true]) {
        let found
        Object.defineProperty(Object.prototype, name, { __proto__: null, value, configurable: true, writable: true })
        try {
          found = await comesTo(storeOf()).catch((error) => [`${error?.stack}`])
        } finally {
          delete Object.prototype[name]
        }
        t.deepEqual([name, typeof value, ...found], [name, typeof value, ...expected])
      }
    }
  }
})

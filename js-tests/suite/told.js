// What errors tell of a call that did not succeed: how many requests were made, what it was waiting
// for, what had failed before, and when to come back.
import { createAppTokenManager, createSessionProvider, isAppTokenError, startAppTokenSession } from 'kaltura-app-token'
import { createKsHandler, TOKEN_PRIVILEGES } from 'kaltura-app-token/handler'
import { PLENTY_MS, test } from './harness.js'

const never = () => new Promise(() => {})
const isStart = (url) => url.endsWith('/service/appToken/action/startSession')

/** A response whose body never ends; `told.cancelled` once nobody wants it any more. */
function endless(status, headers, told = {}) {
  const cancel = () => void (told.cancelled = true)
  return new Response(new ReadableStream({ pull: never, cancel }), { status, headers })
}

test('a timeout tells the requests that were made, and what it was waiting for', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const hanging = (url, init) => (isStart(url) ? never() : fetch(url, init))
  const late = await t.rejects(
    startAppTokenSession({ ...kaltura.credentials, fetch: hanging, timeoutMs: await t.pace(300) }),
  )
  t.equal(late.code, 'ERR_TIMEOUT')
  t.equal(late.attempts, 2)
  t.equal(late.cause, undefined)
  t.match(late.message, /waiting for the answer to appToken\.startSession/)
})

test('a timeout has the last failure as its cause, without anything secret', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const { appToken } = kaltura.credentials
  let calls = 0
  const failing = async () => {
    calls += 1
    if (calls > 2) return never()
    throw new Error(`no way with ${appToken}`)
  }
  const late = await t.rejects(
    startAppTokenSession({ ...kaltura.credentials, fetch: failing, timeoutMs: await t.pace(2000) }),
  )
  t.equal(late.code, 'ERR_TIMEOUT')
  t.equal(late.attempts, 3)
  t.ok(isAppTokenError(late.cause), 'its cause')
  t.equal(late.cause.code, 'ERR_NETWORK')
  t.equal(late.cause.attempts, 2)
  t.match(late.cause.cause.message, /no way/)
  calls = 0
  const provider = createSessionProvider({ ...kaltura.credentials, fetch: failing })
  const second = await t.rejects(provider.getKs({ timeoutMs: await t.pace(2000) }))
  t.equal(second.cause.code, 'ERR_NETWORK')
  t.equal(`${late.cause.cause.message}${late.cause.message}${late.message}`.includes(appToken), false)
})

test('a refusal that something else was tried after is the cause of a timeout too', async (t) => {
  const kaltura = await t.kaltura({ appToken: { hashType: 'SHA512', sessionUserId: 'ada' } })
  let starts = 0
  const hanging = (url, init) => (isStart(url) && ++starts > 1 ? never() : fetch(url, init))
  const late = await t.rejects(
    startAppTokenSession({
      ...kaltura.credentials,
      hashType: 'auto',
      fetch: hanging,
      timeoutMs: await t.pace(1000),
    }),
  )
  t.equal(late.code, 'ERR_TIMEOUT')
  t.equal(late.cause.kalturaCode, 'INVALID_APP_TOKEN_HASH')
})

test('a timeout tells that it was waiting for the appToken function', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const options = { ...kaltura.credentials, appToken: never, timeoutMs: await t.pace(200) }
  const provider = createSessionProvider(options)
  for (const call of [() => startAppTokenSession(options), () => provider.getKs()]) {
    const late = await t.rejects(call())
    t.equal(late.code, 'ERR_TIMEOUT')
    t.match(late.message, /waiting for the appToken function/)
  }
})

test('a timeout of what has not begun says nothing of what it was waiting for', async (t) => {
  const kaltura = await t.kaltura()
  const provider = createSessionProvider({
    ...kaltura.credentials,
    ...{ batchSize: 1, batchesInFlight: 1, fetch: never },
  })
  const controller = new AbortController()
  const started = provider.startSessions(
    [
      { userId: 'ada', timeoutMs: PLENTY_MS },
      { userId: 'bob', timeoutMs: 50 },
    ],
    { signal: controller.signal },
  )
  await new Promise((resolve) => setTimeout(resolve, 100))
  controller.abort()
  const [, { error }] = await started
  t.equal(error.code, 'ERR_TIMEOUT')
  t.match(error.message, /^no session within 50 ms \(timeoutMs\); check/)
})

test('an abort tells the requests that were made', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const controller = new AbortController()
  const { signal } = controller
  const aborting = (url, init) => {
    if (!isStart(url)) return fetch(url, init)
    controller.abort()
    return never()
  }
  const options = { ...kaltura.credentials, fetch: aborting }
  const aborted = await t.rejects(startAppTokenSession({ ...options, signal }))
  t.equal(aborted.code, 'ERR_ABORTED')
  t.equal(aborted.attempts, 2)
})

test('a provider’s errors count all the requests of the flight that was waited for', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  let hangs = true
  const failing = (url, init) => {
    if (!isStart(url)) return fetch(url, init)
    return hangs ? never() : new Response('', { status: 503 })
  }
  const options = { ...kaltura.credentials, fetch: failing, retry: false }
  const provider = createSessionProvider(options)
  const ms = await t.pace(300)
  const leader = t.rejects(provider.getSession({ timeoutMs: Math.ceil(1.3 * ms) }))
  const late = await t.rejects(provider.getSession({ timeoutMs: ms }))
  t.equal(late.code, 'ERR_TIMEOUT')
  t.equal(late.attempts, 2)
  t.match(late.message, /waiting for another call, which is waiting for the answer to appToken\.startS/)
  const lead = await leader
  t.equal(lead.attempts, 2)
  t.match(lead.message, /waiting for the answer to appToken\.startSession/)
  hangs = false
  const failed = await t.rejects(createSessionProvider(options).getSession())
  t.equal(failed.code, 'ERR_HTTP_STATUS')
  t.equal(failed.attempts, 2)
})

test('an API call that fails counts the requests for its session too', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const provider = createSessionProvider({ ...kaltura.credentials, retry: false })
  const failed = await t.rejects(provider.call('nothing', 'get'))
  t.equal(failed.code, 'ERR_KALTURA')
  t.equal(failed.attempts, 3)
  t.equal((await t.rejects(provider.call('nothing', 'get'))).attempts, 1)
})

test('the manager’s timeouts tell of their requests', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const { partnerId, serviceUrl } = kaltura
  const manager = createAppTokenManager({
    ...{ partnerId, serviceUrl, dangerouslyAllowHttp: kaltura.credentials.dangerouslyAllowHttp },
    adminSecret: 'a'.repeat(32),
    fetch: never,
    timeoutMs: 50,
  })
  const late = await t.rejects(manager.get('0_abcdefgh'))
  t.equal(late.code, 'ERR_TIMEOUT')
  t.equal(late.attempts, 1)
  t.match(late.message, /waiting for the answer to appToken\.get/)
})

test('a status is told at once, though its body never ends or is no use', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  for (const status of [302, 404, 503]) {
    for (const step of [false, true]) {
      const told = {}
      const failing = async (url, init) => {
        return isStart(url) === step ? endless(status, {}, told) : fetch(url, init)
      }
      const options = { ...kaltura.credentials, fetch: failing, retry: false }
      const error = await t.rejects(startAppTokenSession(options))
      t.equal(error.code, 'ERR_HTTP_STATUS')
      t.equal(error.status, status)
      t.equal(told.cancelled, true)
    }
  }
  const tooLong = async () => new Response('x'.repeat(5000), { status: 502 })
  const options = { ...kaltura.credentials, fetch: tooLong, retry: false, maxResponseBytes: 2048 }
  t.equal((await t.rejects(startAppTokenSession(options))).status, 502)
})

test('an error tells when Kaltura wants to be asked again', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const inTwoMinutes = { date: new Date().toUTCString() }
  inTwoMinutes['retry-after'] = new Date(Date.parse(inTwoMinutes.date) + 120_000).toUTCString()
  for (const [headers, expected] of [
    [{ 'retry-after': '30' }, 30_000],
    [{ 'retry-after': '2.5' }, 3000],
    [inTwoMinutes, 120_000],
    [{ 'retry-after': '2.5.1' }, undefined],
    [{ 'retry-after': '2001' + '-01-01' }, undefined],
    [{}, undefined],
  ]) {
    const busy = async () => new Response('', { status: 503, headers })
    const options = { ...kaltura.credentials, fetch: busy, timeoutMs: 2000 }
    const error = await t.rejects(startAppTokenSession({ ...options, retry: false }))
    t.equal(error.retryAfterMs, expected)
    if (expected === undefined) continue
    t.match(error.message, new RegExp(`in ${expected / 1000} s`))
    // The next try would come after the deadline: the error is there at once, and is the real one.
    const soon = await t.rejects(startAppTokenSession(options))
    t.deepEqual([soon.code, soon.attempts, soon.retryAfterMs], ['ERR_HTTP_STATUS', 1, expected])
  }
  const gone = async () => new Response('', { status: 404, headers: { 'retry-after': '30' } })
  const never404 = await t.rejects(startAppTokenSession({ ...kaltura.credentials, fetch: gone }))
  t.equal(never404.retryAfterMs, undefined)
})

test('the rate limit tells when to come back, through the provider and the handler too', async (t) => {
  const kaltura = await t.kaltura({
    appToken: { sessionUserId: 'ada' },
    rateLimits: [{ service: 'appToken', action: 'startSession', max: 0 }],
  })
  const provider = createSessionProvider(kaltura.credentials)
  const start = () => startAppTokenSession(kaltura.credentials)
  for (const call of [start, () => provider.getSession()]) {
    const error = await t.rejects(call())
    t.equal(error.kalturaCode, 'ACTION_BLOCKED')
    t.equal(error.attempts, 2)
    t.equal(error.retryAfterMs, 10_000)
    t.match(error.message, /ten seconds.*timeoutMs/)
  }
  const authorize = () => ({ userId: 'ada', sessionPrivileges: TOKEN_PRIVILEGES })
  const handler = createKsHandler({ provider, authorize })
  const response = await handler(new Request('https://example.org/ks', { method: 'POST' }))
  t.equal(response.status, 503)
  t.ok(Number(response.headers.get('retry-after')) >= 10, 'when to come back')
})

import { createSessionProvider, startAppTokenSession } from 'kaltura-app-token'
import { test } from './harness.js'

const options = { partnerId: 102, appTokenId: '0_ab12cd34', appToken: 'a-token-of-mine', retry: 0 }

const answering =
  (...args) =>
  async () =>
    new Response(...args)

test('fetch is called as a bare function, with what Kaltura needs', async (t) => {
  const calls = []
  await t.rejects(
    startAppTokenSession({
      ...options,
      fetch: function (url, init) {
        calls.push({ self: this, url, init })
        return answering('{}')()
      },
    }),
  )
  const [{ self, url, init }] = calls
  t.equal(self, undefined)
  t.equal(url, 'https://www.kaltura.com/api_v3/service/session/action/startWidgetSession')
  t.equal(init.method, 'POST')
  t.equal(init.redirect, 'manual')
  t.deepEqual(init.headers, { 'content-type': 'application/json', accept: 'application/json' })
  t.equal(JSON.parse(init.body).widgetId, '_102')
})

test('a fetch that throws, or gives nonsense, is an error of the call', async (t) => {
  for (const [fetch, code] of [
    [
      () => {
        throw new TypeError('at once')
      },
      'ERR_NETWORK',
    ],
    [
      async () => {
        throw new TypeError('later')
      },
      'ERR_NETWORK',
    ],
    [() => undefined, 'ERR_BAD_RESPONSE'],
    [() => 5, 'ERR_BAD_RESPONSE'],
    [() => ({}), 'ERR_BAD_RESPONSE'],
    [() => ({ status: 200 }), 'ERR_NETWORK'],
    [() => ({ status: 'ok' }), 'ERR_BAD_RESPONSE'],
    [() => ({ status: 200, headers: new Headers(), body: {} }), 'ERR_NETWORK'],
    [() => ({ status: 200, headers: new Headers(), text: () => 5 }), 'ERR_BAD_RESPONSE'],
    [
      () => ({
        get status() {
          throw new Error('mine')
        },
      }),
      'ERR_NETWORK',
    ],
    [answering(null), 'ERR_BAD_RESPONSE'],
  ]) {
    t.equal((await t.rejects(startAppTokenSession({ ...options, fetch }))).code, code)
  }
})

test("a network error tells the runtime's reason as its cause", async (t) => {
  const refusing = async () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
    throw new TypeError('fetch failed', { cause })
  }
  const error = await t.rejects(startAppTokenSession({ ...options, fetch: refusing }))
  t.equal(error.retryable, true)
  t.match(error.message, /ECONNREFUSED/)
  t.equal(error.cause.name, 'TypeError')
  t.equal(error.cause.cause.code, 'ECONNREFUSED')
})

test('redirects are not followed', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const { serviceUrl } = await t.kaltura()
  await kaltura.tell('setFaults', { status: 307, headers: { location: `${serviceUrl}/elsewhere` } })
  const error = await t.rejects(startAppTokenSession(kaltura.credentials))
  t.equal(error.code, 'ERR_HTTP_STATUS')
  t.match(error.message, /serviceUrl/)
})

test('an answer longer than maxResponseBytes is not read to its end', async (t) => {
  let pulled = 0
  const endless = new ReadableStream({
    pull(controller) {
      pulled += 1
      controller.enqueue(new Uint8Array(10_000))
    },
  })
  const error = await t.rejects(
    startAppTokenSession({ ...options, maxResponseBytes: 50_000, fetch: answering(endless) }),
  )
  t.equal(error.code, 'ERR_BAD_RESPONSE')
  t.match(error.message, /maxResponseBytes/)
  t.ok(pulled < 20)
})

test('a web page in place of an answer says that something stands before Kaltura', async (t) => {
  const page = await t.rejects(startAppTokenSession({ ...options, fetch: answering('<html></html>') }))
  t.equal(page.code, 'ERR_BAD_RESPONSE')
  t.match(page.message, /serviceUrl/)
  const gateway = await t.rejects(
    startAppTokenSession({ ...options, fetch: answering('<html></html>', { status: 502 }) }),
  )
  t.equal(gateway.code, 'ERR_HTTP_STATUS')
  t.equal(gateway.status, 502)
  t.equal(gateway.retryable, true)
})

test('nothing that a caller says gets into a header, nor a line break into the URL', async (t) => {
  const requests = []
  const recording = async (url, init) => {
    requests.push([url, init.headers])
    return new Response('{}')
  }
  const said = { ...options, fetch: recording, clientTag: 'mine x-mine: 1', userId: 'ada x-mine: 1' }
  await t.rejects(startAppTokenSession(said))
  await t.rejects(createSessionProvider(said).getKs())
  t.equal(requests.length, 2)
  for (const [url, headers] of requests) {
    t.equal(url, 'https://www.kaltura.com/api_v3/service/session/action/startWidgetSession')
    t.deepEqual(headers, { 'content-type': 'application/json', accept: 'application/json' })
  }
  const broken = 'a\r\nx-mine: 1'
  for (const wrong of [{ clientTag: broken }, { userId: broken }, { serviceUrl: `https://a/${broken}` }]) {
    t.equal((await t.rejects(startAppTokenSession({ ...said, ...wrong }))).code, 'ERR_INVALID_OPTIONS')
  }
  t.equal(requests.length, 2)
})

test('the names of a call can lead nowhere else', async (t) => {
  const urls = []
  const answers = async (url) => {
    urls.push(url)
    return new Response(
      JSON.stringify({
        ...{ ks: url.includes('Widget') ? 'a-widget-session' : 'a-session', partnerId: 102, userId: '' },
        ...{ sessionType: 0, privileges: `apptoken:${options.appTokenId}` },
        ...(url.includes('Widget') ? {} : { objectType: 'KalturaSessionInfo' }),
        expiry: Math.floor(Date.now() / 1000) + 86_400,
      }),
    )
  }
  const provider = createSessionProvider({ ...options, fetch: answers })
  for (const name of ['user/../x', 'user?x', 'user#x', 'a\r\nx: y', '', 'user/action/get', '%2e%2e']) {
    for (const names of [
      [name, 'get'],
      ['user', name],
    ]) {
      t.equal((await t.rejects(provider.call(...names))).code, 'ERR_INVALID_OPTIONS')
    }
  }
  t.ok(
    urls.every((url) => /\/(startWidgetSession|startSession)$/.test(url)),
    urls.join(),
  )
})

test('plain http is for the loopback, or for who says that it is dangerous', async (t) => {
  const urls = []
  const recording = async (url) => {
    urls.push(url)
    return new Response('{}')
  }
  const to = (serviceUrl, more) =>
    t.rejects(startAppTokenSession({ ...options, fetch: recording, serviceUrl, ...more }))
  for (const url of ['http://kaltura.example', 'http://127.0.0.1.example', 'http://localhost.example']) {
    t.equal((await to(url)).path, 'serviceUrl')
  }
  t.equal(urls.length, 0)
  await to('http://127.0.0.1:1')
  await to('http://kaltura.example', { dangerouslyAllowHttp: true })
  t.equal(urls.length, 2)
})

test('an answer is read up to a megabyte, if nothing is said', async (t) => {
  const padded = (length) => async () => new Response(`{}${' '.repeat(length - 2)}`)
  const read = (length) => t.rejects(startAppTokenSession({ ...options, fetch: padded(length) }))
  t.equal(/maxResponseBytes/.test((await read(1_000_000)).message), false)
  t.match((await read(1_000_001)).message, /maxResponseBytes/)
})

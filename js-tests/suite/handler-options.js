// Handlers that are made wrongly, and other mistakes.
import { createSessionProvider } from 'kaltura-app-token'
import { createKsHandler } from 'kaltura-app-token/handler'
import { endpoint, THERE } from './endpoint.js'
import { test } from './harness.js'

test('a handler that is made wrongly is not made', async (t) => {
  const { kaltura } = await endpoint(t)
  const provider = createSessionProvider(kaltura.credentials)
  const authorize = () => null
  const wrong = {
    provider: [
      undefined,
      {},
      null,
      'provider',
      {
        get getSession() {
          throw new Error('mine')
        },
      },
    ],
    authorize: [undefined, 'ada', null],
    methods: [[], 'POST', ['PATCH'], [1]],
    origins: [
      ...['*', ['*'], [5]],
      // Browsers write none of these, so none of them would ever match.
      ...['https://a.example/', 'https://a.example/app', 'HTTPS://a.example', 'https://A.example'],
      ...['https://a.example:443', 'http://a.example:80', 'https://*.a.example', 'a.example', 'null'],
      ...['https://bücher.example', 'ftp://a.example', 'https://u@a.example', 'https://a.example?b'],
    ].map((it) => (typeof it === 'string' && it !== '*' ? [it] : it)),
    expiry: [0, -1, 1.5, '60'],
    timeoutMs: [0, '5', 2 ** 31],
    store: [{}, null, 5],
    storeKey: [null, 'key', new Uint8Array(32), crypto.getRandomValues(new Uint8Array(31)), {}],
    onEvent: ['log'],
    isolate: ['user', 'session', 'users', null, true],
    dangerouslyAllowAdmin: [1],
    rateLimit: [null, 5, true],
    'rateLimit.burst': [{ burst: 0 }, { burst: 0.9 }, { burst: Infinity }],
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
  for (const right of [
    { expiry: 1 },
    { timeoutMs: 1 },
    { rateLimit: { burst: 1 } },
    { rateLimit: { perMinute: 0.001 } },
  ]) {
    t.equal(typeof createKsHandler({ provider, authorize, ...right }), 'function')
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

// Which pages may ask a handler.
import { answerOf, endpoint, HERE, THERE } from './endpoint.js'
import { test } from './harness.js'

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

test('what a browser says of the page that asks is believed', async (t) => {
  const { ask, kaltura } = await endpoint(t, { methods: ['GET', 'POST'] })
  const statusFor = async (site, origin, method = 'GET') => {
    const headers = { 'sec-fetch-site': site, ...(origin ? { origin } : {}) }
    return (await ask({ method, headers })).status
  }
  // A GET of another site's has no origin.
  for (const site of ['cross-site', 'same-site']) {
    t.equal(await statusFor(site), 403)
    t.equal(await statusFor(site, HERE), 403)
    t.equal(await statusFor(site, HERE, 'POST'), 403)
  }
  t.equal((await kaltura.requests()).length, 0)
  for (const site of ['same-origin', 'none']) t.equal(await statusFor(site), 200)
  t.equal(await statusFor('same-origin', HERE, 'POST'), 200)
  // Behind a proxy that asks for it by another name.
  t.equal(await statusFor('same-origin', 'https://public.example.org', 'POST'), 200)
})

test('another port is another origin', async (t) => {
  const { ask } = await endpoint(t)
  const statusFor = async (origin, url) => (await ask({ url, headers: { origin } })).status
  t.equal(await statusFor('https://app.example.org:8443', `${HERE}/ks`), 403)
  t.equal(await statusFor(HERE, 'https://app.example.org:8443/ks'), 403)
  t.equal(await statusFor('http://localhost:3000', 'http://localhost:3001/ks'), 403)
  t.equal(await statusFor('http://localhost:3000', 'http://localhost:3000/ks'), 200)
  t.equal(await statusFor('https://other.example.org', `${HERE}/ks`), 403)
})

test('an allowed origin is one by its scheme, host and port, and a list that is changed later stays', async (t) => {
  const origins = [THERE]
  const { ask } = await endpoint(t, { origins })
  origins.push('https://late.example')
  const statusFor = async (origin) => (await ask({ headers: { origin } })).status
  t.equal(await statusFor(THERE), 200)
  for (const origin of ['http://www.example.org', `${THERE}:444`, `${THERE}/`, 'https://late.example']) {
    t.equal(await statusFor(origin), 403)
  }
  const truthy = await endpoint(t, { origins: () => 'yes' })
  t.equal((await truthy.ask({ headers: { origin: THERE } })).status, 403)
})

test('a browser that asks beforehand without headers is told of none, and may keep what it is told', async (t) => {
  const { ask, events } = await endpoint(t, { origins: [THERE], methods: ['GET', 'POST'] })
  const headers = { origin: THERE, 'access-control-request-method': 'GET' }
  const allowed = await ask({ method: 'OPTIONS', headers })
  t.equal(allowed.headers.get('access-control-allow-headers'), null)
  t.equal(allowed.headers.get('access-control-allow-methods'), 'GET, POST')
  t.equal(allowed.headers.get('access-control-max-age'), '600')
  t.equal(await allowed.text(), '')
  t.deepEqual(events, [{ type: 'preflight', status: 204, asked: true }])
})

test('the Vary of an answer of the own rules stays, and each answer varies with the origin', async (t) => {
  const login = () => new Response('', { status: 401, headers: { vary: 'Cookie' } })
  const { ask } = await endpoint(t, { origins: [THERE], authorize: login })
  const decided = await ask({ headers: { origin: THERE } })
  t.equal(decided.headers.get('vary'), 'Cookie, Origin')
  t.equal(decided.headers.get('access-control-allow-origin'), THERE)
  const refused = await ask({ headers: { origin: 'https://evil.example' } })
  t.equal(refused.headers.get('vary'), 'Origin')
  t.equal(refused.headers.get('cache-control'), 'no-store')
})

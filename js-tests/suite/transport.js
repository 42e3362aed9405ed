import { startAppTokenSession } from 'kaltura-app-token'
import { test } from './harness.js'

const options = { partnerId: 102, appTokenId: '0_ab12cd34', appToken: 'a-token-of-mine', retry: 0 }

const answering = (...args) => async () => new Response(...args)

test('fetch is called as a bare function, with what Kaltura needs', async (t) => {
  const calls = []
  await t.rejects(startAppTokenSession({
    ...options,
    fetch: function (url, init) {
      'use strict'
      calls.push({ self: this, url, init })
      return answering('{}')()
    },
  }))
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
    [() => { throw new TypeError('at once') }, 'ERR_NETWORK'],
    [async () => { throw new TypeError('later') }, 'ERR_NETWORK'],
    [() => undefined, 'ERR_BAD_RESPONSE'],
    [() => 5, 'ERR_BAD_RESPONSE'],
    [() => ({}), 'ERR_BAD_RESPONSE'],
    [() => ({ status: 200 }), 'ERR_NETWORK'],
    [() => ({ status: 'ok' }), 'ERR_BAD_RESPONSE'],
    [() => ({ status: 200, headers: new Headers(), body: {} }), 'ERR_NETWORK'],
    [() => ({ status: 200, headers: new Headers(), text: () => 5 }), 'ERR_BAD_RESPONSE'],
    [() => ({ get status() { throw new Error('mine') } }), 'ERR_NETWORK'],
    [answering(null), 'ERR_BAD_RESPONSE'],
  ]) {
    t.equal((await t.rejects(startAppTokenSession({ ...options, fetch }))).code, code)
  }
})

test('a network error tells the runtime\'s reason as its cause', async (t) => {
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

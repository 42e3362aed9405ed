// A fetch that gives nonsense: every piece of a response, replaced by every value of hostile.js.
// The call ends with one AppTokenError, in time.
import { createSessionProvider, isAppTokenError, startAppTokenSession } from 'kaltura-app-token'
import { PLENTY_MS, test } from './harness.js'
import { hostileValues, revoked, throwing } from './hostile.js'

const right = {
  ...{ partnerId: 102, appTokenId: '0_ab12cd34', appToken: 'a-token-of-mine' },
  ...{ retry: 0, timeoutMs: PLENTY_MS, maxResponseBytes: 1024 },
}
const CODES = ['ERR_NETWORK', 'ERR_BAD_RESPONSE', 'ERR_HTTP_STATUS', 'ERR_KALTURA']

const refusal = { objectType: 'KalturaAPIException', code: 'X', message: 'x' }
const bytes = new TextEncoder().encode(JSON.stringify(refusal))

const reader = (changes) => {
  const rest = [{ done: false, value: bytes }, { done: true }].values()
  return { read: async () => rest.next().value, cancel: async () => {}, ...changes }
}
const body = (changes) => ({ getReader: () => reader(changes) })
const response = (changes) => ({ status: 200, headers: new Headers(), body: body(), ...changes })
const reading = (read) => response({ body: body({ read }) })
const unread = (changes) => response({ body: body({ read: () => 'nonsense', ...changes }) })

/** A response with a value in that place. */
const places = {
  response: (it) => it,
  status: (it) => response({ status: it }),
  headers: (it) => response({ headers: it }),
  'headers.get': (it) => response({ headers: { get: it } }),
  'every header': (it) => response({ headers: { get: () => it } }),
  body: (it) => response({ body: it }),
  getReader: (it) => response({ body: { getReader: it } }),
  reader: (it) => response({ body: { getReader: () => it } }),
  read: (it) => reading(it),
  'result of read': (it) => reading(() => it),
  done: (it) => reading(() => ({ done: it, value: bytes })),
  value: (it) => reading(() => ({ done: false, value: it })),
  cancel: (it) => unread({ cancel: it }),
  'result of cancel': (it) => unread({ cancel: () => it }),
  text: (it) => response({ body: null, text: it }),
  'result of text': (it) => response({ body: null, text: () => it }),
}

/** Fails if it is no error of ours, or one that says nothing of the network. */
async function lost(t, kind, promise, codes = CODES) {
  const error = await t.rejects(promise)
  t.ok(isAppTokenError(error), `${kind}: ${error?.stack ?? String(error)}`)
  t.ok(codes.includes(error.code), `${kind}: ${error.code}, ${error.message}`)
  return error
}

for (const [name, made] of Object.entries(places)) {
  test(`a fetch that gives nonsense for its ${name} fails the call, and no more`, async (t) => {
    for (const [kind, value] of hostileValues()) {
      // Not to be taken for a promise by the function that hands it over.
      const fetch = () => made(value)
      await lost(t, kind, startAppTokenSession({ ...right, fetch }))
      const provider = createSessionProvider({ ...right, fetch })
      await lost(t, kind, provider.getKs())
      await lost(t, kind, provider.call('user', 'get'))
    }
  })
}

test('pieces of a body that only look like bytes are none', async (t) => {
  class Lying extends Uint8Array {
    get length() {
      return 10
    }
    get buffer() {
      throw new Error('mine')
    }
  }
  const posing = [
    Object.create(Uint8Array.prototype),
    new Proxy(bytes, {}),
    throwing(bytes),
    revoked(bytes),
    new Lying(2000),
    new Float64Array(500),
    new ArrayBuffer(8),
  ]
  for (const [index, value] of posing.entries()) {
    const fetch = () => reading(() => ({ done: false, value }))
    await lost(t, `number ${index}`, startAppTokenSession({ ...right, fetch }), ['ERR_BAD_RESPONSE'])
  }
})

test('a body that never gets on is given up', async (t) => {
  const fetch = () => reading(async () => ({ done: false, value: new Uint8Array(0) }))
  await lost(t, 'empty pieces', startAppTokenSession({ ...right, fetch }), ['ERR_BAD_RESPONSE'])
})

test('whatever a fetch throws, the call says that there was no answer', async (t) => {
  const errors = [
    { errors: revoked([]) },
    { errors: throwing([]) },
    { errors: [revoked({})] },
    { errors: [] },
    { cause: revoked({}) },
    { name: 5, code: {}, message: Symbol('x') },
    { message: 'x'.repeat(5_000_000) },
  ]
  const self = new Error('its own cause')
  self.cause = self
  const thrown = [...hostileValues(), ['its own cause', self], ...errors.map((it) => [Object.keys(it)[0], it])]
  for (const [kind, value] of thrown) {
    for (const fetch of [
      () => {
        throw value
      },
      () => Promise.reject(value),
    ]) {
      const error = await lost(t, kind, startAppTokenSession({ ...right, fetch }), ['ERR_NETWORK'])
      t.ok(error.cause === undefined || error.cause instanceof Error, kind)
      t.ok(`${error.cause}`.length < 1000, kind)
      await lost(t, kind, createSessionProvider({ ...right, fetch }).getKs(), ['ERR_NETWORK'])
    }
  }
})

test('whatever a function for the token gives or throws is one error', async (t) => {
  let sent = 0
  const fetch = async () => {
    sent += 1
  }
  for (const [kind, value] of hostileValues()) {
    // A token, or a promise for one.
    if (['text', '__proto__', 'a promise'].includes(kind)) continue
    const codes = ['ERR_INVALID_OPTIONS', 'ERR_TOKEN_SOURCE']
    for (const appToken of [() => value, async () => value]) {
      await lost(t, kind, startAppTokenSession({ ...right, fetch, appToken }), codes)
    }
    const appToken = () => {
      throw value
    }
    await lost(t, kind, startAppTokenSession({ ...right, fetch, appToken }), ['ERR_TOKEN_SOURCE'])
  }
  t.equal(sent, 0)
})

test('a fetch that never settles, or does so too late, costs no more than timeoutMs', async (t) => {
  const late = []
  const fetches = [
    () => new Promise(() => {}),
    () => ({ then() {} }),
    () =>
      response({
        body: { getReader: () => ({ read: () => new Promise(() => {}), cancel: () => new Promise(() => {}) }) },
      }),
    () => response({ body: null, text: () => new Promise(() => {}) }),
    () => new Promise((resolve) => late.push(() => resolve(response()))),
    () => new Promise((_, reject) => late.push(() => reject(new Error('late')))),
  ]
  const calls = fetches.flatMap((fetch) => {
    const options = { ...right, fetch, timeoutMs: 50 }
    const provider = createSessionProvider(options)
    return [startAppTokenSession(options), provider.getKs(), provider.call('user', 'get')]
  })
  for (const [index, call] of calls.entries()) await lost(t, `number ${index}`, call, ['ERR_TIMEOUT'])
  for (const settle of late) settle()
  await new Promise((resolve) => setTimeout(resolve, 20))
})

test("whatever the caller's functions do in the midst of it, the provider goes on", async (t) => {
  const kaltura = await t.kaltura()
  let provider
  const meddle = () => {
    provider.clear()
    provider.invalidate()
    provider.invalidate('no KS of its own')
    provider.getKs({ userId: 'meddler' }).catch(() => {})
  }
  let left = 20
  const meddling =
    (then) =>
    (...args) => {
      // Each makes more calls, which would make more.
      if ((left -= 1) > 0) meddle()
      return then(...args)
    }
  provider = createSessionProvider({
    ...kaltura.credentials,
    fetch: meddling((url, init) => fetch(url, init)),
    onEvent: meddling(() => {}),
    appToken: meddling(() => kaltura.credentials.appToken),
    store: {
      get: meddling(() => undefined),
      set: meddling(() => {}),
      delete: meddling(() => {}),
      lock: meddling(() => () => {}),
    },
  })
  t.match(await provider.getKs(), /^[-\w=]+$/)
  t.match(await provider.getKs({ userId: 'ada' }), /^[-\w=]+$/)
  left = 0
  t.equal(await provider.getKs(), await provider.getKs())
})

test('an answer with a piece that is no bytes is not taken for whole without it', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  for (const piece of ['rubbish', {}, [1, 2], 5, new ArrayBuffer(2)]) {
    const fetching = async (url, init) => {
      const answer = await fetch(url, init)
      const value = new Uint8Array(await answer.arrayBuffer())
      const rest = [{ done: false, value }, { done: false, value: piece }, { done: true }].values()
      const { status, headers } = answer
      return { status, headers, body: body({ read: async () => rest.next().value }) }
    }
    const options = { ...kaltura.credentials, retry: 0, fetch: fetching }
    await lost(t, typeof piece, startAppTokenSession(options))
  }
})

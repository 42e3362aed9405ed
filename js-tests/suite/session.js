import {
  AppTokenError,
  createSessionProvider,
  hashAppToken,
  isAppTokenError,
  startAppTokenSession,
} from 'kaltura-app-token'
import { test } from './harness.js'

test('an application token becomes a session that Kaltura accepts', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada@example.org' } })
  const session = await startAppTokenSession(kaltura.credentials)
  t.equal(session.partnerId, kaltura.partnerId)
  t.equal(session.userId, 'ada@example.org')
  t.equal(session.sessionType, 0)
  t.match(session.privileges, new RegExp(`apptoken:${kaltura.appToken.id}`))
  t.deepEqual(session.differences, [])
  const answer = await fetch(`${kaltura.serviceUrl}/api_v3/service/user/action/get`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ format: 1, ks: session.ks }),
  })
  t.equal((await answer.json()).id, 'ada@example.org')
})

test('a session is a plain object whose times are numbers', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const before = Date.now()
  const session = await startAppTokenSession({ ...kaltura.credentials, expiry: 600 })
  t.equal(Object.getPrototypeOf(session), Object.prototype)
  t.deepEqual(JSON.parse(JSON.stringify(session)), session)
  t.ok(Math.abs(session.expiry * 1000 - before - 600_000) < 10_000)
  t.ok(Math.abs(session.expiresAt - before - 600_000) < 10_000)
})

for (const hashType of ['SHA1', 'SHA256', 'SHA512', 'MD5']) {
  test(`a token made with ${hashType} is proved with it`, async (t) => {
    const kaltura = await t.kaltura({ appToken: { hashType, sessionUserId: 'ada' } })
    t.equal((await startAppTokenSession({ ...kaltura.credentials, hashType })).userId, 'ada')
  })
}

for (const hashType of ['SHA1', 'SHA256', 'SHA512']) {
  test(`auto finds out that a token was made with ${hashType}, and tells it`, async (t) => {
    const kaltura = await t.kaltura({ appToken: { hashType, sessionUserId: 'ada' } })
    const events = []
    await startAppTokenSession({
      ...kaltura.credentials,
      hashType: 'auto',
      onEvent: (event) => events.push(event),
    })
    const { appTokenId } = kaltura.credentials
    t.deepEqual(
      events.filter(({ type }) => type === 'hashTypeFound'),
      [{ type: 'hashTypeFound', appTokenId, hashType }],
    )
  })
}

test('auto sends no hash of MD5, not even for a token that was made with it', async (t) => {
  const kaltura = await t.kaltura({ appToken: { hashType: 'MD5', sessionUserId: 'ada' } })
  const refused = await t.rejects(startAppTokenSession({ ...kaltura.credentials, hashType: 'auto' }))
  t.equal(refused.kalturaCode, 'INVALID_APP_TOKEN_HASH')
  const hashes = (await kaltura.requests()).map(({ body }) => JSON.parse(body).tokenHash)
  t.deepEqual([...new Set(hashes.filter(Boolean).map(({ length }) => length))], [40, 64, 128])
})

test("a hash that was caught is of use for a quarter of an hour, and a provider's for an hour", async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  await startAppTokenSession(kaltura.credentials)
  await createSessionProvider(kaltura.credentials).getKs()
  const asked = (await kaltura.requests()).filter(({ url }) => url.endsWith('startWidgetSession'))
  t.deepEqual(
    asked.map(({ body }) => JSON.parse(body).expiry),
    [900, 3600],
  )
})

test('user, type, life and privileges are what was asked for', async (t) => {
  const kaltura = await t.kaltura({
    partners: [{ id: 7, adminSecret: 'a'.repeat(32), userlessAppTokens: true }],
  })
  const session = await startAppTokenSession({
    ...kaltura.credentials,
    userId: 'Zoë 🎬',
    sessionType: 'admin',
    expiry: 60,
    sessionPrivileges: [{ name: 'mine', values: ['1', '2'] }],
  })
  t.equal(session.userId, 'Zoë 🎬')
  t.equal(session.sessionType, 2)
  t.match(session.privileges, /mine:1\/2/)
  t.deepEqual(session.differences, [])
})

test('the token leaves in no byte of the exchange, and the hash in one body alone', async (t) => {
  const kaltura = await t.kaltura({ appToken: { hashType: 'SHA256', sessionUserId: 'ada' } })
  await startAppTokenSession(kaltura.credentials)
  const requests = await kaltura.requests()
  t.equal(requests.length, 2)
  const { ks, tokenHash } = JSON.parse(requests[1].body)
  t.equal(tokenHash, hashAppToken(ks, kaltura.appToken.token, 'SHA256'))
  for (const { text, url, headers } of requests) {
    t.equal(text.includes(kaltura.appToken.token), false)
    for (const secret of [ks, tokenHash]) {
      t.equal(url.includes(secret), false)
      t.equal(JSON.stringify(headers).includes(secret), false)
    }
  }
  t.equal(requests[0].text.includes(tokenHash), false)
})

test('Kaltura is sent exactly the content type that it reads', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  await startAppTokenSession(kaltura.credentials)
  for (const { method, headers } of await kaltura.requests()) {
    t.equal(method, 'POST')
    const types = headers.filter(([name]) => name.toLowerCase() === 'content-type')
    t.deepEqual(
      types.map(([, value]) => value),
      ['application/json'],
    )
  }
})

test('a refused hash names the hash type that was used and the way to the right one', async (t) => {
  const kaltura = await t.kaltura({ appToken: { hashType: 'SHA256', sessionUserId: 'ada' } })
  const refused = await t.rejects(startAppTokenSession({ ...kaltura.credentials, hashType: undefined }))
  t.ok(refused instanceof AppTokenError)
  t.ok(isAppTokenError(refused))
  t.equal(refused.code, 'ERR_KALTURA')
  t.equal(refused.kalturaCode, 'INVALID_APP_TOKEN_HASH')
  t.equal(refused.retryable, false)
  t.match(refused.message, /SHA1.*hashType/)
})

test('a dropped restriction is an error, and the session is not handed out', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const wish = { ...kaltura.credentials, sessionPrivileges: 'iprestrict:10.0.0.1' }
  const refused = await t.rejects(startAppTokenSession(wish))
  t.equal(refused.code, 'ERR_NOT_GRANTED')
  t.deepEqual(refused.differences, [
    { field: 'sessionPrivileges', privilege: 'iprestrict', asked: '10.0.0.1', effect: 'broader' },
  ])
  const session = await startAppTokenSession({ ...wish, grants: 'report' })
  t.deepEqual(session.differences, refused.differences)
})

test('a session is judged by what Kaltura finds in its privileges, wherever that stands', async (t) => {
  const judged = async (ofToken, asked) => {
    const appToken = { sessionUserId: 'ada', sessionPrivileges: ofToken }
    const kaltura = await t.kaltura({ appToken })
    const wish = { ...kaltura.credentials, sessionPrivileges: asked, grants: 'report' }
    const { differences } = await startAppTokenSession(wish)
    return differences.map(({ privilege, asked, granted, effect }) => [privilege, asked, granted, effect])
  }
  t.deepEqual(await judged('firstName:edit:*', 'firstName:x'), [
    ['firstName', 'x', 'edit:*', 'broader'],
    ['edit', undefined, 'edit:*', 'broader'],
  ])
  t.deepEqual(await judged('theme:edit:*', 'mine:1'), [['edit', undefined, 'theme:edit:*', 'broader']])
  t.deepEqual(await judged('theme:edit:*', 'theme:edit:*'), [])
  t.deepEqual(await judged('edit:*', 'mine:1'), [])
  const path = 'urirestrict:/api_v3/service/media'
  t.deepEqual(await judged(`${path}/list/action`, `${path}/action/list`), [
    ['urirestrict', '/api_v3/service/media/action/list', '/api_v3/service/media/list/action', 'broader'],
  ])
})

test('a narrower session is handed out and says so, unless it must be exact', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada', sessionDuration: 600 } })
  const wish = { ...kaltura.credentials, sessionPrivileges: 'edit:0_a', expiry: 86_400 }
  const { differences } = await startAppTokenSession(wish)
  t.deepEqual(
    differences.map(({ field, effect }) => [field, effect]),
    [
      ['expiry', 'narrower'],
      ['sessionPrivileges', 'narrower'],
    ],
  )
  const refused = await t.rejects(startAppTokenSession({ ...wish, grants: 'exact' }))
  t.equal(refused.code, 'ERR_NOT_GRANTED')
})

test('a session that is born dead is refused', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada', sessionDuration: 0 } })
  const refused = await t.rejects(startAppTokenSession(kaltura.credentials))
  t.equal(refused.code, 'ERR_NOT_GRANTED')
  t.equal(refused.differences[0].effect, 'expired')
})

test("life is reckoned on the server's clock", async (t) => {
  for (const clockOffsetMs of [-86_400_000, 86_400_000]) {
    const kaltura = await t.kaltura({ clockOffsetMs, appToken: { sessionUserId: 'ada' } })
    const before = Date.now()
    const session = await startAppTokenSession({ ...kaltura.credentials, expiry: 600 })
    t.ok(Math.abs(session.expiry * 1000 - clockOffsetMs - before - 600_000) < 10_000)
    t.ok(Math.abs(session.expiresAt - before - 600_000) < 10_000)
  }
})

test('a fault that passes is tried again, and told of', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  await kaltura.tell('setFaults', { on: 'appToken.startSession', times: 1, status: 503 })
  const events = []
  const session = await startAppTokenSession({
    ...kaltura.credentials,
    onEvent: (event) => events.push(event),
  })
  t.equal(session.userId, 'ada')
  t.deepEqual(
    events.map(({ type }) => type),
    ['retried', 'minted'],
  )
  t.deepEqual({ ...events[0], delayMs: 0 }, { type: 'retried', code: 'ERR_HTTP_STATUS', delayMs: 0 })
  t.equal((await kaltura.requests()).length, 3)
})

test('a listener that fails does not fail the call', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  for (const onEvent of [
    () => {
      throw new Error('mine')
    },
    () => Promise.reject(new Error('mine')),
  ]) {
    await kaltura.tell('setFaults', { times: 1, status: 503 })
    t.equal((await startAppTokenSession({ ...kaltura.credentials, onEvent })).userId, 'ada')
  }
})

test('appToken may be a function that fetches it', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const { appToken, ...rest } = kaltura.credentials
  t.equal((await startAppTokenSession({ ...rest, appToken: async () => appToken })).userId, 'ada')
  const vault = async () => {
    throw new Error(`no vault for ${appToken}`)
  }
  const failed = await t.rejects(startAppTokenSession({ ...rest, appToken: vault }))
  t.equal(failed.code, 'ERR_TOKEN_SOURCE')
  t.equal(`${failed.stack} ${failed.cause?.message}`.includes(appToken), false)
  const wrong = await t.rejects(startAppTokenSession({ ...rest, appToken: () => 5 }))
  t.equal(wrong.path, 'appToken')
})

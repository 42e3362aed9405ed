// What becomes of each of Kaltura's refusals: given up, or tried again in the way that helps.
import { startAppTokenSession } from 'kaltura-app-token'
import { test } from './harness.js'

const START = 'appToken.startSession'
const WIDGET = 'session.startWidgetSession'

const refusal = (code, args = []) => JSON.stringify({ objectType: 'KalturaAPIException', code, message: code, args })
const deadKs = (reason) => refusal('INVALID_KS', { KSID: reason, ERR_CODE: '-1', ERR_DESC: 'INVALID_STR' })

async function planted(t) {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  return {
    ...kaltura,
    start: (options) => startAppTokenSession({ ...kaltura.credentials, ...options }),
    /** The calls that were made, by name and whether they went past the server's caches. */
    async calls() {
      const requests = await kaltura.requests()
      return requests.map(({ url, body }) => {
        const [, service, action] = url.match(/service\/(\w+)\/action\/(\w+)/)
        return `${service}.${action}${JSON.parse(body).nocache === 1 ? ' nocache' : ''}`
      })
    },
  }
}

const FIRST = [WIDGET, `${START} nocache`]
const AGAIN = [...FIRST, `${WIDGET} nocache`, `${START} nocache`]

const givenUp = {
  async APP_TOKEN_ID_NOT_FOUND(kaltura) {
    kaltura.credentials.appTokenId = '0_none'
  },
  APP_TOKEN_NOT_ACTIVE: (kaltura) => kaltura.tell('setAppToken', kaltura.appToken.id, { status: 1 }),
  APP_TOKEN_EXPIRED: (kaltura) => kaltura.tell('setAppToken', kaltura.appToken.id, { expiry: 1 }),
  SERVICE_FORBIDDEN_CONTENT_BLOCKED: (kaltura) => kaltura.tell('setPartner', kaltura.partnerId, { status: 2 }),
  SERVICE_ACCESS_CONTROL_RESTRICTED: (kaltura) => kaltura.tell('setPartner', kaltura.partnerId, { httpsOnly: true }),
  ...Object.fromEntries(
    [
      ...['SERVICE_FORBIDDEN', 'USER_BLOCKED', 'START_SESSION_ERROR', 'INVALID_OBJECT_ID'],
      ...['UNKNOWN_ROLE_ID', 'INVALID_ACTIONS_LIMIT', 'MISSING_MANDATORY_PARAMETER'],
      ...['INVALID_ENUM_VALUE', 'INVALID_FIELD_VALUE', 'PROPERTY_VALIDATION_NOT_UPDATABLE'],
      ...['INVALID_PARAMETER_CHAR', 'SERVICE_DOES_NOT_EXISTS'],
    ].map((code) => [code, (kaltura) => kaltura.tell('setFaults', { on: START, body: refusal(code) })]),
  ),
}

for (const [code, prepare] of Object.entries(givenUp)) {
  test(`${code} is given up at once`, async (t) => {
    const kaltura = await planted(t)
    await prepare(kaltura)
    const refused = await t.rejects(kaltura.start())
    t.equal(refused.code, 'ERR_KALTURA')
    t.equal(refused.kalturaCode, code)
    t.equal(refused.retryable, false)
    t.equal(`${refused.service}.${refused.action}`, START)
    t.deepEqual(await kaltura.calls(), FIRST)
  })
}

test('INVALID_WIDGET_ID is given up at once', async (t) => {
  const kaltura = await planted(t)
  const refused = await t.rejects(kaltura.start({ partnerId: 999_999 }))
  t.equal(refused.kalturaCode, 'INVALID_WIDGET_ID')
  t.match(refused.message, /partnerId/)
  t.deepEqual(await kaltura.calls(), [WIDGET])
})

for (const reason of ['EXCEEDED_RESTRICTED_IP', 'EXCEEDED_RESTRICTED_URI', 'INVALID_PARTNER', 'INVALID_USER']) {
  test(`INVALID_KS with ${reason} is given up at once`, async (t) => {
    const kaltura = await planted(t)
    await kaltura.tell('setFaults', { on: START, body: deadKs(reason) })
    const refused = await t.rejects(kaltura.start())
    t.equal(refused.kalturaCode, 'INVALID_KS')
    t.equal(refused.ksRefusal, reason)
    t.deepEqual(await kaltura.calls(), FIRST)
  })
}

for (const reason of ['EXPIRED', 'LOGOUT', 'EXCEEDED_ACTIONS_LIMIT', 'djJ8MTAyfJH5gVXakHmKbHN9']) {
  test(`INVALID_KS with ${reason.slice(0, 7)}… gets one fresh widget session`, async (t) => {
    const kaltura = await planted(t)
    await kaltura.tell('setFaults', { on: START, times: 1, body: deadKs(reason) })
    t.equal((await kaltura.start()).userId, 'ada')
    t.deepEqual(await kaltura.calls(), AGAIN)
    await kaltura.tell('setFaults', { on: START, body: deadKs(reason) })
    const refused = await t.rejects(kaltura.start())
    t.equal(refused.kalturaCode, 'INVALID_KS')
    t.equal(refused.message.includes('djJ8MTAy'), false)
    t.equal((await kaltura.calls()).length, 8)
  })
}

test('older servers tell the reason by a number', async (t) => {
  const kaltura = await planted(t)
  const old = refusal('INVALID_KS', { KSID: 'djJ8MTAyfJH5gVXakHmK', ERR_CODE: '-8', ERR_DESC: 'EXPIRED' })
  await kaltura.tell('setFaults', { on: START, body: old })
  t.equal((await t.rejects(kaltura.start())).ksRefusal, 'EXPIRED')
})

test('INVALID_APP_TOKEN_HASH gets one fresh widget session', async (t) => {
  const kaltura = await planted(t)
  await kaltura.tell('setFaults', { on: START, times: 1, body: refusal('INVALID_APP_TOKEN_HASH') })
  t.equal((await kaltura.start()).userId, 'ada')
  t.deepEqual(await kaltura.calls(), AGAIN)
})

test("a refusal in the server's cache does not hit the right hash that follows", async (t) => {
  const kaltura = await planted(t)
  t.equal((await t.rejects(kaltura.start({ hashType: 'MD5' }))).kalturaCode, 'INVALID_APP_TOKEN_HASH')
  t.equal((await kaltura.start()).userId, 'ada')
})

for (const code of ['INTERNAL_DATABASE_ERROR', 'INTERNAL_SERVERL_ERROR']) {
  test(`${code} is tried again, past the server's cache`, async (t) => {
    const kaltura = await planted(t)
    await kaltura.tell('setFaults', { on: START, times: 2, body: refusal(code) })
    t.equal((await kaltura.start()).userId, 'ada')
    t.deepEqual(await kaltura.calls(), [...FIRST, `${START} nocache`, `${START} nocache`])
    await kaltura.tell('setFaults', { on: START, body: refusal(code) })
    const failed = await t.rejects(kaltura.start({ retry: 1 }))
    t.equal(failed.kalturaCode, code)
    t.equal(failed.retryable, true)
  })
}

test("a database that is back is used, whatever the server's cache holds", async (t) => {
  const kaltura = await planted(t)
  await kaltura.tell('set', { database: false })
  const failed = await t.rejects(kaltura.start({ retry: 0 }))
  t.equal(failed.kalturaCode, 'INTERNAL_DATABASE_ERROR')
  await kaltura.tell('set', { database: true })
  t.equal((await kaltura.start()).userId, 'ada')
})

test('ACTION_BLOCKED is waited out for ten seconds or more', async (t) => {
  const kaltura = await planted(t)
  const limit = { service: 'appToken', action: 'startSession', max: 1, window: 10, per: 'id' }
  await kaltura.tell('set', { rateLimits: [limit] })
  await kaltura.start()
  const waits = []
  const session = await kaltura.start({
    timeoutMs: 30_000,
    onEvent: ({ type, kalturaCode, delayMs }) => waits.push({ type, kalturaCode, long: delayMs >= 10_000 }),
  })
  t.equal(session.userId, 'ada')
  t.deepEqual(waits.shift(), { type: 'retried', kalturaCode: 'ACTION_BLOCKED', long: true })
  t.deepEqual(
    waits.map(({ type }) => type),
    ['minted'],
  )
})

test('XML in place of JSON says which header must have been changed', async (t) => {
  const kaltura = await planted(t)
  const changing = (url, init) =>
    fetch(url, { ...init, headers: { ...init.headers, 'content-type': 'application/json; charset=utf-8' } })
  const failed = await t.rejects(kaltura.start({ fetch: changing, retry: 0 }))
  t.equal(failed.code, 'ERR_BAD_RESPONSE')
  t.match(failed.message, /Content-Type.*application\/json/)
})

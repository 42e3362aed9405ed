import { createAppTokenManager, createSessionProvider, generateKs, startAppTokenSession } from 'kaltura-app-token'
import { test } from './harness.js'
import { occurrences } from './memory.js'

const nowS = () => Math.floor(Date.now() / 1000)

/** A manager of this Kaltura's, with what it tells. */
function managerOf({ serviceUrl, partnerId, adminSecret }, options = {}) {
  const key = 'ks' in options ? {} : { adminSecret }
  return createAppTokenManager({ serviceUrl, partnerId, ...key, ...options })
}

const viewer = { sessionUserId: 'viewer@example.org', sessionType: 'user', sessionDuration: 3600 }

const bodiesOf = async (kaltura, action) => {
  const requests = await kaltura.requests()
  const wanted = requests.filter(({ url }) => url.endsWith(`/${action}`))
  return wanted.map(({ body }) => JSON.parse(body))
}

const start = ({ serviceUrl, partnerId }, { id, token, hashType }, more) =>
  startAppTokenSession({ serviceUrl, partnerId, appTokenId: id, appToken: token, hashType, ...more })

const adminKs = ({ partnerId, adminSecret }, fields = {}) =>
  generateKs(
    { partnerId, userId: 'ada', sessionType: 'admin', expiry: nowS() + 600, ...fields },
    adminSecret,
  )

/** Calls the API the way any other client does. */
async function use({ serviceUrl }, service, action, params) {
  const response = await fetch(`${serviceUrl}/api_v3/service/${service}/action/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ format: 1, nocache: 1, ...params }),
  })
  return response.json()
}

test('an application token that is added starts sessions as it says', async (t) => {
  const kaltura = await t.kaltura()
  const { appToken, warnings } = await managerOf(kaltura).add({
    ...viewer,
    sessionPrivileges: [{ name: 'sview', any: true }],
    expiry: nowS() + 86_400,
    description: 'the portal',
  })
  t.deepEqual(warnings.map(({ code }) => code), ['SESSIONS_END_TOGETHER'])
  const { id, token, createdAt, updatedAt, expiry, ...rest } = appToken
  t.match(token, /^[0-9a-f]{32}$/)
  t.ok(expiry > nowS() + 86_000 && createdAt === updatedAt && createdAt > nowS() - 60)
  t.deepEqual(rest, {
    partnerId: kaltura.partnerId,
    status: 2,
    hashType: 'SHA256',
    sessionType: 0,
    sessionUserId: 'viewer@example.org',
    sessionDuration: 3600,
    sessionPrivileges: 'sview:*',
    description: 'the portal',
  })
  const session = await start(kaltura, appToken)
  t.equal(session.userId, 'viewer@example.org')
  t.equal(session.sessionType, 0)
  t.match(session.privileges, /sview:\*/)
})

test("an application token's value is in the results of add and rotate alone", async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura)
  const { appToken } = await manager.add(viewer)
  const { id, token } = appToken
  const all = []
  for await (const known of manager.list()) all.push(known)
  const shown = [
    await manager.get(id),
    await manager.update(id, { description: 'new' }),
    await manager.list(),
    all,
  ]
  t.equal(all.length, 2)
  t.equal(JSON.stringify(shown).includes(token), false)
  t.equal(JSON.stringify(shown).includes(kaltura.appToken.token), false)
  t.equal(JSON.stringify(shown).includes('"token"'), false)
  const rotation = await manager.rotate(id)
  t.equal('token' in rotation.predecessor, false)
  t.equal(typeof rotation.successor.token, 'string')
})

test('what Kaltura would misread is refused before anything is sent', async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura)
  const { id } = kaltura.appToken
  const revoked = Proxy.revocable([], {})
  revoked.revoke()
  for (const [path, call] of [
    ['sessionUserId', () => manager.add({ sessionType: 'user' })],
    ['sessionUserId', () => manager.add({ ...viewer, sessionUserId: 'a new user' })],
    ['sessionUserId', () => manager.add({ ...viewer, sessionUserId: 'v'.repeat(101) })],
    ['expiry', () => manager.add({ ...viewer, expiry: 0 })],
    ['expiry', () => manager.add({ ...viewer, expiry: 3600 })],
    ['expiry', () => manager.add({ ...viewer, expiry: Date.now() + 3_600_000 })],
    ['expiry', () => manager.add({ ...viewer, expiry: nowS() - 60 })],
    ['expiry', () => manager.update(id, { expiry: 0 })],
    ['sessionDuration', () => manager.add({ ...viewer, sessionDuration: 0 })],
    ['sessionDuration', () => manager.update(id, { sessionDuration: null })],
    ['sessionType', () => manager.add({ ...viewer, sessionType: 1 })],
    ['hashType', () => manager.add({ ...viewer, hashType: 'sha256' })],
    ['sessionPrivileges[0].name', () =>
      manager.add({ ...viewer, sessionPrivileges: [{ name: 'a,b', values: [] }] })],
    ['sessionPrivileges', () => manager.add({ ...viewer, sessionPrivileges: 'sview:*,ipRestrict:10.0.0.1' })],
    ['sessionPrivileges', () => manager.update(id, { sessionPrivileges: 'setRole:1' })],
    ['token', () => manager.add({ ...viewer, token: 'mine' })],
    ['status', () => manager.update(id, { status: 1 })],
    ['sessionprivileges', () => manager.add({ ...viewer, sessionprivileges: 'sview:*' })],
    ['fields', () => manager.update(id, {})],
    ['fields', () => manager.add(null)],
    ['id', () => manager.get('')],
    ['id', () => manager.delete(undefined)],
    ['id', () => manager.rotate(7)],
    ['filter.createdAtLessThanOrEqual', () => manager.list({ createdAtLessThanOrEqual: -86_400 })],
    ['filter.tagsLike', () => manager.list({ tagsLike: 'a' })],
    ['filter.idIn', () => manager.list({ idIn: [] })],
    ['filter.idIn', () => manager.list({ idIn: [Symbol('0_a')] })],
    ['filter.idIn', () => manager.list({ idIn: new Array(2 ** 32 - 1) })],
    ['filter.idIn', () => manager.list({ idIn: revoked.proxy })],
    ['filter.statusIn', () => manager.list({ statusIn: [2, 'active'] })],
    ['pager.pageSize', () => manager.list({}, { pageSize: 501 })],
    ['timeoutMs', () => manager.get(id, { timeoutMs: 0 })],
    ['knownUser', () => manager.get(id, { knownUser: true })],
    ['knownUser', () => manager.add(viewer, { knownUser: 'yes' })],
  ]) {
    const error = await t.rejects(Promise.resolve().then(call))
    t.equal(error.code, 'ERR_INVALID_OPTIONS')
    t.equal(error.path, path)
  }
  t.deepEqual(await kaltura.requests(), [])
})

test('what works but is unwise comes back as warnings', async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura)
  const { appToken, warnings } = await manager.add({ sessionUserId: '', hashType: 'SHA1' })
  t.deepEqual(
    warnings.map(({ code, path }) => [code, path]),
    [
      ['WEAK_HASH_TYPE', 'hashType'],
      ['ANONYMOUS_SESSIONS', 'sessionUserId'],
      ['ANY_SESSION_TYPE', 'sessionType'],
    ],
  )
  // It is true what the last one says.
  t.equal((await start(kaltura, appToken, { sessionType: 'admin' })).sessionType, 2)
  const changed = await manager.update(appToken.id, { sessionType: 'user', hashType: 'SHA512' })
  t.deepEqual(changed.warnings.map(({ code }) => code), ['HASH_TYPE_CHANGED'])
  for (const [sessionUserId, isShared] of [['viewer@example.org', false], ['Viewer@example.org', true]]) {
    const { warnings } = await manager.add({ ...viewer, sessionUserId })
    t.equal(warnings.some(({ code }) => code === 'NOT_THE_ONLY_USER'), isShared)
  }
})

test('privileges that Kaltura makes something else of come back as warnings', async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura)
  for (const [sessionPrivileges, ...codes] of [
    ['enableentitlement,privacycontext:MediaSpace,sview:*'],
    ['role:viewerRole,userContextualRole:3,actionslimit:-1,eventId:7,firstName:Ada'],
    ['urirestrict:/api_v3/service/media/action/list'],
    ['firstName:Ada, Lovelace', 'PRIVILEGE_COMMA'],
    ['iprestrict:10.0.0.1,10.0.0.2', 'PRIVILEGE_COMMA'],
    ['iprestrict:10.0.0.1/24', 'PRIVILEGE_VALUE'],
    ['actionslimit:ten', 'PRIVILEGE_VALUE'],
    ['sview:,list:', 'PRIVILEGE_VALUE'],
    ['xedit:0_a', 'HIDDEN_PRIVILEGE'],
    ['urirestrict:/api_v3/service/media/*', 'REPLACEABLE_RESTRICTION'],
  ]) {
    const { appToken, warnings: all } = await manager.add({ ...viewer, sessionPrivileges })
    const warnings = all.filter(({ code }) => code !== 'SESSIONS_END_TOGETHER')
    t.deepEqual(warnings.map(({ code }) => code), codes)
    t.ok(warnings.every(({ path }) => path === 'sessionPrivileges'))
    if (!codes.includes('REPLACEABLE_RESTRICTION')) continue
    // It is true what it says.
    const replaced = await start(kaltura, appToken, { sessionPrivileges: 'urirestrict:/*' })
    t.match(replaced.privileges, /,urirestrict:\/\*$/)
  }
})

test('a token for many users is for partners that take it', async (t) => {
  const adminSecret = 'b7f5c1d0e3a94c52a1d6f8e7c0b9a835'
  const partners = [{ id: 102, adminSecret, userlessAppTokens: true }]
  const open = managerOf(await t.kaltura({ partners }))
  const { appToken, warnings } = await open.add({ ...viewer, sessionUserId: null })
  t.equal(appToken.sessionUserId, null)
  t.deepEqual(warnings.map(({ code }) => code), ['ANY_USER', 'SESSIONS_END_TOGETHER'])

  const strict = managerOf(await t.kaltura())
  // Whatever was called before, the partner still takes none: the manager's KS names its user.
  await strict.list()
  const error = await t.rejects(strict.add({ ...viewer, sessionUserId: null }))
  t.equal(error.kalturaCode, 'INVALID_FIELD_VALUE')
  t.match(error.message, /most partners need one/)
})

test('a user whom Kaltura knows may have any id', async (t) => {
  const adminSecret = 'b7f5c1d0e3a94c52a1d6f8e7c0b9a835'
  const partners = [{ id: 102, adminSecret, users: { 'dom\\ada lovelace': {} } }]
  const manager = managerOf(await t.kaltura({ partners }))
  const fields = { ...viewer, sessionUserId: 'dom\\ada lovelace' }
  const { appToken } = await manager.add(fields, { knownUser: true })
  t.equal(appToken.sessionUserId, 'dom\\ada lovelace')
  const { successor } = await manager.rotate(appToken.id)
  t.equal(successor.sessionUserId, 'dom\\ada lovelace')
})

test('an update changes what it names, and null clears', async (t) => {
  const manager = managerOf(await t.kaltura())
  const { appToken } = await manager.add({
    ...viewer,
    expiry: nowS() + 600,
    description: 'old',
    sessionPrivileges: 'sview:*',
  })
  const { token, ...made } = appToken
  const changes = { expiry: null, description: null, sessionPrivileges: ' edit:0_a , sview:* ' }
  const { appToken: changed } = await manager.update(made.id, changes)
  const expected = {
    ...made,
    expiry: null,
    description: null,
    sessionPrivileges: 'edit:0_a,sview:*',
    updatedAt: changed.updatedAt,
  }
  t.deepEqual(changed, expected)
  t.deepEqual(await manager.get(made.id), expected)
})

test('a list is a page when awaited, and everything when iterated', async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura)
  const made = [kaltura.appToken.id]
  for (let n = 0; n < 6; n += 1) {
    made.push((await manager.add({ ...viewer, description: `number ${n}` })).appToken.id)
  }
  const list = manager.list({ orderBy: '+createdAt' }, { pageSize: 3 })
  t.deepEqual(await bodiesOf(kaltura, 'list'), [])
  const { appTokens, totalCount } = await list
  t.equal(appTokens.length, 3)
  t.equal(totalCount, 7)
  t.equal((await bodiesOf(kaltura, 'list')).length, 1)

  const ids = []
  for await (const { id } of list) ids.push(id)
  t.deepEqual([...ids].sort(), made.sort())
  t.equal((await bodiesOf(kaltura, 'list')).length, 4)
  const rest = []
  for await (const { id } of manager.list({}, { pageSize: 3, pageIndex: 3 })) rest.push(id)
  t.equal(rest.length, 1)

  const two = await manager.list({ idIn: ids.slice(0, 2), statusIn: [1, 2] })
  t.equal(two.totalCount, 2)
  t.deepEqual(await manager.list({ sessionUserIdEqual: 'nobody' }), { appTokens: [], totalCount: 0 })
})

test('a server whose pages never end is not followed for ever', async (t) => {
  const kaltura = await t.kaltura()
  let pages = 0
  const endless = async () => {
    pages += 1
    const token = (id) => ({ id: `0_${id}`, partnerId: kaltura.partnerId, status: 2 })
    const objects = [token(pages), token('same')]
    return new Response(JSON.stringify({ objects, totalCount: 1e9 }))
  }
  const manager = managerOf(kaltura, { fetch: endless })
  const seen = []
  const error = await t.rejects(
    (async () => {
      const list = manager.list({}, { pageSize: 2, pageIndex: 9_990 })
      for await (const { id } of list) seen.push(id)
    })(),
  )
  t.equal(error.code, 'ERR_BAD_RESPONSE')
  t.match(error.message, /without end/)
  t.equal(pages, 11)
  t.equal(seen.length, 11)
  t.equal(new Set(seen).size, 11)
  // Whoever wants one page has it.
  const last = await manager.list({}, { pageSize: 2, pageIndex: 10_000 })
  t.equal(last.appTokens.length, 2)
})

test('deleting an application token ends its sessions', async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura)
  const { appToken } = await manager.add(viewer)
  const { ks } = await start(kaltura, appToken)
  t.equal((await use(kaltura, 'user', 'get', { ks })).id, 'viewer@example.org')
  t.deepEqual(await manager.delete(appToken.id), { warnings: [] })
  t.equal((await use(kaltura, 'user', 'get', { ks })).code, 'INVALID_KS')
  const error = await t.rejects(manager.get(appToken.id))
  t.equal(error.kalturaCode, 'APP_TOKEN_ID_NOT_FOUND')
  t.equal(error.service, 'appToken')
  t.equal(error.action, 'get')
})

test('isolated sessions end alone, outlive their token, and are told of each time', async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura)
  const codes = ({ warnings }) => warnings.map(({ code }) => code)
  const { sessionDuration, ...fields } = viewer
  const added = await manager.add({ ...fields, sessionPrivileges: 'sview:*', isolatedSessions: true })
  t.deepEqual(codes(added), ['ISOLATED_SESSIONS'])
  t.match(added.warnings[0].message, /outlive the deletion/)
  const { appToken } = added
  t.deepEqual([appToken.sessionPrivileges, appToken.sessionDuration], ['sview:*,sessionid:*', 3600])
  const { serviceUrl, partnerId } = kaltura
  const { id: appTokenId, token, hashType } = appToken
  const alone = () =>
    createSessionProvider({ serviceUrl, partnerId, appTokenId, appToken: token, hashType, isolate: 'session' }).getKs()
  const [ada, eve] = [await alone(), await alone()]
  await use(kaltura, 'session', 'end', { ks: eve })
  t.equal((await use(kaltura, 'user', 'get', { ks: eve })).code, 'INVALID_KS')
  t.equal((await use(kaltura, 'user', 'get', { ks: ada })).id, 'viewer@example.org')
  const rotated = await manager.rotate(appToken.id)
  t.deepEqual(codes(rotated), ['ISOLATED_SESSIONS'])
  t.deepEqual(codes(await manager.delete(appToken.id)), ['SESSIONS_OUTLIVE_TOKEN'])
  t.equal((await use(kaltura, 'user', 'get', { ks: ada })).id, 'viewer@example.org')
  const long = await manager.add({ ...fields, isolatedSessions: true, sessionDuration: 86_400 })
  t.deepEqual(codes(long), ['ISOLATED_SESSIONS', 'LONG_ISOLATED_SESSIONS'])
  t.equal(long.appToken.sessionDuration, 86_400)
  for (const [path, call] of [
    ['isolatedSessions', () => manager.add({ ...fields, isolatedSessions: 'yes' })],
    ['sessionPrivileges', () => manager.add({ ...fields, isolatedSessions: true, sessionPrivileges: 'sessionid:x' })],
    ['isolatedSessions', () => manager.update(long.appToken.id, { isolatedSessions: true })],
  ]) t.equal((await t.rejects(call())).path, path)
})

test('a token whose sessions any visitor can end is told of, and one that is closed is not', async (t) => {
  const manager = managerOf(await t.kaltura())
  const codes = async (more) => (await manager.add({ ...viewer, ...more })).warnings.map(({ code }) => code)
  const path = '/api_v3/service/media/action/list'
  t.deepEqual(await codes({}), ['SESSIONS_END_TOGETHER'])
  t.deepEqual(await codes({ sessionPrivileges: `urirestrict:${path}` }), [])
  t.deepEqual(await codes({ sessionPrivileges: `urirestrict:${path}|/api_v3/service/multirequest` }), ['SESSIONS_END_TOGETHER'])
  t.deepEqual(await codes({ sessionType: 'admin' }), ['ADMIN_SESSIONS'])
})

test('deleting what is not there is refused, also at a second try', async (t) => {
  const gone = async (kaltura) => {
    const error = await t.rejects(managerOf(kaltura).delete('0_unknown1'))
    t.equal(error.kalturaCode, 'APP_TOKEN_ID_NOT_FOUND')
    t.equal((await bodiesOf(kaltura, 'delete')).length, error.attempts)
    return error.attempts
  }
  t.equal(await gone(await t.kaltura()), 1)
  // The first KS is refused as expired, when the token is looked at.
  t.equal(await gone(await t.kaltura({ clockOffsetMs: 3_600_000 })), 1)
  const busy = await t.kaltura()
  await busy.tell('setFaults', { on: 'appToken.delete', status: 429, times: 1 })
  t.equal(await gone(busy), 2)
})

test('rotate makes a proved successor with the same properties, and leaves the old one', async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura)
  const { appToken } = await manager.add({
    ...viewer,
    expiry: nowS() + 86_400,
    hashType: 'SHA512',
    sessionPrivileges: 'sview:*,edit:0_a',
    description: 'the portal',
  })
  const { predecessor, successor, warnings } = await manager.rotate(appToken.id)
  t.deepEqual(warnings.map(({ code }) => code), ['SESSIONS_END_TOGETHER'])
  const { token, ...old } = appToken
  t.deepEqual(predecessor, old)
  t.ok(successor.id !== old.id && successor.token !== token)
  const { id, createdAt, updatedAt } = old
  const same = { ...successor, id, createdAt, updatedAt }
  delete same.token
  t.deepEqual(same, old)
  t.deepEqual((await bodiesOf(kaltura, 'startSession')).map(({ id: proved }) => proved), [successor.id])
  await start(kaltura, appToken)
  await manager.delete(predecessor.id)
  await start(kaltura, successor)
})

test('a successor that starts no session is deleted again', async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura, { retry: 0 })
  const { appToken } = await manager.add(viewer)
  await kaltura.tell('setFaults', { on: 'appToken.startSession', status: 503 })
  const error = await t.rejects(manager.rotate(appToken.id))
  t.equal(error.code, 'ERR_HTTP_STATUS')
  t.match(error.message, /deleted again/)
  t.equal(error.retryable, true)
  await kaltura.tell('setFaults')
  const { totalCount } = await manager.list()
  t.equal(totalCount, 2)
  await start(kaltura, appToken)

  const both = ['appToken.startSession', 'appToken.delete'].map((on) => ({ on, status: 503 }))
  await kaltura.tell('setFaults', ...both)
  const worse = await t.rejects(manager.rotate(appToken.id))
  await kaltura.tell('setFaults')
  const { appTokens } = await manager.list()
  const left = appTokens.find(({ id }) => ![appToken.id, kaltura.appToken.id].includes(id))
  t.match(worse.message, new RegExp(`successor ${left.id} .*delete it yourself`))
  t.equal(worse.retryable, false)
})

test('a successor is deleted again when its caller has given up', async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura)
  const { appToken } = await manager.add(viewer)
  await kaltura.tell('setFaults', { on: 'appToken.startSession', delayMs: 30_000 })
  const error = await t.rejects(manager.rotate(appToken.id, { timeoutMs: await t.pace(1500) }))
  t.equal(error.code, 'ERR_TIMEOUT')
  await kaltura.tell('setFaults')
  t.equal((await manager.list()).totalCount, 2)
})

test('a token that is disabled or has expired has no successor', async (t) => {
  const kaltura = await t.kaltura({ appToken: { expiry: nowS() - 60 } })
  const manager = managerOf(kaltura)
  const expired = await t.rejects(manager.rotate(kaltura.appToken.id))
  t.equal(expired.path, 'id')
  t.match(expired.message, /expired/)
  await kaltura.tell('setAppToken', kaltura.appToken.id, { status: 1, expiry: nowS() + 60 })
  t.match((await t.rejects(manager.rotate(kaltura.appToken.id))).message, /active/)
  t.deepEqual(await bodiesOf(kaltura, 'add'), [])
})

test('an add whose answer is lost is not done again, and says so', async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura)
  for (const [fault, code] of [
    [{ drop: 'after' }, 'ERR_NETWORK'],
    [{ truncate: 10 }, 'ERR_BAD_RESPONSE'],
    [{ status: 502 }, 'ERR_HTTP_STATUS'],
  ]) {
    await kaltura.tell('setFaults', { on: 'appToken.add', ...fault })
    const before = (await bodiesOf(kaltura, 'add')).length
    // So that there is a connection that is kept: some runtimes try those again by themselves.
    await manager.list()
    const error = await t.rejects(manager.add(viewer))
    t.equal(error.code, code)
    t.equal(error.retryable, false)
    t.equal(error.attempts, 1)
    t.match(error.message, /may have been made .*list\(\)/)
    t.equal((await bodiesOf(kaltura, 'add')).length, before + 1)
  }
  await kaltura.tell('setFaults', { on: 'appToken.add', delayMs: 30_000 })
  const late = await t.rejects(manager.add(viewer, { timeoutMs: await t.pace(300) }))
  t.equal(late.code, 'ERR_TIMEOUT')
  t.match(late.message, /may have been made/)
  await kaltura.tell('setFaults')
  t.ok((await manager.list()).totalCount >= 3)
})

test('an add that Kaltura has not heard is not said to have been made', async (t) => {
  // The first KS is refused as expired, and the secret for the second never comes.
  const kaltura = await t.kaltura({ clockOffsetMs: 3_600_000 })
  const secrets = [kaltura.adminSecret, new Promise(() => {})]
  const manager = managerOf(kaltura, { adminSecret: () => secrets.shift() })
  const error = await t.rejects(manager.add(viewer, { timeoutMs: await t.pace(1000) }))
  t.equal(error.code, 'ERR_TIMEOUT')
  t.equal(error.attempts, 1)
  t.equal(error.retryable, true)
  t.equal(error.message.includes('may have been made'), false)
})

test('an add that was turned away at the door is done again', async (t) => {
  const kaltura = await t.kaltura()
  const events = []
  const manager = managerOf(kaltura, { onEvent: (event) => events.push(event) })
  await kaltura.tell('setFaults', { on: 'appToken.add', status: 429, times: 1 })
  await manager.add(viewer)
  t.deepEqual(events.map(({ type, code }) => [type, code]), [['retried', 'ERR_HTTP_STATUS']])
  t.equal((await manager.list()).totalCount, 2)
})

test('other calls are done again when their answer is lost', async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura)
  const { id } = (await manager.add(viewer)).appToken
  const lose = (action) =>
    kaltura.tell('setFaults', { on: `appToken.${action}`, drop: 'after', times: 1 })
  await lose('get')
  t.equal((await manager.get(id)).id, id)
  await lose('update')
  t.equal((await manager.update(id, { description: 'new' })).appToken.description, 'new')
  await lose('list')
  t.equal((await manager.list()).totalCount, 2)
  // The first try has deleted it, so the second finds nothing.
  await lose('delete')
  await manager.delete(id)
  t.equal((await bodiesOf(kaltura, 'delete')).length, 2)
})

test('one KS of five minutes serves many calls, and the admin secret is never sent', async (t) => {
  const kaltura = await t.kaltura()
  let asked = 0
  const manager = managerOf(kaltura, {
    userId: 'ada@example.org',
    adminSecret: async () => {
      asked += 1
      return kaltura.adminSecret
    },
  })
  await manager.add(viewer)
  await manager.list()
  await manager.get(kaltura.appToken.id)
  t.equal(asked, 1)
  const requests = await kaltura.requests()
  const sent = new Set(requests.map(({ body }) => JSON.parse(body).ks))
  t.equal(sent.size, 1)
  for (const { text } of requests) t.equal(text.includes(kaltura.adminSecret), false)
  const [ks] = sent
  const info = await use(kaltura, 'session', 'get', { ks })
  t.equal(info.userId, 'ada@example.org')
  t.equal(info.sessionType, '2')
  const life = Number(info.expiry) - nowS()
  t.ok(life > 200 && life <= 301, `lives ${life} s`)
})

test('a KS that died is made anew, once', async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura)
  await manager.list()
  const [{ ks }] = await bodiesOf(kaltura, 'list')
  await use(kaltura, 'session', 'end', { ks })
  await manager.list()
  const used = (await bodiesOf(kaltura, 'list')).map((body) => body.ks)
  t.deepEqual([used[1] === ks, used[2] === ks, used.length], [true, false, 3])

  const { serviceUrl, partnerId, adminSecret } = kaltura
  const wrong = createAppTokenManager({ serviceUrl, partnerId, adminSecret: 'not-the-secret' })
  const error = await t.rejects(wrong.list())
  t.equal(error.kalturaCode, 'INVALID_KS')
  t.equal(error.attempts, 2)
  t.match(error.message, /check it, and partnerId/)

  // Nor is one that was refused at last used again.
  const stale = 'the-secret-of-yesterday'
  const secrets = [stale, stale, adminSecret]
  const late = createAppTokenManager({ serviceUrl, partnerId, adminSecret: async () => secrets.shift() })
  await t.rejects(late.get(kaltura.appToken.id))
  await late.get(kaltura.appToken.id)
  t.equal((await bodiesOf(kaltura, 'get')).length, 3)
})

test('a KS that was made anew for one call serves another, too', async (t) => {
  const kaltura = await t.kaltura()
  const { id } = kaltura.appToken
  let asked = 0
  let tell
  const told = new Promise((resolve) => {
    tell = resolve
  })
  const manager = managerOf(kaltura, {
    adminSecret() {
      asked += 1
      return kaltura.adminSecret
    },
    async fetch(url, init) {
      const response = await fetch(url, init)
      if (url.endsWith('/list')) await told
      return response
    },
  })
  await manager.get(id)
  const [{ ks }] = await bodiesOf(kaltura, 'get')
  await use(kaltura, 'session', 'end', { ks })
  // It is refused, and hears of it when the other call has been.
  const slow = Promise.resolve(manager.list())
  while ((await bodiesOf(kaltura, 'list')).length === 0) await new Promise((wake) => setTimeout(wake, 5))
  await manager.get(id)
  tell()
  t.equal((await slow).totalCount, 1)
  t.equal(asked, 2)
})

test("a clock that is off by a day is set right by Kaltura's answer", async (t) => {
  for (const clockOffsetMs of [86_400_000, -86_400_000]) {
    const kaltura = await t.kaltura({ clockOffsetMs })
    const manager = managerOf(kaltura)
    await manager.list()
    await manager.list()
    const serverS = nowS() + clockOffsetMs / 1000
    // A time to come on that clock, whatever this one says.
    const { appToken } = await manager.add({ ...viewer, expiry: serverS + 600 })
    t.equal(appToken.expiry, serverS + 600)
    const [last] = await bodiesOf(kaltura, 'add')
    const info = await use(kaltura, 'session', 'get', { ks: last.ks })
    t.ok(Math.abs(Number(info.expiry) - serverS - 300) < 60, `ends at ${info.expiry}`)
  }
})

test('a KS that is given is used as it is, and an error tells when it is dead', async (t) => {
  const kaltura = await t.kaltura()
  const ks = adminKs(kaltura)
  const manager = managerOf(kaltura, { ks })
  await manager.add(viewer)
  t.deepEqual((await bodiesOf(kaltura, 'add')).map((body) => body.ks), [ks])
  await use(kaltura, 'session', 'end', { ks })
  const error = await t.rejects(manager.list())
  t.equal(error.ksRefusal, 'LOGOUT')
  t.equal(error.attempts, 1)
  t.match(error.message, /ks that was given/)

  const live = adminKs(kaltura)
  const given = [ks, live, live]
  const renewing = managerOf(kaltura, { ks: async () => given.shift() })
  await renewing.list()
  t.equal(given.length, 1)
})

test('a session that may not manage is told what it takes', async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura, { ks: adminKs(kaltura, { sessionType: 'user' }) })
  const error = await t.rejects(manager.list())
  t.equal(error.kalturaCode, 'SERVICE_FORBIDDEN')
  t.match(error.message, /ADMIN session/)
})

test('wrong options are refused when the manager is made', async (t) => {
  const kaltura = await t.kaltura()
  const { partnerId, serviceUrl, adminSecret } = kaltura
  const ks = adminKs(kaltura)
  for (const [path, options] of [
    ['options', undefined],
    ['ks', { partnerId }],
    ['ks', { partnerId, ks, adminSecret }],
    ['ks', { partnerId, ks: 7 }],
    ['ks', { partnerId: partnerId + 1, ks }],
    ['adminSecret', { partnerId, adminSecret: '' }],
    ['userId', { partnerId, ks, userId: 'ada' }],
    ['partnerId', { adminSecret }],
    ['serviceUrl', { partnerId, adminSecret, serviceUrl: 'http://example.org' }],
    ['retry', { partnerId, adminSecret, retry: -1 }],
    ['timeoutMs', { partnerId, adminSecret, timeoutMs: 'soon' }],
    ['fetch', { partnerId, adminSecret, fetch: 'fetch' }],
    ['clientTag', { partnerId, adminSecret, clientTag: 'é' }],
    ['appTokenId', { partnerId, adminSecret, appTokenId: '0_a' }],
  ]) {
    const error = t.throws(() => createAppTokenManager(options))
    t.equal(error.code, 'ERR_INVALID_OPTIONS')
    t.equal(error.path, path)
  }
  const late = createAppTokenManager({ partnerId, serviceUrl, ks: () => 'k s' })
  t.equal((await t.rejects(late.list())).path, 'ks')
})

test('a vault that fails is told apart, without what it said', async (t) => {
  const kaltura = await t.kaltura()
  const failing = async () => {
    throw Object.assign(new Error(`denied for ${kaltura.adminSecret}`), { code: 'EACCES' })
  }
  for (const options of [{ adminSecret: failing }, { ks: failing }]) {
    const error = await t.rejects(managerOf(kaltura, options).list())
    t.equal(error.code, 'ERR_TOKEN_SOURCE')
    t.match(error.message, /^the (adminSecret|ks) function failed/)
    t.equal(error.cause.code, 'EACCES')
    t.equal(`${error}${error.cause.stack}`.includes(kaltura.adminSecret), false)
  }
})

test('a call ends when its caller aborts it, or its time is over', async (t) => {
  const kaltura = await t.kaltura()
  await kaltura.tell('setFaults', { delayMs: 30_000 })
  const manager = managerOf(kaltura, { timeoutMs: 300 })
  const late = await t.rejects(manager.list())
  t.equal(late.code, 'ERR_TIMEOUT')
  t.match(late.message, /appToken\.list within 300 ms/)
  const controller = new AbortController()
  const call = t.rejects(manager.get(kaltura.appToken.id, { signal: controller.signal, timeoutMs: 20_000 }))
  controller.abort(new Error('enough'))
  const aborted = await call
  t.equal(aborted.code, 'ERR_ABORTED')
  t.equal(aborted.cause.message, 'enough')
})

test('an answer that is none is an error', async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura, { retry: 0 })
  for (const body of ['{}', 'null', '[]', '<html>']) {
    await kaltura.tell('setFaults', { body })
    t.equal((await t.rejects(manager.get(kaltura.appToken.id))).code, 'ERR_BAD_RESPONSE')
    t.equal((await t.rejects(manager.list())).code, 'ERR_BAD_RESPONSE')
    const added = await t.rejects(manager.add(viewer))
    t.equal(added.code, 'ERR_BAD_RESPONSE')
    t.match(added.message, /may have been made/)
    if (body === 'null') continue
    t.equal((await t.rejects(manager.delete(kaltura.appToken.id))).code, 'ERR_BAD_RESPONSE')
  }
})

test('a new application token without its value is none', async (t) => {
  const kaltura = await t.kaltura()
  const body = JSON.stringify({ id: '0_new', partnerId: kaltura.partnerId, status: 2 })
  await kaltura.tell('setFaults', { on: 'appToken.add', body })
  for (const call of ['add', 'rotate']) {
    const manager = managerOf(kaltura)
    const error = await t.rejects(call === 'add' ? manager.add(viewer) : manager.rotate(kaltura.appToken.id))
    t.equal(error.code, 'ERR_BAD_RESPONSE')
    t.equal(error.retryable, false)
    t.match(error.message, /may have been made/)
  }
})

test('a limit that cannot be read makes an answer unusable', async (t) => {
  const kaltura = await t.kaltura()
  const { id } = kaltura.appToken
  const odd = { id, partnerId: kaltura.partnerId, status: 2, sessionPrivileges: ['iprestrict:10.0.0.1'] }
  const faults = [{ status: 503, times: 1 }, { body: JSON.stringify(odd) }]
  await kaltura.tell('setFaults', ...faults.map((fault) => ({ on: 'appToken.get', ...fault })))
  const manager = managerOf(kaltura)
  // A successor would be without the limit.
  const error = await t.rejects(manager.rotate(id))
  t.equal(error.code, 'ERR_BAD_RESPONSE')
  t.equal(error.attempts, 2)
  t.deepEqual(await bodiesOf(kaltura, 'add'), [])
})

test('a manager and its errors show no secret, and leave none in the memory of wasm', async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura)
  const { appToken } = await manager.add(viewer)
  await manager.rotate(appToken.id)
  await manager.list()
  const talkative = async (url, { body }) => {
    throw new TypeError(`failed: ${url} ${body}`)
  }
  const errors = [
    await t.rejects(managerOf(kaltura, { fetch: talkative, retry: 0 }).list()),
    await t.rejects(manager.get('0_unknown')),
  ]
  const [{ ks }] = await bodiesOf(kaltura, 'add')
  const secrets = [kaltura.adminSecret, appToken.token, ks]
  const shown = [`${manager}`, JSON.stringify(manager), ...Object.keys(manager)]
  for (let error of errors) {
    for (; error; error = error.cause) {
      shown.push(`${error}`, JSON.stringify(error), error.stack)
      for (const name of Object.getOwnPropertyNames(error)) shown.push(String(error[name]))
    }
  }
  for (const secret of secrets) t.equal(shown.join('\n').includes(secret), false)
  for (const secret of [kaltura.adminSecret, appToken.token]) t.equal(occurrences(secret), 0)
})

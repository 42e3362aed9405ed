import { createAppTokenManager, createSessionProvider } from 'kaltura-app-token'
import { test } from './harness.js'
import { adminKs, bodiesOf, managerOf, nowS, start, use, viewer } from './manager-helpers.js'
import { occurrences } from './memory.js'

test('an application token that is added starts sessions as it says', async (t) => {
  const kaltura = await t.kaltura()
  const { appToken, warnings } = await managerOf(kaltura).add({
    ...viewer,
    sessionPrivileges: [{ name: 'sview', any: true }],
    expiry: nowS() + 86_400,
    description: 'the portal',
  })
  t.deepEqual(
    warnings.map(({ code }) => code),
    ['SESSIONS_END_TOGETHER'],
  )
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
  const shown = [await manager.get(id), await manager.update(id, { description: 'new' }), await manager.list(), all]
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
    ['sessionPrivileges[0].name', () => manager.add({ ...viewer, sessionPrivileges: [{ name: 'a,b', values: [] }] })],
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
  t.deepEqual(
    changed.warnings.map(({ code }) => code),
    ['HASH_TYPE_CHANGED'],
  )
  for (const [sessionUserId, isShared] of [
    ['viewer@example.org', false],
    ['Viewer@example.org', true],
  ]) {
    const { warnings } = await manager.add({ ...viewer, sessionUserId })
    t.equal(
      warnings.some(({ code }) => code === 'NOT_THE_ONLY_USER'),
      isShared,
    )
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
    t.deepEqual(
      warnings.map(({ code }) => code),
      codes,
    )
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
  t.deepEqual(
    warnings.map(({ code }) => code),
    ['ANY_USER', 'SESSIONS_END_TOGETHER'],
  )

  const strict = managerOf(await t.kaltura())
  // Whatever was called before, the partner still takes none: the manager's KS names its user.
  await strict.list()
  const error = await t.rejects(strict.add({ ...viewer, sessionUserId: null }))
  t.equal(error.kalturaCode, 'INVALID_FIELD_VALUE')
  t.match(error.message, /most partners require one/)
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
  ])
    t.equal((await t.rejects(call())).path, path)
})

test('a token whose sessions any visitor can end is told of, and one that is closed is not', async (t) => {
  const manager = managerOf(await t.kaltura())
  const codes = async (more) => (await manager.add({ ...viewer, ...more })).warnings.map(({ code }) => code)
  const path = '/api_v3/service/media/action/list'
  t.deepEqual(await codes({}), ['SESSIONS_END_TOGETHER'])
  t.deepEqual(await codes({ sessionPrivileges: `urirestrict:${path}` }), [])
  t.deepEqual(await codes({ sessionPrivileges: `urirestrict:${path}|/api_v3/service/multirequest` }), [
    'SESSIONS_END_TOGETHER',
  ])
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

// Sessions that end alone.
import { createSessionProvider, startAppTokenSession } from 'kaltura-app-token'
import { PLENTY_MS, test } from './harness.js'
import { openStore } from './open-store.js'

const ISOLATED = 'sview:*,sessionid:*'

/** A Kaltura with a token whose sessions can end alone: `{ kaltura, credentials }`. */
async function isolatedKaltura(t, changes) {
  const kaltura = await t.kaltura()
  const { id, token } = await kaltura.tell('addAppToken', { sessionPrivileges: ISOLATED, ...changes })
  return { kaltura, credentials: { ...kaltura.credentials, appTokenId: id, appToken: token } }
}

function providerOf(credentials, options) {
  const events = []
  const provider = createSessionProvider({
    ...credentials,
    isolate: 'user',
    timeoutMs: PLENTY_MS,
    onEvent: (event) => events.push(event),
    ...options,
  })
  return { provider, told: () => events.map(({ type }) => type) }
}

async function call({ serviceUrl }, operation, parameters) {
  const [service, action] = operation.split('.')
  const response = await fetch(`${serviceUrl}/api_v3/service/${service}/action/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ format: 1, nocache: 1, ...parameters }),
  })
  return response.json()
}

/** Whether a user's KS lives: it has no right to this call, and is told so while it does. */
async function isAlive(kaltura, ks) {
  const { code, args } = await call(kaltura, 'session.get', { ks })
  if (code === 'SERVICE_FORBIDDEN') return true
  if (code === 'INVALID_KS' && args.KSID === 'LOGOUT') return false
  throw new Error(`the probe was answered ${code}`)
}

const sessionIdOf = ({ privileges }) => /(?:^|,)sessionid:([^,]*)/.exec(privileges)[1]

test('whoever ends an isolated session ends nobody else', async (t) => {
  const { kaltura, credentials } = await isolatedKaltura(t)
  const { provider, told } = providerOf(credentials)
  const [ada, bob] = [await provider.getKs({ userId: 'ada' }), await provider.getKs({ userId: 'bob' })]
  await call(kaltura, 'session.end', { ks: ada })
  t.deepEqual([await isAlive(kaltura, ada), await isAlive(kaltura, bob)], [false, true])
  provider.invalidate(ada)
  const again = await provider.getKs({ userId: 'ada' })
  t.ok(again !== ada && (await isAlive(kaltura, again)), 'a new one that lives')
  t.equal(await provider.getKs({ userId: 'bob' }), bob)
  t.ok(!told().includes('revoked'), 'the token is not taken for revoked')
})

test('each user has a session id that no app token could have and nobody could guess', async (t) => {
  const { credentials } = await isolatedKaltura(t)
  const { provider } = providerOf(credentials)
  const one = sessionIdOf(await provider.getSession({ userId: 'ada' }))
  const restricted = { userId: 'ada', sessionPrivileges: 'custom:1' }
  t.match(one, /^kat-[0-9a-f]{32}$/)
  t.equal(sessionIdOf(await provider.getSession(restricted)), one)
  t.ok(sessionIdOf(await provider.getSession({ userId: 'bob' })) !== one, "another user's")
  t.ok(sessionIdOf(await provider.getSession()) !== one, "nobody's")
  const other = await providerOf(credentials).provider.getSession({ userId: 'ada' })
  t.ok(sessionIdOf(other) !== one, "a process's own where nothing is shared")
  t.deepEqual(other.differences, [])
})

test('a session of one request ends alone, and its renewals with it', async (t) => {
  const { kaltura, credentials } = await isolatedKaltura(t)
  const { provider } = providerOf(credentials, { isolate: 'session', userId: 'ada' })
  const requests = [{}, { sessionPrivileges: 'custom:1' }]
  const [one, other] = await Promise.all(requests.map((request) => provider.getSession(request)))
  t.ok(sessionIdOf(one) !== sessionIdOf(other), 'an id each')
  await provider.endSessions(requests[0])
  t.deepEqual([await isAlive(kaltura, one.ks), await isAlive(kaltura, other.ks)], [false, true])
  t.ok(await isAlive(kaltura, await provider.getKs(requests[0])), 'a new one lives')
  t.equal(await provider.getKs(requests[1]), other.ks)
})

test('endSessions logs a user out everywhere, and the next sessions live', async (t) => {
  const { kaltura, credentials } = await isolatedKaltura(t)
  const { provider } = providerOf(credentials)
  const mine = [
    await provider.getKs({ userId: 'ada' }),
    await provider.getKs({ userId: 'ada', sessionPrivileges: 'custom:1' }),
    await provider.getKs({ userId: 'ada', expiry: 600 }),
  ]
  const bob = await provider.getKs({ userId: 'bob' })
  for (let round = 0; round < 3; round += 1) {
    await provider.endSessions({ userId: 'ada' })
    for (const ks of mine) t.equal(await isAlive(kaltura, ks), false)
    mine.push(await provider.getKs({ userId: 'ada' }))
    t.ok(await isAlive(kaltura, mine.at(-1)), 'the next one lives')
  }
  t.equal(await provider.getKs({ userId: 'bob' }), bob)
  t.ok(await isAlive(kaltura, bob), 'bob lives on')
  const second = await provider.getKs({ userId: 'ada', expiry: 600 })
  t.ok(!mine.includes(second) && (await isAlive(kaltura, second)), 'no other one is left in the cache')
})

test('endSessions ends what was handed out and is no longer in the cache', async (t) => {
  const { kaltura, credentials } = await isolatedKaltura(t)
  const { provider } = providerOf(credentials)
  const old = await provider.getKs({ userId: 'ada' })
  provider.clear()
  await provider.endSessions({ userId: 'ada' })
  t.equal(await isAlive(kaltura, old), false)
})

test('an endSessions that has failed has ended nothing, and the next one does', async (t) => {
  const { kaltura, credentials } = await isolatedKaltura(t)
  let isDown = true
  const fetching = (url, init) =>
    isDown && url.includes('action/end') ? new Response('', { status: 503 }) : fetch(url, init)
  const { provider } = providerOf(credentials, { fetch: fetching, retry: false })
  const ks = await provider.getKs({ userId: 'ada' })
  const error = await t.rejects(provider.endSessions({ userId: 'ada' }))
  t.deepEqual([error.code, error.service, error.action], ['ERR_HTTP_STATUS', 'session', 'end'])
  t.equal(await provider.getKs({ userId: 'ada' }), ks)
  isDown = false
  await provider.endSessions({ userId: 'ada' })
  t.equal(await isAlive(kaltura, ks), false)
  t.ok(await isAlive(kaltura, await provider.getKs({ userId: 'ada' })), 'the next one lives')
})

test('an endSessions whose first answer is lost succeeds with the second', async (t) => {
  const { kaltura, credentials } = await isolatedKaltura(t)
  let isLost = true
  const fetching = async (url, init) => {
    const response = await fetch(url, init)
    if (!isLost || !url.includes('action/end')) return response
    isLost = false
    throw new TypeError('lost')
  }
  const { provider } = providerOf(credentials, { fetch: fetching })
  const ks = await provider.getKs({ userId: 'ada' })
  await provider.endSessions({ userId: 'ada' })
  t.deepEqual([isLost, await isAlive(kaltura, ks)], [false, false])
  t.ok(await isAlive(kaltura, await provider.getKs({ userId: 'ada' })), 'the next one lives')
})

test('endSessions ends sessions that may not end themselves', async (t) => {
  const { kaltura, credentials } = await isolatedKaltura(t, {
    sessionPrivileges: `${ISOLATED},urirestrict:*`,
  })
  const { provider } = providerOf(credentials)
  const closed = { userId: 'ada', sessionPrivileges: 'urirestrict:/api_v3/service/session/action/get*' }
  const ks = await provider.getKs(closed)
  t.equal(await isAlive(kaltura, ks), true)
  await provider.endSessions(closed)
  t.equal(await isAlive(kaltura, ks), false)
  t.ok(await isAlive(kaltura, await provider.getKs(closed)), 'the next one lives')
})

test('a session that nobody can probe gets another id when it is reported dead', async (t) => {
  const { kaltura, credentials } = await isolatedKaltura(t)
  const { provider } = providerOf(credentials, { grants: 'report' })
  const request = { userId: 'ada', sessionPrivileges: 'x:urirestrict' }
  const before = await provider.getSession(request)
  await call(kaltura, 'session.end', { ks: before.ks })
  const { length } = await kaltura.requests()
  provider.invalidate(request)
  const after = await provider.getSession(request)
  t.ok(await isAlive(kaltura, after.ks), 'it lives')
  t.ok(sessionIdOf(after) !== sessionIdOf(before), 'by another id')
  t.equal((await kaltura.requests()).length, length + 2)
})

test('a session that was reported and lives keeps the id by which endSessions ends it', async (t) => {
  const { kaltura, credentials } = await isolatedKaltura(t)
  const { provider } = providerOf(credentials)
  const wrong = await provider.getSession({ userId: 'ada' })
  provider.invalidate({ userId: 'ada' })
  const right = await provider.getSession({ userId: 'ada' })
  t.equal(sessionIdOf(right), sessionIdOf(wrong))
  await provider.endSessions({ userId: 'ada' })
  t.deepEqual([await isAlive(kaltura, wrong.ks), await isAlive(kaltura, right.ks)], [false, false])
})

test('calls go on with a new session when the user has ended the old one', async (t) => {
  const { kaltura, credentials } = await isolatedKaltura(t)
  const { provider, told } = providerOf(credentials, { userId: 'ada' })
  const ks = await provider.getKs()
  await call(kaltura, 'session.end', { ks })
  await provider.call('user', 'get')
  t.ok((await provider.getKs()) !== ks, 'a new one')
  t.ok(await isAlive(kaltura, await provider.getKs()), 'that lives')
  t.ok(!told().includes('revoked'), 'nothing is revoked')
})

test('what one process has ended the others learn through the store', async (t) => {
  const { kaltura, credentials } = await isolatedKaltura(t)
  const store = openStore()
  const [one, two] = [providerOf(credentials, { store }), providerOf(credentials, { store })].map(
    ({ provider }) => provider,
  )
  const ada = await one.getSession({ userId: 'ada' })
  const restricted = { userId: 'ada', sessionPrivileges: 'custom:1' }
  const other = await two.getSession(restricted)
  t.equal(sessionIdOf(other), sessionIdOf(ada))
  const bob = await two.getKs({ userId: 'bob' })
  await one.endSessions({ userId: 'ada' })
  t.deepEqual([await isAlive(kaltura, ada.ks), await isAlive(kaltura, other.ks)], [false, false])
  t.ok(await isAlive(kaltura, bob), 'bob lives on')
  // Within two seconds.
  await t.until(async () => (await two.getKs(restricted)) !== other.ks)
  const next = await two.getSession(restricted)
  t.ok(await isAlive(kaltura, next.ks), 'the other process has one that lives')
  t.equal(sessionIdOf(await one.getSession({ userId: 'ada' })), sessionIdOf(next))
  t.equal(await two.getKs({ userId: 'bob' }), bob)
  // One that starts only now takes neither the dead sessions nor the dead id.
  const third = providerOf(credentials, { store }).provider
  for (const request of [{ userId: 'ada' }, restricted, { userId: 'ada', expiry: 300 }]) {
    t.ok(await isAlive(kaltura, await third.getKs(request)), 'it lives')
  }
})

test('a user who has ended a session in one process is not handed dead ones by another', async (t) => {
  const { kaltura, credentials } = await isolatedKaltura(t)
  const store = openStore()
  const [one, two] = [1, 2].map(() => providerOf(credentials, { store }).provider)
  const ks = await one.getKs({ userId: 'ada' })
  await t.until(() => store.kept.size > 0)
  t.equal(await two.getKs({ userId: 'ada' }), ks)
  await call(kaltura, 'session.end', { ks })
  one.invalidate(ks)
  const next = await one.getKs({ userId: 'ada' })
  t.ok(await isAlive(kaltura, next), 'a new one that lives')
  await t.until(async () => (await two.getKs({ userId: 'ada' })) === next)
})

test('many are started with ids of their own', async (t) => {
  const { credentials } = await isolatedKaltura(t)
  for (const store of [undefined, openStore()]) {
    const { provider } = providerOf(credentials, { store })
    const requests = ['ada', 'bob', 'eve', 'ada'].map((userId) => ({ userId }))
    const ids = (await provider.startSessions(requests)).map(({ session }) => sessionIdOf(session))
    t.deepEqual([new Set(ids).size, ids[0] === ids[3]], [3, true])
    const again = await provider.startSessions(requests)
    t.deepEqual(
      again.map(({ session }) => sessionIdOf(session)),
      ids,
    )
  }
})

test('a fleet that seals with keys of its own has the same ids, however the keys are rotated', async (t) => {
  const { kaltura, credentials } = await isolatedKaltura(t)
  const store = openStore()
  const made = new Map(['a', 'b'].map((id) => [id, crypto.getRandomValues(new Uint8Array(32))]))
  const keyOf = (id) => ({ id, key: made.get(id) })
  const { appToken, ...others } = credentials
  let isDown = false
  const token = () => {
    if (isDown) throw new Error('the vault is down')
    return appToken
  }
  const [one, two] = [['a'], ['b', 'a']].map((ids) => {
    const seal = { keys: ids.map(keyOf) }
    return providerOf({ ...others, appToken: token }, { store, seal }).provider
  })
  const ids = [sessionIdOf(await one.getSession({ userId: 'ada' }))]
  isDown = true
  await t.rejects(one.getSession({ userId: 'bob' }))
  isDown = false
  ids.push(sessionIdOf(await one.getSession({ userId: 'ada', expiry: 600 })))
  const { ks, ...session } = await two.getSession({ userId: 'ada', expiry: 300 })
  t.deepEqual([...ids, sessionIdOf(session)], Array(3).fill(ids[0]))
  await one.endSessions({ userId: 'ada' })
  t.equal(await isAlive(kaltura, ks), false)
})

test('a store shows no session id, and a record that was changed is not believed', async (t) => {
  const { kaltura, credentials } = await isolatedKaltura(t)
  const store = openStore()
  const { provider } = providerOf(credentials, { store })
  const before = await provider.getSession({ userId: 'ada' })
  await provider.endSessions({ userId: 'ada' })
  const [name] = [...store.kept.keys()].filter((it) => it.endsWith(':ended'))
  const record = store.kept.get(name)
  t.ok(!JSON.stringify([...store.kept]).includes(sessionIdOf(before).slice(4)), 'no id is shown')
  store.kept.set(
    name,
    record.replace(/^\d+/, (number) => Number(number) + 1),
  )
  const fresh = providerOf(credentials, { store }).provider
  t.equal(sessionIdOf(await fresh.getSession({ userId: 'ada' })), sessionIdOf(before))
  store.kept.clear()
  store.kept.set(name, record)
  const honest = providerOf(credentials, { store }).provider
  t.ok(await isAlive(kaltura, await honest.getKs({ userId: 'ada' })), 'its own record is believed')
})

test('a token without sessionid:* starts no isolated session, whatever is allowed to differ', async (t) => {
  const kaltura = await t.kaltura()
  for (const grants of ['guard', 'exact', 'report']) {
    for (const isolate of ['user', 'session']) {
      const { provider } = providerOf(kaltura.credentials, { isolate, grants })
      for (const name of ['getKs', 'endSessions']) {
        const error = await t.rejects(provider[name]({ userId: 'ada' }))
        t.equal(error.code, 'ERR_NOT_GRANTED')
        t.match(error.message, /sessionid:\*.*isolatedSessions: true/)
        t.deepEqual(error.differences, [{ field: 'sessionPrivileges', privilege: 'sessionid', effect: 'broader' }])
      }
    }
  }
  // None of that has ended anybody's sessions.
  t.ok(await isAlive(kaltura, (await startAppTokenSession(kaltura.credentials)).ks), 'the token lives')
})

test('without isolate, endSessions ends nothing and says why', async (t) => {
  const { kaltura, credentials } = await isolatedKaltura(t)
  const { provider } = providerOf(credentials, { isolate: undefined })
  const ks = await provider.getKs({ userId: 'ada' })
  const error = await t.rejects(provider.endSessions({ userId: 'ada' }))
  t.deepEqual([error.code, error.path], ['ERR_INVALID_OPTIONS', 'isolate'])
  t.ok(await isAlive(kaltura, ks), 'it lives')
  t.equal(provider.isolate, undefined)
  t.equal(providerOf(credentials).provider.isolate, 'user')
})

test('no caller chooses a session id', async (t) => {
  const { kaltura, credentials } = await isolatedKaltura(t)
  const { length } = await kaltura.requests()
  const { provider } = providerOf(credentials)
  const other = kaltura.credentials.appTokenId
  for (const sessionPrivileges of [
    `sessionid:${other}`,
    `sview:*, sessionid :${other}`,
    `SESSIONID:${other}`,
    [{ name: 'sessionid', values: [other] }],
  ]) {
    for (const options of [credentials, { ...credentials, isolate: 'user' }]) {
      const error = t.throws(() => createSessionProvider({ ...options, sessionPrivileges }))
      t.deepEqual([error.code, error.path], ['ERR_INVALID_OPTIONS', 'sessionPrivileges'])
    }
    const errors = [
      await t.rejects(provider.getKs({ sessionPrivileges })),
      await t.rejects(startAppTokenSession({ ...credentials, sessionPrivileges })),
    ]
    for (const error of errors) {
      t.equal(error.code, 'ERR_INVALID_OPTIONS')
      t.match(error.message, /sessionPrivileges must be without sessionid/)
    }
  }
  t.equal((await kaltura.requests()).length, length)
})

test('isolated sessions live for a day at most, for as long as Kaltura knows that they were ended', async (t) => {
  const { credentials } = await isolatedKaltura(t, { sessionDuration: 7 * 86_400 })
  const { provider } = providerOf(credentials, { grants: 'exact' })
  const { expiresAt, differences } = await provider.getSession({ userId: 'ada' })
  const days = (expiresAt - Date.now()) / 86_400_000
  t.ok(days > 0.9 && days < 1.1, `it lives for ${days} days`)
  t.deepEqual(differences, [])
  const error = await t.rejects(provider.getKs({ userId: 'ada', expiry: 86_401 }))
  t.equal(error.code, 'ERR_INVALID_OPTIONS')
  t.match(error.message, /86400 with `isolate`/)
  const wrong = t.throws(() => createSessionProvider({ ...credentials, isolate: 'users' }))
  t.equal(wrong.path, 'isolate')
})

// How the manager's calls are made: their KS, their tries, their errors.
import { createAppTokenManager } from 'kaltura-app-token'
import { test } from './harness.js'
import { adminKs, bodiesOf, managerOf, nowS, use, viewer } from './manager-helpers.js'

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
    t.match(error.message, /may have been made, .*list\(\)/)
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
  t.deepEqual(
    events.map(({ type, code }) => [type, code]),
    [['retried', 'ERR_HTTP_STATUS']],
  )
  t.equal((await manager.list()).totalCount, 2)
})

test('other calls are done again when their answer is lost', async (t) => {
  const kaltura = await t.kaltura()
  const manager = managerOf(kaltura)
  const { id } = (await manager.add(viewer)).appToken
  const lose = (action) => kaltura.tell('setFaults', { on: `appToken.${action}`, drop: 'after', times: 1 })
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
  t.match(error.message, /check adminSecret and partnerId/)

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
  t.deepEqual(
    (await bodiesOf(kaltura, 'add')).map((body) => body.ks),
    [ks],
  )
  await use(kaltura, 'session', 'end', { ks })
  const error = await t.rejects(manager.list())
  t.equal(error.ksRefusal, 'LOGOUT')
  t.equal(error.attempts, 1)
  t.match(error.message, /the given ks/)

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

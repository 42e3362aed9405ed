// Successors of application tokens.
import { test } from './harness.js'
import { bodiesOf, managerOf, nowS, start, viewer } from './manager-helpers.js'

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
  t.deepEqual(
    warnings.map(({ code }) => code),
    ['SESSIONS_END_TOGETHER'],
  )
  const { token, ...old } = appToken
  t.deepEqual(predecessor, old)
  t.ok(successor.id !== old.id && successor.token !== token)
  const { id, createdAt, updatedAt } = old
  const same = { ...successor, id, createdAt, updatedAt }
  Reflect.deleteProperty(same, 'token')
  t.deepEqual(same, old)
  t.deepEqual(
    (await bodiesOf(kaltura, 'startSession')).map(({ id: proved }) => proved),
    [successor.id],
  )
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
  t.match(worse.message, new RegExp(`successor ${left?.id} .*delete it yourself`))
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

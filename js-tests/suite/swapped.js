// Secrets where none belongs: refused before anything is sent, and never shown.
import {
  createAppTokenManager,
  createSessionProvider,
  generateKs,
  predictPrivileges,
  startAppTokenSession,
} from 'kaltura-app-token'
import { createKsHandler } from 'kaltura-app-token/handler'
import { test } from './harness.js'

const right = { partnerId: 102, appTokenId: '0_ab12cd34', appToken: 'a-token-of-mine' }

/** Starts a session with a fetch that must not be called. */
async function refused(t, options) {
  let sent = 0
  const fetch = async () => {
    sent += 1
  }
  const error = await t.rejects(startAppTokenSession({ ...right, fetch, ...options }))
  t.equal(sent, 0)
  t.equal(error.code, 'ERR_INVALID_OPTIONS')
  return error
}

/** Everything an error shows. */
const shown = ({ message, stack, ...error }) => `${message} ${stack} ${JSON.stringify(error)}`

const TOKEN = 'c4f0c4f3c07bdb18042dd32a1992d9b2'
const ID = '0_ab12cd34'

test('an id and a token that have changed places are refused before anything is sent, and not shown', async (t) => {
  const swapped = await refused(t, { appTokenId: TOKEN, appToken: ID })
  t.equal(swapped.path, 'appTokenId')
  t.equal(shown(swapped).includes(TOKEN), false)
  t.equal((await refused(t, { appToken: ID })).path, 'appToken')
  t.equal((await refused(t, { appToken: () => ID })).path, 'appToken')
  const provider = (options) => t.throws(() => createSessionProvider({ ...right, ...options }))
  const paths = [
    provider({ appTokenId: TOKEN }),
    provider({ appToken: ID }),
    provider({ fallback: { appTokenId: TOKEN, appToken: ID } }),
    provider({ fallback: { appTokenId: ID, appToken: ID } }),
    t.throws(() => predictPrivileges(TOKEN)),
  ].map((error) => {
    t.equal(error.code, 'ERR_INVALID_OPTIONS')
    t.equal(shown(error).includes(TOKEN), false)
    return error.path
  })
  t.deepEqual(paths, ['appTokenId', 'appToken', 'fallback.appTokenId', 'fallback.appToken', 'appTokenId'])
})

test('a secret in the place of an option that shows is refused, and not shown', async (t) => {
  for (const secret of [TOKEN, 'djJ8MTAyfG4Qz8EII6Q0aP61ouJgx3zW']) {
    for (const option of [
      { appTokenId: secret },
      { partnerId: secret },
      { hashType: secret },
      { serviceUrl: secret },
      { serviceUrl: `https://www.kaltura.com/${secret}` },
      { serviceUrl: `https://www.kaltura.com/ks/${secret}/api_v3` },
      { serviceUrl: `https://${secret}@www.kaltura.com` },
      { [secret]: true },
      { [secret]: [null] },
    ]) {
      t.equal(shown(await refused(t, option)).includes(secret), false)
    }
    const provider = createSessionProvider(right)
    for (const error of [
      t.throws(() => createSessionProvider({ ...right, [secret]: true })),
      t.throws(() => createSessionProvider({ ...right, fallback: { appTokenId: ID, appToken: 'a', [secret]: 1 } })),
      await t.rejects(provider.getKs({ [secret]: 'x' })),
      await t.rejects(provider.startSessions([{}], { [secret]: 1 })),
      await t.rejects(provider.call(secret, 'get')),
      await t.rejects(provider.call('session', secret)),
      t.throws(() => generateKs({ [secret]: 1 }, 'secret')),
    ]) {
      t.equal(error.code, 'ERR_INVALID_OPTIONS')
      t.equal(shown(error).includes(secret), false)
    }
  }
})

test('the manager refuses a secret in the place of an id, and one secret in that of another', async (t) => {
  const kaltura = await t.kaltura()
  const { serviceUrl, partnerId, adminSecret } = kaltura
  const ks = generateKs({ partnerId, sessionType: 2, userId: '', expiry: 4102444800 }, adminSecret)
  const manager = createAppTokenManager({ serviceUrl, partnerId, adminSecret })
  for (const secret of [TOKEN, ks]) {
    const errors = [
      await t.rejects(manager.get(secret)),
      await t.rejects(manager.update(secret, { description: 'x' })),
      await t.rejects(manager.delete(secret)),
      await t.rejects(manager.rotate(secret)),
      await t.rejects(manager.list({ idEqual: secret })),
      await t.rejects(manager.list({ idIn: [ID, secret] })),
      await t.rejects(manager.list({ [secret]: ID })),
      await t.rejects(manager.list({}, { [secret]: 1 })),
      await t.rejects(manager.add({ sessionUserId: 'ada', [secret]: 1 })),
      await t.rejects(manager.get(ID, { [secret]: 1 })),
      t.throws(() => createAppTokenManager({ partnerId, adminSecret, [secret]: 1 })),
    ]
    for (const error of errors) {
      t.equal(error.code, 'ERR_INVALID_OPTIONS')
      t.equal(shown(error).includes(secret), false)
    }
  }
  // As a KS it would be sent as it is.
  t.equal(t.throws(() => createAppTokenManager({ partnerId, ks: TOKEN })).path, 'ks')
  t.equal(t.throws(() => createAppTokenManager({ partnerId, adminSecret: ks })).path, 'adminSecret')
  const late = createAppTokenManager({ serviceUrl, partnerId, ks: () => TOKEN })
  t.equal((await t.rejects(late.list())).path, 'ks')
  t.deepEqual(await kaltura.requests(), [])
})

test('the handler does not show a secret in the place of an option', (t) => {
  const provider = createSessionProvider(right)
  const error = t.throws(() => createKsHandler({ provider, authorize: () => null, [TOKEN]: 1 }))
  t.equal(error.code, 'ERR_INVALID_OPTIONS')
  t.equal(shown(error).includes(TOKEN), false)
})

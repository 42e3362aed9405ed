// Certificates that are not verified: Node's and Bun's environment may turn that off at any time.
import { createAppTokenManager, createSessionProvider, startAppTokenSession } from 'kaltura-app-token'
import { test } from './harness.js'

const credentials = { partnerId: 102, appTokenId: '0_ab12cd34', appToken: 'a-token-of-mine', retry: 0 }
const serviceUrl = 'https://kaltura.test'

/** Deno has a flag in its place, and reading its environment asks for leave. */
const env = globalThis.Deno === undefined ? globalThis.process?.env : undefined

/** Runs something where verification is turned off; not at all where that can't be. */
async function withoutVerification(run) {
  if (!env) return
  const { NODE_TLS_REJECT_UNAUTHORIZED: before } = env
  env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  try {
    await run()
  } finally {
    if (before === undefined) delete env.NODE_TLS_REJECT_UNAUTHORIZED
    else env.NODE_TLS_REJECT_UNAUTHORIZED = before
  }
}

test('where certificates are not verified, nothing is sent', (t) =>
  withoutVerification(async () => {
    let sent = 0
    const fetch = async () => {
      sent += 1
    }
    const options = { ...credentials, serviceUrl, fetch }
    const provider = createSessionProvider(options)
    const manager = createAppTokenManager({ partnerId: 102, adminSecret: 'x', serviceUrl, fetch })
    const [{ error: many }] = await provider.startSessions([{ userId: 'ada' }])
    for (const error of [
      await t.rejects(startAppTokenSession(options)),
      await t.rejects(provider.getKs()),
      ...(await Promise.all([provider.getKs(), provider.getSession()].map((it) => t.rejects(it)))),
      await t.rejects(provider.call('session', 'get')),
      many,
      await t.rejects(manager.get('0_ab12cd34')),
      await t.rejects(manager.list()),
    ]) {
      t.equal(error.code, 'ERR_INVALID_OPTIONS')
      t.equal(error.path, 'dangerouslyAllowUnverifiedTls')
      t.equal(error.retryable, false)
      t.equal(error.attempts, 0)
      t.match(error.message, /NODE_TLS_REJECT_UNAUTHORIZED.*unset it/)
    }
    t.equal(sent, 0)
  }))

test('unverified certificates can be allowed, and http on this machine needs no leave', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  await withoutVerification(async () => {
    t.equal((await startAppTokenSession(kaltura.credentials)).userId, 'ada')
    let sent = 0
    const fetch = (url, init) => {
      sent += 1
      return globalThis.fetch(url.replace(serviceUrl, kaltura.serviceUrl), init)
    }
    const options = { ...kaltura.credentials, serviceUrl, fetch, dangerouslyAllowUnverifiedTls: true }
    t.equal((await startAppTokenSession(options)).userId, 'ada')
    const { partnerId, adminSecret, appToken } = kaltura
    const manager = createAppTokenManager({
      ...{ partnerId, adminSecret, serviceUrl, fetch },
      dangerouslyAllowUnverifiedTls: true,
    })
    t.equal((await createSessionProvider(options).getSession()).userId, 'ada')
    const asked = []
    const told = (url, init) => {
      asked.push(url.split('/service/')[1])
      return fetch(url, init)
    }
    await createSessionProvider({ ...options, fetch: told }).getProvenSession()
    const { id, token } = await kaltura.tell('addAppToken', { sessionPrivileges: 'sessionid:*', sessionUserId: 'ada' })
    const isolated = { ...options, fetch: told, appTokenId: id, appToken: token, hashType: undefined, isolate: 'user' }
    await createSessionProvider(isolated).endSessions({ userId: 'ada' })
    for (const action of ['session/action/get', 'session/action/end']) t.ok(asked.includes(action), action)
    t.equal((await manager.rotate(appToken.id)).predecessor.id, appToken.id)
    t.ok(sent >= 8)
  })
  for (const create of [createSessionProvider, createAppTokenManager]) {
    const wrong = { ...credentials, dangerouslyAllowUnverifiedTls: 'yes' }
    t.equal(t.throws(() => create(wrong)).path, 'dangerouslyAllowUnverifiedTls')
  }
})

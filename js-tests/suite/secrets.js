import { hashAppToken, startAppTokenSession } from 'kaltura-app-token'
import { test } from './harness.js'
import { modules, occurrences } from './memory.js'

/** @import { Kaltura } from './harness.js' */

/**
 * The secrets of an exchange, read off what Kaltura was sent.
 * @param {Kaltura} kaltura
 */
async function secretsOf(kaltura) {
  const bodies = (await kaltura.requests()).map(({ body }) => JSON.parse(body))
  const sent = bodies.flatMap(({ ks, tokenHash }) => [ks, tokenHash]).filter(Boolean)
  return [kaltura.appToken.token, ...sent]
}

test('the memory scan finds what is there', (t) => {
  hashAppToken('ks', 'token')
  t.ok(modules() > 0)
  t.ok(occurrences('SHA512') > 0)
})

test('no secret stays in the memory of wasm after a call', async (t) => {
  for (const hashType of /** @type {const} */ (['SHA1', 'SHA256', 'SHA512', 'MD5'])) {
    const kaltura = await t.kaltura({ appToken: { hashType, sessionUserId: 'ada' } })
    const { ks } = await startAppTokenSession(kaltura.credentials)
    const secrets = [...(await secretsOf(kaltura)), ks]
    t.equal(secrets.length, 4)
    for (const secret of secrets) t.equal(occurrences(secret), 0)
  }
})

test('no secret stays in the memory of wasm after a call that fails or is aborted', async (t) => {
  const kaltura = await t.kaltura({ appToken: { hashType: 'SHA256', sessionUserId: 'ada' } })
  await t.rejects(startAppTokenSession({ ...kaltura.credentials, hashType: 'SHA512' }))
  await kaltura.tell('setFaults', { on: 'appToken.startSession', body: '{"ks":' })
  await t.rejects(startAppTokenSession({ ...kaltura.credentials, retry: 0 }))
  await kaltura.tell('setFaults', { on: 'appToken.startSession', delayMs: 30_000 })
  const late = await t.rejects(startAppTokenSession({ ...kaltura.credentials, timeoutMs: 300 }))
  t.equal(late.code, 'ERR_TIMEOUT')
  // The core lets go in the turn after its fetch is cut.
  await new Promise((resolve) => setTimeout(resolve, 50))
  for (const secret of await secretsOf(kaltura)) t.equal(occurrences(secret), 0)
})

test('hashAppToken leaves neither token nor hash behind', (t) => {
  const token = 'c4f0c4f3c07bdb18042dd32a1992d9b2'
  for (const hashType of /** @type {const} */ (['SHA1', 'SHA256', 'SHA512', 'MD5'])) {
    const hash = hashAppToken('djJ8MTAyfA', token, hashType)
    t.equal(occurrences(token), 0)
    t.equal(occurrences(hash), 0)
  }
  hashAppToken('djJ8MTAyfA', `${token}-ünïcode-✓`, 'SHA1')
  t.equal(occurrences(token), 0)
})

test('errors show no secret, whichever way they are looked at', async (t) => {
  const kaltura = await t.kaltura({ appToken: { hashType: 'SHA256', sessionUserId: 'ada' } })
  const errors = [await t.rejects(startAppTokenSession({ ...kaltura.credentials, hashType: 'MD5' }))]
  const { token } = kaltura.appToken
  await kaltura.tell('setFaults', {
    body: JSON.stringify({
      objectType: 'KalturaAPIException',
      code: 'NEW',
      message: `no ${token}`,
      args: { KS: token },
    }),
  })
  errors.push(await t.rejects(startAppTokenSession(kaltura.credentials)))
  /**
   * @param {string} url
   * @param {{ body: string }} options
   */
  const talkative = async (url, { body }) => {
    throw new TypeError(`failed: ${url} ${body}`)
  }
  errors.push(await t.rejects(startAppTokenSession({ ...kaltura.credentials, fetch: talkative, retry: 0 })))
  const secrets = await secretsOf(kaltura)
  for (let error of errors) {
    for (; error; error = error.cause) {
      const properties = Object.getOwnPropertyNames(error).map((name) => String(Reflect.get(error, name)))
      const shown = [`${error}`, JSON.stringify(error), ...properties].join('\n')
      for (const secret of secrets) t.equal(shown.includes(secret), false)
    }
  }
})

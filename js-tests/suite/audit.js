import { createSessionProvider, startAppTokenSession } from 'kaltura-app-token'
import { test } from './harness.js'
import { openStore } from './open-store.js'

const KEY = 'a key of thirty-two characters…!'
const PRINT = /^[0-9a-f]{16}$/

/** A partner whose tokens leave the user to who asks. */
const OPEN = { partners: [{ id: 7, adminSecret: 'a'.repeat(32), userlessAppTokens: true }] }

function providerOf(kaltura, options = {}) {
  const events = []
  const onEvent = (event) => events.push(event)
  const provider = createSessionProvider({ ...kaltura.credentials, onEvent, ...options })
  const told = (type) => events.filter((event) => event.type === type)
  return { provider, events, told }
}

/** As whoever has the key reckons it. */
async function fingerprintOf(key, what, text) {
  const bytes = (it) => new TextEncoder().encode(it)
  const secret = await crypto.subtle.importKey('raw', bytes(key), 'HKDF', false, ['deriveBits'])
  const salt = bytes('kaltura-app-token audit 1')
  const derived = { name: 'HKDF', hash: 'SHA-256', salt, info: bytes(`${what} ${text}`) }
  const print = new Uint8Array(await crypto.subtle.deriveBits(derived, secret, 64))
  return Array.from(print, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

test('events tell which token a session is of, and by fingerprints whose it is', async (t) => {
  const kaltura = await t.kaltura(OPEN)
  const { provider, events } = providerOf(kaltura, { auditKey: KEY })
  const { ks, expiresAt } = await provider.getSession({ userId: 'ada' })
  provider.invalidate(ks)
  const { appTokenId, hashType } = kaltura.credentials
  const session = {
    ...{ expiresAt, appTokenId, hashType, byFallback: false },
    userFingerprint: await fingerprintOf(KEY, 'user', 'ada'),
    ksFingerprint: await fingerprintOf(KEY, 'ks', ks),
  }
  t.deepEqual(events, [
    { type: 'minted', ...session },
    { type: 'invalidated', ...session },
  ])
  // It is forgotten, so nothing becomes of it a second time.
  provider.invalidate(ks)
  provider.invalidate({ userId: 'ada' })
  t.equal(events.length, 2)
})

test('one call tells of its session as a provider does', async (t) => {
  const kaltura = await t.kaltura({ appToken: { hashType: 'SHA256', sessionUserId: 'ada' } })
  const events = []
  const options = { ...kaltura.credentials, hashType: 'auto', auditKey: KEY }
  const { ks, expiresAt } = await startAppTokenSession({
    ...options,
    onEvent: (event) => events.push(event),
  })
  const { appTokenId } = kaltura.credentials
  t.deepEqual(events, [
    { type: 'hashTypeFound', appTokenId, hashType: 'SHA256' },
    {
      ...{ type: 'minted', expiresAt, appTokenId, hashType: 'SHA256', byFallback: false },
      userFingerprint: await fingerprintOf(KEY, 'user', 'ada'),
      ksFingerprint: await fingerprintOf(KEY, 'ks', ks),
    },
  ])
})

test('sessions of one user are known by it, without a key in this process alone', async (t) => {
  const kaltura = await t.kaltura(OPEN)
  const one = providerOf(kaltura)
  const other = providerOf(kaltura)
  const keyed = providerOf(kaltura, { auditKey: KEY })
  for (const { provider } of [one, other, keyed]) {
    await provider.getKs({ userId: 'ada' })
    await provider.getKs({ userId: 'bob' })
  }
  const [ada, bob] = one.told('minted')
  t.match(ada.userFingerprint, PRINT)
  t.match(ada.ksFingerprint, PRINT)
  t.ok(ada.userFingerprint !== bob.userFingerprint)
  t.equal(other.told('minted')[0].userFingerprint, ada.userFingerprint)
  t.ok(other.told('minted')[0].ksFingerprint !== ada.ksFingerprint)
  t.ok(keyed.told('minted')[0].userFingerprint !== ada.userFingerprint)
})

test('a session of the token that is fallen back on is told as such', async (t) => {
  const kaltura = await t.kaltura()
  const { appTokenId, appToken, hashType } = kaltura.credentials
  const { provider, told } = providerOf(kaltura, {
    ...{ appTokenId: '0_gone0000', appToken: 'gone' },
    fallback: { appTokenId, appToken, hashType },
  })
  await provider.getKs()
  const [minted] = told('minted')
  t.equal(minted.appTokenId, appTokenId)
  t.equal(minted.byFallback, true)
})

test('a session from the store is followed from one process to the next', async (t) => {
  const kaltura = await t.kaltura(OPEN)
  const store = openStore()
  const options = { store, auditKey: new TextEncoder().encode(KEY) }
  const one = providerOf(kaltura, options)
  await one.provider.getKs({ userId: 'ada' })
  await t.until(() => store.kept.size > 0)
  const other = providerOf(kaltura, options)
  await other.provider.getKs({ userId: 'ada' })
  const [minted] = one.told('minted')
  const [taken] = other.told('fromStore')
  t.deepEqual(other.told('minted'), [])
  t.equal(taken.userFingerprint, minted.userFingerprint)
  t.equal(taken.ksFingerprint, minted.ksFingerprint)
  t.equal(taken.appTokenId, minted.appTokenId)
  t.equal(taken.hashType, undefined)
})

test('the end of isolated sessions is told by the token and the user', async (t) => {
  const kaltura = await t.kaltura()
  const { id, token } = await kaltura.tell('addAppToken', { sessionPrivileges: 'sessionid:*' })
  const isolated = { appTokenId: id, appToken: token, isolate: 'user', auditKey: KEY }
  const { provider, told } = providerOf(kaltura, isolated)
  await provider.getKs({ userId: 'ada' })
  await provider.endSessions({ userId: 'ada' })
  const [{ appTokenId, userFingerprint }] = told('ended')
  t.equal(appTokenId, id)
  t.equal(userFingerprint, await fingerprintOf(KEY, 'user', 'ada'))
})

test('no event has a secret or a name in it', async (t) => {
  const kaltura = await t.kaltura(OPEN)
  const { provider, events } = providerOf(kaltura, { auditKey: KEY, hashType: 'auto' })
  const sessions = await provider.startSessions(['ada lovelace', 'bob'].map((userId) => ({ userId })))
  for (const { session } of sessions) provider.invalidate(session.ks)
  const bodies = (await kaltura.requests()).map(({ body }) => JSON.parse(body))
  const hashes = bodies.flatMap((body) => [body.ks, body.tokenHash, body[1]?.tokenHash])
  const secrets = [kaltura.appToken.token, KEY, ...hashes, ...sessions.map(({ session }) => session.ks)]
  const told = JSON.stringify(events)
  t.equal(events.length, 5)
  for (const secret of [...secrets.filter(Boolean), 'lovelace']) t.equal(told.includes(secret), false)
})

test('a key for fingerprints that is too short is refused', async (t) => {
  const kaltura = await t.kaltura()
  for (const auditKey of ['short', new Uint8Array(31), 7, null, {}]) {
    const options = { ...kaltura.credentials, auditKey }
    t.equal(t.throws(() => createSessionProvider(options)).path, 'auditKey')
    t.equal((await t.rejects(startAppTokenSession(options))).path, 'auditKey')
  }
})

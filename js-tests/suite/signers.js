import { createSessionProvider, startAppTokenSession } from 'kaltura-app-token'
import { memoryStore } from 'kaltura-app-token/stores'
import { PLENTY_MS, test } from './harness.js'
import { occurrences } from './memory.js'
import { openStore } from './open-store.js'

const DIGESTS = { SHA1: 'SHA-1', SHA256: 'SHA-256', SHA512: 'SHA-512' }
const bytesOf = (text) => new TextEncoder().encode(text)

/** What a signer does, where the token is. */
async function hashOf(token, ks, hashType) {
  const digest = await crypto.subtle.digest(DIGESTS[hashType], bytesOf(ks + token))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A Kaltura, and options that have a signer in the token's place; `asked` is what it was asked. */
async function signedBy(t, seed = {}) {
  const kaltura = await t.kaltura(seed)
  const { appToken, ...credentials } = kaltura.credentials
  const asked = []
  const signer = {
    hash(ks, hashType) {
      asked.push(hashType)
      return hashOf(appToken, ks, hashType)
    },
  }
  return { kaltura, appToken, asked, signer, options: { ...credentials, appToken: signer } }
}

const SEAL_KEY = 'a key of thirty-two characters…!'

test('a signer starts sessions with tokens of each hash type that it can make', async (t) => {
  for (const hashType of Object.keys(DIGESTS)) {
    const { options, asked } = await signedBy(t, { appToken: { hashType, sessionUserId: 'ada' } })
    t.equal((await startAppTokenSession(options)).userId, 'ada')
    t.deepEqual(asked, [hashType])
  }
})

test('a signer may be an object of a class, with fields of its own', async (t) => {
  const { kaltura, options } = await signedBy(t)
  class Signer {
    #token = kaltura.appToken.token
    hash(ks, hashType) {
      return hashOf(this.#token, ks, hashType)
    }
  }
  const { ks } = await startAppTokenSession({ ...options, appToken: new Signer() })
  t.ok(ks)
})

test('a signer is asked for each hash type that auto tries', async (t) => {
  const { options, asked } = await signedBy(t, { appToken: { hashType: 'SHA512' } })
  await startAppTokenSession({ ...options, hashType: 'auto' })
  t.deepEqual(asked, ['SHA1', 'SHA256', 'SHA512'])
})

test('a provider asks its signer once for each request, however many sessions that starts', async (t) => {
  const { options, asked } = await signedBy(t, {
    partners: [{ id: 7, adminSecret: 'a'.repeat(32), userlessAppTokens: true }],
  })
  const provider = createSessionProvider(options)
  await provider.getKs({ userId: 'ada' })
  await provider.getKs({ userId: 'ada' })
  t.equal(asked.length, 1)
  const outcomes = await provider.startSessions(['bob', 'cleo', 'dan'].map((userId) => ({ userId })))
  t.deepEqual(
    outcomes.map(({ session }) => session?.userId),
    ['bob', 'cleo', 'dan'],
  )
  t.equal(asked.length, 2)
})

test('a signer may stand in for the token that is fallen back on, and the other way round', async (t) => {
  const { kaltura, options, signer } = await signedBy(t)
  const { appTokenId, hashType } = options
  const gone = { appTokenId: '0_gone0000', appToken: 'gone' }
  const bySigner = createSessionProvider({
    ...{ ...options, ...gone },
    fallback: { appTokenId, appToken: signer, hashType },
  })
  t.ok(await bySigner.getKs())
  const byToken = createSessionProvider({
    ...{ ...options, appTokenId: '0_gone0000' },
    fallback: { appTokenId, appToken: kaltura.appToken.token, hashType },
  })
  t.ok(await byToken.getKs())
})

test('the token of a signer is not in the memory of wasm, not even while a call is under way', async (t) => {
  const { appToken, options } = await signedBy(t, { appToken: { sessionUserId: 'ada' } })
  let looks = 0
  const looking = (url, init) => {
    looks += 1
    t.equal(occurrences(appToken), 0)
    return fetch(url, init)
  }
  await startAppTokenSession({ ...options, fetch: looking })
  await createSessionProvider({ ...options, fetch: looking }).getKs()
  t.equal(looks, 4)
  t.equal(occurrences(appToken), 0)
})

test('a signer that fails is told of without its words, and its call may be tried again', async (t) => {
  const { kaltura, options } = await signedBy(t)
  const failing = [
    () => {
      throw new RangeError('s3cret')
    },
    async () => {
      throw new RangeError('s3cret')
    },
  ]
  for (const hash of failing) {
    const wrong = { ...options, appToken: { hash } }
    for (const call of [startAppTokenSession, (options) => createSessionProvider(options).getKs()]) {
      const failed = await t.rejects(call(wrong))
      t.equal(failed.code, 'ERR_TOKEN_SOURCE')
      t.equal(failed.retryable, true)
      t.match(failed.message, /^the signer failed/)
      t.equal(failed.cause.name, 'RangeError')
      t.equal(`${failed.stack}${failed.cause.stack}`.includes('s3cret'), false)
    }
  }
  const started = (await kaltura.requests()).filter(({ url }) => url.endsWith('startSession'))
  t.equal(started.length, 0)
})

test('what a signer gives that is no hash of that type is neither sent nor shown', async (t) => {
  const { kaltura, appToken, options } = await signedBy(t)
  const rubbish = [appToken, 'f'.repeat(64), 'F'.repeat(40), `${'f'.repeat(39)}\n`, '', 7, null, undefined, {}]
  for (const given of rubbish) {
    const failed = await t.rejects(startAppTokenSession({ ...options, appToken: { hash: () => given } }))
    t.equal(failed.code, 'ERR_TOKEN_SOURCE')
    t.equal(failed.retryable, false)
    if (given) t.equal(failed.message.includes(String(given)), false)
  }
  const started = (await kaltura.requests()).filter(({ url }) => url.endsWith('startSession'))
  t.equal(started.length, 0)
})

test('a signer that hangs is waited for until the deadline, or the abort', async (t) => {
  const { options } = await signedBy(t)
  const hanging = { ...options, appToken: { hash: () => new Promise(() => {}) } }
  const timeoutMs = await t.pace(300)
  for (const call of [
    startAppTokenSession({ ...hanging, timeoutMs }),
    createSessionProvider({ ...hanging, timeoutMs }).getKs(),
  ]) {
    const late = await t.rejects(call)
    t.equal(late.code, 'ERR_TIMEOUT')
    t.match(late.message, /waiting for the signer/)
  }
  const controller = new AbortController()
  const { signal } = controller
  const call = startAppTokenSession({ ...hanging, timeoutMs: PLENTY_MS, signal })
  setTimeout(() => controller.abort(), 50)
  t.equal((await t.rejects(call)).code, 'ERR_ABORTED')
})

test('a store is refused to a signer without a key to seal with, and the reason told', async (t) => {
  const { options, signer } = await signedBy(t)
  const store = memoryStore()
  const refused = t.throws(() => createSessionProvider({ ...options, store }))
  t.equal(refused.path, 'store')
  t.match(refused.message, /sealKey/)
  for (const sealKey of ['too short', new Uint8Array(31), 7, null]) {
    const wrong = { ...options, store, appToken: { ...signer, sealKey } }
    t.equal(t.throws(() => createSessionProvider(wrong)).path, 'appToken.sealKey')
  }
})

test('processes whose signers have the same key to seal with share sessions', async (t) => {
  const { options, signer, asked } = await signedBy(t)
  const key = bytesOf(SEAL_KEY)
  const store = openStore()
  const provider = (sealKey) => createSessionProvider({ ...options, store, appToken: { ...signer, sealKey } })
  const ks = await provider(key).getKs()
  await t.until(() => store.kept.size > 0)
  t.equal(await provider(key).getKs(), ks)
  t.equal(asked.length, 1)
  t.ok((await provider(SEAL_KEY.replace('a', 'b')).getKs()) !== ks)
  // It may be the key of many.
  t.deepEqual(key, bytesOf(SEAL_KEY))
})

test('a signer needs no key where there are keys to seal with', async (t) => {
  const { options, asked } = await signedBy(t)
  const store = openStore()
  const seal = { keys: [{ id: '2026', key: crypto.getRandomValues(new Uint8Array(32)) }] }
  const ks = await createSessionProvider({ ...options, store, seal }).getKs()
  await t.until(() => store.kept.size > 0)
  t.equal(await createSessionProvider({ ...options, store, seal }).getKs(), ks)
  t.equal(asked.length, 1)
})

test('a signer and sessions that end alone go together', async (t) => {
  const { kaltura, signer, options } = await signedBy(t)
  const { id, token } = await kaltura.tell('addAppToken', { sessionPrivileges: 'sessionid:*' })
  const appToken = { ...signer, hash: (ks, hashType) => hashOf(token, ks, hashType) }
  const provider = createSessionProvider({ ...options, appTokenId: id, appToken, isolate: 'user' })
  const one = await provider.getKs({ userId: 'ada' })
  await provider.endSessions({ userId: 'ada' })
  t.ok((await provider.getKs({ userId: 'ada' })) !== one)
})

test('what has got into Object.prototype makes no signer, nor gives one its key', async (t) => {
  const { options, signer } = await signedBy(t)
  Object.prototype.hash = () => 'f'.repeat(40)
  Object.prototype.sealKey = SEAL_KEY
  try {
    const refused = await t.rejects(startAppTokenSession({ ...options, appToken: {} }))
    t.equal(refused.path, 'appToken')
    const store = memoryStore()
    t.equal(t.throws(() => createSessionProvider({ ...options, appToken: signer, store })).path, 'store')
  } finally {
    delete Object.prototype.hash
    delete Object.prototype.sealKey
  }
})

test("a token may be bytes, and the caller's are wiped", async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const { appToken } = kaltura.credentials
  const zeros = new Uint8Array(appToken.length)
  const given = bytesOf(appToken)
  const started = startAppTokenSession({ ...kaltura.credentials, appToken: given })
  t.deepEqual(given, zeros)
  t.equal((await started).userId, 'ada')

  const kept = bytesOf(appToken)
  const provider = createSessionProvider({ ...kaltura.credentials, appToken: kept })
  t.deepEqual(kept, zeros)
  t.ok(await provider.getKs())
  provider.clear()
  t.ok(await provider.getKs())
  t.equal(occurrences(appToken), 0)
})

test('bytes that a function gives are wiped when they have been read, with a store as well', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const { appToken } = kaltura.credentials
  const all = []
  const fetchToken = async () => {
    all.push(bytesOf(appToken))
    return all.at(-1)
  }
  const options = { ...kaltura.credentials, appToken: fetchToken }
  t.equal((await startAppTokenSession(options)).userId, 'ada')
  t.ok(await createSessionProvider(options).getKs())
  const store = memoryStore()
  const ks = await createSessionProvider({ ...options, store }).getKs()
  // Text and bytes of one token seal alike.
  const other = { ...kaltura.credentials, store }
  await t.until(async () => (await createSessionProvider(other).getKs()) === ks)
  t.equal(all.length, 3)
  const zeros = new Uint8Array(appToken.length)
  await t.until(() => all.every((one) => one.every((byte) => byte === 0)))
  t.deepEqual(all, [zeros, zeros, zeros])
})

test('bytes that are no token are refused, and wiped', async (t) => {
  const kaltura = await t.kaltura()
  for (const wrong of [new Uint8Array(0), new Uint8Array([0xff, 0xfe]), new Uint8Array(16), bytesOf(' token ')]) {
    const refused = await t.rejects(startAppTokenSession({ ...kaltura.credentials, appToken: wrong }))
    t.equal(refused.code, 'ERR_INVALID_OPTIONS')
    t.equal(refused.path, 'appToken')
    t.ok(wrong.every((byte) => byte === 0))
    const fallback = { appTokenId: '0_b', appToken: Uint8Array.of(0xff) }
    t.equal(t.throws(() => createSessionProvider({ ...kaltura.credentials, fallback })).path, 'fallback.appToken')
    t.equal(t.throws(() => createSessionProvider({ ...kaltura.credentials, appToken: wrong })).path, 'appToken')
  }
  t.equal((await kaltura.requests()).length, 0)
})

// What a store holds: sealed with keys of one's own, and dead when a new epoch has begun.
import { createSessionProvider, hashAppToken } from 'kaltura-app-token'
import { PLENTY_MS, test } from './harness.js'
import { occurrences } from './memory.js'
import { openStore } from './open-store.js'

const random = () => crypto.getRandomValues(new Uint8Array(32))
const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** A process of a fleet, and how to get a user's KS of it. */
function member(kaltura, options) {
  const events = []
  const provider = createSessionProvider({
    ...kaltura.credentials,
    timeoutMs: PLENTY_MS,
    onEvent: (event) => events.push(event),
    ...options,
  })
  const problems = () => events.flatMap(({ problem, method }) => (problem ? [`${method}: ${problem}`] : []))
  const ks = (userId = 'ada') => provider.getKs({ userId })
  return { provider, events, problems, ks }
}

/** Waits until what goes on after an answer is done. */
const settled = async (t, store, size) => t.until(() => store.kept.size === size)

test('sessions are sealed with a key of ones own, whose id is in the value, and no vault is asked', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const key = random()
  const first = member(kaltura, { store, seal: { keys: [{ id: 'k-1', key }] } })
  const ks = await first.ks()
  await settled(t, store, 1)
  t.match([...store.kept.values()][0], /^3\.k-1\.[\w-]+$/)
  const appToken = () => {
    throw new Error('nobody asks the vault')
  }
  for (const same of [key, hexOf(key), btoa(String.fromCharCode(...key))]) {
    const other = member(kaltura, { store, appToken, seal: { keys: [{ id: 'k-1', key: same }] } })
    t.equal(await other.ks(), ks)
  }
  const stranger = member(kaltura, { store, seal: { keys: [{ id: 'k-1', key: random() }] } })
  t.ok((await stranger.ks()) !== ks, 'another key under the same id opens nothing')
  t.ok((await member(kaltura, { store }).ks()) !== ks, 'nor does the application token')
})

test('where a signer has the token, keys of ones own do for a store, and for users whose sessions end alone', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionPrivileges: 'sessionid:*' } })
  const { appToken: token } = kaltura.credentials
  const hash = (ks, hashType) => hashAppToken(ks, token, hashType)
  const seal = { keys: [{ id: 'a', key: random() }] }
  for (const isolate of [undefined, 'user']) {
    const store = openStore()
    const options = { store, seal, appToken: { hash }, ...(isolate && { isolate }) }
    const ks = await member(kaltura, options).ks()
    await settled(t, store, 1)
    t.equal(await member(kaltura, options).ks(), ks)
    t.ok((await member(kaltura, options).ks('bob')) !== ks, "another user's")
  }
})

test('a key is replaced step by step, and at each step the sessions in the store are found', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const [old, young] = ['old', 'new'].map((id) => ({ id, key: random() }))
  const stages = [[old], [old, young], [young, old], [young]]
  // A process of each stage beside one of the next, whoever comes first.
  for (const [stage, keys] of stages.slice(1).entries()) {
    for (const [one, other] of [
      [stages[stage], keys],
      [keys, stages[stage]],
    ]) {
      store.kept.clear()
      const writer = member(kaltura, { store, seal: { keys: one } })
      const ks = await writer.ks()
      await settled(t, store, 1)
      const reader = member(kaltura, { store, seal: { keys: other } })
      t.equal(await reader.ks(), ks)
      t.deepEqual(reader.problems(), [])
      // Nor does one of them hide from the other that all is dead.
      writer.provider.clear()
      await settled(t, store, 2)
      t.ok((await member(kaltura, { store, seal: { keys: other } }).ks()) !== ks, 'a dead session')
    }
  }
})

test('a key that somebody could guess is refused by its path, and echoed nowhere', async (t) => {
  const kaltura = await t.kaltura()
  const good = random()
  const refused = (seal) => {
    const error = t.throws(() => member(kaltura, { seal }))
    t.equal(error.code, 'ERR_INVALID_OPTIONS')
    return error
  }
  const keyed = (key) => refused({ keys: [{ id: 'a', key }] })
  const counting = Uint8Array.from({ length: 32 }, (_, index) => index)
  const weak = [undefined, null, 5, {}, [], '', 'squeamish ossifrage', '0'.repeat(64), hexOf(good).slice(2)]
  for (const key of [...weak, new Uint8Array(32), counting, good.subarray(1), new Uint16Array(16)]) {
    t.equal(keyed(key).path, 'seal.keys[0].key')
  }
  t.ok(!`${keyed('squeamish ossifrage').stack}`.includes('squeamish'))
  t.equal(refused({ keys: [{ id: 'a.b', key: good }] }).path, 'seal.keys[0].id')
  const twice = refused({
    keys: [
      { id: 'a', key: good },
      { id: 'a', key: random() },
    ],
  })
  t.equal(twice.path, 'seal.keys[1].id')
  for (const seal of [null, 5, {}, { keys: [] }, { keys: 'key' }, { keys: Array(5).fill({ id: 'a', key: good }) }]) {
    t.match(refused(seal).path, /^seal/)
  }
  const named = refused({ keys: [{ id: 'a', [hexOf(good)]: true }] })
  t.equal(named.path, 'seal.keys[0]')
  t.ok(!`${named.stack}`.includes(hexOf(good)), 'nor a name that is the key')
})

test('the key is copied: who wipes his own takes nothing away', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const [key, kept] = [random(), new Uint8Array(32)]
  kept.set(key)
  const first = member(kaltura, { store, seal: { keys: [{ id: 'a', key }] } })
  key.fill(0)
  const ks = await first.ks()
  await settled(t, store, 1)
  t.equal(await member(kaltura, { store, seal: { keys: [{ id: 'a', key: kept }] } }).ks(), ks)
})

test('after clear no process takes what was in the store before', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const [first, second] = [member(kaltura, { store }), member(kaltura, { store })]
  const old = { ada: await first.ks('ada'), bob: await first.ks('bob') }
  await settled(t, store, 2)
  first.provider.clear()
  t.ok((await first.ks('ada')) !== old.ada, 'not here')
  await settled(t, store, 3)
  t.ok((await second.ks('bob')) !== old.bob, 'nor in another process')
  t.ok((await member(kaltura, { store }).ks('bob')) !== old.bob, 'nor in one that starts later')
  // What was started since is shared as ever.
  t.equal(await second.ks('ada'), await first.ks('ada'))
  t.deepEqual([...first.problems(), ...second.problems()], [])
})

test('when a token is revoked no process takes what was in the store before', async (t) => {
  const kaltura = await t.kaltura()
  const { id, token } = await kaltura.tell('addAppToken', {})
  const fallback = { appTokenId: id, appToken: token }
  const store = openStore()
  const { provider, ks } = member(kaltura, { store, fallback })
  const old = await ks('bob')
  const text = () => [...store.kept].find(([, text]) => text.length > 200)
  await settled(t, store, 1)
  const [name, sealed] = text()
  await provider.call('session', 'end', {}, { userId: 'ada' })
  await provider.call('user', 'get', {}, { userId: 'ada' })
  await t.until(() => !store.kept.has(name))
  // An eventually consistent store, or somebody who can write to it, brings it back.
  store.kept.set(name, sealed)
  t.ok((await member(kaltura, { store, fallback }).ks('bob')) !== old, 'a dead session')
})

test('who knows of an epoch is shown no older one, and tells the store again', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const { provider, ks } = member(kaltura, { store })
  const old = await ks('ada')
  await settled(t, store, 1)
  const before = [...store.kept]
  const restore = () => {
    store.kept.clear()
    for (const [name, text] of before) store.kept.set(name, text)
  }
  provider.clear()
  await settled(t, store, 2)
  const [epoch] = [...store.kept].find(([name]) => name !== before[0][0])
  restore()
  t.ok((await ks('ada')) !== old, 'the old session is dead')
  await t.until(() => store.kept.get(before[0][0]) !== before[0][1])
  const [[, young]] = store.kept
  // A session of the new epoch tells of it where the epoch itself was lost.
  store.kept.delete(epoch)
  const third = member(kaltura, { store })
  await third.ks('ada')
  store.kept.set(before[0][0], before[0][1])
  third.provider.invalidate({ userId: 'ada' })
  const after = await third.ks('ada')
  t.ok(after !== old && young !== before[0][1], 'taken back')
})

test('what nobody with a key has written in the place of the epoch makes all before it dead', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const first = member(kaltura, { store })
  const old = await first.ks()
  await settled(t, store, 1)
  first.provider.clear()
  await settled(t, store, 2)
  const [, epoch] = [...store.kept.keys()]
  const young = await first.ks()
  t.ok(young !== old)
  const aSession = [...store.kept.values()].find((text) => text !== store.kept.get(epoch))
  for (const rubbish of ['9999999999999', aSession]) {
    store.kept.set(epoch, rubbish)
    const reader = member(kaltura, { store })
    t.ok((await reader.ks()) !== young, 'dead')
    t.deepEqual(reader.problems(), ['get: no epoch of ours'])
    await t.until(() => store.kept.get(epoch) !== rubbish)
    // It is put right by that.
    const next = member(kaltura, { store })
    await next.ks()
    t.deepEqual(next.problems(), [])
  }
})

test('nothing is taken from a store that cannot tell the epoch, and no call fails', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const first = member(kaltura, { store })
  const ks = await first.ks()
  await settled(t, store, 1)
  const [name] = store.kept.keys()
  const get = async (wanted) => {
    if (wanted !== name) throw new Error('s3cret')
    return store.kept.get(name)
  }
  const reader = member(kaltura, { store: { ...store, get } })
  t.ok((await reader.ks()) !== ks, 'a new one')
  t.deepEqual(reader.problems(), ['get: it failed'])
})

test('the epoch costs one look beside a session or many, and is written only where one has begun', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const reading = []
  let most = 0
  const get = async (name) => {
    most = Math.max(most, reading.push(name))
    await new Promise((resolve) => setTimeout(resolve, 5))
    reading.pop()
    return store.kept.get(name)
  }
  const { provider } = member(kaltura, { store: { ...store, get } })
  await provider.getKs({ userId: 'ada' })
  t.equal(most, 2)
  await settled(t, store, 1)
  const users = Array.from({ length: 25 }, (_, index) => ({ userId: `user${index}` }))
  await member(kaltura, { store: { ...store, get } }).provider.startSessions(users)
  t.equal(most, 26)
  await settled(t, store, 26)
})

test('neither a key of ones own, nor what is derived of a key, is left in the memory of wasm', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const { partnerId, appTokenId, serviceUrl } = kaltura.credentials
  const encode = (text) => new TextEncoder().encode(text)
  const part = (text) => `${text.length}:${text},`
  // The user, the type, the expiry and the privileges are the token's.
  const issuer = [serviceUrl.replace(/\/$/, ''), String(partnerId), appTokenId].map(part).join('')
  const key = random()
  const ways = [
    { secret: key, options: { seal: { keys: [{ id: 'a', key }] } } },
    { secret: encode(kaltura.appToken.token), options: {} },
  ]
  for (const { secret, options } of ways) {
    const store = openStore()
    const salt = encode('kaltura-app-token store 3')
    const hmac = { name: 'HMAC', hash: 'SHA-256' }
    const salted = await crypto.subtle.importKey('raw', salt, hmac, false, ['sign'])
    const extracted = new Uint8Array(await crypto.subtle.sign('HMAC', salted, secret))
    const derived = async (info, bits = 256) => {
      const from = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
      const how = { name: 'HKDF', hash: 'SHA-256', salt, info: encode(info) }
      return new Uint8Array(await crypto.subtle.deriveBits(how, from, bits))
    }
    const first = member(kaltura, { store, ...options })
    const ks = await first.provider.getKs()
    await settled(t, store, 1)
    const second = member(kaltura, { store, ...options })
    t.equal(await second.provider.getKs(), ks)
    first.provider.clear()
    await settled(t, store, 2)
    // So the keys that are looked for are those that were used.
    for (const purpose of ['session', 'epoch']) {
      const name = `kaltura-session:${hexOf(await derived(`name ${purpose} ${issuer},,,,`, 160))}`
      t.ok(store.kept.has(name), purpose)
    }
    const subKeys = [await derived(`seal session ${issuer},,,,`), await derived(`seal epoch ${issuer},,,,`)]
    for (const bytes of [secret, extracted, ...subKeys]) {
      const middle = bytes.length / 2
      for (const half of [bytes.subarray(0, middle), bytes.subarray(middle)]) t.equal(occurrences(half), 0)
    }
    // The providers are needed until here.
    t.ok(first && second)
  }
})

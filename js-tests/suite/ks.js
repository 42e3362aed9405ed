import { generateKs, inspectKs } from 'kaltura-app-token'
import { test } from './harness.js'
import { memorySize, modules, occurrences } from './memory.js'
import { ks as recorded, secretsOf } from '../vectors/index.js'

const SECRET = '1ff6f3c05143ef42880ef4d00c38ca7c'
const fields = {
  partnerId: 102,
  userId: 'ada@example.org',
  sessionType: 0,
  expiry: 4102444800,
  privileges: 'edit:0_a',
}

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (byte) => Number.parseInt(byte, 16))

test('generateKs makes every recorded KS byte for byte', (t) => {
  let made = 0
  for (const { id, version, input, ks, rand, randomPrefixHex } of recorded.vectors) {
    if (rand === undefined && randomPrefixHex === undefined) continue
    const { adminSecret, type, rand: seed, ...rest } = input
    // PHP's false: 0 in version 2, no text in version 1.
    const sessionType = type === false ? [null, 0][version - 1] : type
    const random = version === 1 ? rand : bytes(randomPrefixHex)
    // In version 1 a semicolon would move what follows it.
    const moved = ['userId', 'privileges', 'random'].find(
      (name) => version === 1 && `${{ ...rest, random }[name]}`.includes(';'),
    )
    if (moved !== undefined) {
      const make = () => generateKs({ version, ...rest, sessionType, random }, adminSecret)
      t.equal(t.throws(make).path, moved)
      continue
    }
    const generated = generateKs({ version, ...rest, sessionType, random }, adminSecret)
    t.ok(generated === ks, `${id}: expected ${ks}, got ${generated}`)
    made += 1
  }
  t.ok(made > 0)
})

test("inspectKs gives the server's verdict and fields for every recorded KS", (t) => {
  const verdict = (ks) => {
    try {
      const { partnerId, verified } = inspectKs(ks)
      t.equal(verified, null)
      return inspectKs(ks, secretsOf(partnerId))
    } catch (error) {
      t.equal(error.code, 'ERR_INVALID_OPTIONS')
      t.equal(error.path, 'ks')
      return { verified: false }
    }
  }
  const number = (text) => {
    const isNumber = /^-?\d+(\.\d+)?$/.test(text ?? '')
    return isNumber ? Number(text) : null
  }
  for (const { id, ks, parseKS = false, decoded } of [...recorded.vectors, ...recorded.invalid]) {
    const info = verdict(ks)
    t.ok((info.verified === true) === (parseKS === true), `${id}: verified is ${info.verified}`)
    if (parseKS !== true) continue
    t.equal(info.partnerId, Number(decoded.partner_id))
    t.deepEqual(info.session, {
      userId: decoded.user,
      sessionType: number(decoded.type),
      expiry: number(decoded.valid_until),
      privileges: decoded.privileges ?? '',
      masterPartnerId: number(decoded.master_partner_id),
      additionalData: decoded.additional_data,
      random: decoded.rand ?? '',
    })
  }
})

test('without the secret a KS of version 2 shows its partner only, one of version 1 all', (t) => {
  t.deepEqual(inspectKs(generateKs(fields, SECRET)), {
    version: 2,
    partnerId: 102,
    verified: null,
    session: null,
  })
  const { version, verified, session } = inspectKs(generateKs({ ...fields, version: 1 }, SECRET))
  t.equal(version, 1)
  t.equal(verified, null)
  t.equal(session.userId, 'ada@example.org')
})

test('any of several secrets verifies a KS, and a wrong one does not', (t) => {
  const ks = generateKs(fields, SECRET)
  t.equal(inspectKs(ks, SECRET).verified, true)
  t.equal(inspectKs(ks, ['old secret', SECRET]).verified, true)
  t.deepEqual(inspectKs(ks, 'old secret'), {
    version: 2,
    partnerId: 102,
    verified: false,
    session: null,
  })
})

test('an expired KS is read like any other', (t) => {
  const ks = generateKs({ ...fields, expiry: 1 }, SECRET)
  t.equal(inspectKs(ks, SECRET).session.expiry, 1)
})

test('a KS can be made again from what was read of it', (t) => {
  for (const version of [1, 2]) {
    const ks = generateKs({ ...fields, version, masterPartnerId: 99, additionalData: 'zoë 🔑 %+&=' }, SECRET)
    const { partnerId, session } = inspectKs(ks, SECRET)
    t.equal(generateKs({ version, partnerId, ...session }, SECRET), ks)
  }
})

test('two KSs with the same fields differ', (t) => {
  for (const version of [1, 2]) {
    const make = () => generateKs({ ...fields, version }, SECRET)
    const [one, other] = [make(), make()]
    t.ok(one !== other)
  }
})

test('no field of version 1 can move into another', (t) => {
  for (const [name, value] of [
    ['userId', 'ada;edit:*'],
    ['privileges', 'sview:0_a;disableentitlement'],
    ['random', '1;edit'],
  ]) {
    t.equal(t.throws(() => generateKs({ ...fields, version: 1, [name]: value }, SECRET)).path, name)
    if (name !== 'random') {
      const { session } = inspectKs(generateKs({ ...fields, [name]: value }, SECRET), SECRET)
      t.equal(session[name], value)
    }
  }
  // What the server made of such a user, it made; it is read as it is.
  const { ks } = recorded.vectors.find(({ id }) => id === 'ks1-110')
  const { userId, privileges } = inspectKs(ks).session
  t.deepEqual({ userId, privileges }, { userId: 'a', privileges: 'b' })
})

test('privileges can be given as a list', (t) => {
  const list = [
    { name: 'edit', values: ['0_a', '0_b'] },
    { name: 'disableentitlement', values: [] },
  ]
  const ks = generateKs({ ...fields, privileges: list }, SECRET)
  t.equal(inspectKs(ks, SECRET).session.privileges, 'edit:0_a/0_b,disableentitlement')
})

test('text that is no KS gets an error that does not repeat it', (t) => {
  for (const text of ['', 'c2VjcmV0', 'secret', 'A'.repeat(1e6)]) {
    const error = t.throws(() => inspectKs(text, SECRET))
    t.equal(error.code, 'ERR_INVALID_OPTIONS')
    t.equal(error.path, 'ks')
    t.ok(text === '' || !error.message.includes(text))
  }
})

test('a wrong field of generateKs is named, and its value is not shown', (t) => {
  const hostile = new Proxy([], {
    get() {
      throw new Error('no')
    },
  })
  const wrong = {
    version: 3,
    partnerId: 'one',
    userId: {},
    sessionType: true,
    expiry: 'soon',
    privileges: hostile,
    masterPartnerId: Number.NaN,
    additionalData: 7,
    random: new Uint8Array(15),
    partnerID: 102,
  }
  for (const [path, value] of Object.entries(wrong)) {
    const error = t.throws(() => generateKs({ ...fields, [path]: value }, SECRET))
    t.equal(error.code, 'ERR_INVALID_OPTIONS')
    t.equal(error.path, path)
  }
  for (const path of ['partnerId', 'sessionType', 'expiry']) {
    const error = t.throws(() => generateKs({ ...fields, [path]: undefined }, SECRET))
    t.equal(error.path, path)
  }
})

test('a wrong argument is named', (t) => {
  const ks = generateKs(fields, SECRET)
  const path = (fn) => t.throws(fn).path
  t.equal(
    path(() => inspectKs(7)),
    'ks',
  )
  t.equal(
    path(() => inspectKs(ks, [SECRET, ''])),
    'secrets[1]',
  )
  t.equal(
    path(() => inspectKs(ks, 7)),
    'secrets[0]',
  )
  t.equal(
    path(() => generateKs(undefined, SECRET)),
    'fields',
  )
  t.equal(
    path(() => generateKs(fields)),
    'secret',
  )
  t.equal(
    path(() => generateKs(fields, '')),
    'secret',
  )
})

test('nothing of a KS stays in the memory of wasm, and it does not grow', (t) => {
  const canaries = { secret: 'canary secret', userId: 'canary.user', privileges: 'canary:privilege' }
  const { secret, ...content } = canaries
  const work = (version) => {
    const ks = generateKs({ ...fields, ...content, version }, secret)
    t.equal(inspectKs(ks, ['another', secret]).session.userId, canaries.userId)
    t.throws(() => generateKs({ ...fields, ...content, version, expiry: 'never' }, secret))
    return ks
  }
  for (const version of [1, 2]) {
    const ks = work(version)
    t.ok(modules() > 0)
    for (const text of [ks, ...Object.values(canaries)]) t.equal(occurrences(text), 0)
    const size = memorySize()
    for (let i = 0; i < 2_000; i += 1) work(version)
    t.equal(memorySize(), size)
  }
})

test('what got into Object.prototype is no field of a KS', (t) => {
  Object.prototype.userId = 'eve'
  try {
    const ks = generateKs({ ...fields, userId: undefined }, SECRET)
    const { userId, ...rest } = fields
    t.equal(inspectKs(ks, SECRET).session.userId, null)
    t.equal(inspectKs(generateKs(rest, SECRET), SECRET).session.userId, null)
  } finally {
    delete Object.prototype.userId
  }
})

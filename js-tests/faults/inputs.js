// A megabyte of all kinds from a caller or a store: whatever comes of it, it may not keep the event loop
// from turning.
import {
  createAppTokenManager,
  createSessionProvider,
  formatPrivileges,
  generateKs,
  hashAppToken,
  inspectKs,
  isAppTokenError,
  parsePrivileges,
  predictPrivileges,
  startAppTokenSession,
} from 'kaltura-app-token'
import { createEmulator } from 'kaltura-app-token/emulator'
import { createKsHandler, TOKEN_PRIVILEGES } from 'kaltura-app-token/handler'
import { canMeasure, unblocked, undisturbed } from '../suite/heartbeat.js'

const BYTES = 1_000_000

const filled = (piece) => piece.repeat(Math.floor(BYTES / piece.length))
const numbered = (piece) => {
  const one = piece(100_000)
  return Array.from({ length: Math.floor(BYTES / (one.length + 1)) }, (_, index) => piece(100_000 + index)).join(',')
}

const texts = {
  letters: filled('x'),
  digits: filled('7'),
  'white space': filled(' '),
  commas: filled(','),
  colons: filled(':'),
  slashes: filled('/'),
  stars: filled('*'),
  dots: filled('.'),
  'percent signs': filled('%41'),
  'escaped nothing': filled('%'),
  'plus signs': filled('+'),
  ampersands: filled('a=b&'),
  'question marks': filled('?'),
  'characters beyond ASCII': filled('é'),
  'privileges of many names': numbered((n) => `name${n}:value${n}`),
  'one privilege again and again': filled('edit:*,'),
  'one privilege of many values': `edit:${filled('0_abcdefgh/')}`,
  base64: filled('QUJD'),
  'the base64 of a KS of version 1': btoa(
    `0123456789012345678901234567890123456789|102;102;1900000000;2;0.5;${'x;'.repeat(370_000)}`,
  ),
  'the base64 of a KS of version 2': btoa(`v2|102|${'\xff'.repeat(740_000)}`),
  'a URL of many labels': `https://${filled('a.')}test`,
  'a URL of a long path': `https://kaltura.test/${filled('a/../')}`,
  'a URL of a long user': `https://${filled('a@')}kaltura.test`,
  JSON: JSON.stringify(Array.from({ length: 90_000 }, (_, n) => n * 1000)),
}

const lists = {
  numbers: Array.from({ length: 300_000 }, (_, n) => n),
  texts: Array.from({ length: 9_999 }, (_, n) => `text${n}`.repeat(12)),
  privileges: Array.from({ length: 4_000 }, (_, n) => ({ name: `name${n}`, values: [`value${n}`.repeat(20)] })),
  'equal privileges': Array.from({ length: 4_000 }, () => ({ name: 'edit', values: ['0_abcdefgh'] })),
  'one privilege of many values': [{ name: 'edit', values: Array.from({ length: 9_000 }, (_, n) => `0_${n}`) }],
}

const objects = {
  'many fields': Object.fromEntries(Array.from({ length: 60_000 }, (_, n) => [`field${n}`, n])),
  'a long list': { list: lists.numbers },
  'a long text': { text: texts.letters },
}

const KS = { partnerId: 102, userId: 'ada', sessionType: 0, expiry: 4_102_444_800, privileges: '' }

/** A Kaltura in this process, and what to call it with. */
function kaltura() {
  const emulator = createEmulator()
  const { id, token } = emulator.addAppToken()
  const { partnerId, adminSecret, serviceUrl, fetch } = emulator
  return { adminSecret, credentials: { serviceUrl, partnerId, appTokenId: id, appToken: token, fetch, retry: 0 } }
}

const NAMES = [
  'serviceUrl',
  'partnerId',
  'appTokenId',
  'appToken',
  'hashType',
  'userId',
  'sessionType',
  'expiry',
  'sessionPrivileges',
  'grants',
  'clientTag',
  'timeoutMs',
]
const FIELDS = ['sessionUserId', 'sessionPrivileges', 'description', 'hashType', 'expiry']
const KS_FIELDS = ['userId', 'privileges', 'additionalData', 'partnerId', 'expiry', 'random']

/** `[what it is, how it is used]`. */
function* uses() {
  const { credentials, adminSecret } = kaltura()
  const { serviceUrl, partnerId, fetch } = credentials
  const provider = createSessionProvider(credentials)
  const manager = createAppTokenManager({ serviceUrl, partnerId, adminSecret, fetch, retry: 0 })
  const ks = generateKs(KS, 'secret')
  const others = { bytes: new Uint8Array(BYTES), 'text in an object': new String(texts.letters) }
  for (const [kind, value] of Object.entries({ ...texts, ...lists, ...objects, ...others })) {
    for (const name of NAMES) yield [`${name}: ${kind}`, () => startAppTokenSession({ ...credentials, [name]: value })]
    for (const name of ['userId', 'sessionPrivileges'])
      yield [`a request's ${name}: ${kind}`, () => provider.getSession({ [name]: value })]
    for (const name of FIELDS)
      yield [`add's ${name}: ${kind}`, () => manager.add({ sessionUserId: 'ada', [name]: value })]
    for (const name of KS_FIELDS)
      yield [`generateKs's ${name}: ${kind}`, () => generateKs({ ...KS, [name]: value }, 'secret')]
    yield [`invalidate: ${kind}`, () => provider.invalidate(value)]
    yield [`startSessions: ${kind}`, () => provider.startSessions(Array.isArray(value) ? value : [value])]
    // JSON makes many megabytes of bytes, and itself takes seconds for it.
    if (kind !== 'bytes')
      yield [`a call's parameters: ${kind}`, () => provider.call('user', 'get', { userId: 'ada', value })]
    yield [`a call's service: ${kind}`, () => provider.call(value, 'get')]
    yield [`a filter: ${kind}`, () => manager.list({ idIn: value })]
    yield [`an id: ${kind}`, () => manager.get(value)]
    yield [`hashAppToken: ${kind}`, () => hashAppToken(value, value)]
    yield [`inspectKs: ${kind}`, () => inspectKs(value, 'secret')]
    yield [`the secrets of inspectKs: ${kind}`, () => inspectKs(ks, value)]
    yield [`formatPrivileges: ${kind}`, () => formatPrivileges(value)]
    yield [`parsePrivileges: ${kind}`, () => parsePrivileges(value)]
    yield [`predictPrivileges: ${kind}`, () => predictPrivileges('0_a', value, value)]
    yield [`a token's privileges: ${kind}`, () => predictPrivileges('0_a', value, 'edit:0_a')]
  }
  for (const [kind, text] of Object.entries(texts)) {
    const store = { get: async () => text, set: async () => {}, delete: async () => {} }
    yield [`a store's value: ${kind}`, () => createSessionProvider({ ...credentials, store }).getKs({ userId: 'ada' })]
    const granting = (grant) => () => ({ sessionPrivileges: TOKEN_PRIVILEGES, ...grant })
    const handler = createKsHandler({ provider, authorize: granting({ userId: 'ada' }), store })
    const request = new Request('https://app.example.org/ks', { method: 'POST' })
    yield [`a bucket's text: ${kind}`, () => handler(request)]
    const limited = createKsHandler({ provider, authorize: granting({ userId: text, limitKey: text }) })
    yield [`a handler's user: ${kind}`, () => limited(request)]
  }
}

/** What keeps the event loop, in words, or fails in another way than it should. */
export async function blockingInputs() {
  const problems = []
  if (!canMeasure) return problems
  for (const [name, use] of uses()) {
    const { problem } = await undisturbed(async () => {
      const { value, problem: blocked } = await unblocked(() => failureOf(use))
      return { problem: value ?? blocked }
    })
    if (problem) problems.push(`${name}: ${problem}`)
  }
  return problems
}

async function failureOf(use) {
  try {
    await use()
  } catch (error) {
    if (!isAppTokenError(error)) return `an error of another kind: ${error}`
  }
  return undefined
}

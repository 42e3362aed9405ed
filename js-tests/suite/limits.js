// How much may be handed in: exactly so much, and not one more.
import {
  createSessionProvider,
  formatPrivileges,
  hashAppToken,
  inspectKs,
  generateKs,
  parsePrivileges,
  startAppTokenSession,
} from 'kaltura-app-token'
import { test } from './harness.js'

const right = { partnerId: 102, appTokenId: '0_ab12cd34', appToken: 'a-token-of-mine' }
const LONGEST_LIST = 10_000
const LONGEST_TEXT = 1_000_000
const LONGEST_PRIVILEGES = 262_144

test('a text of a million characters is hashed, and not one more', (t) => {
  t.match(hashAppToken('x'.repeat(LONGEST_TEXT), 'token'), /^[0-9a-f]{40}$/)
  const error = t.throws(() => hashAppToken('x'.repeat(LONGEST_TEXT + 1), 'token'))
  t.equal(error.path, 'ks')
  t.equal(t.throws(() => hashAppToken('ks\ud800', 'token')).path, 'ks')
})

test('ten thousand privileges are written, with their values, and not one more', (t) => {
  const list = (names, values) =>
    Array.from({ length: names }, (_, n) => ({ name: `n${n}`, values: Array.from({ length: values }, () => 'a') }))
  t.match(formatPrivileges(list(LONGEST_LIST / 2, 1)), /^n0:a,/)
  t.equal(t.throws(() => formatPrivileges(list(LONGEST_LIST / 2 + 1, 1))).path, 'list')
  t.equal(formatPrivileges(list(1, LONGEST_LIST - 1)).length, 'n0:'.length + 2 * (LONGEST_LIST - 1) - 1)
  t.equal(t.throws(() => formatPrivileges(list(1, LONGEST_LIST))).path, 'list')
})

test('privileges of 262,144 characters are read, and not one more', (t) => {
  const text = 'a,'.repeat(LONGEST_PRIVILEGES / 2)
  t.ok(parsePrivileges(text).length > 0)
  t.equal(t.throws(() => parsePrivileges(`${text}a`)).path, 'text')
})

test('ten thousand sessions may be asked for at once, and not one more', async (t) => {
  const provider = createSessionProvider(right)
  const signal = AbortSignal.abort()
  const wanted = (length) =>
    provider.startSessions(
      Array.from({ length }, () => ({ userId: 'ada' })),
      { signal },
    )
  const outcomes = await wanted(LONGEST_LIST)
  t.equal(outcomes.length, LONGEST_LIST)
  t.ok(outcomes.every(({ error }) => error.code === 'ERR_ABORTED'))
  t.equal((await t.rejects(wanted(LONGEST_LIST + 1))).path, 'requests')
})

test('a list, bytes or a text is no object of options, however long', async (t) => {
  const provider = createSessionProvider(right)
  const long = [new Uint8Array(LONGEST_TEXT), Array(300_000).fill(1), new String('x'.repeat(LONGEST_TEXT))]
  for (const value of [[], new Uint8Array(1), new DataView(new ArrayBuffer(8)), new String('x'), ...long]) {
    const paths = [
      (await t.rejects(startAppTokenSession(value))).path,
      (await t.rejects(provider.getKs(value))).path,
      (await t.rejects(provider.call('user', 'get', value))).path,
      t.throws(() => createSessionProvider(value)).path,
      t.throws(() => generateKs(value, 'secret')).path,
    ]
    t.deepEqual(paths, ['options', 'request', 'params', 'options', 'fields'])
  }
})

test('a KS may be looked at without any secret, however that is said', (t) => {
  const ks = generateKs({ partnerId: 102, userId: '', sessionType: 0, expiry: 1 }, 'secret')
  for (const secrets of [[], null, undefined]) t.equal(inspectKs(ks, secrets).verified, null)
})

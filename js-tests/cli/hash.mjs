import { createHash } from 'node:crypto'
import { command, guard, onTerminal, printed } from './command.mjs'
import { test } from '../suite/harness.js'

const ks = 'djJ8MTAyfHdpZGdldA=='
const token = 'b0ba0123456789abcdef0123456789ab'
guard(ks, token)
/** @param {string} hashType */
const expected = (hashType) =>
  createHash(hashType)
    .update(ks + token)
    .digest('hex')

test('hash reads the KS and the token from the environment, or a line each of standard input', async (t) => {
  const env = { KALTURA_KS: ks, KALTURA_APP_TOKEN: token }
  t.equal(await printed(['hash'], { env }), `${expected('sha1')}\n`)
  t.equal(await printed(['hash'], { input: `${ks}\n${token}\n` }), `${expected('sha1')}\n`)
  const tokenInEnvironment = { KALTURA_APP_TOKEN: token }
  t.equal(await printed(['hash'], { env: tokenInEnvironment, input: ks }), `${expected('sha1')}\n`)
})

test('hash takes the hash type from its option, or from the environment', async (t) => {
  const env = { KALTURA_KS: ks, KALTURA_APP_TOKEN: token, KALTURA_HASH_TYPE: 'SHA512' }
  t.equal(await printed(['hash'], { env }), `${expected('sha512')}\n`)
  const json = await printed(['hash', '--json', '--hash-type', 'SHA256'], { env })
  t.deepEqual(JSON.parse(json), { hash: expected('sha256'), hashType: 'SHA256' })
  const wrong = await command(['hash', '--hash-type', 'SHA3'], { env })
  t.equal(wrong.code, 2)
  t.match(wrong.stderr, /--hash-type/)
})

test('hash asks on a terminal for what is missing, without echo', async (t) => {
  const terminal = await onTerminal('kaltura-app-token hash')
  await terminal.until(/KS: /)
  terminal.type(`${ks}\r`)
  await terminal.until(/application token: /)
  terminal.type(`${token}\r`)
  const { code, text } = await terminal.end()
  t.equal(code, 0)
  t.ok(text.includes(expected('sha1')), text)
})

test('hash without a token says what is missing', async (t) => {
  const { code, stderr } = await command(['hash'], { input: `${ks}\n` })
  t.equal(code, 2)
  t.match(stderr, /the application token is missing/)
})

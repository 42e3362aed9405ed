import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, guard, onTerminal, printed, startVariables, variables } from './command.mjs'
import { test } from '../suite/harness.js'

const folder = mkdtempSync(join(tmpdir(), 'cli-secrets-'))

/**
 * @param {string} name
 * @param {string} content
 * @param {number} [mode]
 */
function file(name, content, mode = 0o600) {
  const path = join(folder, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

test('a secret among the arguments is refused with the reason, and is not repeated', async (t) => {
  const secret = 'cafe0123456789abcdef0123456789ab'
  guard(secret)
  const tried = [
    ['start', '--app-token', secret],
    ['start', `--app-token=${secret}`],
    ['start', `--appToken=${secret}`],
    ['start', '--token', secret],
    ['doctor', '--app_token', secret],
    ['tokens', 'list', '--admin-secret', secret],
    ['inspect', `--secret=${secret}`],
    ['hash', '--ks', secret],
  ]
  for (const { code, stderr } of await Promise.all(tried.map((args) => command(args)))) {
    t.equal(code, 2)
    t.match(stderr, /refused: arguments are visible in process lists/)
    t.match(stderr, /KALTURA_\w+|-file FILE/)
  }
  for (const args of [['start', secret], [secret], ['hash', secret], ['start', '--tokn', secret]]) {
    t.equal((await command(args)).code, 2)
  }
})

test('a secret in the place of another argument is refused, and is not repeated', async (t) => {
  const secret = 'decaf123456789abcdef0123456789ab'
  guard(secret)
  const tried = [
    ['start', '--app-token-id', secret],
    ['start', '--partner-id', secret],
    ['start', '--service-url', secret],
    ['start', '--hash-type', secret],
    ['start', '--app-token-file', secret],
    ['tokens', 'show', secret],
    ['tokens', 'delete', '--yes', secret],
    ['tokens', 'rotate', secret],
    ['tokens', 'add', '--token-file', secret],
  ]
  for (const { code, stderr } of await Promise.all(tried.map((args) => command(args)))) {
    t.equal(code, 2)
    t.match(stderr, /looks like a secret/)
    t.match(stderr, /no longer secret/)
  }
  const names = [[`--${secret}`], [`--${secret}=1`], [`-${secret}`], ['--json', `--${secret}`]]
  for (const args of names) t.equal((await command(['start', ...args])).code, 2)
})

test('an id and a token that have changed places are refused, and the token is not shown', async (t) => {
  const { KALTURA_APP_TOKEN: token, KALTURA_APP_TOKEN_ID: id, ...env } = startVariables(await t.kaltura())
  const swapped = { ...env, KALTURA_APP_TOKEN: id, KALTURA_APP_TOKEN_ID: token }
  for (const args of [['start'], ['start', '--json'], ['doctor'], ['doctor', '--json']]) {
    const { code, stdout, stderr } = await command(args, { env: swapped })
    t.equal(code, args[0] === 'doctor' ? 1 : 2)
    t.match(stdout + stderr, /KALTURA_APP_TOKEN_ID.*looks like a secret/)
  }
})

test('a token is read from a file, whose last line break is not part of it', async (t) => {
  const kaltura = await t.kaltura()
  const { KALTURA_APP_TOKEN: token, ...env } = startVariables(kaltura)
  const path = file('token', `${token}\n`)
  const { code, stdout, stderr } = await command(['start', '--app-token-file', path], { env })
  t.deepEqual([code, stderr], [0, ''])
  t.match(stdout, /^djJ8\S+\n$/)
})

test('a file that others can read is used with a warning', async (t) => {
  const kaltura = await t.kaltura()
  const { KALTURA_APP_TOKEN: token, ...env } = startVariables(kaltura)
  const path = file('open', token, 0o644)
  const { code, stderr } = await command(['start', '--app-token-file', path], { env })
  t.equal(code, 0)
  t.match(stderr, /^warning: others on this machine can read or write .*open \(mode 0644\): run chmod 600/)
  const json = await command(['start', '--json', '--app-token-file', path], { env })
  t.match(JSON.parse(json.stderr).warning, /mode 0644/)
})

test('a token comes in on standard input', async (t) => {
  const kaltura = await t.kaltura()
  const { KALTURA_APP_TOKEN: token, ...env } = startVariables(kaltura)
  const said = await printed(['start', '--app-token-file', '-'], { env, input: `${token}\n` })
  t.match(said, /^djJ8/)
})

test('a file that is missing or empty is an error', async (t) => {
  const env = { KALTURA_PARTNER_ID: '1', KALTURA_APP_TOKEN_ID: '0_a' }
  const missing = await command(['start', '--app-token-file', join(folder, 'none')], { env })
  t.deepEqual([missing.code, /can't read .*none \(ENOENT\)/.test(missing.stderr)], [2, true])
  const empty = await command(['start', '--app-token-file', file('empty', '\n')], { env })
  t.deepEqual([empty.code, /no application token in/.test(empty.stderr)], [2, true])
})

test('on a terminal, a token is asked for and not shown', async (t) => {
  const kaltura = await t.kaltura()
  const { KALTURA_APP_TOKEN: token, ...env } = startVariables(kaltura)
  const terminal = await onTerminal('kaltura-app-token start', { env })
  await terminal.until(/application token: /)
  terminal.type(`wrong\x15${token}x\x7f\r`)
  const { code, text } = await terminal.end()
  t.equal(code, 0)
  t.ok(!text.includes('wrong'), text)
  t.match(text, /Session\n {2}partner +1234567/)
})

test('an empty answer is no token', async (t) => {
  const kaltura = await t.kaltura()
  const env = variables(kaltura, 'SERVICE_URL', 'PARTNER_ID', 'APP_TOKEN_ID', 'HASH_TYPE')
  const terminal = await onTerminal('kaltura-app-token start', { env })
  await terminal.until(/application token: /)
  terminal.type('\r')
  const { code, text } = await terminal.end()
  t.equal(code, 2)
  t.match(text, /the application token is missing/)
})

test('Ctrl-C at a question ends the command with 130, Ctrl-D leaves it unanswered', async (t) => {
  const kaltura = await t.kaltura()
  const env = variables(kaltura, 'SERVICE_URL', 'PARTNER_ID', 'APP_TOKEN_ID', 'HASH_TYPE')
  for (const [key, code] of [
    ['\x03', 130],
    ['\x04', 2],
  ]) {
    const terminal = await onTerminal('kaltura-app-token start', { env })
    await terminal.until(/application token: /)
    terminal.type(`${key}`)
    t.equal((await terminal.end()).code, code)
  }
})

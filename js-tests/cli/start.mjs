import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspectKs } from 'kaltura-app-token'
import { command, onTerminal, printed, startVariables } from './command.mjs'
import { test } from '../suite/harness.js'

const folder = mkdtempSync(join(tmpdir(), 'cli-start-'))
const anyUser = { partners: [{ id: 103, adminSecret: 'secret-of-103', userlessAppTokens: true }] }

test('start prints the KS alone when piped', async (t) => {
  const kaltura = await t.kaltura()
  const { code, stdout, stderr } = await command(['start'], { env: startVariables(kaltura) })
  t.deepEqual([code, stderr], [0, ''])
  t.match(stdout, /^\S+\n$/)
  t.equal(inspectKs(stdout.trim(), kaltura.adminSecret).verified, true)
})

test('start --json prints the session', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const session = JSON.parse(await printed(['start', '--json'], { env: startVariables(kaltura) }))
  t.deepEqual([session.userId, session.partnerId, session.differences], ['ada', kaltura.partnerId, []])
})

test('start on a terminal shows what the session may do, in words, and the KS', async (t) => {
  const appToken = { sessionUserId: 'ada', sessionPrivileges: 'sview:*,iprestrict:127.0.0.1' }
  const kaltura = await t.kaltura({ appToken })
  const terminal = await onTerminal('kaltura-app-token start', { env: startVariables(kaltura) })
  const { code, text } = await terminal.end()
  t.equal(code, 0)
  t.match(text, /user +ada\n/)
  t.match(text, /may play every entry/)
  t.match(text, /works only from the address 127\.0\.0\.1/)
  t.match(text, /\ndjJ8\S+\n/)
})

test('start asks for what it is told, and refuses a session that may do more', async (t) => {
  const kaltura = await t.kaltura({ ...anyUser, appToken: { partnerId: 103 } })
  const env = startVariables(kaltura)
  const asked = ['--user-id', 'eve', '--session-type', 'user', '--expiry', '600']
  const session = JSON.parse(await printed(['start', '--json', ...asked], { env }))
  t.deepEqual([session.userId, session.sessionType, session.differences], ['eve', 0, []])
  const refused = await command(['start', '--session-privileges', 'iprestrict:10.0.0.1'], { env })
  t.deepEqual([refused.code, refused.stdout], [1, ''])
  t.match(refused.stderr, /iprestrict.*\[ERR_NOT_GRANTED\]/)
  await printed(['start', '--grants', 'report', '--session-privileges', 'iprestrict:10.0.0.1'], {
    env,
  })
})

test("Kaltura's refusal comes with its code, what to do, and exit code 1, and no stack", async (t) => {
  const kaltura = await t.kaltura({ appToken: { hashType: 'SHA256' } })
  const env = { ...startVariables(kaltura), KALTURA_HASH_TYPE: 'SHA1' }
  const { code, stderr } = await command(['start'], { env })
  t.equal(code, 1)
  t.match(stderr, /^error: .*INVALID_APP_TOKEN_HASH.*hashType/)
  t.match(stderr, /doctor finds the cause/)
  t.ok(!/\n\s+at /.test(stderr), stderr)
  const { error } = JSON.parse((await command(['start', '--json'], { env })).stderr)
  t.deepEqual(
    [error.code, error.kalturaCode, error.service, error.retryable],
    ['ERR_KALTURA', 'INVALID_APP_TOKEN_HASH', 'appToken', false],
  )
})

test('start --users prints a line of JSON for each user, in order, in few requests', async (t) => {
  const kaltura = await t.kaltura({ ...anyUser, appToken: { partnerId: 103 } })
  const users = Array.from({ length: 120 }, (_, i) => `user-${i}`)
  const input = `${users.join('\r\n')}\n\n{"userId":"short","expiry":60}\n`
  const { code, stdout, stderr } = await command(['start', '--users', '-'], {
    env: startVariables(kaltura),
    input,
  })
  t.equal(code, 0)
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.deepEqual(
    lines.map(({ userId }) => userId),
    [...users, 'short'],
  )
  for (const { userId, session } of lines) t.equal(session.userId, userId)
  t.match(stderr, /121 started, 0 failed/)
  const requests = await kaltura.requests()
  t.ok(requests.length <= 8, `${requests.length} requests`)
})

test('the token and the users may come in together on standard input', async (t) => {
  const kaltura = await t.kaltura({ ...anyUser, appToken: { partnerId: 103 } })
  const { KALTURA_APP_TOKEN: token, ...env } = startVariables(kaltura)
  const args = ['start', '--app-token-file', '-', '--users', '-']
  const lines = (await printed(args, { env, input: `${token}\nada\neve\n` })).trim().split('\n')
  t.deepEqual(
    lines.map((line) => JSON.parse(line).userId),
    ['ada', 'eve'],
  )
})

test('start --users tells of each user who got no session, and ends with 1', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const { code, stdout } = await command(['start', '--json', '--users', '-'], {
    env: startVariables(kaltura),
    input: 'ada\nbob\n',
  })
  const [ada, bob] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.equal(code, 1)
  t.equal(ada.session.userId, 'ada')
  t.equal(bob.error.code, 'ERR_NOT_GRANTED')
})

test('start --users gives up where it is not the users who are refused', async (t) => {
  const kaltura = await t.kaltura({ appToken: { hashType: 'SHA256' } })
  const { code, stdout, stderr } = await command(['start', '--users', '-'], {
    env: { ...startVariables(kaltura), KALTURA_HASH_TYPE: 'SHA1' },
    input: Array.from({ length: 250 }, (_, i) => `user-${i}\n`).join(''),
  })
  t.equal(code, 1)
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.ok(lines.every(({ error }) => error.kalturaCode === 'INVALID_APP_TOKEN_HASH'))
  t.equal(lines.length, 100)
  t.match(stderr, /100 in a row were refused for the same reason; 150 were not tried/)
})

test('start --users with a line that is wrong starts nothing', async (t) => {
  const kaltura = await t.kaltura()
  const env = startVariables(kaltura)
  for (const [line, pattern] of /** @type {const} */ ([
    ['{"userId":', /line 2/],
    ['{"user":"x"}', /line 2.*userId/],
    ['{"appToken":"x"}', /line 2/],
  ])) {
    const { code, stderr } = await command(['start', '--users', '-'], {
      env,
      input: `ada\n${line}\n`,
    })
    t.equal(code, 2)
    t.match(stderr, pattern)
  }
  t.equal((await command(['start', '--users', '-'], { env, input: '\n' })).code, 2)
  t.equal((await kaltura.requests()).length, 0)
})

test('start --users draws a progress bar on the terminal while the sessions go to a file', async (t) => {
  const kaltura = await t.kaltura({ ...anyUser, appToken: { partnerId: 103 } })
  const users = join(folder, 'users')
  const sessions = join(folder, 'sessions')
  writeFileSync(users, Array.from({ length: 150 }, (_, i) => `user-${i}\n`).join(''))
  const terminal = await onTerminal(`kaltura-app-token start --users ${users} > ${sessions}`, {
    env: startVariables(kaltura),
  })
  const { code, text } = await terminal.end()
  t.equal(code, 0)
  t.match(text, /░{30} {3}0 % {2}0 of 150/)
  t.match(text, /█+░+ {2}\d\d % {2}\d+ of 150/)
  t.match(text, /█{30} 100 % {2}150 of 150/)
  // The bar is gone in the end.
  t.match(terminal.raw(), /\r\x1b\[K[^\n]*150 started, 0 failed\r?\n$/)
  t.equal(readFileSync(sessions, 'utf8').trim().split('\n').length, 150)
})

test('there is no progress bar without a terminal, nor with --json', async (t) => {
  const kaltura = await t.kaltura({ ...anyUser, appToken: { partnerId: 103 } })
  const env = startVariables(kaltura)
  const piped = await command(['start', '--users', '-'], { env, input: 'ada\n' })
  t.equal(piped.stderr, 'note: 1 started, 0 failed\n')
  const terminal = await onTerminal('echo ada | kaltura-app-token start --json --users - > /dev/null', { env })
  t.equal((await terminal.end()).text, '')
})

test('a reader that has seen enough, such as head, is no fault', async (t) => {
  const kaltura = await t.kaltura({ ...anyUser, appToken: { partnerId: 103 } })
  const line = 'seq 1 300 | kaltura-app-token start --users - 2> /dev/null | head -n 1'
  const { code, stdout } = await command(['-c', line], {
    program: ['sh'],
    env: startVariables(kaltura),
  })
  t.equal(code, 0)
  t.equal(JSON.parse(stdout).userId, '1')
})

test('a field of --users that is wrong goes by its own name', async (t) => {
  const kaltura = await t.kaltura({ ...anyUser, appToken: { partnerId: 103 } })
  const { code, stdout } = await command(['start', '--users', '-'], {
    env: startVariables(kaltura),
    input: '{"userId":5}\n',
  })
  t.equal(code, 1)
  t.match(JSON.parse(stdout).error.message, /^userId must be /)
})

test("a session's type goes by Kaltura's number as well", async (t) => {
  const kaltura = await t.kaltura({ ...anyUser, appToken: { partnerId: 103 } })
  const env = startVariables(kaltura)
  for (const type of ['0', '2']) {
    const args = ['start', '--json', '--user-id', 'ada', '--session-type', type]
    t.equal(JSON.parse(await printed(args, { env })).sessionType, Number(type))
  }
})

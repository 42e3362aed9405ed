import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKs } from 'kaltura-app-token'
import { adminVariables, command, onTerminal, printed, variables } from './command.mjs'
import { test } from '../suite/harness.js'

const folder = mkdtempSync(join(tmpdir(), 'cli-tokens-'))

/** @param {string} text */
const readExports = (text) =>
  Object.fromEntries([...text.matchAll(/^export (\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]))

/**
 * @param {Record<string, string>} env
 * @returns {Promise<import('kaltura-app-token').AppToken[]>}
 */
const listed = async (env) => JSON.parse(await printed(['tokens', 'list', '--json'], { env }))

test('tokens add prints the lines that start needs, with SHA256 and a user type by default', async (t) => {
  const kaltura = await t.kaltura()
  const env = adminVariables(kaltura)
  const { code, stdout, stderr } = await command(['tokens', 'add', '--user-id', 'ada'], { env })
  t.equal(code, 0)
  t.match(
    stderr,
    /^warning: sessionPrivileges: if its sessions go to web pages(.|\n)*\nnote: the token is a secret and is never shown again/,
  )
  const set = readExports(stdout)
  t.deepEqual(Object.keys(set), ['KALTURA_APP_TOKEN_ID', 'KALTURA_APP_TOKEN', 'KALTURA_HASH_TYPE'])
  const session = JSON.parse(await printed(['start', '--json'], { env: { ...env, ...set } }))
  t.deepEqual([session.userId, session.sessionType], ['ada', 0])
  const added = (await listed(env)).find(({ id }) => id === set.KALTURA_APP_TOKEN_ID)
  t.deepEqual([added?.hashType, added?.sessionType], ['SHA256', 0])
  t.ok(added && !('token' in added))
})

test('tokens add makes what it is told, and warns of what is unwise', async (t) => {
  const kaltura = await t.kaltura()
  const env = adminVariables(kaltura)
  const { code, stdout, stderr } = await command(
    [
      ...['tokens', 'add', '--json', '--user-id', '', '--session-type', 'any'],
      ...['--session-duration', '600', '--session-privileges', 'sview:*', '--hash-type', 'SHA1'],
      ...['--expiry', '2035-01-31', '--description', 'the portal'],
    ],
    { env },
  )
  t.equal(code, 0)
  const { appToken } = JSON.parse(stdout)
  const { sessionUserId, sessionType, sessionDuration, sessionPrivileges } = appToken
  t.deepEqual(
    [sessionUserId, sessionType, sessionDuration, sessionPrivileges, appToken.hashType],
    ['', null, 600, 'sview:*', 'SHA1'],
  )
  t.deepEqual([appToken.expiry, appToken.description], [Date.UTC(2035, 0, 31) / 1000, 'the portal'])
  const warnings = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).warning)
  t.ok(
    warnings.some((text) => /^sessionType: .*ADMIN/.test(text)),
    stderr,
  )
  t.ok(
    warnings.some((text) => /^hashType: .*SHA256/.test(text)),
    stderr,
  )
})

test('tokens add writes the token to a file of its own, and then shows it nowhere', async (t) => {
  const kaltura = await t.kaltura()
  const env = adminVariables(kaltura)
  const file = join(folder, 'token')
  const add = ['tokens', 'add', '--user-id', 'ada', '--token-file', file]
  const { stdout, stderr } = await command(add, { env })
  const token = readFileSync(file, 'utf8').trim()
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.ok(!`${stdout}${stderr}`.includes(token), 'it was shown')
  const set = readExports(stdout)
  await printed(['start', '--app-token-file', file], { env: { ...env, ...set } })

  const before = await listed(env)
  const again = await command(add, { env })
  t.deepEqual([again.code, /EEXIST/.test(again.stderr)], [2, true])
  t.equal((await listed(env)).length, before.length)
  t.equal(readFileSync(file, 'utf8').trim(), token)

  const json = await printed([...add.slice(0, -1), join(folder, 'json'), '--json'], { env })
  t.equal(JSON.parse(json).appToken.token, undefined)
})

test('a token that is refused leaves no file behind', async (t) => {
  const kaltura = await t.kaltura()
  const file = join(folder, 'none')
  const env = { ...adminVariables(kaltura), KALTURA_ADMIN_SECRET: 'wrong' }
  const { code } = await command(['tokens', 'add', '--user-id', 'ada', '--token-file', file], {
    env,
  })
  t.deepEqual([code, existsSync(file)], [1, false])
})

test('what Kaltura would misread is refused before anything is sent', async (t) => {
  const kaltura = await t.kaltura()
  const env = adminVariables(kaltura)
  /** @type {[args: string[], pattern: RegExp][]} */
  const wrong = [
    [['--user-id', 'ada', '--session-duration', '0'], /--session-duration/],
    [['--user-id', 'ada', '--expiry', '0'], /--expiry/],
    [['--user-id', 'ada', '--expiry', 'tomorrow'], /--expiry/],
    [['--user-id', 'a b'], /--user-id must be.*--known-user/],
    [['--user-id', 'ada', '--any-user'], /--user-id/],
    [['--user-id', 'ada', '--hash-type', 'SHA3'], /--hash-type/],
  ]
  const all = wrong.map(([args]) => command(['tokens', 'add', ...args], { env }))
  const outcomes = await Promise.all(all)
  for (const [i, [args, pattern]] of wrong.entries()) {
    const { code, stderr } = outcomes[i]
    t.deepEqual([args, code], [args, 2])
    t.match(stderr, pattern)
  }
  t.equal((await kaltura.requests()).length, 0)
})

test('tokens list shows a table of the tokens, and of those that are asked for', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada', description: 'the portal' } })
  await kaltura.tell('addAppToken', { sessionUserId: 'eve', hashType: 'SHA512' })
  await kaltura.tell('setUser', kaltura.partnerId, 'eve', {})
  const env = adminVariables(kaltura)
  const table = await printed(['tokens', 'list'], { env })
  t.match(table, /^ID +STATUS +HASH +TYPE +LIVE +ENDS +USER +DESCRIPTION\n/)
  t.match(table, new RegExp(`\n${kaltura.appToken.id} +active +SHA1 +any +1 d +never +ada +the portal\n`))
  t.match(table, /SHA512 .* eve\n/)
  const own = await printed(['tokens', 'list', '--user-id', 'eve', '--status', 'active'], { env })
  t.ok(own.includes('eve') && !own.includes('ada'), own)
  const none = await command(['tokens', 'list', '--status', 'disabled'], { env })
  t.deepEqual([none.code, none.stdout], [0, ''])
  t.match(none.stderr, /tokens add/)
})

test('tokens show tells what a token allows, in words', async (t) => {
  const kaltura = await t.kaltura({
    appToken: {
      sessionUserId: 'ada',
      sessionType: 0,
      sessionPrivileges: 'sview:*',
      sessionDuration: 5400,
    },
  })
  const env = adminVariables(kaltura)
  const said = await printed(['tokens', 'show', kaltura.appToken.id], { env })
  t.match(said, /user +ada\n(.|\n)*live +1 h 30 min at most\n(.|\n)*may play every entry/)
  const json = JSON.parse(await printed(['tokens', 'show', '--json', kaltura.appToken.id], { env }))
  t.deepEqual([json.id, json.token], [kaltura.appToken.id, undefined])
  const unknown = await command(['tokens', 'show', '0_nowhere1'], { env })
  t.equal(unknown.code, 1)
  t.match(unknown.stderr, /APP_TOKEN_ID_NOT_FOUND/)
})

test('tokens rotate makes a successor that works, and leaves the predecessor in force', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const env = adminVariables(kaltura)
  const { id } = kaltura.appToken
  const { code, stdout, stderr } = await command(['tokens', 'rotate', id], { env })
  t.equal(code, 0)
  t.match(stderr, new RegExp(`${id} is still in force(.|\n)*tokens delete ${id}`))
  const set = readExports(stdout)
  t.ok(set.KALTURA_APP_TOKEN_ID !== id)
  await printed(['start'], { env: { ...env, ...set } })
  await printed(['start'], {
    env: variables(kaltura, 'SERVICE_URL', 'PARTNER_ID', 'APP_TOKEN_ID', 'APP_TOKEN'),
  })
  const json = JSON.parse(await printed(['tokens', 'rotate', '--json', id], { env }))
  t.deepEqual([json.predecessor.id, typeof json.successor.token], [id, 'string'])
})

test('tokens delete asks first, and needs --yes where there is nobody to ask', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada', description: 'the portal' } })
  const env = adminVariables(kaltura)
  const { id } = kaltura.appToken
  const piped = await command(['tokens', 'delete', id], { env })
  t.equal(piped.code, 2)
  t.match(piped.stderr, /nothing was deleted(.|\n)*--yes/)
  for (const answer of ['\r', 'n\r']) {
    const terminal = await onTerminal(`kaltura-app-token tokens delete ${id}`, { env })
    await terminal.until(/the portal(.|\n)*\[y\/N\] /)
    terminal.type(answer)
    const { code, text } = await terminal.end()
    t.equal(code, 1)
    t.match(text, /nothing was deleted/)
  }
  t.equal((await listed(env)).length, 1)
  const terminal = await onTerminal(`kaltura-app-token tokens delete ${id}`, { env })
  await terminal.until(/\[y\/N\] /)
  terminal.type('y\r')
  t.equal((await terminal.end()).code, 0)
  t.equal((await listed(env)).length, 0)
})

test('tokens delete --yes deletes', async (t) => {
  const kaltura = await t.kaltura()
  const env = adminVariables(kaltura)
  const { id } = kaltura.appToken
  const json = await printed(['tokens', 'delete', '--json', '-y', id], { env })
  t.deepEqual(JSON.parse(json), { deleted: id, warnings: [] })
  t.equal((await listed(env)).length, 0)
})

test('tokens add --isolated tells the price, for an hour, and tokens delete tells it again', async (t) => {
  const env = adminVariables(await t.kaltura())
  const add = ['tokens', 'add', '--json', '--isolated', '--user-id', 'ada']
  /** @param {...string} more */
  const make = async (...more) => {
    const { code, stdout, stderr } = await command([...add, ...more], { env })
    t.equal(code, 0)
    t.match(stderr, /at a price: .* outlive the deletion/)
    return JSON.parse(stdout).appToken
  }
  const { id, sessionDuration, sessionPrivileges } = await make()
  t.deepEqual([sessionDuration, sessionPrivileges], [3600, 'sessionid:*'])
  t.equal((await make('--session-duration', '7200')).sessionDuration, 7200)
  const terminal = await onTerminal(`kaltura-app-token tokens delete ${id}`, { env })
  await terminal.until(/isolated sessions live on(.|\n)*\[y\/N\] /)
  terminal.type('n\r')
  await terminal.end()
  const rotated = await command(['tokens', 'rotate', id], { env })
  t.match(rotated.stderr, /outlive\s+the\s+deletion/)
  const { code, stdout, stderr } = await command(['tokens', 'delete', '--yes', id], { env })
  t.deepEqual([code, stdout], [0, `${id} is deleted\n`])
  t.match(stderr, /live on until they expire/)
})

test("an administrator's KS does in place of the admin secret", async (t) => {
  const kaltura = await t.kaltura()
  const { KALTURA_ADMIN_SECRET: secret, ...env } = adminVariables(kaltura)
  const expiry = Math.floor(Date.now() / 1000) + 600
  const { partnerId } = kaltura
  const ks = generateKs({ partnerId, userId: 'admin', sessionType: 'admin', expiry }, secret)
  t.equal((await listed({ ...env, KALTURA_KS: ks })).length, 1)
  const input = `${ks}\n`
  await printed(['tokens', 'list', '--ks-file', '-'], {
    env: { ...env, KALTURA_ADMIN_SECRET: 'no' },
    input,
  })
})

test('on a terminal, the admin secret is asked for and not shown', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const { KALTURA_ADMIN_SECRET: secret, ...env } = adminVariables(kaltura)
  const terminal = await onTerminal('kaltura-app-token tokens list', { env })
  await terminal.until(/admin secret: /)
  terminal.type(`${secret}\r`)
  const { code, text } = await terminal.end()
  t.equal(code, 0)
  t.match(text, /active.*ada/)
})

test('a token whose file takes nothing is named, so that it can be deleted', async (t) => {
  const kaltura = await t.kaltura()
  const env = adminVariables(kaltura)
  const file = join(folder, 'too-large')
  const line = `ulimit -f 0; kaltura-app-token tokens add --user-id ada --token-file ${file}`
  const { code, stdout, stderr } = await command(['-c', line], { program: ['sh'], env })
  t.deepEqual([code, stdout], [1, ''])
  const [, id] = stderr.match(/^error: (\S+) was made, but can't be written to .*\(EFBIG\)/m) ?? []
  t.ok((await listed(env)).some((appToken) => appToken.id === id))
  t.ok(stderr.includes(`tokens delete ${id}`), stderr)
})

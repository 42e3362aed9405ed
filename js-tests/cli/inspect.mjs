import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKs } from 'kaltura-app-token'
import { command, guard, onTerminal, printed } from './command.mjs'
import { test } from '../suite/harness.js'

const secret = 'ad9f1c0e5b7a42d8936e0f4c1b2a7d55'
guard(secret)
const env = { KALTURA_ADMIN_SECRET: secret }
const vectors = new URL('../vectors/privileges.json', import.meta.url)
const { serverPrivileges } = JSON.parse(readFileSync(vectors, 'utf8'))

const made = (fields = {}) =>
  generateKs(
    {
      ...{ partnerId: 102, userId: 'ada', sessionType: 'user', privileges: 'edit:0_a/0_b,mine:1' },
      // Half a minute more than it tells, so that it tells the same for as long.
      expiry: Math.floor(Date.now() / 1000) + 5430,
      ...fields,
    },
    secret,
  )

test('inspect reads a KS from an argument, or from standard input', async (t) => {
  const ks = made()
  const fromArgument = await printed(['inspect', ks], { env })
  t.equal(await printed(['inspect'], { env, input: `${ks}\n` }), fromArgument)
  t.match(fromArgument, /^KS, version 2\n {2}partner +102\n {2}verified +yes/)
  t.match(fromArgument, /user +ada\n/)
  t.match(fromArgument, /ends +in 1 h 30 min/)
})

test('inspect explains privileges in words', async (t) => {
  const said = await printed(['inspect', made()], { env })
  t.match(said, /edit:0_a\/0_b\n +may change the entry 0_a or 0_b\n/)
  t.match(said, /mine:1\n +not one of Kaltura's own/)
})

test('inspect reads the paths of urirestrict as paths', async (t) => {
  /** @param {string} privileges */
  const meaning = async (privileges) =>
    JSON.parse(await printed(['inspect', '--json', made({ privileges })], { env })).session.explained[0].meaning
  const media = '/api_v3/service/media/*'
  t.equal(await meaning(`urirestrict:${media}`), `works only for the API paths ${media}`)
  t.equal(
    await meaning(`urirestrict:${media}|/api_v3/service/user/action/get`),
    `works only for the API paths ${media} or /api_v3/service/user/action/get`,
  )
  for (const all of ['*', '/*']) t.equal(await meaning(`urirestrict:${all}`), 'works for any API path')
})

test('inspect says that a misspelt privilege does nothing', async (t) => {
  const said = await printed(['inspect', made({ privileges: 'ipRestrict:10.0.0.1' })], { env })
  t.match(said, /ipRestrict:10.0.0.1\n +nothing, as it is written: Kaltura's own name is iprestrict\n/)
})

test("inspect has words for every privilege of the server's", async (t) => {
  for (const values of ['', ':0_a', ':*']) {
    const privileges = serverPrivileges.map((/** @type {string} */ name) => name + values).join(',')
    const told = JSON.parse(await printed(['inspect', '--json', made({ privileges })], { env }))
    t.equal(told.session.explained.length, serverPrivileges.length)
    for (const { name, meaning } of told.session.explained) {
      t.ok(!/not one of Kaltura|…/.test(meaning), `${name}: ${meaning}`)
    }
  }
})

test('without the secret, inspect tells what anyone can read, and where the rest is', async (t) => {
  const { code, stdout, stderr } = await command(['inspect', made()])
  t.equal(code, 0)
  t.match(stdout, /partner +102\n/)
  t.ok(!stdout.includes('ada'), stdout)
  t.match(stderr, /KALTURA_ADMIN_SECRET/)
  const first = await printed(['inspect', made({ version: 1 })])
  t.match(first, /anyone may have written this KS(.|\n)*user +ada/)
})

test('a secret that did not make the KS ends inspect with 1', async (t) => {
  const wrong = { KALTURA_ADMIN_SECRET: 'wrong' }
  const { code, stdout } = await command(['inspect', made()], { env: wrong })
  t.equal(code, 1)
  t.match(stdout, /verified +no/)
  t.equal((await command(['inspect', '--json', made()], { env: wrong })).code, 1)
})

test('inspect --json gives what inspectKs does, with the time left and the words', async (t) => {
  const told = JSON.parse(await printed(['inspect', '--json', made()], { env }))
  t.deepEqual([told.version, told.partnerId, told.verified, told.session.userId], [2, 102, true, 'ada'])
  t.ok(told.session.secondsLeft > 5300 && told.session.secondsLeft <= 5430)
  const nothing = JSON.parse(await printed(['inspect', '--json', made()]))
  t.deepEqual(nothing, { version: 2, partnerId: 102, verified: null, session: null })
})

test('a permission without a value is not told as one for everything', async (t) => {
  const ks = made({ privileges: 'edit,sview:*,enablechangeaccount' })
  const { session } = JSON.parse(await printed(['inspect', '--json', ks], { env }))
  t.deepEqual(
    session.explained.map((/** @type {{ meaning: string }} */ { meaning }) => meaning),
    ['may change the entry (no value)', 'may play every entry', 'may change to another account'],
  )
})

test('a KS that is over is shown with how long it has been', async (t) => {
  const ks = made({ expiry: Math.floor(Date.now() / 1000) - 90_000 })
  t.match(await printed(['inspect', ks], { env }), /ends +1 d 1 h ago \(/)
})

test('on a terminal, the KS is asked for without echo, and the secret too if it is to be', async (t) => {
  const ks = made()
  const terminal = await onTerminal('kaltura-app-token inspect --admin-secret-file -')
  await terminal.until(/admin secret: /)
  terminal.type(`${secret}\r`)
  await terminal.until(/KS: /)
  terminal.type(`${ks}\r`)
  const { code, text } = await terminal.end()
  t.equal(code, 0)
  t.ok(!text.includes(ks), 'the KS was shown')
  t.match(text, /user +ada/)
})

test('secret and KS may come in together on standard input', async (t) => {
  const input = `${secret}\n${made()}\n`
  t.match(await printed(['inspect', '--admin-secret-file', '-'], { input }), /verified +yes/)
})

test('what a hostile KS says does nothing to the terminal', async (t) => {
  const path = join(mkdtempSync(join(tmpdir(), 'cli-inspect-')), 'ks')
  const evil = 'eve\x1b[2J\x07\u202e\u0085'
  writeFileSync(
    path,
    made({
      version: 1,
      userId: evil,
      privileges: `${evil}:${evil}`,
      additionalData: `${evil}\x1b]0;title\x07`,
    }),
  )
  const terminal = await onTerminal(`kaltura-app-token inspect < ${path}`, {
    env: { NO_COLOR: '1' },
  })
  const { code, text } = await terminal.end()
  t.equal(code, 0)
  t.ok(text.includes('eve\\u{1b}'), text)
  t.ok(!/[\x1b\x07\u0085\u202e]/.test(terminal.raw()), JSON.stringify(terminal.raw()))
})

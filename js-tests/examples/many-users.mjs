import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '../suite/harness.js'
import { environmentOf, runExample } from './program.mjs'

test('the script of many-users prints a session for each user of its list', async (t) => {
  const kaltura = await t.kaltura()
  const env = environmentOf(kaltura)
  const said = await runExample('many-users', process.execPath, ['start.js', 'users.txt'], env)
  const lines = said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.deepEqual(
    lines.map(({ userId }) => userId),
    ['ada@example.org', 'grace@example.org', 'edsger@example.org'],
  )
  for (const { ks, expiresAt } of lines) {
    t.match(ks, /^djJ8/)
    t.ok(expiresAt > Date.now())
  }
})

test('a thousand users take the script of many-users 41 requests', async (t) => {
  const kaltura = await t.kaltura()
  const folder = mkdtempSync(join(tmpdir(), 'users-'))
  try {
    const list = join(folder, 'users.txt')
    writeFileSync(list, Array.from({ length: 1000 }, (_, index) => `user-${index}\n`).join(''))
    const env = environmentOf(kaltura)
    const said = await runExample('many-users', process.execPath, ['start.js', list], env)
    t.equal(said.trim().split('\n').length, 1000)
    t.equal((await kaltura.requests()).length, 41)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the script of many-users says who got no session, and fails', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'grace@example.org' } })
  const env = environmentOf(kaltura)
  const failed = await t.rejects(runExample('many-users', process.execPath, ['start.js', 'users.txt'], env))
  t.match(failed.message, /ended with code 1/)
  t.match(failed.message, /ada@example\.org: .*\n/)
  t.match(failed.message, /"userId":"grace@example\.org","ks":/)
})

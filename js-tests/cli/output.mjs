// Secrets on standard output, and what is escaped there.
import { chmodSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adminVariables, command, printed, startVariables } from './command.mjs'
import { emulator } from './emulator.mjs'
import { test } from '../suite/harness.js'

const folder = mkdtempSync(join(tmpdir(), 'cli-output-'))
/** @param {string} file */
const modeOf = (file) => statSync(file).mode & 0o777

/**
 * A line of a shell's, with the usual umask.
 * @param {string} line
 * @param {Parameters<typeof command>[1]} [options]
 */
const shell = (line, options) => command([`umask 022; ${line}`], { program: ['sh', '-c'], ...options })

test("a file that a secret is redirected to becomes its owner's alone", async (t) => {
  const kaltura = await t.kaltura()
  const admin = { env: adminVariables(kaltura) }
  const user = { env: startVariables(kaltura) }
  for (const [name, line, options] of /** @type {const} */ ([
    ['add', 'tokens add --user-id ada', admin],
    ['json', 'tokens add --user-id ada --json', admin],
    ['start', 'start', user],
    ['hash', 'hash', { ...user, input: 'djJ8\n' }],
  ])) {
    const file = join(folder, name)
    const { code } = await shell(`kaltura-app-token ${line} > ${file}`, options)
    t.deepEqual([code, modeOf(file)], [0, 0o600])
    t.ok(readFileSync(file, 'utf8').length > 20)
  }
})

test('a secret is not added to a file that others read', async (t) => {
  const kaltura = await t.kaltura()
  const file = join(folder, 'log')
  writeFileSync(file, 'a log\n')
  chmodSync(file, 0o644)
  const env = adminVariables(kaltura)
  const add = await shell(`kaltura-app-token tokens add --user-id ada >> ${file}`, { env })
  t.equal(add.code, 2)
  t.match(add.stderr, /others on this machine can read(.|\n)*umask 077/)
  t.equal((await kaltura.requests()).length, 0)
  const start = await shell(`kaltura-app-token start >> ${file}`, { env: startVariables(kaltura) })
  t.equal(start.code, 2)
  t.deepEqual([readFileSync(file, 'utf8'), modeOf(file)], ['a log\n', 0o644])
})

test('a token that nobody reads is an error that names it', async (t) => {
  const kaltura = await t.kaltura()
  const env = adminVariables(kaltura)
  for (const options of ['', '--json']) {
    const line = `{ kaltura-app-token tokens add --user-id ada ${options}; echo "code $?" >&2; } | true`
    const { stderr } = await shell(line, { env })
    t.match(stderr, /code 1\n$/)
    const [, id] = stderr.match(/(\w+) was made, but can't be written/) ?? []
    t.match(stderr, new RegExp(`kaltura-app-token tokens delete ${id}`))
    t.equal(await printed(['tokens', 'delete', id, '--yes'], { env }).then(() => 'deleted'), 'deleted')
  }
})

test('a reader that has seen enough is no error where nothing is lost', async (t) => {
  const line = '{ kaltura-app-token --help; echo "code $?" >&2; } | true'
  t.match((await shell(line)).stderr, /^code 0\n$/)
})

test('JSON hides nothing from who reads it on a terminal', async (t) => {
  const kaltura = await t.kaltura()
  const env = adminVariables(kaltura)
  const description = 'a\u009b31m \u202Eb\u2066 \u{E0041}\u200Bc\u2028\u007F'
  const { id } = kaltura.appToken
  await kaltura.tell('setAppToken', id, { description })
  const show = await printed(['tokens', 'show', id, '--json'], { env })
  const list = await printed(['tokens', 'list', '--json'], { env })
  for (const text of [show, list]) t.ok(!/[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u.test(text), text)
  t.equal(JSON.parse(show).description, description)
})

test('an emulator has secrets of its own', async (t) => {
  const [one, other] = [await emulator(), await emulator()]
  t.match(one.env.KALTURA_ADMIN_SECRET, /^[0-9a-f]{32}$/)
  t.ok(one.env.KALTURA_ADMIN_SECRET !== other.env.KALTURA_ADMIN_SECRET)
  for (const { process } of [one, other]) {
    process.signal('SIGINT')
    await process.end()
  }
})

/**
 * The status of a request that calls the emulator `host`.
 * @param {string} url
 * @param {string} host
 * @param {string} [body]
 */
const statusAs = (url, host, body = '{}') =>
  new Promise((resolve, reject) => {
    const path = '/api_v3/service/system/action/ping'
    const headers = { host, 'content-type': 'application/json' }
    const sent = request(url + path, { method: 'POST', headers }, (response) => {
      resolve(response.statusCode)
      response.destroy()
    })
    sent.on('error', reject)
    sent.end(body)
  })

test('no page reaches an emulator under a name of its own', async (t) => {
  const { process, env } = await emulator(['--allow-host', 'kaltura.test'])
  const url = env.KALTURA_SERVICE_URL
  const { port } = new URL(url)
  for (const name of ['localhost', '127.0.0.1', `localhost:${port}`, 'Kaltura.Test', '[::1]']) {
    t.equal(await statusAs(url, name), 200)
  }
  for (const name of ['evil.example', `evil.example:${port}`, 'localhost.evil.example']) {
    t.equal(await statusAs(url, name), 421)
  }
  t.equal(await statusAs(url, 'localhost', 'a'.repeat(17 * 1024 * 1024)).catch(() => 413), 413)
  process.signal('SIGINT')
  await process.end()
})

test('the state is not written through a link that somebody has put there', async (t) => {
  const state = join(folder, 'state.json')
  const victim = join(folder, 'victim')
  writeFileSync(victim, 'mine')
  const { process, env } = await emulator(['--state', state])
  symlinkSync(victim, `${state}.${process.pid}.tmp`)
  t.equal(await statusAs(env.KALTURA_SERVICE_URL, 'localhost'), 200)
  process.signal('SIGINT')
  await process.end()
  t.equal(readFileSync(victim, 'utf8'), 'mine')
})

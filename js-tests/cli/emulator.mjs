import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, running } from './command.mjs'
import { test } from '../suite/harness.js'

// Known to all: it guards nothing.
const mayShow = ['emulated-admin-secret']
const folder = mkdtempSync(join(tmpdir(), 'cli-emulator-'))

/**
 * An emulator of the command's, and what it says to be set.
 * @param {string[]} [args]
 * @param {Parameters<typeof running>[1]} [options]
 * @returns {Promise<{ process: Awaited<ReturnType<typeof running>>, env: Record<string, string> }>}
 */
export async function emulator(args = [], options = {}) {
  const process = await running(['emulator', '--port', '0', ...args], { mayShow, ...options })
  await process.until(/export KALTURA_ADMIN_SECRET=\S+\n/)
  const lines = [...process.text().matchAll(/^export (\w+)=(\S+)$/gm)]
  return { process, env: Object.fromEntries(lines.map(([, name, value]) => [name, value])) }
}

/**
 * @param {string} url
 * @param {string} service
 * @param {string} action
 * @param {object} body
 * @returns {Promise<{ id: string, sessionUserId: string }>}
 */
const call = async (url, service, action, body) => {
  const response = await fetch(`${url}/api_v3/service/${service}/action/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ format: 1, ...body }),
  })
  return JSON.parse(await response.text())
}

/** @param {Record<string, string>} env */
const adminSession = (env) =>
  call(env.KALTURA_SERVICE_URL, 'session', 'start', {
    ...{ partnerId: env.KALTURA_PARTNER_ID, secret: env.KALTURA_ADMIN_SECRET, type: 2 },
  })

test('the emulator prints the lines that the other commands need, and answers', async (t) => {
  const { process, env } = await emulator()
  t.deepEqual(Object.keys(env), ['KALTURA_SERVICE_URL', 'KALTURA_PARTNER_ID', 'KALTURA_ADMIN_SECRET'])
  t.equal(typeof (await adminSession(env)), 'string')
  process.signal('SIGINT')
  t.equal((await process.end()).code, 0)
})

test('the emulator keeps its state in a file that is its own, and goes on from there', async (t) => {
  const state = join(folder, 'state.json')
  const first = await emulator(['--state', state])
  const ks = await adminSession(first.env)
  const appToken = { objectType: 'KalturaAppToken', sessionUserId: 'ada' }
  const { id } = await call(first.env.KALTURA_SERVICE_URL, 'appToken', 'add', { ks, appToken })
  first.process.signal('SIGTERM')
  const { code, text } = await first.process.end()
  t.equal(code, 0)
  t.match(text, /stopped; .*state\.json has its state/)
  t.equal(statSync(state).mode & 0o777, 0o600)

  const second = await emulator(['--state', state])
  const again = await call(second.env.KALTURA_SERVICE_URL, 'appToken', 'get', {
    ks: await adminSession(second.env),
    id,
  })
  t.equal(again.sessionUserId, 'ada')
  second.process.signal('SIGINT')
  await second.process.end()
})

test('the state is on disk soon after a request, should the machine go down', async (t) => {
  const state = join(folder, 'crash.json')
  const { process, env } = await emulator(['--state', state])
  const ks = await adminSession(env)
  const appToken = { objectType: 'KalturaAppToken', sessionUserId: 'ada' }
  const { id } = await call(env.KALTURA_SERVICE_URL, 'appToken', 'add', { ks, appToken })
  for (;;) {
    if (readFileSync(state, 'utf8').includes(id)) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  process.signal('SIGKILL')
  t.equal((await process.end()).code, 'SIGKILL')
})

test('a state file that others can read is warned of, and made private', async (t) => {
  const state = join(folder, 'open.json')
  const first = await emulator(['--state', state])
  first.process.signal('SIGINT')
  await first.process.end()
  chmodSync(state, 0o644)
  const second = await emulator(['--state', state])
  t.match(second.process.text(), /warning: others on this machine can read or write/)
  second.process.signal('SIGINT')
  await second.process.end()
  t.equal(statSync(state).mode & 0o777, 0o600)
})

test('a file that is no state is left alone', async (t) => {
  const state = join(folder, 'notes.txt')
  writeFileSync(state, 'my notes', { mode: 0o600 })
  const { code, stderr } = await command(['emulator', '--port', '0', '--state', state])
  t.equal(code, 2)
  t.match(stderr, /notes\.txt doesn't contain an emulator's state/)
  t.equal(readFileSync(state, 'utf8'), 'my notes')
})

test('a port that is taken is named', async (t) => {
  const { process, env } = await emulator()
  const { port } = new URL(env.KALTURA_SERVICE_URL)
  const { code, stderr } = await command(['emulator', '--port', port])
  t.equal(code, 1)
  t.match(stderr, new RegExp(`can't listen at 127\\.0\\.0\\.1:${port} \\(EADDRINUSE\\)(.|\\n)*--port`))
  process.signal('SIGINT')
  await process.end()
})

test('emulator --json prints what it is as one line of JSON', async (t) => {
  const process = await running(['emulator', '--port', '0', '--json'], { mayShow })
  const [line] = await process.until(/\{.*\}\n/)
  const { serviceUrl, partnerId, adminSecret } = JSON.parse(line)
  t.deepEqual([new URL(serviceUrl).hostname, partnerId, typeof adminSecret], ['127.0.0.1', 1234567, 'string'])
  process.signal('SIGINT')
  t.equal((await process.end()).code, 0)
})

test('an emulator that others can reach says so', async (t) => {
  const { process } = await emulator(['--host', '0.0.0.0'])
  await process.until(/warning: anybody who can reach http:\/\/0\.0\.0\.0:\d+ may do everything there/)
  process.signal('SIGINT')
  t.equal((await process.end()).code, 0)
})

test('a state that cannot be written ends the emulator, and nothing listens any more', async (t) => {
  const state = join(folder, 'no-such-folder', 'state.json')
  const { code, stderr } = await command(['emulator', '--port', '0', '--state', state], { mayShow })
  t.equal(code, 2)
  t.match(stderr, /^error: can't write .*state\.json \(ENOENT\)/)
})

test('an empty address or file is refused: it is a variable that was not set', async (t) => {
  for (const name of ['--host', '--state']) {
    const { code, stdout, stderr } = await command(['emulator', '--port', '0', name, ''])
    t.deepEqual([code, stdout, stderr], [2, '', `error: ${name} is empty\n`])
  }
})

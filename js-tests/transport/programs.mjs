// What takes a process of its own to see.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../scripts/build/process.mjs'
import { test } from '../suite/harness.js'

const PROGRAM = `
  const { startAppTokenSession } = await import(process.env.ENTRY ?? 'kaltura-app-token/node')
  try {
    const { userId } = await startAppTokenSession(JSON.parse(process.env.OPTIONS))
    console.log(userId)
  } catch (error) {
    console.log(error.code, error.cause?.cause?.code)
  }
`

/** What a program prints that starts a session; it has to end by itself. */
async function printed(options, env = {}) {
  const said = await run(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    cwd: import.meta.dirname,
    env: { OPTIONS: JSON.stringify(options), ...env },
    timeoutMs: 120_000,
  })
  return said.trim()
}

test('a program ends although its connection is kept', async (t) => {
  const { credentials } = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  t.equal(await printed(credentials), 'ada')
})

test('the environment names no proxy to it', async (t) => {
  const { credentials } = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const proxy = 'http://127.0.0.1:1'
  const env = { HTTP_PROXY: proxy, http_proxy: proxy, HTTPS_PROXY: proxy, NODE_USE_ENV_PROXY: '1' }
  t.equal(await printed(credentials, env), 'ada')
})

/** Runs something with a server that has a certificate of its own, whose file is `certificate`. */
async function withTls(use) {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  const certificate = join(folder, 'certificate.pem')
  const key = join(folder, 'key.pem')
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost'],
    ],
    { stdio: 'ignore' },
  )
  const answers = {
    startWidgetSession: { partnerId: 102, ks: 'a-widget-session', userId: 0 },
    startSession: {
      ...{ ks: 'a-session', partnerId: '102', userId: 'ada', sessionType: 0 },
      expiry: Math.floor(Date.now() / 1000) + 86_400,
      privileges: 'sessionid:0_ab12cd34,apptoken:0_ab12cd34',
      objectType: 'KalturaSessionInfo',
    },
  }
  let requests = 0
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
    requests += 1
    const body = JSON.stringify(answers[request.url.split('/').at(-1)])
    request.resume().on('end', () => response.end(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const options = {
    ...{ partnerId: 102, appTokenId: '0_ab12cd34', appToken: 'a-token-of-mine', retry: 0 },
    serviceUrl: `https://localhost:${server.address().port}`,
  }
  try {
    await use({ options, certificate, requests: () => requests })
  } finally {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true })
  }
}

test('a certificate is trusted when its issuer is, and not otherwise', (t) =>
  withTls(async ({ options, certificate }) => {
    t.equal(await printed(options), 'ERR_NETWORK DEPTH_ZERO_SELF_SIGNED_CERT')
    t.equal(await printed(options, { NODE_EXTRA_CA_CERTS: certificate }), 'ada')
  }))

test('certificates are verified whatever the environment says', (t) =>
  withTls(async ({ options, certificate, requests }) => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' }
    const refused = 'ERR_NETWORK DEPTH_ZERO_SELF_SIGNED_CERT'
    t.equal(await printed(options, env), refused)
    t.equal(await printed({ ...options, dangerouslyAllowUnverifiedTls: true }, env), refused)
    t.equal(requests(), 0)
    t.equal(await printed(options, { ...env, NODE_EXTRA_CA_CERTS: certificate }), 'ada')
  }))

test("with Node's fetch, unverified certificates are refused before anything is sent", (t) =>
  withTls(async ({ options, requests }) => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1', ENTRY: 'kaltura-app-token' }
    t.match(await printed(options, env), /^ERR_INVALID_OPTIONS/)
    t.equal(requests(), 0)
    t.equal(await printed({ ...options, dangerouslyAllowUnverifiedTls: true }, env), 'ada')
  }))

import { startAppTokenSession } from 'kaltura-app-token'
import { command, nobodysUrl, onTerminal, startVariables } from './command.mjs'
import { test } from '../suite/harness.js'

/**
 * @import { Context } from '../suite/harness.js'
 * @import { Check } from '../../src/js/cli/doctor/examine.js'
 */

/**
 * What doctor says to `env`: its exit code, the words of what failed, and all of it as text.
 * @param {Record<string, string>} env
 */
async function diagnosis(env) {
  const [{ code, stdout }, asJson] = await Promise.all([
    command(['doctor'], { env }),
    command(['doctor', '--json'], { env }),
  ])
  /** @type {{ ok: boolean, checks: Check[] }} */
  const { ok, checks } = JSON.parse(asJson.stdout)
  return { code, ok, checks, stdout, failed: checks.filter(({ status }) => status === 'failed') }
}

/**
 * Each cause, and the words by which it is to be recognised.
 * @param {Context} t
 * @param {Record<string, string>} env
 * @param {string} name
 * @param {RegExp} pattern
 * @param {RegExp} fix
 */
async function isNamed(t, env, name, pattern, fix) {
  const { code, ok, stdout, failed } = await diagnosis(env)
  t.deepEqual([code, ok, failed.map((check) => check.name)], [1, false, [name]])
  t.match(failed[0].message, pattern)
  t.match(failed[0].fix, fix)
  t.match(stdout, new RegExp(`FAILED +${name}`))
  t.match(stdout, /To do: /)
}

test('doctor finds nothing wrong where nothing is, and tells what is granted', async (t) => {
  const appToken = /** @type {const} */ ({ sessionUserId: 'ada', sessionType: 0, sessionPrivileges: 'sview:*' })
  const kaltura = await t.kaltura({ appToken })
  const { code, ok, checks, stdout } = await diagnosis(startVariables(kaltura))
  t.deepEqual([code, ok], [0, true])
  t.deepEqual(
    checks.map(({ name, status }) => `${name} ${status}`),
    [
      'settings ok',
      'service URL ok',
      'network ok',
      'clock ok',
      'application token ok',
      'session ok',
      'grants ok',
      'ends warning',
    ],
  )
  t.match(stdout, /user ada, type user(.|\n)*may play every entry/)
  t.match(stdout, /ends them all(.|\n)*tokens add --isolated(.|\n)*It works/)
})

test('doctor warns of how the sessions of a token end', async (t) => {
  /**
   * @param {string | undefined} sessionPrivileges
   * @param {0 | 2} [sessionType]
   * @param {number} [sessionDuration]
   */
  const ends = async (sessionPrivileges, sessionType = 0, sessionDuration = 3600) => {
    const appToken = { sessionUserId: 'ada', sessionType, sessionDuration, sessionPrivileges }
    const { checks } = await diagnosis(startVariables(await t.kaltura({ appToken })))
    const found = checks.find(({ name }) => name === 'ends')
    return found && `${found.status}: ${found.message}`
  }
  t.match(await ends('sessionid:*'), /^ok: .*can end alone.*outlive/)
  t.match(await ends('sessionid:*', 0, 86_400), /^warning: .*outlive/)
  const closed = 'urirestrict:/api_v3/service/media/action/list'
  for (const path of ['multirequest', 'session']) {
    t.match(await ends(`${closed}|/api_v3/service/${path}`), /^warning: .*ends them all/)
  }
  t.equal(await ends(closed), undefined)
  t.equal(await ends('sview:*', 2), undefined)
})

test('doctor warns of sessions that may do everything', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionType: 2 } })
  const { code, stdout } = await diagnosis(startVariables(kaltura))
  t.equal(code, 0)
  t.match(stdout, /warning +grants +its sessions may do everything(.|\n)*It works/)
})

test('doctor names a wrong hash type, and the right one', async (t) => {
  const kaltura = await t.kaltura({ appToken: { hashType: 'SHA512' } })
  const env = { ...startVariables(kaltura), KALTURA_HASH_TYPE: 'SHA1' }
  await isNamed(
    t,
    env,
    'application token',
    /hash type is wrong: the token's is SHA512, not SHA1/,
    /KALTURA_HASH_TYPE=SHA512/,
  )
})

test('doctor names a wrong token', async (t) => {
  const env = startVariables(await t.kaltura())
  await isNamed(
    t,
    { ...env, KALTURA_APP_TOKEN: 'f00d' },
    'application token',
    /the token is wrong/,
    /KALTURA_APP_TOKEN/,
  )
  const blank = { ...env, KALTURA_APP_TOKEN: `${env.KALTURA_APP_TOKEN} ` }
  await isNamed(t, blank, 'settings', /KALTURA_APP_TOKEN.*white space around it/, /application token/)
})

test('doctor names an id and a token that have changed places', async (t) => {
  const { KALTURA_APP_TOKEN: token, KALTURA_APP_TOKEN_ID: id, ...env } = startVariables(await t.kaltura())
  const fix = /KALTURA_APP_TOKEN_ID to the id.*KALTURA_APP_TOKEN to the token/
  const swapped = { ...env, KALTURA_APP_TOKEN: id, KALTURA_APP_TOKEN_ID: token }
  await isNamed(t, swapped, 'settings', /looks like a secret/, fix)
  const twice = { ...env, KALTURA_APP_TOKEN: id, KALTURA_APP_TOKEN_ID: id }
  await isNamed(t, twice, 'settings', /looks like its id/, fix)
})

test('doctor does not show an id that is formed like none: it may be a token', async (t) => {
  const env = { ...startVariables(await t.kaltura()), KALTURA_APP_TOKEN_ID: 'a-token-of-mine' }
  const { code, stdout } = await diagnosis(env)
  t.equal(code, 1)
  t.ok(!stdout.includes('a-token-of-mine'), stdout)
})

test('doctor names an unknown id', async (t) => {
  const env = { ...startVariables(await t.kaltura()), KALTURA_APP_TOKEN_ID: '0_nowhere1' }
  await isNamed(t, env, 'application token', /no application token 0_nowhere1 in partner 1234567/, /tokens list/)
})

test('doctor names an unknown partner', async (t) => {
  const env = { ...startVariables(await t.kaltura()), KALTURA_PARTNER_ID: '999' }
  await isNamed(t, env, 'application token', /no partner 999/, /KALTURA_PARTNER_ID/)
})

test('doctor names a token that has expired, or is deactivated', async (t) => {
  const kaltura = await t.kaltura()
  const env = startVariables(kaltura)
  await kaltura.tell('setAppToken', kaltura.appToken.id, { expiry: 1_000_000_000 })
  await isNamed(t, env, 'application token', /has expired/, /tokens rotate/)
  await kaltura.tell('setAppToken', kaltura.appToken.id, { status: 1 })
  await isNamed(t, env, 'application token', /deactivated/, /tokens add/)
})

test('doctor names a token that session.end has revoked', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  const { ks } = await startAppTokenSession(kaltura.credentials)
  await fetch(`${kaltura.serviceUrl}/api_v3/service/session/action/end?format=1&ks=${ks}`)
  await isNamed(t, startVariables(kaltura), 'session', /revoked: session\.end was called/, /another token/)
})

test('doctor names a session that is refused from this address, or for its user', async (t) => {
  const appToken = { sessionUserId: 'ada', sessionPrivileges: 'iprestrict:10.9.8.7' }
  const elsewhere = startVariables(await t.kaltura({ appToken }))
  await isNamed(t, elsewhere, 'session', /iprestrict names other addresses/, /from there/)
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  await kaltura.tell('setUser', kaltura.partnerId, 'ada', { status: 0 })
  await isNamed(t, startVariables(kaltura), 'session', /user is blocked/, /unblock/)
})

test('doctor names sessions that are over before they begin', async (t) => {
  const env = startVariables(await t.kaltura({ appToken: { sessionDuration: 0 } }))
  await isNamed(t, env, 'session', /has expired when it starts/, /sessionDuration is 0/)
})

test('doctor names the rate limit', async (t) => {
  const limit = { service: 'appToken', action: 'startSession', max: 0 }
  const env = startVariables(await t.kaltura({ rateLimits: [limit] }))
  await isNamed(t, env, 'application token', /rate limit/, /ten seconds/)
})

test('doctor names http where the partner requires https', async (t) => {
  const kaltura = await t.kaltura({
    partners: [{ id: 105, adminSecret: 'secret-of-105', httpsOnly: true }],
  })
  await isNamed(t, startVariables(kaltura), 'application token', /requires https/, /https URL/)
})

test('doctor names certificates that are not verified, before anything is sent', async (t) => {
  const kaltura = startVariables(await t.kaltura())
  const env = {
    ...{ ...kaltura, KALTURA_SERVICE_URL: 'https://127.0.0.1:9' },
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
  }
  await isNamed(t, env, 'TLS', /certificates are not verified/, /unset it/)
  const { code, stderr } = await command(['start'], { env })
  t.equal(code, 2)
  t.match(stderr, /--dangerously-allow-unverified-tls/)
})

test('doctor names http beyond this machine, before anything is sent', async (t) => {
  const env = { ...startVariables(await t.kaltura()), KALTURA_SERVICE_URL: 'http://kaltura.test' }
  await isNamed(t, env, 'service URL', /must be an https URL/, /--dangerously-allow-http/)
})

test('doctor names a clock that is off by a day, in either direction', async (t) => {
  for (const [days, words] of /** @type {const} */ ([
    [1, 'behind'],
    [-1, 'ahead of'],
  ])) {
    const kaltura = await t.kaltura({
      clockOffsetMs: days * 86_400_000,
      appToken: { sessionUserId: 'ada' },
    })
    const pattern = new RegExp(`clock is (1 d|23 h 59 min|24 h).* ${words} Kaltura's`)
    await isNamed(t, startVariables(kaltura), 'clock', pattern, /set the clock/)
  }
})

test('doctor names a host where nothing listens, and a name that is none', async (t) => {
  const env = startVariables(await t.kaltura())
  const nobody = { ...env, KALTURA_SERVICE_URL: await nobodysUrl() }
  await isNamed(t, nobody, 'network', /nothing listens at 127\.0\.0\.1:\d+/, /KALTURA_SERVICE_URL/)
  const noName = { ...env, KALTURA_SERVICE_URL: 'https://kaltura.invalid' }
  await isNamed(t, noName, 'network', /the host name kaltura\.invalid can't be resolved/, /spelling/)
})

test("doctor names a proxy's page in Kaltura's place, whatever its status", async (t) => {
  const kaltura = await t.kaltura()
  const page = { body: '<html>Please sign in</html>', headers: { 'content-type': 'text/html' } }
  for (const status of [200, 403, 503]) {
    await kaltura.tell('setFaults', { ...page, status })
    await isNamed(
      t,
      startVariables(kaltura),
      'network',
      new RegExp(`web page \\(HTML\\) and status ${status}`),
      /proxies/,
    )
  }
})

test('doctor names an answer that does not come', async (t) => {
  const kaltura = await t.kaltura()
  await kaltura.tell('setFaults', { delayMs: 30_000 })
  const { code, stdout } = await command(['doctor', '--timeout', '1'], {
    env: startVariables(kaltura),
  })
  t.equal(code, 1)
  t.match(stdout, /FAILED +network +no response in time from 127\.0\.0\.1/)
})

test('doctor says what is not set', async (t) => {
  const { code, stdout } = await command(['doctor'])
  t.equal(code, 1)
  t.match(stdout, /KALTURA_PARTNER_ID.*KALTURA_APP_TOKEN_ID/)
})

test('doctor on a terminal keeps to its width', async (t) => {
  const kaltura = await t.kaltura({
    appToken: { sessionUserId: 'ada', sessionPrivileges: 'sview:*' },
  })
  const terminal = await onTerminal('kaltura-app-token doctor', { env: startVariables(kaltura) })
  const { code, text } = await terminal.end()
  t.equal(code, 0)
  for (const line of text.split('\n')) t.ok(line.length <= 80, line)
})

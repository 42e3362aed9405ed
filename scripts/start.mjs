// npm start: an application token becomes a session, before your eyes. With
// KALTURA_PARTNER_ID, KALTURA_APP_TOKEN_ID and KALTURA_APP_TOKEN set, against that account;
// otherwise against the emulator, in this process.
import { isAppTokenError, startAppTokenSession } from 'kaltura-app-token'

/** @typedef {{ name: string, options: import('kaltura-app-token').StartOptions, close?: () => Promise<void> }} Account */

const { env, stdout } = process
const styled = stdout.isTTY && !env.NO_COLOR
/** @param {number} code */
const style = (code) => (/** @type {string} */ text) => (styled ? `\x1b[${code}m${text}\x1b[0m` : text)
const bold = style(1)
const dim = style(2)
const green = style(32)

/** @param {string} text */
const title = (text) => console.log(`\n${bold(text)}`)
/**
 * @param {string} name
 * @param {string} value
 */
const row = (name, value) => console.log(`  ${dim(name.padEnd(12))} ${value}`)

const account = env.KALTURA_PARTNER_ID ? fromEnvironment() : await fromEmulator()
await show(account)

function fromEnvironment() {
  /** @param {string} name */
  const wanted = (name) => {
    const value = env[name]
    if (value) return value
    console.error(`KALTURA_PARTNER_ID is set, but ${name} is not.`)
    return process.exit(2)
  }
  return {
    name: `partner ${env.KALTURA_PARTNER_ID} at ${env.KALTURA_SERVICE_URL ?? 'https://www.kaltura.com'}`,
    options: {
      partnerId: wanted('KALTURA_PARTNER_ID'),
      appTokenId: wanted('KALTURA_APP_TOKEN_ID'),
      appToken: wanted('KALTURA_APP_TOKEN'),
      serviceUrl: env.KALTURA_SERVICE_URL,
      hashType: /** @type {import('kaltura-app-token').HashType | undefined} */ (env.KALTURA_HASH_TYPE),
    },
  }
}

async function fromEmulator() {
  const { createEmulator } = await import('kaltura-app-token/emulator')
  const { listen } = await import('kaltura-app-token/emulator/node')
  const emulator = createEmulator()
  const { url, close } = await listen(emulator)

  title('1. An administrator makes an application token')
  const appToken = emulator.addAppToken({
    hashType: 'SHA256',
    sessionUserId: 'viewer@example.org',
    sessionPrivileges: 'sview:*',
    sessionDuration: 3600,
  })
  row('id', appToken.id)
  row('hashType', appToken.hashType)
  row('token', dim('(a secret: on your back end alone)'))
  return {
    name: `the emulator at ${url}`,
    close,
    options: {
      partnerId: emulator.partnerId,
      appTokenId: appToken.id,
      appToken: appToken.token,
      hashType: appToken.hashType,
      serviceUrl: url,
    },
  }
}

/** @param {Account} options */
async function show({ name, options, close }) {
  try {
    title(`2. Your back end starts a session with ${name}`)
    const session = await startAppTokenSession(options)
    row('ks', dim(`(a secret of ${session.ks.length} characters)`))
    row('userId', session.userId || dim('(anonymous)'))
    row('sessionType', session.sessionType === 2 ? '2 (admin)' : '0 (user)')
    row('privileges', session.privileges)
    row('expires', new Date(session.expiresAt).toISOString())

    title('3. The session works: user.get says who it is')
    await whoAmI(options.serviceUrl ?? 'https://www.kaltura.com', session)

    title('4. With the wrong hash type, the error says what to do')
    await wrongHashType(options)
    console.log(`\n${green('Done.')}`)
  } catch (error) {
    if (!isAppTokenError(error)) throw error
    console.error(`\n${error.code}: ${error.message}`)
    process.exitCode = 1
  } finally {
    await close?.()
  }
}

/**
 * @param {string} serviceUrl
 * @param {{ ks: string, userId: string }} options
 */
async function whoAmI(serviceUrl, { ks, userId }) {
  if (userId === '') return row('user', dim('(an anonymous session has none)'))
  if (!URL.canParse(serviceUrl)) return row('user', dim('(not asked: serviceUrl is the name of a region)'))
  const base = serviceUrl.replace(/\/(api_v3\/?)?$/, '')
  const response = await fetch(`${base}/api_v3/service/user/action/get`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ format: 1, ks }),
  })
  /** @type {{ objectType: string, code: string, id: string }} */
  const user = JSON.parse(await response.text())
  // Kaltura's messages repeat the KS, so its code alone is shown.
  row('user', user.objectType === 'KalturaAPIException' ? `refused: ${user.code}` : user.id)
}

/** @param {import('kaltura-app-token').StartOptions} options */
async function wrongHashType(options) {
  const hashType = options.hashType === 'MD5' ? 'SHA1' : 'MD5'
  try {
    await startAppTokenSession({ ...options, hashType })
    row('hashType', `${hashType} is right as well?`)
  } catch (error) {
    if (!isAppTokenError(error)) throw error
    row('code', `${error.code}, ${error.code === 'ERR_KALTURA' ? error.kalturaCode : ''}`)
    row('message', error.message)
  }
}

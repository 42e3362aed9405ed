// The checks of doctor. Each result is reported at once. A failure that prevents the remaining checks ends them.
import * as codes from '../../common/codes.js'
import { createSessionProvider, startAppTokenSession } from '../../entries/index.js'
import { isUnverified } from '../../common/tls.js'
import { APP_TOKEN, connectionOf, CONNECTION, defined, given } from '../options.js'
import { isIsolated } from '../rules.js'
import { findSecret, SECRETS } from '../secrets.js'
import { duration, ending, explained, TYPES, userText } from '../words.js'
import { causeOf, idText } from './causes.js'
import { observedFetch } from './observe.js'

/**
 * @import { AppTokenSession, HashType, StartOptions } from '../../entries/index.js'
 * @import { ProviderOptions, SessionProvider } from '../../provider/index.js'
 * @import { Values } from '../commands.js'
 * @import { Terminal } from '../terminal.js'
 * @import { About, Cause, Shown } from './causes.js'
 * @import { Observed } from './observe.js'
 */

/** @type {HashType[]} */
const HASH_TYPES = ['SHA1', 'SHA256', 'SHA512', 'MD5']
// The first is never exceeded with a time service; the second breaks TLS and locally made KSs.
const CLOCK_WARNING_S = 30
const CLOCK_FAILURE_S = 300
// An hour, plus the differences of clocks.
const LONG_ISOLATED_S = 3700

/**
 * @param {string} name
 * @param {string} message
 * @param {object} [more]
 * @returns {Check}
 */
const ok = (name, message, more) => ({ name, status: 'ok', message, ...more })

/**
 * @param {string} name
 * @param {string} message
 * @param {string | undefined} fix
 * @returns {Check}
 */
const warning = (name, message, fix) => ({ name, status: 'warning', message, fix })

/**
 * @param {string} name
 * @param {Cause} cause
 * @param {Shown} [error]
 * @returns {Check}
 */
const failed = (name, { message, fix }, error) => {
  const { code, kalturaCode } = error ?? {}
  return { name, status: 'failed', message, fix, ...defined({ code, kalturaCode }) }
}

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {'ok' | 'warning' | 'failed'} status
 * @property {string} message
 * @property {string | undefined} [fix]
 * @property {string[]} [lines]
 * @property {string} [code]
 * @property {string} [kalturaCode]
 */

/** @typedef {{ sessions: SessionProvider, observed: Observed, all: StartOptions, options: StartOptions }} Examined */

/**
 * @param {Values} values
 * @param {Terminal} terminal
 * @returns {AsyncGenerator<Check, void>}
 */
export async function* examine(values, terminal) {
  const settings = await readSettings(values, terminal)
  if (settings.missing) return yield failed('settings', settings.missing)
  const { options } = settings
  const observed = observedFetch()
  /** @type {StartOptions} */
  const all = { ...options, fetch: observed.fetch, grants: 'report', retry: 0 }
  let sessions
  try {
    sessions = createSessionProvider(/** @type {ProviderOptions} */ (all))
  } catch (thrown) {
    const error = /** @type {Shown} */ (thrown)
    const name = error.path === 'serviceUrl' ? 'service URL' : 'settings'
    return yield failed(name, causeOf(error, { options }), error)
  }
  yield ok('settings', settingsText(options))
  yield serviceUrlCheck(options)
  const tls = tlsCheck(options)
  if (tls) yield tls
  if (tls?.status === 'failed') return
  yield* examineToken({ sessions, observed, all, options })
}

/**
 * @param {Values} values
 * @param {Terminal} terminal
 */
async function readSettings(values, terminal) {
  const names = { ...CONNECTION, ...APP_TOKEN }
  const missing = /** @type {const} */ (['partner-id', 'app-token-id']).filter(
    (name) => given(values, name) === undefined,
  )
  const appToken = await findSecret(SECRETS.appToken, { values, terminal })
  const ways = missing.map((name) => `${names[name].env} (--${name})`)
  if (appToken === undefined) ways.push(`${SECRETS.appToken.env} (--${SECRETS.appToken.file})`)
  if (ways.length > 0) {
    return { missing: { message: `not set: ${ways.join(', ')}`, fix: 'set what is missing, and run doctor again' } }
  }
  const options = defined({
    ...connectionOf(values),
    ...{ appTokenId: given(values, 'app-token-id'), appToken },
    hashType: given(values, 'hash-type'),
  })
  return { options: /** @type {StartOptions} */ (options) }
}

/** @param {StartOptions} options */
const settingsText = ({ partnerId, hashType, ...which }) =>
  `partner ${partnerId}, application token ${idText(which)}, hash type ${hashType ?? 'SHA1 (the default)'}`

/** @param {StartOptions} options */
function serviceUrlCheck({ serviceUrl = 'https://www.kaltura.com', dangerouslyAllowHttp }) {
  const name = 'service URL'
  if (!URL.canParse(serviceUrl)) return ok(name, `region ${serviceUrl}`)
  if (!/^http:/i.test(serviceUrl)) return ok(name, serviceUrl)
  if (dangerouslyAllowHttp) {
    return warning(name, `${serviceUrl}: sessions are sent in the clear`, 'use https')
  }
  return ok(name, `${serviceUrl} (http is fine on this machine)`)
}

/**
 * The check for certificates that are not verified.
 * @param {StartOptions} options
 */
function tlsCheck({ serviceUrl = 'https:', dangerouslyAllowUnverifiedTls }) {
  if (/^http:/i.test(serviceUrl) || !isUnverified()) return undefined
  const cause = {
    message:
      'NODE_TLS_REJECT_UNAUTHORIZED=0 is set: certificates are not verified, so anybody on the network path could pose as Kaltura and read what is sent',
    fix: 'unset it; NODE_EXTRA_CA_CERTS adds a certificate to trust',
  }
  if (dangerouslyAllowUnverifiedTls) return warning('TLS', cause.message, cause.fix)
  return failed('TLS', cause)
}

/**
 * @param {Examined} examined
 * @returns {AsyncGenerator<Check, void>}
 */
async function* examineToken({ sessions, observed, all, options }) {
  const name = 'application token'
  let session
  try {
    session = await startAppTokenSession(all)
  } catch (thrown) {
    const error = /** @type {Shown} */ (thrown)
    const isKaltura = observed.last !== undefined && !isInTheWay(error)
    if (isKaltura) yield networkCheck(observed)
    yield* clockCheck(observed.clockOffsetMs)
    const rightType = isHashRefused(error) ? await findHashType(all) : undefined
    const cause = causeOf(error, { options, observed, rightType })
    return yield failed(isKaltura ? name : 'network', cause, error)
  }
  yield networkCheck(observed)
  yield* clockCheck(session.expiry * 1000 - session.expiresAt)
  yield ok(name, `starts a session, with hash type ${options.hashType ?? 'SHA1'}`)
  if (session.expiresAt <= Date.now()) return yield stillborn
  yield* useCheck(sessions, { options, observed })
  yield* grantChecks(session, await isExposed(sessions))
}

/** @param {Observed} options */
const networkCheck = ({ fastestMs }) => ok('network', `Kaltura answers, in ${fastestMs} ms`)

const stillborn = failed('session', {
  message: 'the session has expired when it starts',
  fix: "the token's sessionDuration is 0: make a token with a longer one",
})

/** @param {{ kalturaCode?: string }} options */
const isHashRefused = ({ kalturaCode }) => kalturaCode === 'INVALID_APP_TOKEN_HASH'

/**
 * Whether something other than Kaltura answered.
 * @param {{ code: string }} options
 */
const isInTheWay = ({ code }) => code === codes.BAD_RESPONSE || code === codes.HTTP_STATUS

/**
 * Finds the token's hash type, if it is another one.
 * @param {StartOptions} options
 */
async function findHashType(options) {
  for (const hashType of HASH_TYPES.filter((type) => type !== (options.hashType ?? 'SHA1'))) {
    try {
      await startAppTokenSession({ ...options, hashType })
      return hashType
    } catch (thrown) {
      const error = /** @type {Shown} */ (thrown)
      if (!isHashRefused(error)) return undefined
    }
  }
  return undefined
}

/** @param {number | undefined} offsetMs */
function* clockCheck(offsetMs) {
  if (offsetMs === undefined) return
  const seconds = Math.abs(offsetMs) / 1000
  const off = `this machine's clock is ${duration(seconds)} ${offsetMs > 0 ? 'behind' : 'ahead of'} Kaltura's`
  const fix =
    "set the clock, for example with NTP. Sessions use Kaltura's clock, but TLS and KSs that are made here use this machine's"
  if (seconds >= CLOCK_FAILURE_S) yield failed('clock', { message: off, fix })
  else if (seconds >= CLOCK_WARNING_S) yield warning('clock', off, fix)
  else yield ok('clock', "agrees with Kaltura's")
}

/**
 * Uses the session once, because it may be refused only then.
 * @param {SessionProvider} sessions
 * @param {About} about
 * @returns {AsyncGenerator<Check, void>}
 */
async function* useCheck(sessions, about) {
  try {
    await sessions.call('session', 'get')
  } catch (thrown) {
    const error = /** @type {Shown} */ (thrown)
    // The session lives, but its role or privileges don't allow this call.
    const lives = error.kalturaCode === 'SERVICE_FORBIDDEN' || error.ksRefusal === 'EXCEEDED_RESTRICTED_URI'
    if (!lives) return yield failed('session', causeOf(error, about), error)
  }
  yield ok('session', 'is accepted by the API')
}

/**
 * Whether the holder of one of its sessions can end all others.
 * @param {SessionProvider} sessions
 */
async function isExposed(sessions) {
  let exposed = false
  try {
    await sessions.getProvenSession(undefined, () => {
      exposed = true
    })
  } catch {
    // Its death has been reported already.
  }
  return exposed
}

/**
 * @param {AppTokenSession} options
 * @param {boolean} exposed
 */
function* grantChecks({ userId, sessionType, privileges, expiresAt }, exposed) {
  const lines = explained(privileges).map(
    ({ name, values, meaning }) => `${values.length > 0 ? `${name}:${values.join('/')}` : name}: ${meaning}`,
  )
  const message = `user ${userText(userId)}, type ${TYPES[sessionType]}, ends ${ending(expiresAt)}`
  yield ok('grants', message, { lines })
  if (sessionType === 2) {
    yield warning(
      'grants',
      'its sessions may do everything',
      'unless they need to, make a token with sessionType 0 and only the necessary privileges',
    )
  }
  if (isIsolated(privileges)) {
    const message = 'its sessions can end alone (sessionid:*), but they outlive the deletion of the token'
    const isLong = expiresAt - Date.now() > LONG_ISOLATED_S * 1000
    if (isLong) yield warning('ends', message, 'give it a sessionDuration of an hour or less')
    else yield ok('ends', message)
  } else if (sessionType === 0 && exposed) {
    yield warning(
      'ends',
      'anybody who holds one of its sessions, including a visitor of a web page, can call session.end with it, which ends them all for a day or more',
      'if its sessions go to web pages, make a token with isolated sessions (tokens add --isolated), or with a urirestrict that allows neither session.end nor multirequest',
    )
  }
}

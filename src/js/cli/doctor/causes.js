// Explains the cause of an error, and what to do about it.
import * as codes from '../../common/codes.js'
import { Failure } from '../failure.js'

/**
 * @import { HashType, StartOptions } from '../../entries/index.js'
 * @import { Observed } from './observe.js'
 */

/** @typedef {{ message: string, fix?: string | undefined }} Cause */

/**
 * The context of an error: the options, the observed responses, and the token's hash type.
 * @typedef {{ options: StartOptions, observed?: Observed, rightType?: HashType | undefined }} About
 */

/**
 * The relevant fields of an error.
 * @typedef {object} Shown
 * @property {string} code
 * @property {string} message
 * @property {string} [kalturaCode]
 * @property {string} [ksRefusal]
 * @property {number} [status]
 * @property {string} [path]
 * @property {unknown} [cause]
 */

/** @typedef {Record<string, (about: About, error: Shown) => Cause>} Causes */

/**
 * Falls back to the error's own message.
 * @param {Shown} error
 * @param {About} about
 * @returns {Cause}
 */
export function causeOf(error, about) {
  const byKaltura = KALTURA[error.kalturaCode ?? '']
  if (byKaltura) return byKaltura(about, error)
  const byCode = CODES[error.code]
  return byCode ? byCode(about, error) : { message: Failure.of(error).message }
}

/** @type {Causes} */
const KALTURA = {
  INVALID_APP_TOKEN_HASH({ options, rightType }) {
    const { hashType = 'SHA1' } = options
    if (rightType) {
      return {
        message: `the hash type is wrong: the token's is ${rightType}, not ${hashType}`,
        fix: `set KALTURA_HASH_TYPE=${rightType} (in code, hashType: '${rightType}')`,
      }
    }
    return {
      message: 'the token is wrong: Kaltura refuses it with every hash type',
      fix: `set KALTURA_APP_TOKEN to the token of ${idText(options)}; an administrator can read it (appToken.get) or make another (tokens rotate)`,
    }
  },
  APP_TOKEN_ID_NOT_FOUND: ({ options }) => ({
    message: `there is no application token ${idText(options)} in partner ${options.partnerId}: it is unknown, deleted, or another partner's`,
    fix: 'check its id (tokens list) and KALTURA_PARTNER_ID; if it was deleted, make another (tokens add)',
  }),
  APP_TOKEN_EXPIRED: () => ({
    message: 'the application token has expired',
    fix: 'make its successor (tokens rotate)',
  }),
  APP_TOKEN_NOT_ACTIVE: () => ({
    message: 'the application token is deactivated',
    fix: "make another (tokens add); only Kaltura's staff can activate this one",
  }),
  SERVICE_ACCESS_CONTROL_RESTRICTED: ({ options }) => ({
    message: `the partner requires https, and ${options.serviceUrl ?? 'the service URL'} is http`,
    fix: 'set KALTURA_SERVICE_URL to an https URL',
  }),
  INVALID_WIDGET_ID: unknownPartner,
  SERVICE_FORBIDDEN_CONTENT_BLOCKED: unknownPartner,
  ACTION_BLOCKED: () => ({
    message: "Kaltura's rate limit was exceeded: too many calls",
    fix: 'wait at least ten seconds; a session provider reuses sessions instead of starting one each time',
  }),
  USER_BLOCKED: () => ({
    message: "the session's user is blocked",
    fix: 'an administrator can unblock it, or make a token for another user',
  }),
  INVALID_KS: (_about, { ksRefusal, message }) =>
    ksRefusal === 'EXCEEDED_RESTRICTED_IP'
      ? {
          message: "the token's iprestrict names other addresses, not this machine's",
          fix: 'use the token from there, or make one without iprestrict',
        }
      : { message },
}

/**
 * The id, if it has the form of one. Otherwise it could be an edited token.
 * @param {{ appTokenId: string }} options
 */
export const idText = ({ appTokenId }) =>
  /^\d{1,2}_\w{1,20}$/.test(appTokenId) ? appTokenId : '(the id is not shown, because ids look like 0_ab12cd34)'

/** @param {About} about */
function unknownPartner({ options }) {
  return {
    message: `there is no partner ${options.partnerId} at this service URL, or it is blocked`,
    fix: 'check KALTURA_PARTNER_ID and KALTURA_SERVICE_URL: each region has its own accounts',
  }
}

/** @type {Causes} */
const CODES = {
  [codes.SESSION_REVOKED]: () => ({
    message:
      'the application token was revoked: session.end was called with one of its sessions. This ends all its sessions, including new ones, for a day or more',
    fix: 'make another token (tokens rotate), and log out by discarding the KS',
  }),
  [codes.TIMEOUT]: ({ options }) => ({
    message: `no response in time from ${hostOf(options)}`,
    fix: `check the network and firewalls, or allow more time (--timeout)${proxyAdvice()}`,
  }),
  [codes.NETWORK]: networkCause,
  /** @param {About} about */
  [codes.BAD_RESPONSE]: (about) => foreignAnswer(about),
  [codes.HTTP_STATUS]: (about, { status = 0 }) => {
    if (status >= 300 && status < 400) return redirected(about)
    return foreignAnswer(about)
  },
  [codes.INVALID_OPTIONS](_about, error) {
    const { message } = Failure.of(error)
    if (message.includes('looks like')) {
      return {
        message,
        fix: 'set KALTURA_APP_TOKEN_ID to the id, such as 0_ab12cd34, and KALTURA_APP_TOKEN to the token alone',
      }
    }
    const [what, fix] = message.split(/: |, or a function /)
    return {
      message: what,
      fix: error.path === 'appToken' ? 'set KALTURA_APP_TOKEN to the application token alone' : fix,
    }
  },
}

/** @param {About} about */
function foreignAnswer({ observed, options }) {
  const { status, contentType = '' } = observed?.last ?? {}
  const isHtml = /html/i.test(contentType)
  const kind = isHtml
    ? 'a web page (HTML)'
    : `something other than Kaltura's JSON (${contentType || 'no content type'})`
  return {
    message: `${hostOf(options)} answers with ${kind} and status ${status}: a proxy, a firewall, a sign-in page or an error page answers in place of Kaltura`,
    fix: 'check what is between this machine and Kaltura (HTTP proxies, VPN, Wi-Fi sign-in), and KALTURA_SERVICE_URL',
  }
}

/** @param {About} about */
const redirected = ({ options }) => ({
  message: `${hostOf(options)} redirects to another address, and secrets are not sent there`,
  fix: "set KALTURA_SERVICE_URL to Kaltura's own URL",
})

// Causes by the runtimes' codes or, without codes, by their messages.
/** @type {[pattern: RegExp, cause: (host: string) => { message: string, fix: string }][]} */
const NETWORK = [
  [
    /ENOTFOUND|EAI_AGAIN|dns|resolve/i,
    (host) => ({
      message: `the host name ${host} can't be resolved`,
      fix: 'check the spelling of KALTURA_SERVICE_URL, and DNS on this machine',
    }),
  ],
  [
    /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate.*(expired|not.*valid yet)/i,
    (host) => ({
      message: `the certificate of ${host} is not valid at this time`,
      fix: "check this machine's clock first, then proxies between this machine and Kaltura",
    }),
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|certificate|UnknownIssuer/i,
    (host) => ({
      message: `the certificate of ${host} is not trusted`,
      fix: 'if a proxy reads TLS traffic, trust its certificate (NODE_EXTRA_CA_CERTS) or bypass it',
    }),
  ],
  [
    /ECONNREFUSED|ConnectionRefused|refused|Unable to connect/i,
    (host) => ({
      message: `nothing listens at ${host}`,
      fix: 'check KALTURA_SERVICE_URL and its port, and that the server is running',
    }),
  ],
  [
    /NotCapable|PermissionDenied/,
    (host) => ({ message: `Deno has no permission to reach ${host}`, fix: 'run the command with --allow-net' }),
  ],
]

/**
 * @param {About} about
 * @param {Shown} error
 */
function networkCause({ options }, error) {
  const host = hostOf(options)
  const said = chain(error)
  const known = NETWORK.find(([pattern]) => pattern.test(said))
  const { message, fix } = known?.[1](host) ?? {
    message: `${host} can't be reached (${said || 'no details'})`,
    fix: 'check the network and KALTURA_SERVICE_URL',
  }
  return { message, fix: fix + proxyAdvice() }
}

/**
 * The chain of causes as one text.
 * @param {Shown} error
 */
function chain(error) {
  const parts = []
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    const { name, code, message } = /** @type {NodeJS.ErrnoException} */ (cause)
    parts.push([name, code, message].filter(Boolean).join(' '))
  }
  return parts.join('; ')
}

/** Node's fetch ignores proxies in the environment unless it is told otherwise. */
function proxyAdvice() {
  const { env, versions } = process
  const name = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].find((one) => env[one])
  if (!name || versions.bun || versions.deno || env.NODE_USE_ENV_PROXY) return ''
  return `. ${name} is set, but Node uses it only with NODE_USE_ENV_PROXY=1 (Node 24 or later)`
}

function hostOf({ serviceUrl = 'https://www.kaltura.com' }) {
  return URL.canParse(serviceUrl) ? new URL(serviceUrl).host : `the region ${serviceUrl}`
}

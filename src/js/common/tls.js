// Whether the certificates of servers are verified, as far as it can be seen.
import * as codes from './codes.js'

const VARIABLE = 'NODE_TLS_REJECT_UNAUTHORIZED'

/**
 * Whether the environment has turned verification off. It may at any time, so this is asked for each
 * request. Deno has a flag for that in its place, which no program sees, and of Deno no `process` is
 * asked for.
 */
export function isUnverified() {
  const { Deno, process } = globalThis
  return Deno === undefined && process?.env?.[VARIABLE] === '0'
}

/**
 * Details of the error for a request to `url`, if it must not be made so.
 * @param {string} url
 */
export function refusalOf(url) {
  if (!url.startsWith('https:') || !isUnverified()) return undefined
  return {
    code: codes.INVALID_OPTIONS,
    path: 'dangerouslyAllowUnverifiedTls',
    message: `${VARIABLE}=0 turns off the verification of certificates, so anybody on the way could read what is sent: unset it (NODE_EXTRA_CA_CERTS adds a certificate to trust), or set dangerouslyAllowUnverifiedTls`,
  }
}

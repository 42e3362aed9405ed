// Whether servers' certificates are verified, as far as this can be detected.
import * as codes from './codes.js'

const VARIABLE = 'NODE_TLS_REJECT_UNAUTHORIZED'

/**
 * Whether the environment has turned verification off. It may do so at any time, so this is checked for each
 * request. Deno has a flag instead, which programs can't see; on Deno, `process` is not touched.
 */
export function isUnverified() {
  const { Deno, process } = globalThis
  return Deno === undefined && process?.env?.[VARIABLE] === '0'
}

/**
 * The details of the error for a request to `url`, if it must not be made.
 * @param {string} url
 */
export function refusalOf(url) {
  if (!url.startsWith('https:') || !isUnverified()) return undefined
  return {
    code: codes.INVALID_OPTIONS,
    path: 'dangerouslyAllowUnverifiedTls',
    message: `${VARIABLE}=0 turns off the verification of certificates, so anybody on the network path could read what is sent: unset it (NODE_EXTRA_CA_CERTS adds a certificate to trust), or set dangerouslyAllowUnverifiedTls`,
  }
}

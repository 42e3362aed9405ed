import { hashAppToken } from '../entries/index.js'
import { APP_TOKEN, given } from './options.js'
import { keepPrivate } from './output.js'
import { fileOption, needSecret, SECRETS } from './secrets.js'

/**
 * @import { HashType } from '../entries/index.js'
 * @import { Called, Options } from './commands.js'
 */

export const about = `
Prints the hash that proves an application token to appToken.startSession: lower-case hex of
H(KS + token). Values that are neither in the environment nor in a file are read from standard
input, one on each line: first the KS, then the token. The hash is as secret as a session: together
with the KS it can be used until the KS expires.`

/** @type {Options} */
export const options = {
  ...fileOption(SECRETS.ks),
  ...fileOption(SECRETS.appToken),
  'hash-type': {
    ...APP_TOKEN['hash-type'],
    help: "the token's hash type: SHA1 SHA256 SHA512 MD5; by default SHA1",
  },
}

export const examples = [
  'kaltura-app-token hash --ks-file widget-ks.txt --hash-type SHA256',
  `printf '%s\\n' "$WIDGET_KS" | kaltura-app-token hash`,
]

/** @param {Called} called */
export async function run({ values, terminal }) {
  keepPrivate()
  const from = { values, terminal, piped: true }
  const ks = await needSecret(SECRETS.ks, from)
  const appToken = await needSecret(SECRETS.appToken, from)
  const hashType = /** @type {HashType | undefined} */ (given(values, 'hash-type'))
  const hash = hashAppToken(ks, appToken, hashType)
  if (terminal.json) terminal.result({ hash, hashType: hashType ?? 'SHA1' })
  else terminal.out(hash)
}

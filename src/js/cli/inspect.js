import { inspectKs } from '../entries/index.js'
import { usage } from './failure.js'
import { ask } from './prompt.js'
import { fileOption, findSecret, SECRETS, TAKES_KS } from './secrets.js'
import { card, printable } from './terminal.js'
import { ending, explained, privilegeLines, TYPES, userText } from './words.js'

/**
 * @import { KsInfo, KsSession } from '../entries/index.js'
 * @import { Called } from './commands.js'
 * @import { Row, Style, Terminal } from './terminal.js'
 */

export const about = `
Shows what a KS contains. Version 1 can be read by anyone. Of version 2, only the partner can be read
without the account's admin secret, which also verifies the KS. The KS is an argument, or is read
from standard input, which no process list shows; on a terminal it is asked for. Nothing is sent
anywhere. If the secret didn't make the KS, the exit code is 1.`

export const positional = TAKES_KS
export const options = fileOption(SECRETS.adminSecret)

export const examples = [
  'kaltura-app-token start | kaltura-app-token inspect',
  'kaltura-app-token inspect --admin-secret-file secret.txt',
]

/** @param {Called} called */
export async function run({ values, positionals, terminal }) {
  const secret = await findSecret(SECRETS.adminSecret, { values, terminal, asked: false })
  const ks = await findKs(positionals[0], terminal)
  const info = inspectKs(ks, secret)
  if (terminal.json) terminal.result(forProgram(info))
  else show(info, terminal)
  return info.verified === false ? 1 : 0
}

/**
 * @param {string | undefined} argument
 * @param {Terminal} terminal
 */
async function findKs(argument, terminal) {
  if (argument !== undefined && argument !== '-') return argument
  const from = { values: { [SECRETS.ks.file]: '-' }, terminal }
  const ks = terminal.canAsk ? await ask('KS: ') : await findSecret(SECRETS.ks, from)
  if (!ks) throw usage('the KS is missing', 'write it to standard input, or give it as an argument')
  return ks.trim()
}

/**
 * @param {KsInfo} options
 * @param {number} [now]
 */
function forProgram({ session, ...info }, now = Date.now()) {
  if (!session) return { ...info, session }
  const { expiry } = session
  const remaining = expiry === null ? null : Math.floor(expiry - now / 1000)
  const shown = { ...session, secondsLeft: remaining, explained: explained(session.privileges) }
  return { ...info, session: shown }
}

/**
 * @param {KsInfo} options
 * @param {Terminal} terminal
 */
function show({ version, partnerId, verified, session }, terminal) {
  /** @type {Row[]} */
  const rows = [
    ['partner', String(partnerId)],
    ['verified', verdict(version, verified, terminal.style)],
  ]
  if (session) rows.push(...sessionRows(session))
  card(terminal, `KS, version ${version}`, rows)
  if (!session && verified === null) {
    terminal.note('to read the rest, set KALTURA_ADMIN_SECRET or use --admin-secret-file FILE')
  }
}

/**
 * @param {1 | 2} version
 * @param {boolean | null} verified
 * @param {Style} style
 */
function verdict(version, verified, style) {
  if (verified) return `${style('green', 'yes')}: the secret made it`
  if (verified === false) return `${style('red', 'no')}: the secret didn't make it`
  return version === 1 ? 'no secret given: anyone may have written this KS' : 'no secret given'
}

/**
 * @param {KsSession} session
 * @returns {Row[]}
 */
function sessionRows(session) {
  const { userId, sessionType, expiry, privileges, masterPartnerId, additionalData } = session
  return [
    ['user', userText(userId)],
    ['type', TYPES[sessionType ?? -1] ?? String(sessionType ?? 'none')],
    ['ends', expiry === null ? 'unknown' : ending(expiry * 1000)],
    ['privileges', privilegeLines(privileges)],
    ['master partner', masterPartnerId === null ? undefined : String(masterPartnerId)],
    ['data', additionalData === null ? undefined : printable(additionalData)],
  ]
}

// Shows a session to a person.
import { card, printable } from './terminal.js'
import { ending, privilegeLines, TYPES, userText } from './words.js'

/**
 * @import { AppTokenSession, Difference } from '../entries/index.js'
 * @import { Terminal } from './terminal.js'
 */

/**
 * Shows a session without its KS.
 * @param {Terminal} terminal
 * @param {AppTokenSession} session
 */
export function sessionCard(terminal, session) {
  const { partnerId, userId, sessionType, privileges, expiresAt, differences } = session
  card(terminal, 'Session', [
    ['partner', String(partnerId)],
    ['user', userText(userId)],
    ['type', TYPES[sessionType]],
    ['ends', ending(expiresAt)],
    ['privileges', privilegeLines(privileges)],
    ['differs', differences.length > 0 ? differences.map(differenceText) : undefined],
  ])
}

/**
 * A difference between a session and its request, in words.
 * @param {Difference} options
 */
export function differenceText({ field, privilege, more, asked, granted, effect }) {
  if (more !== undefined) return `${field}: ${more} more differ (${effect} than requested)`
  const what = privilege === undefined ? field : `${field} ${privilege}`
  const values = `requested ${asked ?? 'nothing'}, granted ${granted ?? 'nothing'}`
  return printable(`${what}: ${values} (${effect} than requested)`)
}

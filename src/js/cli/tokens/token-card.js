// Shows an application token to a person, without its value.
import { card, printable } from '../terminal.js'
import { duration, ending, privilegeLines, TYPES, utc } from '../words.js'

/**
 * @import { AppToken } from '../../manager/index.js'
 * @import { Terminal } from '../terminal.js'
 */

/** @type {Record<number, string>} */
export const STATUSES = { 1: 'disabled', 2: 'active', 3: 'deleted' }

/** @param {string | null} userId */
export const usersText = (userId) => {
  if (userId === null) return 'chosen by its holder'
  return userId === '' ? 'nobody (anonymous)' : printable(userId)
}

/**
 * @param {Terminal} terminal
 * @param {AppToken} appToken
 * @param {string} title
 */
export function tokenCard(terminal, appToken, title) {
  const { id, partnerId, status, hashType, description, expiry, createdAt } = appToken
  const { sessionType, sessionUserId, sessionDuration, sessionPrivileges } = appToken
  card(terminal, title, [
    ['id', printable(id)],
    ['partner', String(partnerId)],
    ['status', STATUSES[status] ?? String(status)],
    ['description', description ? printable(description) : undefined],
    ['hash type', printable(hashType)],
    ['made', utc(createdAt * 1000)],
    ['ends', expiry === null ? 'never' : ending(expiry * 1000)],
    ['user', usersText(sessionUserId)],
    ['type', TYPES[sessionType ?? -1] ?? 'chosen by its holder, even ADMIN'],
    [
      'sessions live',
      sessionDuration === null
        ? 'not at all, because sessionDuration is missing'
        : `${duration(sessionDuration)} at most`,
    ],
    ['privileges', privilegeLines(sessionPrivileges)],
  ])
}

// Times and sessions in words.
import { parsePrivileges } from '../entries/index.js'
import { meaningOf } from '../ks/meanings.js'
import { printable } from './terminal.js'

/** @type {[unit: string, size: number][]} */
const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
]

/**
 * Formats seconds in the two largest units: `23 h 59 min`.
 * @param {number} seconds
 */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds))
  const first = UNITS.findIndex(([, size]) => whole >= size)
  if (first === -1) return '0 s'
  let rest = whole
  const parts = UNITS.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count > 0 && `${count} ${unit}`
  })
  return parts.filter(Boolean).join(' ')
}

/**
 * `2026-11-25 14:04:04 UTC`
 * @param {number} ms
 */
export function utc(ms) {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return 'an impossible time'
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/**
 * Formats when something ends or has ended.
 * @param {number} ms
 * @param {number} [now]
 */
export function ending(ms, now = Date.now()) {
  const seconds = (ms - now) / 1000
  const how = seconds > 0 ? `in ${duration(seconds)}` : `${duration(-seconds)} ago`
  return `${how} (${utc(ms)})`
}

/** @type {Record<number, string>} */
export const TYPE_NAMES = { 0: 'user', 2: 'admin' }

/**
 * The types of sessions, in words.
 * @type {Record<number, string>}
 */
export const TYPES = { 0: `${TYPE_NAMES[0]} (0)`, 2: `${TYPE_NAMES[2]} (2): may do everything` }

/** @param {string | null | undefined} userId */
export const userText = (userId) =>
  userId === '' || userId === '0' || userId === null || userId === undefined ? 'nobody (anonymous)' : printable(userId)

/**
 * Each privilege with its meaning; `[{ name, values, meaning }]`.
 * @param {string | null} privileges
 */
export const explained = (privileges) =>
  parsePrivileges(privileges)
    .filter(({ name, values }) => name !== '' || values.length > 0)
    .map((privilege) => ({ ...privilege, meaning: meaningOf(privilege) }))

/**
 * The privileges, as the value of a row of a card.
 * @param {string | null} privileges
 */
export function privilegeLines(privileges) {
  const all = explained(privileges)
  if (all.length === 0) return 'none'
  return all.flatMap(({ name, values, meaning }) => {
    const written = values.length > 0 ? `${name}:${values.join('/')}` : name
    return [printable(written), { note: printable(meaning) }]
  })
}

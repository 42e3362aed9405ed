import { usage } from '../failure.js'
import { defined } from '../options.js'
import { printable } from '../terminal.js'
import { duration, TYPE_NAMES, utc } from '../words.js'
import { ADMINISTRATOR, managerOf } from './administrator.js'
import { STATUSES, usersText } from './token-card.js'

/**
 * @import { AppToken, AppTokenFilter } from '../../manager/index.js'
 * @import { Called, Options } from '../commands.js'
 * @import { Terminal } from '../terminal.js'
 */

export const about = `
Lists the application tokens of an account, without their values.`

/** @type {Options} */
export const options = {
  ...ADMINISTRATOR,
  'user-id': { type: 'string', value: 'ID', help: 'only tokens of this user' },
  status: { type: 'string', value: 'STATUS', help: 'only tokens that are active, or disabled' },
}

export const examples = [
  'kaltura-app-token tokens list --status active',
  "kaltura-app-token tokens list --json | jq -r '.[].id'",
]

/** @type {[title: string, read: (appToken: AppToken) => string][]} */
const COLUMNS = [
  ['ID', ({ id }) => id],
  ['STATUS', ({ status }) => STATUSES[status]],
  ['HASH', ({ hashType }) => hashType],
  ['TYPE', ({ sessionType }) => TYPE_NAMES[sessionType ?? -1] ?? 'any'],
  ['LIVE', ({ sessionDuration }) => (sessionDuration === null ? 'not' : duration(sessionDuration))],
  ['ENDS', ({ expiry }) => (expiry === null ? 'never' : utc(expiry * 1000).slice(0, 10))],
  ['USER', ({ sessionUserId }) => (sessionUserId === null ? 'any' : usersText(sessionUserId))],
  ['DESCRIPTION', ({ description }) => description ?? ''],
]

/** @param {Called} called */
export async function run({ values, terminal }) {
  const filter = defined({
    sessionUserIdEqual: values['user-id'],
    statusEqual: values.status === undefined ? undefined : statusOf(values.status),
  })
  const manager = await managerOf(values, terminal)
  const appTokens = []
  for await (const appToken of manager.list(filter)) appTokens.push(appToken)
  if (terminal.json) return terminal.result(appTokens)
  if (appTokens.length === 0) return terminal.note('no application tokens; tokens add makes one')
  for (const line of table(appTokens, terminal)) terminal.out(line)
}

/** @param {string} name */
function statusOf(name) {
  const found = Object.keys(STATUSES).find((number) => STATUSES[Number(number)] === name)
  if (found === undefined || name === 'deleted') throw usage('--status must be active or disabled')
  return /** @type {AppTokenFilter['statusEqual']} */ (Number(found))
}

/**
 * @param {AppToken[]} appTokens
 * @param {Terminal} options
 */
function table(appTokens, { style, width }) {
  const rows = appTokens.map((appToken) => COLUMNS.map(([, read]) => printable(read(appToken))))
  const titles = COLUMNS.map(([title]) => title)
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)))
  /** @param {string[]} cells */
  const line = (cells) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd()
  /** @param {string} text */
  const cut = (text) => (text.length > width ? `${text.slice(0, width - 1)}…` : text)
  return [style('dim', cut(line(titles))), ...rows.map((row) => cut(line(row)))]
}

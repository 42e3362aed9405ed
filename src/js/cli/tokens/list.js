import { usage } from '../failure.js'
import { defined } from '../options.js'
import { printable } from '../terminal.js'
import { duration, TYPE_NAMES, utc } from '../words.js'
import { ADMINISTRATOR, managerOf } from './administrator.js'
import { STATUSES, usersText } from './token-card.js'

export const about = `
Lists the application tokens of an account, without their values.`

export const options = {
  ...ADMINISTRATOR,
  'user-id': { type: 'string', value: 'ID', help: "only tokens of this user" },
  status: { type: 'string', value: 'STATUS', help: 'only tokens that are active, or disabled' },
}

export const examples = [
  'kaltura-app-token tokens list --status active',
  "kaltura-app-token tokens list --json | jq -r '.[].id'",
]

const COLUMNS = [
  ['ID', ({ id }) => id],
  ['STATUS', ({ status }) => STATUSES[status]],
  ['HASH', ({ hashType }) => hashType],
  ['TYPE', ({ sessionType }) => TYPE_NAMES[sessionType] ?? 'any'],
  [
    'LIVE',
    ({ sessionDuration }) => (sessionDuration === null ? 'not' : duration(sessionDuration)),
  ],
  ['ENDS', ({ expiry }) => (expiry === null ? 'never' : utc(expiry * 1000).slice(0, 10))],
  ['USER', ({ sessionUserId }) => (sessionUserId === null ? 'any' : usersText(sessionUserId))],
  ['DESCRIPTION', ({ description }) => description ?? ''],
]

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

function statusOf(name) {
  const found = Object.keys(STATUSES).find((number) => STATUSES[number] === name)
  if (found === undefined || name === 'deleted') throw usage('--status must be active or disabled')
  return Number(found)
}

function table(appTokens, { style, width }) {
  const rows = appTokens.map((appToken) => COLUMNS.map(([, read]) => printable(read(appToken))))
  const titles = COLUMNS.map(([title]) => title)
  const widths = titles.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i].length)),
  )
  const line = (cells) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd()
  const cut = (text) => (text.length > width ? `${text.slice(0, width - 1)}…` : text)
  return [style('dim', cut(line(titles))), ...rows.map((row) => cut(line(row)))]
}

import { usage } from '../failure.js'
import { defined, numberOf, sessionTypeOf } from '../options.js'
import { ADMINISTRATOR, managerOf } from './administrator.js'
import { handOver, TOKEN_FILE } from './new-token.js'

/**
 * @import { NewAppTokenFields } from '../../manager/index.js'
 * @import { Called, Options, Values } from '../commands.js'
 */

export const about = `
Makes an application token, and prints its value, which is never shown again, together with the other
variables that start needs. Its sessions are a user's unless --session-type says otherwise.`

/** @type {Options} */
export const options = {
  ...ADMINISTRATOR,
  'user-id': { type: 'string', value: 'ID', help: "the user of its sessions; '' for anonymous ones" },
  'any-user': { type: 'boolean', help: 'let its holder choose the user; Kaltura allows this only some accounts' },
  'known-user': {
    type: 'boolean',
    help: 'allow any character in --user-id; Kaltura refuses most of them for new users',
  },
  'session-type': {
    type: 'string',
    value: 'TYPE',
    help: 'user (the default), admin, or any, which lets its holder choose',
  },
  'session-duration': {
    type: 'string',
    value: 'SECONDS',
    help: "the maximum lifetime of its sessions; by default the account's maximum",
  },
  'session-privileges': {
    type: 'string',
    value: 'TEXT',
    help: "the privileges of its sessions, such as 'sview:*'",
  },
  isolated: {
    type: 'boolean',
    help: 'let each session end alone (sessionid:*): nobody can end the others, but neither does deleting the token; they live for an hour unless --session-duration says otherwise',
  },
  'hash-type': { type: 'string', value: 'TYPE', help: 'SHA256 (the default), SHA512, SHA1 or MD5' },
  expiry: {
    type: 'string',
    value: 'TIME',
    help: 'when the token expires: a date such as 2030-01-31, or unix seconds; by default never',
  },
  description: { type: 'string', value: 'TEXT', help: 'what the token is for' },
  ...TOKEN_FILE,
}

export const examples = [
  'kaltura-app-token tokens add --user-id ada --session-duration 3600',
  'eval "$(kaltura-app-token tokens add --user-id ada)"',
  'kaltura-app-token tokens add --any-user --isolated',
]

/** @param {Called} called */
export async function run({ values, terminal }) {
  const fields = fieldsOf(values)
  const manager = await managerOf(values, terminal)
  const make = () => manager.add(fields, defined({ knownUser: values['known-user'] }))
  await handOver({ make, file: values['token-file'], terminal })
}

/** @param {Values} values */
function fieldsOf(values) {
  const sessionType = values['session-type'] ?? 'user'
  const fields = defined({
    sessionUserId: userOf(values),
    sessionType: sessionType === 'any' ? null : sessionTypeOf(sessionType),
    sessionDuration: numberOf(values, 'session-duration'),
    sessionPrivileges: values['session-privileges'],
    isolatedSessions: values.isolated,
    hashType: values['hash-type'],
    expiry: timeOf(values.expiry),
    description: values.description,
  })
  return /** @type {NewAppTokenFields} */ (fields)
}

/** @param {Values} values */
function userOf(values) {
  const userId = values['user-id']
  if (values['any-user'] && userId === undefined) return null
  if (userId !== undefined && !values['any-user']) return userId
  throw usage('the user is missing', "use --user-id ID ('' for anonymous sessions), or --any-user")
}

/**
 * Unix seconds.
 * @param {string | undefined} text
 */
function timeOf(text) {
  if (text === undefined || /^\d+$/.test(text)) return text && Number(text)
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(ms)) throw usage('--expiry must be a date such as 2030-01-31, or unix seconds')
  return Math.floor(ms / 1000)
}

import { usage } from '../failure.js'
import { defined, numberOf, sessionTypeOf } from '../options.js'
import { ADMINISTRATOR, managerOf } from './administrator.js'
import { handOver, TOKEN_FILE } from './new-token.js'

export const about = `
Makes an application token, and shows its value this once, as lines that set what start needs.
Its sessions are a user's unless --session-type says otherwise.`

export const options = {
  ...ADMINISTRATOR,
  'user-id': { type: 'string', value: 'ID', help: "the user of all its sessions; '' for nobody" },
  'any-user': { type: 'boolean', help: 'let its holder ask for any user; not every account may' },
  'known-user': {
    type: 'boolean',
    help: 'allow any character in --user-id; Kaltura refuses most for users new to it',
  },
  'session-type': {
    type: 'string',
    value: 'TYPE',
    help: 'user (by default), admin, or any: its holder may ask for either',
  },
  'session-duration': {
    type: 'string',
    value: 'SECONDS',
    help: "the longest life of its sessions; the account's longest by default",
  },
  'session-privileges': {
    type: 'string',
    value: 'TEXT',
    help: "what its sessions may do, such as 'sview:*'",
  },
  isolated: {
    type: 'boolean',
    help: 'let each session end alone (sessionid:*): nobody can end the others, but deleting the token does not end them; they live an hour unless --session-duration says otherwise',
  },
  'hash-type': { type: 'string', value: 'TYPE', help: 'SHA256 (by default), SHA512, SHA1 or MD5' },
  expiry: {
    type: 'string',
    value: 'TIME',
    help: 'when the token itself ends: a date such as 2030-01-31, or unix seconds; never by default',
  },
  description: { type: 'string', value: 'TEXT', help: 'what it is for' },
  ...TOKEN_FILE,
}

export const examples = [
  'kaltura-app-token tokens add --user-id ada --session-duration 3600',
  'eval "$(kaltura-app-token tokens add --user-id ada)"',
  'kaltura-app-token tokens add --any-user --isolated',
]

export async function run({ values, terminal }) {
  const fields = fieldsOf(values)
  const manager = await managerOf(values, terminal)
  const make = () => manager.add(fields, defined({ knownUser: values['known-user'] }))
  await handOver({ make, file: values['token-file'], terminal })
}

function fieldsOf(values) {
  const sessionType = values['session-type'] ?? 'user'
  return defined({
    sessionUserId: userOf(values),
    sessionType: sessionType === 'any' ? null : sessionTypeOf(sessionType),
    sessionDuration: numberOf(values, 'session-duration'),
    sessionPrivileges: values['session-privileges'],
    isolatedSessions: values.isolated,
    hashType: values['hash-type'],
    expiry: timeOf(values.expiry),
    description: values.description,
  })
}

function userOf(values) {
  const userId = values['user-id']
  if (values['any-user'] && userId === undefined) return null
  if (userId !== undefined && !values['any-user']) return userId
  throw usage('whose sessions?', "say --user-id ID ('' for nobody), or --any-user")
}

/** Unix seconds. */
function timeOf(text) {
  if (text === undefined || /^\d+$/.test(text)) return text && Number(text)
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(ms)) throw usage('--expiry must be a date such as 2030-01-31, or unix seconds')
  return Math.floor(ms / 1000)
}

import { startAppTokenSession } from '../entries/index.js'
import { APP_TOKEN, CONNECTION, credentialsOf, defined, numberOf, sessionTypeOf } from './options.js'
import { keepPrivate } from './output.js'
import { sessionCard } from './session-card.js'
import { startMany } from './start-many.js'
import { printable } from './terminal.js'

/**
 * @import { StartOptions } from '../entries/index.js'
 * @import { Called, Options } from './commands.js'
 */

export const about = `
Starts a session and prints its KS. On a terminal it also shows what the session may do; in a pipe it
prints only the KS. With --users it starts a session for each line of a file, and prints each result
as a line of JSON.`

/** @type {Options} */
export const options = {
  ...CONNECTION,
  ...APP_TOKEN,
  'user-id': {
    type: 'string',
    value: 'ID',
    help: "the session's user, if the token leaves it open",
  },
  'session-type': {
    type: 'string',
    value: 'TYPE',
    help: 'user or admin, if the token leaves it open',
  },
  expiry: {
    type: 'string',
    value: 'SECONDS',
    help: 'the lifetime of the session; by default what the token allows',
  },
  'session-privileges': {
    type: 'string',
    value: 'TEXT',
    help: 'privileges to add, such as sview:0_ab12cd34',
  },
  grants: {
    ...{ type: 'string', value: 'RULE' },
    help: 'what to do when the session differs from the request: guard (refuse a session that may do more; the default), exact (refuse any difference), report',
  },
  users: {
    ...{ type: 'string', value: 'FILE' },
    help: 'a file with a user on each line, or {"userId": …, "expiry": …, "sessionPrivileges": …}; - is standard input',
  },
}

export const examples = [
  'kaltura-app-token start --user-id ada --expiry 3600',
  'KS=$(kaltura-app-token start)',
  'kaltura-app-token start --users users.txt > sessions.jsonl',
]

/** @param {Called} called */
export async function run({ values, terminal }) {
  keepPrivate()
  const credentials = await credentialsOf(values, terminal)
  const request = defined({
    userId: values['user-id'],
    sessionType: sessionTypeOf(values['session-type']),
    expiry: numberOf(values, 'expiry'),
    sessionPrivileges: values['session-privileges'],
    grants: values.grants,
  })
  const options = /** @type {StartOptions} */ ({ ...credentials, ...request })
  if (values.users !== undefined) {
    return startMany({ file: values.users, options, terminal })
  }
  const session = await startAppTokenSession(options)
  if (terminal.json) return terminal.result(session)
  const ks = printable(session.ks)
  if (!terminal.isRead) return terminal.out(ks)
  sessionCard(terminal, session)
  terminal.out(`\n${ks}\n`)
  terminal.note('the KS is a secret for as long as it lives; in a pipe, this command prints only the KS')
}

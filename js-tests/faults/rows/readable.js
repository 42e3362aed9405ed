// KSs of version 1, which are text with `;` between its fields: what they carry may not be what is
// said of them.
import { SESSION, WIDGET } from './row.js'

const GRANTS = ['guard', 'exact', 'report']

/** The answer with a KS of version 1 that carries what is said, but for `changes`. */
const carrying =
  (changes) =>
  (answer, { signed }) => {
    const { userId, sessionType, expiry, privileges } = answer
    return JSON.stringify({ ...answer, ks: signed({ userId, sessionType, expiry, privileges, ...changes(answer) }) })
  }

const other = (what, changes) =>
  GRANTS.map((grants) => ({
    ...{ name: `a KS that carries ${what}, with grants: '${grants}'`, at: SESSION },
    ...{ fault: { answer: carrying(changes) }, options: { grants }, expect: 'ERR_NOT_GRANTED', requests: 2 },
  }))

const semicolon = (what, version, expect, requests, more) => ({
  ...{ name: `${what}, of a partner of version ${version}`, at: WIDGET, fault: {} },
  ...{ partner: { ksVersion: version }, expect, requests, ...more },
})

export const readable = [
  {
    ...{ name: 'a KS that carries what is said', at: SESSION, fault: { answer: carrying(() => ({})) } },
    ...{ columns: ['startAppTokenSession', 'getKs', 'getKs, store', 'startSessions'], expect: 'session', requests: 2 },
  },
  ...other('another user', () => ({ userId: 'mallory' })),
  ...other("an administrator's rights", () => ({ sessionType: 2 })),
  ...other('a longer life', ({ expiry }) => ({ expiry: expiry + 86_400 })),
  ...other('another privilege', ({ privileges }) => ({ privileges: `${privileges},edit:*` })),
  ...other('less than its privileges', ({ privileges }) => ({ privileges: privileges.split(',')[0] })),
  semicolon('a user with a semicolon', 1, 'ERR_INVALID_OPTIONS', 1, { infix: ';edit:*,disableentitlement,x:' }),
  semicolon('a user with a semicolon', 2, 'session', 2, { infix: ';edit:*,disableentitlement,x:' }),
  semicolon('a token that has a semicolon in its privileges', 1, 'ERR_NOT_GRANTED', 2, {
    appToken: { sessionPrivileges: 'mine:1;2,iprestrict:10.0.0.1' },
  }),
]

// Every refusal that Kaltura is known for, each with secrets in its message and arguments: the
// KS that was sent, the hash, the user, and the KS of somebody else.
import { CALL, SESSION, WIDGET, passing, reached } from './row.js'

const refusal = (code, args = {}) => ({
  answer: (_, { sent, users, stranger }) => {
    const said = { KS: sent.ks ?? stranger.ks, HASH: sent.tokenHash ?? stranger.ks, USER: users[1] }
    return JSON.stringify({
      objectType: 'KalturaAPIException',
      code,
      message: `${code}: [${said.KS}] "${said.HASH}" (${said.USER}), and not ${stranger.ks}`,
      args: { ...said, ...args },
    })
  },
})

const GIVEN_UP = [
  'APP_TOKEN_ID_NOT_FOUND',
  'APP_TOKEN_NOT_ACTIVE',
  'APP_TOKEN_EXPIRED',
  'INVALID_WIDGET_ID',
  'SERVICE_FORBIDDEN',
  'SERVICE_FORBIDDEN_CONTENT_BLOCKED',
  'SERVICE_ACCESS_CONTROL_RESTRICTED',
  'USER_BLOCKED',
  'START_SESSION_ERROR',
  'MISSING_MANDATORY_PARAMETER',
  'INVALID_ENUM_VALUE',
  'INVALID_FIELD_VALUE',
  'PROPERTY_VALIDATION_NOT_UPDATABLE',
  'INVALID_PARAMETER_CHAR',
  'SERVICE_NOT_SPECIFIED',
  'SERVICE_DOES_NOT_EXISTS',
  'INVALID_OBJECT_ID',
  'UNKNOWN_ROLE_ID',
  'INVALID_ACTIONS_LIMIT',
  'A_CODE_OF_TOMORROW',
]
const PASSING = ['INTERNAL_DATABASE_ERROR', 'INTERNAL_SERVERL_ERROR']

const ERR = (code) => `ERR_KALTURA ${code}`
const always = (code, at, more) => ({
  ...{ name: code, at, fault: refusal(code), expect: ERR(code), requests: reached(at), ...more },
})

const givenUp = GIVEN_UP.flatMap((code) => [WIDGET, SESSION, CALL].map((at) => always(code, at)))

const outOfOrder = PASSING.flatMap((code) => passing([code, refusal(code), ERR(code)]))

// The rate limit is waited out, for ten seconds or more, unless the call would be over by then.
const limited = [
  ...[WIDGET, SESSION].flatMap((at) => [
    always('ACTION_BLOCKED', at, {
      ...{ times: 1, expect: 'retried session', requests: 3, delayMs: 10_000 },
      options: { timeoutMs: 60_000 },
    }),
    always('ACTION_BLOCKED', at, { options: { timeoutMs: 9_000 } }),
  ]),
  always('ACTION_BLOCKED', CALL, { options: { timeoutMs: 9_000 } }),
]

// A right hash can be refused for somebody's wrong one, so another widget session is tried.
const hash = [
  always('INVALID_APP_TOKEN_HASH', WIDGET),
  always('INVALID_APP_TOKEN_HASH', SESSION, { times: 1, expect: 'retried session', requests: 4 }),
  always('INVALID_APP_TOKEN_HASH', SESSION, { requests: 4 }),
  always('INVALID_APP_TOKEN_HASH', CALL),
]

const args = (KSID) => ({ KSID, ERR_CODE: '-1', ERR_DESC: 'INVALID_STR' })
const KS_TEXT = 'djJ8MTAyfJH5gVXakHmKbHN9c2VjcmV0IG9mIHNvbWVib2R5'

const refusedKs = (at, KSID, ksRefusal, more) => ({
  ...{ name: `INVALID_KS, ${ksRefusal}`, at, fault: refusal('INVALID_KS', args(KSID)) },
  ...{ expect: `ERR_KALTURA INVALID_KS ${ksRefusal}`, requests: reached(at), ...more },
})

const final = [...['EXCEEDED_RESTRICTED_IP', 'EXCEEDED_RESTRICTED_URI', 'INVALID_PARTNER', 'INVALID_USER']].flatMap(
  (reason) => [WIDGET, SESSION, CALL].map((at) => refusedKs(at, reason, reason)),
)

// Dead ones are replaced once: a widget session by another, the session of a call as well.
const dead = [...[['EXPIRED'], ['LOGOUT'], ['EXCEEDED_ACTIONS_LIMIT'], [KS_TEXT, 'INVALID_STR']]].flatMap(
  ([ksid, reason = ksid]) => [
    refusedKs(WIDGET, ksid, reason),
    refusedKs(SESSION, ksid, reason, { times: 1, expect: 'retried session', requests: 4 }),
    refusedKs(SESSION, ksid, reason, { requests: 4 }),
    refusedKs(CALL, ksid, reason, { times: 1, expect: 'answer', requests: { call: 5, else: 2 } }),
    refusedKs(CALL, ksid, reason, {
      // New sessions that are refused as logged out: the token itself was revoked.
      expect: {
        ...(reason === 'LOGOUT' ? { call: 'ERR_SESSION_REVOKED' } : {}),
        else: `ERR_KALTURA INVALID_KS ${reason}`,
      },
      requests: { call: 5, else: 2 },
    }),
  ],
)

// Servers of before put the reason into ERR_CODE.
const old = [
  ...[
    [-5, 'EXCEEDED_ACTIONS_LIMIT'],
    [-6, 'EXCEEDED_RESTRICTED_IP'],
    [-8, 'EXPIRED'],
  ],
  ...[
    [-9, 'LOGOUT'],
    [-11, 'EXCEEDED_RESTRICTED_URI'],
  ],
].map(([number, reason]) => ({
  ...refusedKs(WIDGET, KS_TEXT, reason),
  fault: refusal('INVALID_KS', { KSID: KS_TEXT, ERR_CODE: String(number), ERR_DESC: 'x' }),
}))

const odd = [
  ['a code that is a KS', { code: KS_TEXT, message: KS_TEXT }, 'ERR_KALTURA UNKNOWN'],
  ['a code in small letters', { code: 'not a code' }, 'ERR_KALTURA UNKNOWN'],
  ['no code', {}, 'ERR_KALTURA UNKNOWN'],
  ['args that are []', { code: 'INVALID_KS', args: [] }, 'ERR_KALTURA INVALID_KS INVALID_STR'],
  ['a message of a hundred thousand letters', { code: 'X', message: 'm'.repeat(100_000) }, 'ERR_KALTURA X'],
  ['a message that is an object', { code: 'X', message: {} }, 'ERR_KALTURA X'],
].map(([name, fields, expect]) => ({
  ...{ name: `a refusal with ${name}`, at: WIDGET, expect, requests: 1 },
  fault: { answer: () => JSON.stringify({ objectType: 'KalturaAPIException', ...fields }) },
}))

export const refusals = [...limited, ...givenUp, ...outOfOrder, ...hash, ...final, ...dead, ...old, ...odd]

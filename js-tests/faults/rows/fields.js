// Every field of both answers, with everything that it should not be. Values are JSON as it is
// sent; `undefined` leaves the field out, and a function makes the whole entry.
import { SESSION, WIDGET, reached } from './row.js'

const values = {
  missing: undefined,
  null: 'null',
  true: 'true',
  'a number': '5',
  'a negative number': '-5',
  'a fraction': '0.5',
  '2^53 + 1': '9007199254740993',
  '1e400': '1e400',
  'the text NaN': '"NaN"',
  'NaN itself': 'NaN',
  'a number as text': '"5"',
  'empty text': '""',
  unicode: '"Zoë १२३ 🎬"',
  'a lone surrogate': '"\\ud800"',
  'an escape for NUL': '"\\u0000"',
  'a line break': '"a\\r\\nx-injected: 1"',
  'an array': '["a"]',
  'an object': '{"a":1}',
  twice: (name, value) => `"${name}":${value},"${name}":${value}`,
}

/** Answers that are no JSON at all, so that all of a batch fail. */
const UNREADABLE = ['NaN itself', 'a lone surrogate']

const UNUSABLE = 'ERR_BAD_RESPONSE'
const OTHER = 'ERR_NOT_GRANTED'
const FINE = 'session'

// What is not named here is UNUSABLE.
const fields = {
  [WIDGET]: {
    // A word that no server would give. Kaltura refuses it, and gives it again.
    ks: {
      'the text NaN': 'ERR_KALTURA INVALID_KS INVALID_STR',
      'a number as text': 'ERR_KALTURA INVALID_KS INVALID_STR',
    },
    partnerId: {},
    objectType: { missing: FINE, null: FINE },
    // Nobody's session has no user of interest.
    userId: Object.fromEntries(
      Object.keys(values)
        .filter((name) => !UNREADABLE.includes(name))
        .map((name) => [name, FINE]),
    ),
  },
  [SESSION]: {
    // Kaltura may have formats that are not known here, so a word is taken for a KS. A call
    // then learns that it is none.
    ks: {
      'the text NaN': { call: 'ERR_KALTURA INVALID_KS INVALID_STR', else: FINE },
      'a number as text': { call: 'ERR_KALTURA INVALID_KS INVALID_STR', else: FINE },
    },
    partnerId: {},
    objectType: {},
    // Text, or a number for text, but not who was asked for.
    userId: {
      ...{ missing: OTHER, null: OTHER, 'a number': OTHER, 'a negative number': OTHER },
      ...{ '2^53 + 1': OTHER, 'the text NaN': OTHER, 'a number as text': OTHER },
      ...{ 'empty text': OTHER, unicode: OTHER, 'an escape for NUL': OTHER, 'a line break': OTHER },
    },
    // 1970: a session that is over.
    expiry: { 'a number': OTHER, 'a number as text': OTHER },
    sessionType: {},
    // Whatever else they are, they don't name the application token.
    privileges: {},
  },
}

/** The answer with another entry for one field, as JSON. */
const changed = (field, value) => (answer) => {
  const entries = Object.entries(answer)
    .filter(([name]) => name !== field)
    .map(([name, kept]) => `${JSON.stringify(name)}:${JSON.stringify(kept)}`)
  if (typeof value === 'function') entries.push(value(field, JSON.stringify(answer[field])))
  else if (value !== undefined) entries.push(`"${field}":${value}`)
  return `{${entries.join(',')}}`
}

const wrong = Object.entries(fields).flatMap(([at, known]) =>
  Object.entries(known).flatMap(([field, expected]) =>
    Object.entries(values).map(([what, value]) => {
      const expect = expected[what] ?? UNUSABLE
      const isRefused = typeof expect === 'string' && expect.includes('INVALID_KS')
      return {
        ...{ name: `${field}: ${what}`, at, fault: { answer: changed(field, value) }, expect },
        options: { retry: 0 },
        // A refused widget session is replaced once, and a dead session of a call too.
        requests: isRefused ? 4 : expect.call ? { call: 5, else: 2 } : expect === FINE ? 2 : reached(at),
        ...(UNREADABLE.includes(what) ? { others: expect } : {}),
      }
    }),
  ),
)

const right = (at, name, answer, more) => ({
  ...{ name, at, fault: { answer }, expect: FINE, requests: 2, ...more },
})
const other = (name, answer, more) => ({
  ...{ name, at: SESSION, fault: { answer }, expect: OTHER, requests: 2, ...more },
})
const as = (changes) => (answer) => JSON.stringify({ ...answer, ...changes(answer) })

export const answers = [
  ...wrong,
  right(
    WIDGET,
    'partnerId as text',
    as(({ partnerId }) => ({ partnerId: String(partnerId) })),
  ),
  right(
    SESSION,
    'every number as text',
    as((answer) => ({
      ...{ partnerId: String(answer.partnerId), expiry: String(answer.expiry) },
      sessionType: String(answer.sessionType),
    })),
  ),
  right(
    SESSION,
    'every number as a number',
    as(({ partnerId }) => ({ partnerId: Number(partnerId) })),
  ),
  right(
    SESSION,
    'fields that nobody knows',
    as(() => ({ __proto__: null, constructor: 1, then: 'no', toJSON: 2 })),
  ),
  other(
    "another user's session",
    as(() => ({ userId: 'mallory' })),
  ),
  other(
    "an administrator's session",
    as(() => ({ sessionType: 2 })),
  ),
  other(
    'a session of ten years',
    as(({ expiry }) => ({ expiry: expiry + 315_360_000 })),
  ),
  other(
    'a session that has expired',
    as(({ expiry }) => ({ expiry: expiry - 7200 })),
  ),
]

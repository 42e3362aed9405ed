// What a row says:
//
//   name      what goes wrong
//   at        what it happens to: the answers of one of the places below, or 'any' of them
//   times     to how many of them, from the first; to all, if nothing is said
//   fault     what the proxy does, see ../misbehave.mjs
//   options   beside those of every row, see ../columns.js; `abortMs`: when the caller gives up
//   expect    'session' or 'retried session', or an error: its code, and the HTTP status or
//             Kaltura's code and reason. 'answer', where what goes wrong is the API call itself.
//             An object says it by column, with `else` for all others.
//   requests  how many reach the proxy until there is a session, or an error. A `call` adds one
//             to those for a session. By column, like `expect`; not judged if nothing is said.
//   resent    a runtime's fetch may send the last one twice: Deno does, where a connection that it
//             has used before is lost
//   others    what the other two of a batch come to, where it is not as below
//   delayMs   the least wait that the event of the retry tells
//   zipped    is about compressed answers, which kaltura-app-token/node doesn't ask for
//   large     takes much memory
//   heavy     takes long to read: it may not keep the event loop, which is measured
//   columns   those that it is tried by, where not all are
//   life      false: when the session ends is not judged
//   traps     the core traps when it is to read that answer, so the row is tried alone
//   partner, appToken, infix   what the Kaltura has beside the usual, and what is in each user's id
//
// Of a batch the second of three sessions is the one that it happens to, and the others are
// sessions, unless the whole answer suffers: then all come to the same.

export const WIDGET = 'session.startWidgetSession'
export const SESSION = 'appToken.startSession'
export const CALL = 'the call'

/** Requests until the one that suffers has been answered; a manager makes but one. */
const REACHED = { [WIDGET]: 1, [SESSION]: 2, [CALL]: { call: 3, else: 1 } }

export const reached = (at) => REACHED[at]

/** What a URL is of these. */
export function placeOf(url) {
  if (url.endsWith('/startWidgetSession')) return WIDGET
  return /startSession$|index\.php$/.test(url) ? SESSION : CALL
}

const ADD = 'manager.add'

/**
 * What passes, and is tried again. A call that may have had effect is not, unless it was turned
 * away at the door.
 */
export const passing = ([name, fault, expect, { isTurnedAway, ...more } = {}]) => [
  ...[WIDGET, SESSION].flatMap((at) => [
    { name, at, times: 1, fault, expect: 'retried session', requests: 3, ...more },
    { name, at, fault, expect, requests: reached(at) + 1, ...more },
  ]),
  {
    ...{ name, at: CALL, times: 1, fault },
    expect: {
      call: more.resent ? `${expect} or answer` : expect,
      [ADD]: isTurnedAway ? 'answer' : expect,
      else: 'answer',
    },
    requests: { call: 3, [ADD]: isTurnedAway ? 2 : 1, else: 2 },
    ...more,
  },
  {
    ...{ name, at: CALL, fault, expect },
    requests: { call: 3, [ADD]: isTurnedAway ? 2 : 1, else: 2 },
    ...more,
  },
]

/** What trying again would not help. */
export const lasting = ([name, fault, expect, more]) =>
  [WIDGET, SESSION, CALL].map((at) => ({
    ...{ name, at, fault, expect, requests: reached(at), ...more },
  }))

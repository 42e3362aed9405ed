// The network, and whatever stands between here and Kaltura.
import { CALL, SESSION, WIDGET, lasting, passing, reached } from './row.js'

const page = () => '<html><body><h1>Bad gateway</h1></body></html>'
const html = { 'content-type': 'text/html' }

const broken = [
  ['reset before the headers', { cut: 'before' }, 'ERR_NETWORK'],
  ['closed before the headers', { cut: 'before', by: 'end' }, 'ERR_NETWORK'],
  ['reset in the headers', { cut: 'head' }, 'ERR_NETWORK'],
  ['closed in the headers', { cut: 'head', by: 'end' }, 'ERR_NETWORK'],
  ['reset in the body', { cut: 'body' }, 'ERR_NETWORK'],
  ['closed in the body', { cut: 'body', by: 'end' }, 'ERR_NETWORK'],
  ['not HTTP at all', { raw: 'SSH-2.0-OpenSSH_9.9\r\n' }, 'ERR_NETWORK'],
]

const statuses = [
  ['408', { status: 408 }, 'ERR_HTTP_STATUS 408'],
  ['429', { status: 429 }, 'ERR_HTTP_STATUS 429', { isTurnedAway: true }],
  [
    '429, Retry-After: soon',
    { status: 429, headers: { 'retry-after': 'soon' } },
    'ERR_HTTP_STATUS 429',
    { isTurnedAway: true },
  ],
  [
    '429, Retry-After: -1',
    { status: 429, headers: { 'retry-after': '-1' } },
    'ERR_HTTP_STATUS 429',
    { isTurnedAway: true },
  ],
  ['500', { status: 500 }, 'ERR_HTTP_STATUS 500'],
  ['502 with HTML', { status: 502, headers: html, body: page }, 'ERR_HTTP_STATUS 502'],
  ['503', { status: 503 }, 'ERR_HTTP_STATUS 503'],
  ['504, empty', { status: 504, body: () => '' }, 'ERR_HTTP_STATUS 504'],
]

const refusing = [
  ...[204, 205, 300, 304, 400, 401, 403, 404, 405, 410, 451].map((status) => [
    ...[String(status), { status }, `ERR_HTTP_STATUS ${status}`],
  ]),
  ...[301, 302, 303, 307, 308].flatMap((status) =>
    ['the same host', 'another host'].map((location) => [
      ...[`${status} to ${location}`, { status, location }, `ERR_HTTP_STATUS ${status}`],
    ]),
  ),
]

// A server's wish is heeded, unless the call would be over by then.
const heeded = (name, retryAfter) =>
  [WIDGET, SESSION].flatMap((at) =>
    [429, 503].map((status) => ({
      ...{ name: `${status}, Retry-After ${name}`, at, times: 1 },
      fault: { status, headers: { 'retry-after': retryAfter } },
      ...{ expect: 'retried session', requests: 3, delayMs: 1000 },
    })),
  )
const tooLate = [WIDGET, SESSION].map((at) => ({
  ...{ name: '429, Retry-After: an hour', at },
  fault: { status: 429, headers: { 'retry-after': '3600' } },
  ...{ expect: 'ERR_HTTP_STATUS 429', requests: reached(at) },
}))

const soon = { timeoutMs: 600 }
const hanging = [
  ['no answer at all', { hang: 'before' }],
  ['headers only', { hang: 'body' }],
  ['a byte a second', { trickle: 'head' }],
  ['headers, then a byte a second', { trickle: 'body' }],
  ['100 and nothing else', { raw: 'HTTP/1.1 100 Continue\r\n\r\n', hang: 'before' }],
].flatMap(([name, fault]) =>
  [WIDGET, SESSION, CALL].map((at) => ({
    ...{ name, at, fault, options: soon },
    // Node's fetch takes a 100 that it didn't ask for as the end.
    expect: fault.raw ? 'ERR_TIMEOUT or ERR_NETWORK' : 'ERR_TIMEOUT',
  })),
)

const aborted = [
  ['no answer, and the caller aborts', { hang: 'before' }],
  ['half an answer, and the caller aborts', { trickle: 'body' }],
].flatMap(([name, fault]) =>
  [WIDGET, SESSION, CALL].map((at) => ({
    ...{ name, at, fault, options: { abortMs: 300 }, expect: 'ERR_ABORTED' },
  })),
)

export const transport = [
  { name: 'the host has no address', at: WIDGET, fault: { resolve: false }, expect: 'ERR_NETWORK', requests: 0 },
  {
    name: 'the connection never comes about',
    at: WIDGET,
    fault: { connect: false },
    options: soon,
    expect: 'ERR_TIMEOUT',
    requests: 0,
  },
  ...[
    [WIDGET, 0],
    [SESSION, 1],
    [CALL, { call: 2, else: 0 }],
  ].map(([at, requests]) => ({
    ...{ name: 'connection refused', at, fault: { refuse: true } },
    ...{ expect: 'ERR_NETWORK', requests },
  })),
  ...broken.map((one) => [...one, { resent: true }]).flatMap(passing),
  ...hanging,
  ...aborted,
  ...[WIDGET, SESSION, CALL].map((at) => ({
    ...{ name: '100 before the answer', at, fault: { interim: 'HTTP/1.1 100 Continue\r\n\r\n' } },
    expect: at === CALL ? 'answer or ERR_NETWORK' : 'session or ERR_NETWORK',
  })),
  ...statuses.flatMap(passing),
  ...refusing.flatMap(lasting),
  ...heeded('in seconds', '1'),
  ...heeded('as a date', 'in two seconds'),
  ...tooLate,
]

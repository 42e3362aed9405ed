// Bodies that are not what they should be.
import { CALL, SESSION, WIDGET, lasting, passing, reached } from './row.js'

const text = (body) => ({ body: () => body })

const unreadable = [
  ['empty body', text('')],
  ['white space', text(' \r\n ')],
  ['truncated JSON', { body: (whole) => whole.slice(0, whole.length / 2) }],
  ['doubled JSON', { body: (whole) => whole + whole }],
  ['JSON with a BOM', { body: (whole) => `\ufeff${whole}` }],
  ['a hundred thousand arrays deep', text('['.repeat(100_000) + ']'.repeat(100_000))],
  ['a hundred thousand objects deep', text(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)],
  ['bytes that are no UTF-8', { body: (whole) => ({ latin1: whole.replace('"', '"\xff\xfe') }) }],
  ['XML', { xml: true }],
  ['HTML with status 200', { headers: { 'content-type': 'text/html' }, ...text('<html></html>') }],
  ['a warning of PHP before the JSON', { body: (whole) => `<br />\n<b>Warning</b>${whole}` }],
].map(([name, fault]) => [name, fault, 'ERR_BAD_RESPONSE'])

// JSON, but nothing that a session could be read from; the answer to a call is the caller's.
const other = ['null', 'true', '5', '"text"', '[]', '{}', '[null]'].flatMap((json) => [
  ...passing([`the JSON ${json}`, text(json), 'ERR_BAD_RESPONSE']).filter(({ at }) => at !== CALL),
  {
    ...{ name: `the JSON ${json}`, at: CALL, fault: text(json) },
    ...{ expect: { call: 'answer', else: 'ERR_BAD_RESPONSE' }, requests: reached(CALL) },
  },
])

const once = { large: true, options: { retry: 0 } }
const long = [
  ['a gigabyte announced, and sent', { length: 2 ** 30, endless: true }],
  ['JSON without end', { endless: true }],
  ['64 MB of zeros in 64 KB of gzip', { encode: 'bomb' }],
].map(([name, fault]) => [name, fault, 'ERR_BAD_RESPONSE', once])

// Runtimes differ in how soon they see through it; none of it makes a session.
const lying = [
  ['gzip that is none', { headers: { 'content-encoding': 'gzip' } }],
  ['gzip that is cut off', { encode: 'cut' }],
].map(([name, fault]) => [name, fault, 'ERR_NETWORK or ERR_BAD_RESPONSE', { zipped: true }])

const harmless = [
  ['gzip', { encode: 'gzip' }, { zipped: true }],
  ['content type text/html', { headers: { 'content-type': 'text/html; charset=utf-16' } }],
  ['no content type', { headers: { 'content-type': undefined } }],
  ['white space around the JSON', { body: (whole) => `\r\n\t ${whole}\n\n` }],
].flatMap(([name, fault, more]) => [
  ...[WIDGET, SESSION].map((at) => ({ name, at, fault, expect: 'session', requests: 2, ...more })),
  { name, at: CALL, fault, expect: 'answer', requests: reached(CALL), ...more },
])

export const bodies = [
  ...unreadable.flatMap(passing),
  ...other,
  ...lying.flatMap(passing),
  ...harmless,
  ...long.flatMap(lasting),
]

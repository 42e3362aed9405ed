// What goes wrong on the way back, done to the socket itself. A fault may say:
//
//   raw       bytes in place of an answer; `interim`, bytes before it
//   cut       the connection ends 'before' the answer, in the 'head' or in the 'body', by a
//             reset or `by: 'end'`
//   hang      nothing more comes from there on
//   trickle   a byte a second from there on
//   status, headers (undefined: without it; for `date` a number: milliseconds from now)
//   location  a redirect to 'the same host' or 'another host'
//   answer    (answer, facts) => JSON, in place of the one answer that is meant
//   body      (text, facts) => text or { latin1 }, in place of the whole body
//   xml       the answer as XML
//   length    the length that is announced; `endless`, a body that never ends
//   encode    'gzip', or a 'cut' one, or a 'bomb'
import { STATUS_CODES } from 'node:http'
import { gzipSync } from 'node:zlib'

const BOMB_BYTES = 2 ** 26
const ANSWER_IN_TWO_SECONDS = 'in two seconds'

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Answers over `socket`, wrongly. `answered` is what Kaltura said: `{ status, headers, text }`. */
export async function misbehave(socket, fault, answered, facts) {
  // Whoever is annoyed by the answer may hang up.
  socket.on('error', () => {})
  if (fault.raw) await write(socket, fault.raw)
  if (fault.hang === 'before') return
  if (fault.raw) return socket.end()
  if (fault.cut === 'before') return cut(socket, fault)
  if (fault.interim) await write(socket, fault.interim)

  const body = bodyOf(fault, answered.text, facts)
  const head = headOf(fault, answered, body.length, facts)
  if (fault.trickle === 'head') return trickle(socket, head)
  if (fault.cut === 'head') {
    await write(socket, head.subarray(0, head.length / 2))
    return cut(socket, fault)
  }
  await write(socket, head)
  if (fault.hang === 'body') return
  if (fault.trickle === 'body') return trickle(socket, body)
  if (fault.cut === 'body') {
    await write(socket, body.subarray(0, body.length / 2))
    return cut(socket, fault)
  }
  if (fault.endless) return endless(socket, fault)
  await write(socket, body)
  socket.end()
}

/** Done when the bytes are out, or nobody wants them. */
const write = (socket, bytes) => new Promise((resolve) => socket.write(bytes, () => resolve()))

async function cut(socket, { by = 'reset' }) {
  if (by === 'end') return socket.end()
  // What was written before is to arrive before the reset does.
  await sleep(20)
  socket.resetAndDestroy()
}

async function trickle(socket, bytes) {
  for (const byte of bytes) {
    if (socket.destroyed) return
    await write(socket, Uint8Array.of(byte))
    await sleep(1000)
  }
}

async function endless(socket, { length }) {
  const piece = Buffer.from(`"${'x'.repeat(65_000)}",`)
  const framed = length
    ? piece
    : Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')])
  for (let sent = 0; sent < (length ?? Infinity) && !socket.destroyed; sent += piece.length) {
    await write(socket, framed)
  }
}

let bomb

function bodyOf(fault, text, facts) {
  if (fault.endless) return Buffer.from('')
  if (fault.encode === 'bomb') return (bomb ??= gzipSync(Buffer.alloc(BOMB_BYTES), { level: 1 }))
  if (fault.answer) text = answersWith(text, (answer) => fault.answer(answer, facts))
  if (fault.body) text = fault.body(text, facts)
  if (fault.xml) text = `<?xml version="1.0" encoding="utf-8"?><xml><result>${text}</result></xml>`
  const bytes = text.latin1 === undefined ? Buffer.from(text) : Buffer.from(text.latin1, 'latin1')
  if (!fault.encode) return bytes
  const zipped = gzipSync(bytes)
  return fault.encode === 'cut' ? zipped.subarray(0, zipped.length / 2) : zipped
}

/** The second answer of a batch, or the only one, as `change` makes it. */
function answersWith(text, change) {
  const answer = JSON.parse(text)
  if (!Array.isArray(answer)) return change(answer)
  const items = answer.map((item, index) => (index === 1 ? change(item) : JSON.stringify(item)))
  return `[${items.join(',')}]`
}

function headOf(fault, { status, headers }, length, { serviceUrl, elsewhere }) {
  const code = fault.status ?? status
  const all = new Map(headers)
  all.set('connection', 'close')
  if (fault.endless && !fault.length) all.set('transfer-encoding', 'chunked')
  else if (![204, 205, 304].includes(code)) all.set('content-length', fault.length ?? length)
  if (fault.encode) all.set('content-encoding', 'gzip')
  if (fault.location) {
    all.set('location', `${fault.location === 'another host' ? elsewhere : serviceUrl}/api_v3/moved`)
  }
  for (const [name, value] of Object.entries(fault.headers ?? {})) {
    if (value === undefined) all.delete(name)
    else all.set(name, headerValue(name, value))
  }
  const lines = [...all].map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`HTTP/1.1 ${code} ${STATUS_CODES[code]}\r\n${lines.join('')}\r\n`)
}

function headerValue(name, value) {
  if (name === 'date' && typeof value === 'number') return dateIn(value)
  // Two seconds by a clock of whole seconds are more than one.
  return value === ANSWER_IN_TWO_SECONDS ? dateIn(2000) : value
}

const dateIn = (ms) => new Date(Date.now() + ms).toUTCString()

// node --expose-gc soak.mjs [--seconds=600] [--seed=N] [--verbose]: a back end under load, while all sorts of things go
// wrong between it and Kaltura. 200 calls a second for 500 users, sessions of 5 s, a fault in every
// tenth answer. It ends with an error if a caller got an expired session, a call was not settled
// within its time, memory grew, or anything was thrown that nobody caught.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { buffer } from 'node:stream/consumers'
import { setImmediate as turnOfTheLoop, setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createEmulator } from 'kaltura-app-token/emulator'
import { createSessionProvider } from 'kaltura-app-token'
import { memorySize } from './suite/memory.js'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
})
const SECONDS = Number(values.seconds)
const SEED = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32))

const CALLS_PER_S = 200
const USERS = 500
const LIFE_S = 5
const FAULTS = 0.1
const TIMEOUT_MS = 4000
/** By how much a timer that is set with a call may be later than the call's own, and then how many turns. */
const SLACK_MS = 500
const SLACK_TURNS = 5
/** A machine that is too busy for so many calls a second is asked for fewer. */
const MOST_OPEN = 800
const MOST_LAG_MS = 1000
/** So much of the calls gives a session, unless the machine was too busy to tell. */
const LEAST_SHARE = 0.8
const BUSY_MS = 30
/** Shorter runs are over before the memory has found its size. */
const STEADY_S = 60

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
function seeded(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

// Of each its own, so that the faults are the same however the calls fall.
const chance = { calls: seeded(SEED), faults: seeded(SEED + 1) }
const pick = (list, random) => list[Math.floor(random() * list.length)]

const emulator = createEmulator()
const appToken = emulator.addAppToken({ sessionPrivileges: 'list:*' })

/** What goes wrong, each at the transport as well as in what is said. */
const faults = {
  'a reset': ({ request }) => void request.socket.resetAndDestroy(),
  'a close without an answer': ({ request }) => void request.socket.destroy(),
  'an answer that is lost': async ({ request, answer }) => {
    await answer()
    request.socket.destroy()
  },
  'half a body': async ({ request, response, answer }) => {
    const { status, headers, body } = await answer()
    response.writeHead(status, { ...headers, 'content-length': body.length })
    response.write(body.subarray(0, body.length / 2), () => request.socket.destroy())
  },
  'a body that ends too soon': async ({ response, answer }) => {
    const { status, headers, body } = await answer()
    response.writeHead(status, headers).end(body.subarray(0, body.length - 5))
  },
  'a body that never ends': async ({ response, answer }) => {
    const { status, headers, body } = await answer()
    response.writeHead(status, headers).write(body.subarray(0, body.length / 2))
  },
  silence: () => {},
  'rubbish for HTTP': ({ request }) => void request.socket.end('rubbish\r\n\r\n'),
  'a page': ({ response }) => void response.writeHead(200).end('<html>down for maintenance</html>'),
  'an empty answer': ({ response }) => void response.writeHead(200).end(),
  'a redirect': ({ response }) => void response.writeHead(302, { location: '/' }).end(),
  'more than is read': ({ response }) => void response.writeHead(200).end('x'.repeat(1_100_000)),
  'another answer': ({ response }) => void response.writeHead(200).end('{"objectType":"KalturaPing"}'),
  'a database that is down': ({ response }) =>
    void response
      .writeHead(200)
      .end('{"objectType":"KalturaAPIException","code":"INTERNAL_DATABASE_ERROR","message":"","args":[]}'),
  'a dead session': ({ response }) =>
    void response
      .writeHead(200)
      .end(
        '{"objectType":"KalturaAPIException","code":"INVALID_KS","message":"",' +
          '"args":{"ERR_CODE":"-1","ERR_DESC":"INVALID_STR","KSID":"EXPIRED"}}',
      ),
  ...Object.fromEntries(
    [429, 500, 502, 503].map((status) => [
      `status ${status}`,
      ({ response }) => void response.writeHead(status, { 'retry-after': '0' }).end('no'),
    ]),
  ),
  ...Object.fromEntries(
    [500, 1500, 2500].map((ms) => [
      `${ms} ms of waiting before the answer`,
      async ({ response, answer }) => {
        await sleep(ms)
        send(response, await answer())
      },
    ]),
  ),
  ...Object.fromEntries(
    [500, 1500, 2500].map((ms) => [
      `${ms} ms of waiting for the answer, which is made at once`,
      async ({ response, answer }) => {
        const made = await answer()
        await sleep(ms)
        send(response, made)
      },
    ]),
  ),
  'a trickle': async ({ response, answer }) => {
    const { status, headers, body } = await answer()
    response.writeHead(status, headers)
    for (let at = 0; at < body.length; at += 40) {
      response.write(body.subarray(at, at + 40))
      await sleep(20)
    }
    response.end()
  },
}
const kinds = Object.keys(faults)
const struck = Object.fromEntries(kinds.map((kind) => [kind, 0]))

function send(response, { status, headers, body }) {
  response.writeHead(status, headers).end(body)
}

const server = createServer(async (request, response) => {
  // Who is cut off is not told.
  response.on('error', () => {})
  const sent = await buffer(request)
  const answer = async () => {
    const answered = await emulator.fetch(
      new Request(`http://${request.headers.host}${request.url}`, {
        method: request.method,
        headers: { 'content-type': request.headers['content-type'] },
        body: sent,
      }),
    )
    return {
      status: answered.status,
      headers: Object.fromEntries(answered.headers),
      body: Buffer.from(await answered.arrayBuffer()),
    }
  }
  if (chance.faults() >= FAULTS) return send(response, await answer())
  const kind = pick(kinds, chance.faults)
  struck[kind] += 1
  await faults[kind]({ request, response, answer })
}).listen(0, '127.0.0.1')
// A client may cut off what it is sending.
server.on('clientError', (_, socket) => socket.destroy())
await once(server, 'listening')

const events = {}
const provider = createSessionProvider({
  serviceUrl: `http://127.0.0.1:${server.address().port}`,
  partnerId: emulator.partnerId,
  appTokenId: appToken.id,
  appToken: appToken.token,
  expiry: LIFE_S,
  timeoutMs: TIMEOUT_MS,
  onEvent: ({ type }) => {
    events[type] = (events[type] ?? 0) + 1
  },
})

/** By how much this process is held up. */
const loop = monitorEventLoopDelay({ resolution: 10 })
loop.enable()

const problems = new Map()
const problem = (text) => problems.set(text, (problems.get(text) ?? 0) + 1)
process.on('unhandledRejection', (reason) => problem(`unhandled: ${reason?.stack ?? reason}`))
process.on('uncaughtException', (error) => {
  problem(`uncaught: ${error.stack}`)
  // It may be this script's own, which then has no end.
  if (error.stack.includes(import.meta.url)) end()
})

const counts = { calls: 0, sessions: 0, errors: {}, longestMs: 0, least: Infinity }

/** What a caller does with the session at once: the server would refuse it from its end on. */
function check({ expiry }, name) {
  counts.sessions += 1
  const left = expiry * 1000 - Date.now()
  counts.least = Math.min(counts.least, left)
  if (left <= 0) problem(`${name} gave a session ${-left} ms after its end`)
}

const checkFailure = (error, mayAbort) => {
  counts.errors[error.code] = (counts.errors[error.code] ?? 0) + 1
  if (!/^ERR_(NETWORK|TIMEOUT|HTTP_STATUS|BAD_RESPONSE|KALTURA|NOT_GRANTED|ABORTED)$/.test(error.code)) {
    problem(`an error that the faults don't explain: ${error.stack}`)
  }
  if (error.code === 'ERR_ABORTED' && !mayAbort) problem("aborted by somebody else's signal")
}

const user = () => ({ userId: `user${Math.floor(chance.calls() * USERS)}` })

const calls = {
  getSession: async (settle) => check(await settle(provider.getSession(user())), 'getSession'),
  async withSignal(settle) {
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), chance.calls() * 1000)
    try {
      check(await settle(provider.getSession({ ...user(), signal: controller.signal }), true), 'withSignal')
    } finally {
      clearTimeout(timer)
    }
  },
  async withLittleTime(settle) {
    const timeoutMs = 1 + Math.floor(chance.calls() * 500)
    check(await settle(provider.getSession({ ...user(), timeoutMs }), false, timeoutMs), 'withLittleTime')
  },
  async invalidate(settle) {
    const wanted = user()
    const session = await settle(provider.getSession(wanted))
    check(session, 'invalidate')
    provider.invalidate(chance.calls() < 0.5 ? session.ks : wanted)
  },
  async startSessions(settle) {
    const outcomes = await settle(
      provider.startSessions(Array.from({ length: 5 }, () => ({ ...user(), timeoutMs: TIMEOUT_MS }))),
    )
    for (const { session, error } of outcomes) {
      if (session) check(session, 'startSessions')
      else checkFailure(error)
    }
  },
  async call(settle) {
    const wanted = user()
    await settle(provider.call('user', 'get', wanted, wanted))
  },
}
const shares = { getSession: 90, withSignal: 3, withLittleTime: 3, invalidate: 1, startSessions: 1, call: 2 }
const deck = Object.entries(shares).flatMap(([name, share]) => Array(share).fill(name))

async function callOnce() {
  counts.calls += 1
  const name = pick(deck, chance.calls)
  let mayAbort
  const settle = async (promise, aborts = false, timeoutMs = TIMEOUT_MS) => {
    mayAbort = aborts
    const start = performance.now()
    // Of two timers the earlier is heard first, however busy the machine is.
    let isSettled = false
    const alarm = setTimeout(async () => {
      for (let turn = 0; turn < SLACK_TURNS; turn += 1) await turnOfTheLoop()
      if (!isSettled) problem(`${name} was not settled in its time`)
    }, timeoutMs + SLACK_MS)
    try {
      return await promise
    } finally {
      isSettled = true
      clearTimeout(alarm)
      counts.longestMs = Math.max(counts.longestMs, performance.now() - start)
    }
  }
  try {
    await calls[name](settle)
  } catch (error) {
    checkFailure(error, mayAbort)
  }
}

/** What is in use once the garbage is gone. */
function memory() {
  globalThis.gc()
  return { heap: process.memoryUsage().heapUsed, wasm: memorySize() }
}

const samples = []

function end() {
  report()
  process.exit(problems.size > 0 ? 1 : 0)
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(1)
/** The middle of a window of samples; the first quarter is warming up. */
const median = (name, from, to) => {
  const window = samples.slice(Math.floor(from * samples.length), Math.floor(to * samples.length))
  return window.map((sample) => sample[name]).sort((a, b) => a - b)[Math.floor(window.length / 2)]
}
function report() {
  // What is asked for while the machine is too busy piles up, and takes memory.
  const isTelling = SECONDS >= STEADY_S && loop.mean / 1e6 < BUSY_MS
  const windows = ['heap', 'wasm'].map((name) => {
    const [before, after] = [median(name, 0.25, 0.5), median(name, 0.75, 1)]
    const may = name === 'wasm' ? 0 : Math.max(2_000_000, before / 10)
    if (isTelling && after - before > may) problem(`${name} grew by ${after - before} bytes`)
    if (samples.at(-1)?.[name] > 200_000_000) problem(`${name} is above 200 MB`)
    return `${name} ${megabytes(before)} and then ${megabytes(after)} MB`
  })
  if (loop.mean / 1e6 < BUSY_MS && counts.sessions < LEAST_SHARE * counts.calls) {
    problem(`only ${counts.sessions} sessions for ${counts.calls} calls`)
  }

  const total = Object.values(struck).reduce((sum, count) => sum + count, 0)
  const delayMs = Math.round(loop.mean / 1e6)
  const details = { ...counts, delayMs, events, struck, requests: emulator.requests }
  if (values.verbose || SECONDS >= STEADY_S) console.log(details)
  if (kinds.some((kind) => SECONDS >= STEADY_S && struck[kind] === 0)) problem('a fault was never tried')
  for (const [text, count] of problems) console.log(`${count} times: ${text}`)
  console.log(
    `${counts.calls} calls, ${total} faults: ${counts.sessions} sessions, the shortest with ` +
      `${Math.round(counts.least)} ms left; ${Object.values(counts.errors).reduce((a, b) => a + b, 0)} ` +
      `errors; the longest call took ${Math.round(counts.longestMs)} ms; ${windows.join(', ')}`,
  )
}

console.log(`seed ${SEED}`)
let start = performance.now()
const open = new Set()
for (let made = 0; made < SECONDS * CALLS_PER_S; made += 1) {
  const wait = start + (made * 1000) / CALLS_PER_S - performance.now()
  if (wait > 1) await sleep(wait)
  if (wait < -MOST_LAG_MS) start -= wait
  while (open.size >= MOST_OPEN) await sleep(10)
  const one = callOnce().finally(() => open.delete(one))
  open.add(one)
  if (made % CALLS_PER_S === 0) samples.push(memory())
}
const late = AbortSignal.timeout(180_000)
while (open.size > 0 && !late.aborted) await sleep(50)
if (open.size > 0) problem(`${open.size} calls were never settled`)
// What was being fetched for others ends by its own deadline.
await sleep(TIMEOUT_MS)
server.closeAllConnections()
server.close()
end()

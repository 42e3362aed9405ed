// Carries out the core's decisions: sends requests, waits and calls the caller's functions, and passes on the results. The
// caller's objects may throw whenever they are read.

/**
 * @import { Host } from '../common/host.js'
 * @import { FetchResponse } from '../entries/index.js'
 * @import { Step, Task } from '../kaltura_app_token.js'
 */

/** The reasons why a response is unusable, by the numbers of src/wasm/task.rs. */
const PROBLEMS = /* @__PURE__ */ Array.from({ length: 5 }, () => Object.freeze({}))
const [NO_RESPONSE, NO_TEXT, TOO_LONG, STUCK, NO_BYTES] = PROBLEMS

/** The results of `claim` besides 0, which means to wait. */
const GO_ON = 1

const LONGEST_HEADER = 1000
const LONGEST_MESSAGE = 10_000
const DEEPEST_CAUSE = 4
/** The most empty pieces of a body in a row, which otherwise could continue forever while no timer fires. */
const MOST_EMPTY = 1000
/** The most bytes of a token that are read: enough to see that it is too long. */
const MOST_TOKEN_BYTES = 100_001

// Kaltura reads a JSON body only if the type is exactly this.
const HEADERS = { 'content-type': 'application/json', accept: 'application/json' }

/**
 * Carries out a task with `host`, and returns its result; rejects if the call ends before.
 * @template T
 * @param {Task<T>} task
 * @param {Host} host
 * @returns {Promise<T>}
 */
export async function drive(task, host) {
  try {
    while (!host.ended()) {
      const step = task.next(host.now(), host.steady())
      // The instance has trapped, which ends the call.
      if (!step) return /** @type {T} */ (await host.within(new Promise(() => {})))
      if (step.kind === 'done') {
        if (step.failure) throw step.failure
        return /** @type {T} */ (step.result)
      }
      await carryOut(step, task, host)
    }
    // This rejects.
    return /** @type {T} */ (await host.within(undefined))
  } finally {
    task.free()
  }
}

/**
 * @param {Exclude<Step, { kind: 'done' }>} step
 * @param {Task<unknown>} task
 * @param {Host} host
 */
async function carryOut(step, task, host) {
  switch (step.kind) {
    case 'send':
      return send(task, host, step)
    case 'wait':
      if (step.failure) host.failed(step.failure)
      host.emit(/** @type {never} */ (step.event))
      // The rejection is handled next.
      return host.sleep(step.ms).catch(() => {})
    case 'tell':
      return host.emit(/** @type {never} */ (step.event))
    case 'token':
      return takeGiven(task, host, host.askForAppToken(step.credential), host.bytes)
    case 'hash':
      return takeGiven(task, host, host.askForHash(step.credential, step.ks, step.hashType), () => undefined)
  }
}

/**
 * Passes on the result of the caller's function. Bytes are wiped.
 * @param {Task<unknown>} task
 * @param {Host} host
 * @param {Promise<unknown>} asked
 * @param {(value: unknown) => Uint8Array | undefined} bytesOf
 */
async function takeGiven(task, host, asked, bytesOf) {
  let value
  let causes
  try {
    value = await asked
  } catch (thrown) {
    causes = causesOf(thrown)
  }
  const bytes = bytesOf(value)
  try {
    if (host.ended()) return
    const given = bytes?.subarray(0, MOST_TOKEN_BYTES)
    task.takeGiven(given ? undefined : value, given, causes, host.now(), host.steady())
  } finally {
    // After a trap too.
    bytes?.fill(0)
  }
}

/**
 * @param {Task<unknown>} task
 * @param {Host} host
 * @param {{ url: string, body: string }} request
 */
async function send(task, host, { url, body }) {
  let take
  try {
    take = await receive(task, host, url, body)
  } catch (thrown) {
    const problem = PROBLEMS.indexOf(/** @type {object} */ (thrown))
    const causes = problem < 0 ? causesOf(thrown) : ''
    take = (/** @type {[number, number]} */ ...now) => task.takeLoss(problem, causes, ...now)
  }
  if (host.ended()) return
  const failure = take(host.now(), host.steady())
  if (failure) host.failed(failure)
}

/**
 * Sends a request and pushes the body of its response. Returns a function that passes on the response.
 * @param {Task<unknown>} task
 * @param {Host} host
 * @param {string} url
 * @param {string} body
 */
async function receive(task, host, url, body) {
  const { signal } = host
  // Not "error", which workerd doesn't know and which elsewhere looks like a network failure. With "manual" the status of a
  // redirect is known.
  const response = await host.fetch(url, {
    method: 'POST',
    headers: { ...HEADERS },
    body,
    redirect: 'manual',
    signal,
  })
  /** @type {[number, number]} */
  const headAt = [host.now(), host.steady()]
  if (!isObject(response)) throw NO_RESPONSE
  const { status } = response
  if (!(typeof status === 'number' && status >= 0 && status <= 999)) throw NO_RESPONSE
  const { headers } = response
  /** @param {string} name */
  const header = (name) => (isObject(headers) ? short(headers.get(name), LONGEST_HEADER) : undefined)
  /** @type {[string?, string?, string?, string?]} */
  const head = [header('date'), header('age'), header('retry-after'), header('x-kaltura-session')]
  // Another status is enough, and its body may never end, so it isn't awaited.
  if (Math.trunc(status) === 200) await pushBody(task, host, response)
  else cancelBody(host, response)
  const [date, age, retryAfter, session] = head
  return (/** @type {[number, number]} */ ...now) =>
    task.takeResponse(status, date, age !== undefined, retryAfter, session, ...headAt, ...now)
}

/**
 * @param {Task<unknown>} task
 * @param {Host} host
 * @param {FetchResponse} response
 */
async function pushBody(task, host, response) {
  const stream = /** @type {ReadableStream<unknown> | undefined} */ (response.body)
  if (isObject(stream)) {
    const reader = stream.getReader()
    try {
      return await pushPieces(task, host, reader)
    } catch (thrown) {
      cancel(host, reader)
      throw thrown
    }
  }
  // The caller's fetch may not support streams.
  const text = await host.within(response.text())
  if (typeof text !== 'string') throw NO_TEXT
  await claim(task, host, text.length)
  const bytes = new TextEncoder().encode(text)
  await claim(task, host, bytes.length)
  task.push(bytes)
}

/**
 * @param {Task<unknown>} task
 * @param {Host} host
 * @param {ReadableStreamDefaultReader<unknown>} reader
 */
async function pushPieces(task, host, reader) {
  let total = 0
  let empty = 0
  for (;;) {
    const chunk = /** @type {{ done?: unknown, value?: unknown }} */ (await host.within(reader.read()))
    if (!isObject(chunk)) throw NO_BYTES
    if (chunk.done) return
    const bytes = host.bytes(chunk.value)
    if (!bytes) throw NO_BYTES
    const { length } = bytes
    total += length
    empty = length === 0 ? empty + 1 : 0
    if (empty > MOST_EMPTY) throw STUCK
    // The network holds back what is not read.
    await claim(task, host, total)
    // Its buffer may have been transferred meanwhile.
    if (bytes.length !== length) throw NO_BYTES
    task.push(bytes)
  }
}

/**
 * Waits until the body may hold `total` bytes.
 * @param {Task<unknown>} task
 * @param {Host} host
 * @param {number} total
 */
async function claim(task, host, total) {
  for (;;) {
    const answer = task.claim(total, host.steady())
    if (answer === GO_ON) return
    if (answer) throw TOO_LONG
    const { wait, come } = host.turn()
    task.park(come)
    await wait
  }
}

/**
 * Cancels a body that nobody reads.
 * @param {Host} host
 * @param {FetchResponse} response
 */
function cancelBody(host, response) {
  try {
    const stream = /** @type {ReadableStream<unknown> | undefined} */ (response.body)
    if (isObject(stream)) cancel(host, stream.getReader())
  } catch {
    // Nobody waits for the result of the cancellation.
  }
}

/**
 * @param {Host} host
 * @param {ReadableStreamDefaultReader<unknown>} reader
 */
function cancel(host, reader) {
  try {
    host.forget(reader.cancel())
  } catch {
    // Nor for this one.
  }
}

/**
 * The chain of thrown errors; only the parts that are safe to read.
 * @param {unknown} thrown
 */
function causesOf(thrown) {
  const parts = []
  let link = thrown
  for (let depth = 0; depth < DEEPEST_CAUSE && (isObject(link) || depth === 0); depth += 1) {
    const isWhole = isObject(link)
    const [name, code, message] = ['name', 'code', 'message'].map((it) => short(read(link, it), LONGEST_MESSAGE))
    parts.push(word(name) ?? 'Error', word(code) ?? '', (isWhole && message?.replaceAll('\0', '')) || '')
    const behind = read(link, 'cause')
    // Node wraps one error for each address that it tried.
    link = isObject(behind) ? behind : read(read(link, 'errors'), 0)
  }
  return parts.join('\0')
}

/**
 * A property, if it can be read. Reading what was thrown may throw.
 * @param {unknown} object
 * @param {string | number} name
 */
function read(object, name) {
  try {
    return Reflect.get(/** @type {object} */ (object), name)
  } catch {
    return undefined
  }
}

/**
 * @template T
 * @param {T} value
 * @returns {value is T & object}
 */
const isObject = (value) => typeof value === 'object' && value !== null

/**
 * @param {unknown} value
 * @param {number} longest
 */
const short = (value, longest) => (typeof value === 'string' && value.length <= longest ? value : undefined)

/**
 * A class name or error code; undefined for anything that could be a secret.
 * @param {string | undefined} text
 */
const word = (text) => (text !== undefined && /^(?:\w{0,24}|[A-Za-z_]{25,48})$/.test(text) ? text : undefined)

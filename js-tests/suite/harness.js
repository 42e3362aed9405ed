// A register of tests that needs nothing but `fetch` and timers, so that it runs anywhere.

/**
 * @import { AppTokenErrorCode, Difference, HashType } from 'kaltura-app-token'
 * @import { AppToken, EmulatorOptions, NewAppToken } from 'kaltura-app-token/emulator'
 */

/**
 * What a Kaltura is made with; see host.mjs.
 * @typedef {EmulatorOptions & { appToken?: NewAppToken | undefined, clockOffsetMs?: number | undefined }} Seed
 */

/**
 * A request as it came; `text` is all of it.
 * @typedef {{ method: string, url: string, headers: [name: string, value: string][], body: string, text: string }} Received
 */

/** @typedef {{ serviceUrl: string, partnerId: number, appTokenId: string, appToken: string, hashType: HashType }} Credentials */

/**
 * @typedef {object} Kaltura
 * @property {string} serviceUrl
 * @property {number} partnerId
 * @property {string} adminSecret
 * @property {AppToken} appToken
 * @property {Credentials} credentials
 * @property {() => Promise<Received[]>} requests Every request that reached it.
 * @property {(method: string, ...args: unknown[]) => Promise<any>} tell Calls a method of the emulator, such as `setFaults`.
 */

/**
 * What is looked at of an error.
 * @typedef {object} Details
 * @property {AppTokenErrorCode} code
 * @property {string} path
 * @property {boolean} retryable
 * @property {number} attempts
 * @property {number} retryAfterMs
 * @property {number} status
 * @property {string} service
 * @property {string} action
 * @property {string} kalturaCode
 * @property {string} ksRefusal
 * @property {Difference[]} differences
 * @property {Failure} cause
 * @typedef {Omit<Error, 'cause'> & Details} Failure
 */

/**
 * What a test is handed.
 * @typedef {object} Context
 * @property {typeof equal} equal
 * @property {typeof deepEqual} deepEqual
 * @property {typeof match} match
 * @property {typeof ok} ok
 * @property {typeof throws} throws
 * @property {typeof rejects} rejects
 * @property {typeof until} until
 * @property {(ms: number) => Promise<number>} pace
 * @property {(seed?: Seed) => Promise<Kaltura>} kaltura
 */

/** @type {{ name: string, fn: (t: Context) => unknown }[]} */
const tests = []
/** How long a test may take on a machine that is busy with much else: what hangs ends by it. */
const DEADLINE_MS = 180_000
/** What it takes to make a Kaltura and to end it, on a machine that is not busy. */
const USUAL_MS = 20
/** The time of calls that aren't about time. */
export const PLENTY_MS = 60_000

/**
 * A name that states what a user may rely on, and a function that fails if it is not so.
 * @param {string} name
 * @param {(t: Context) => unknown} fn
 */
export function test(name, fn) {
  tests.push({ name, fn })
}

/**
 * @typedef {object} Choice
 * @property {number} [deadlineMs]
 * @property {string} [only]
 * @property {string[]} [names]
 * @property {boolean} [bail]
 * @property {(name: string) => unknown} [before]
 * @property {(name: string) => unknown} [after]
 */

/**
 * Runs all that is registered, one after the other, against the host at `host`; with `only`, the
 * tests whose names match that pattern, with `names` those of these names, in that order. With
 * `bail` the first failure is the last test. `before` and `after` are called around each test.
 * @param {string} host
 * @param {Choice} [choice]
 */
export async function runTests(host, { deadlineMs = DEADLINE_MS, only = '', names, bail, before, after } = {}) {
  /** @type {{ passed: number, failures: { name: string, message: string }[] }} */
  const result = { passed: 0, failures: [] }
  const pattern = new RegExp(only, 'i')
  const wanted = names
    ? names.map((name) => tests.find((it) => it.name === name) ?? fail(`there is no test '${name}'`))
    : tests.filter(({ name }) => pattern.test(name))
  for (const { name, fn } of wanted) {
    await before?.(name)
    const { context, cleanUp } = createContext(host)
    try {
      await withDeadline(Promise.resolve(context).then(fn), deadlineMs)
      result.passed += 1
    } catch (error) {
      result.failures.push({ name, message: describe(error) })
    }
    await cleanUp()
    await after?.(name)
    if (bail && result.failures.length > 0) break
  }
  return result
}

/**
 * @param {Promise<unknown>} promise
 * @param {number} deadlineMs
 */
async function withDeadline(promise, deadlineMs) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('not settled in time')), deadlineMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * @param {unknown} error
 * @returns {string}
 */
function describe(error) {
  if (!(error instanceof Error)) return `threw ${show(error)}`
  const stack = error.stack ?? ''
  const told = stack.includes(error.message) ? stack : `${error}\n${stack}`
  return error.cause === undefined ? told : `${told}\ncaused by ${describe(error.cause)}`
}

/** @param {string} host */
function createContext(host) {
  /** @type {string[]} */
  const made = []
  const context = {
    equal,
    deepEqual,
    match,
    ok,
    throws,
    rejects,
    until,
    /**
     * So many milliseconds, or more where this machine is slower than usual just now.
     * @param {number} ms
     */
    async pace(ms) {
      let longest = 0
      for (let round = 0; round < 3; round += 1) {
        const start = performance.now()
        await control(host, 'DELETE', `/${(await control(host, 'POST', '/', {})).id}`)
        longest = Math.max(longest, performance.now() - start)
      }
      return Math.ceil(ms * Math.max(1, longest / USUAL_MS))
    },
    /**
     * A Kaltura of this test's own, behind a real socket: `{ serviceUrl, partnerId, adminSecret,
     * appToken, credentials }` and what follows. host.mjs tells what a seed may say.
     * @param {Seed} [seed]
     * @returns {Promise<Kaltura>}
     */
    async kaltura(seed = {}) {
      const { id, ...facts } = await control(host, 'POST', '/', seed)
      made.push(id)
      return {
        ...facts,
        /** Every request that reached it: `{ method, url, headers, body, text }`. */
        requests: () => control(host, 'GET', `/${id}/requests`),
        /** Calls a method of the emulator, such as `setFaults`. */
        tell: (method, ...args) => control(host, 'POST', `/${id}`, { method, args }),
      }
    },
  }
  const cleanUp = () => Promise.all(made.map((id) => control(host, 'DELETE', `/${id}`)))
  return { context, cleanUp }
}

/**
 * @param {string} host
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
async function control(host, method, path, body) {
  const response = await fetch(`${host}${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`the host refuses ${method} ${path}: ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

/**
 * Waits until `isTrue()`, for as long as the test may take.
 * @param {() => unknown} isTrue
 */
async function until(isTrue) {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 10))
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  throw new Error(message)
}

/**
 * @param {unknown} value
 * @param {string} [message]
 */
function ok(value, message = 'expected a truthy value') {
  if (!value) fail(message)
}

/**
 * @param {unknown} actual
 * @param {unknown} expected
 */
function equal(actual, expected) {
  if (!Object.is(actual, expected)) fail(`expected ${show(expected)}, got ${show(actual)}`)
}

/**
 * @param {unknown} actual
 * @param {unknown} expected
 */
function deepEqual(actual, expected) {
  if (!sameStructure(actual, expected)) fail(`expected ${show(expected)}, got ${show(actual)}`)
}

/**
 * @param {unknown} text
 * @param {RegExp} pattern
 */
function match(text, pattern) {
  if (typeof text !== 'string' || !pattern.test(text)) {
    fail(`expected a text like ${pattern}, got ${show(text)}`)
  }
}

/**
 * What `fn` throws.
 * @param {() => unknown} fn
 * @returns {Failure}
 */
function throws(fn) {
  let returned
  try {
    returned = fn()
  } catch (error) {
    return /** @type {Failure} */ (error)
  }
  return fail(`expected an error, got ${show(returned)}`)
}

/**
 * What `promise` rejects with.
 * @param {PromiseLike<unknown>} promise
 * @returns {Promise<Failure>}
 */
async function rejects(promise) {
  let value
  try {
    value = await promise
  } catch (error) {
    return /** @type {Failure} */ (error)
  }
  return fail(`expected a rejection, got ${show(value)}`)
}

/**
 * Equal in type, own enumerable keys and values, all the way down.
 * @param {unknown} a
 * @param {unknown} b
 * @returns {boolean}
 */
function sameStructure(a, b) {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  const [one, other] = [/** @type {Record<string, unknown>} */ (a), /** @type {Record<string, unknown>} */ (b)]
  return keys.every((key) => Object.hasOwn(other, key) && sameStructure(one[key], other[key]))
}

/** @param {unknown} value */
function show(value) {
  if (typeof value === 'object' && value !== null && !(value instanceof Error)) {
    try {
      return JSON.stringify(value)
    } catch {
      // A cycle, or a hostile object: its type says enough.
    }
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

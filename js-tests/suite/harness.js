// A register of tests that needs nothing but `fetch` and timers, so that it runs anywhere.

const tests = []
/** How long a test may take on a machine that is busy with much else: what hangs ends by it. */
const DEADLINE_MS = 180_000
/** What it takes to make a Kaltura and to end it, on a machine that is not busy. */
const USUAL_MS = 20
/** The time of calls that aren't about time. */
export const PLENTY_MS = 60_000

/** A name that states what a user may rely on, and a function that fails if it is not so. */
export function test(name, fn) {
  tests.push({ name, fn })
}

/**
 * Runs all that is registered, one after the other, against the host at `host`; with `only`, the
 * tests whose names match that pattern, with `names` those of these names, in that order. With
 * `bail` the first failure is the last test. `before` and `after` are called around each test.
 */
export async function runTests(host, { deadlineMs = DEADLINE_MS, only = '', names, bail, before, after } = {}) {
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

async function withDeadline(promise, deadlineMs) {
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

function describe(error) {
  if (!(error instanceof Error)) return `threw ${show(error)}`
  const stack = error.stack ?? ''
  const told = stack.includes(error.message) ? stack : `${error}\n${stack}`
  return error.cause === undefined ? told : `${told}\ncaused by ${describe(error.cause)}`
}

function createContext(host) {
  const made = []
  const context = {
    equal,
    deepEqual,
    match,
    ok,
    throws,
    rejects,
    until,
    /** So many milliseconds, or more where this machine is slower than usual just now. */
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

async function control(host, method, path, body) {
  const response = await fetch(`${host}${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`the host refuses ${method} ${path}: ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

/** Waits until `isTrue()`, for as long as the test may take. */
async function until(isTrue) {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 10))
}

function fail(message) {
  throw new Error(message)
}

function ok(value, message = 'expected a truthy value') {
  if (!value) fail(message)
}

function equal(actual, expected) {
  if (!Object.is(actual, expected)) fail(`expected ${show(expected)}, got ${show(actual)}`)
}

function deepEqual(actual, expected) {
  if (!sameStructure(actual, expected)) fail(`expected ${show(expected)}, got ${show(actual)}`)
}

function match(text, pattern) {
  if (typeof text !== 'string' || !pattern.test(text)) {
    fail(`expected a text like ${pattern}, got ${show(text)}`)
  }
}

/** What `fn` throws. */
function throws(fn) {
  let returned
  try {
    returned = fn()
  } catch (error) {
    return error
  }
  return fail(`expected an error, got ${show(returned)}`)
}

/** What `promise` rejects with. */
async function rejects(promise) {
  let value
  try {
    value = await promise
  } catch (error) {
    return error
  }
  return fail(`expected a rejection, got ${show(value)}`)
}

/** Equal in type, own enumerable keys and values, all the way down. */
function sameStructure(a, b) {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && sameStructure(a[key], b[key]))
}

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

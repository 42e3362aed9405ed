// The one error of this package.
import { AppTokenError, isAppTokenError, startAppTokenSession } from 'kaltura-app-token'
import { test } from './harness.js'

test("isAppTokenError takes an error of this package, also another copy's, for what it is, and no other", async (t) => {
  const own = await t.rejects(startAppTokenSession({}))
  t.equal(isAppTokenError(own), true)
  const copy = Object.assign(new Error('x'), { name: 'AppTokenError', code: 'ERR_TIMEOUT' })
  t.equal(isAppTokenError(copy), true)
  const others = [
    Object.assign(new TypeError('x'), { code: 'ERR_INVALID_ARG_TYPE' }),
    Object.assign(new Error('x'), { name: 'AppTokenError' }),
    Object.assign(new Error('x'), { name: 'AppTokenError', code: 'ENOENT' }),
    Object.assign(new Error('x'), { name: 'AppTokenError', code: 'MY_ERR_TIMEOUT' }),
    Object.assign(new Error('x'), { name: 'AppTokenError', code: ['ERR_TIMEOUT'] }),
    { name: 'AppTokenError', code: 'ERR_TIMEOUT', message: 'x' },
  ]
  for (const other of others) t.equal(isAppTokenError(other), false)
})

test('an error has its name from its class, and is not retryable unless it says so', (t) => {
  const error = new AppTokenError({ code: 'ERR_TIMEOUT', message: 'late' })
  t.equal(error.name, 'AppTokenError')
  t.equal(Object.hasOwn(error, 'name'), false)
  t.match(error.stack, /^AppTokenError: late|^Error: late/)
  t.deepEqual({ ...error }, { retryable: false, attempts: 0, code: 'ERR_TIMEOUT' })
  t.equal('cause' in error, false)
  AppTokenError.prototype.name = 'Mine'
  try {
    t.equal(error.name, 'Mine')
  } finally {
    AppTokenError.prototype.name = 'AppTokenError'
  }
})

test('what stands behind an error is told from the outermost on', (t) => {
  const causes = [
    { name: 'TypeError', message: 'fetch failed' },
    { name: 'Error', code: 'ECONNRESET', message: 'reset' },
  ]
  const { cause } = new AppTokenError({ code: 'ERR_NETWORK', message: 'x', causes })
  t.ok(cause instanceof Error)
  t.equal(cause.name, 'TypeError')
  t.equal(cause.message, 'fetch failed')
  t.equal(cause.stack, 'TypeError: fetch failed')
  t.equal('code' in cause, false)
  t.equal(cause.cause.code, 'ECONNRESET')
  t.equal(cause.cause.stack, 'Error: reset')
  t.equal('cause' in cause.cause, false)
})

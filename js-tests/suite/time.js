import { startAppTokenSession } from 'kaltura-app-token'
import { test } from './harness.js'

const never = () => new Promise(() => {})

test('an exchange that is not done by timeoutMs rejects, whatever fetch does', async (t) => {
  const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
  for (const fetch of [never, async () => new Response(new ReadableStream({ pull: never }))]) {
    const late = await t.rejects(startAppTokenSession({ ...kaltura.credentials, fetch, timeoutMs: 50 }))
    t.equal(late.code, 'ERR_TIMEOUT')
    t.equal(late.retryable, true)
  }
})

test('a signal that is aborted already ends the call before anything is sent', async (t) => {
  const kaltura = await t.kaltura()
  const error = await t.rejects(startAppTokenSession({ ...kaltura.credentials, signal: AbortSignal.abort('enough') }))
  t.equal(error.code, 'ERR_ABORTED')
  t.equal(error.cause, 'enough')
  t.deepEqual(await kaltura.requests(), [])
})

test('an abort at any step ends the call, and the request with it', async (t) => {
  for (const step of [1, 2]) {
    const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
    const controller = new AbortController()
    let calls = 0
    let cut
    /** @type {import('kaltura-app-token').Fetch} */
    const fetching = (url, init) => {
      calls += 1
      if (calls === step) {
        init.signal.addEventListener('abort', () => {
          cut = true
        })
        controller.abort()
        return never()
      }
      return fetch(url, init)
    }
    const error = await t.rejects(
      startAppTokenSession({ ...kaltura.credentials, fetch: fetching, signal: controller.signal }),
    )
    t.equal(error.code, 'ERR_ABORTED')
    t.equal(cut, true)
    t.equal(calls, step)
  }
})

test('a wait for the rate limit that would pass the deadline is not begun', async (t) => {
  const kaltura = await t.kaltura({
    appToken: { sessionUserId: 'ada' },
    rateLimits: [{ service: 'appToken', action: 'startSession', max: 0 }],
  })
  const error = await t.rejects(startAppTokenSession({ ...kaltura.credentials, timeoutMs: 9_000 }))
  t.equal(error.kalturaCode, 'ACTION_BLOCKED')
  t.equal(error.retryable, true)
})

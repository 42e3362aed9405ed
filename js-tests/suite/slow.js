// A Kaltura that takes its time: it tells the second in which a request began, and reckons the end of
// each session when its turn has come. No clock is waited for.
import { createSessionProvider, startAppTokenSession } from 'kaltura-app-token'
import { createEmulator } from 'kaltura-app-token/emulator'
import { withClocks } from './clocks.js'
import { test } from './harness.js'

const DAY_MS = 86_400_000

/** Whether the headers that tell the time come, and how long after them the body does. */
const WAYS = [
  { name: 'both headers' },
  { name: 'no Date', without: 'date' },
  { name: 'Date alone', without: 'x-kaltura-session' },
  { name: 'a body that comes late', bodyMs: 9000 },
]

/** Runs a test with a slow Kaltura whose wall clock is `aheadMs` ahead of this machine's. */
async function withSlow({ itemMs, aheadMs = 0, without, bodyMs = 0 }, run) {
  await withClocks(async (clocks) => {
    const sleep = async (ms) => clocks.pass(ms)
    const kaltura = createEmulator({ itemMs, now: () => clocks.elsewhere() + aheadMs, sleep })
    const { id, token } = kaltura.addAppToken()
    const fetch = async (...request) => {
      const response = await kaltura.fetch(...request)
      const headers = new Headers(response.headers)
      if (without) headers.delete(without)
      const bytes = await response.arrayBuffer()
      const body = new ReadableStream(
        {
          pull(controller) {
            clocks.pass(bodyMs)
            controller.enqueue(new Uint8Array(bytes))
            controller.close()
          },
        },
        { highWaterMark: 0 },
      )
      return new Response(body, { status: response.status, headers })
    }
    const { partnerId, serviceUrl } = kaltura
    const options = { partnerId, serviceUrl, fetch, appTokenId: id, appToken: token, expiry: 3600 }
    await run({ kaltura, clocks, options, server: () => clocks.elsewhere() + aheadMs })
  })
}

for (const { name, ...way } of WAYS) {
  test(`a good session of a slow Kaltura is not refused: ${name}`, async (t) => {
    for (const aheadMs of [-DAY_MS - 300, 0, DAY_MS + 700]) {
      for (const itemMs of [400, 7100, 29_000]) {
        await withSlow({ itemMs, aheadMs, ...way }, async ({ options, server }) => {
          const session = await startAppTokenSession({ ...options, grants: 'exact' })
          t.deepEqual(session.differences, [])
          // Not handed out longer than it lives.
          t.ok(session.expiresAt - Date.now() <= session.expiry * 1000 - server() + 999, 'its end')
        })
      }
    }
  })
}

test('the last of a long batch is as good as the first', async (t) => {
  await withSlow({ itemMs: 221 }, async ({ options, kaltura }) => {
    const provider = createSessionProvider({ ...options, batchSize: 100, grants: 'exact' })
    const users = Array.from({ length: 100 }, (_, index) => ({ userId: `user-${index}` }))
    const outcomes = await provider.startSessions(users)
    t.deepEqual(
      outcomes.filter(({ error }) => error),
      [],
    )
    t.equal(kaltura.requests, 2)
  })
})

test('a session that lives longer than a slow Kaltura explains is refused', async (t) => {
  await withSlow({ itemMs: 7100 }, async ({ options }) => {
    const longer = async (url, init) => {
      const body = JSON.parse(init.body)
      if (body.expiry === 3600) body.expiry += 60
      return options.fetch(url, { ...init, body: JSON.stringify(body) })
    }
    const error = await t.rejects(startAppTokenSession({ ...options, fetch: longer }))
    t.equal(error.code, 'ERR_NOT_GRANTED')
    t.equal(error.differences[0].effect, 'broader')
  })
})

test('a session that is over when it comes is not handed out', async (t) => {
  await withSlow({ itemMs: 0, bodyMs: 9000 }, async ({ options }) => {
    const error = await t.rejects(startAppTokenSession({ ...options, expiry: 8 }))
    t.equal(error.code, 'ERR_NOT_GRANTED')
    t.equal(error.differences[0].effect, 'expired')
  })
})

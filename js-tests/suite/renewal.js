// When a session is renewed, on clocks that the test sets: no clock is waited for.
import { createSessionProvider } from 'kaltura-app-token'
import { createEmulator } from 'kaltura-app-token/emulator'
import { memoryStore } from 'kaltura-app-token/stores'
import { withClocks } from './clocks.js'
import { PLENTY_MS, test } from './harness.js'

const DAY_MS = 86_400_000
const LIFE_S = 3600
/** An hour's session is renewed in the background from here, and waited for from there. */
const SOFT_S = 600
const HARD_S = 30

/**
 * A Kaltura in this process and a provider of its sessions, while this process's clocks stand
 * still but for what is done to `clocks`; the server's wall clock is `aheadMs` ahead of this one's.
 */
async function withServer(aheadMs, run, options = {}) {
  const told = []
  const events = []
  await withClocks(async (clocks) => {
    const server = () => clocks.elsewhere() + aheadMs
    const kaltura = createEmulator({ now: server })
    const { id, token } = kaltura.addAppToken()
    const provider = createSessionProvider({
      partnerId: kaltura.partnerId,
      appTokenId: id,
      appToken: token,
      serviceUrl: kaltura.serviceUrl,
      fetch: (...request) => (options.hangs?.() ? new Promise(() => {}) : kaltura.fetch(...request)),
      expiry: LIFE_S,
      retry: false,
      onEvent(event) {
        events.push(event)
        told.push(event.type)
      },
      ...options.provider,
    })
    /** Lets time pass until the server's clock shows this many milliseconds. */
    const goTo = (serverMs) => clocks.pass(serverMs - server())
    /** The same, but this machine sleeps meanwhile. */
    const sleepTo = (serverMs) => clocks.sleepFor(serverMs - server())
    await run({ provider, kaltura, told, events, clocks: { ...clocks, goTo, sleepTo } })
  })
}

/** Until what goes on in the background has come to its end. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 100))

for (const days of [-1, 0, 1]) {
  const clock = days === 0 ? 'a clock that is right' : `a clock ${days} day from the server's`

  test(`with ${clock} the renewal begins at its second of the server's time`, async (t) => {
    await withServer(days * DAY_MS, async ({ provider, kaltura, clocks }) => {
      const { ks, expiry, expiresAt } = await provider.getSession()
      const left = expiresAt - Date.now()
      t.ok(left > (LIFE_S - 2) * 1000 && left <= LIFE_S * 1000, `${left} ms left`)
      clocks.goTo((expiry - SOFT_S) * 1000 - 1)
      t.equal(await provider.getKs(), ks)
      await settled()
      t.equal(kaltura.requests, 2)
      clocks.goTo((expiry - SOFT_S + 1) * 1000)
      t.equal(await provider.getKs(), ks)
      await t.until(async () => (await provider.getKs()) !== ks)
      // The widget session, of an hour too, is replaced as well.
      t.equal(kaltura.requests, 4)
    })
  })

  test(`with ${clock} callers wait for the new session from its second on`, async (t) => {
    for (const [offsetMs, waits] of [
      [-1, false],
      [1000, true],
    ]) {
      await withServer(days * DAY_MS, async ({ provider, clocks }) => {
        const { ks, expiry } = await provider.getSession()
        clocks.goTo((expiry - HARD_S) * 1000 + offsetMs)
        t.equal((await provider.getKs()) !== ks, waits)
      })
    }
  })

  test(`with ${clock} that is set meanwhile no session outlives its end`, async (t) => {
    for (const setMs of [-DAY_MS, DAY_MS]) {
      await withServer(days * DAY_MS, async ({ provider, kaltura, clocks }) => {
        const { ks, expiry } = await provider.getSession()
        clocks.setBy(setMs)
        kaltura.setFaults({ status: 503 })
        clocks.goTo(expiry * 1000)
        t.equal((await t.rejects(provider.getKs())).code, 'ERR_HTTP_STATUS')
        kaltura.setFaults()
        const next = await provider.getSession()
        t.ok(next.ks !== ks, 'another session')
        t.equal(next.expiry, expiry + LIFE_S)
      })
    }
  })
}

test('while renewals fail, which is told, the live session is served until it ends', async (t) => {
  await withServer(0, async ({ provider, kaltura, told, events, clocks }) => {
    const { ks, expiry } = await provider.getSession()
    kaltura.setFaults({ status: 503 })
    clocks.goTo((expiry - SOFT_S + 1) * 1000)
    t.equal(await provider.getKs(), ks)
    await t.until(() => told.includes('failed'))
    t.equal(await provider.getKs(), ks)
    t.deepEqual(told, ['minted', 'failed', 'servedStale'])
    const [minted, , stale] = events
    t.deepEqual({ ...stale, type: 'minted' }, minted)
    clocks.goTo((expiry - 3) * 1000)
    t.equal(await provider.getKs(), ks)
    clocks.goTo(expiry * 1000)
    t.equal((await t.rejects(provider.getKs())).code, 'ERR_HTTP_STATUS')
    kaltura.setFaults()
    // After failures in a row callers are refused for a moment.
    clocks.goTo(expiry * 1000 + 5000)
    t.ok((await provider.getKs()) !== ks, 'a new one')
  })
})

test('while Kaltura hangs the live session is served to who has waited for the next', async (t) => {
  let hangs = false
  const waits = async ({ provider, told, clocks }) => {
    const { ks, expiry } = await provider.getSession({ timeoutMs: PLENTY_MS })
    clocks.goTo((expiry - HARD_S + 1) * 1000)
    hangs = true
    const [{ session }] = await provider.startSessions([{ timeoutMs: 50 }])
    t.equal(session?.ks, ks)
    t.equal(await provider.getKs({ timeoutMs: 50 }), ks)
    t.ok(told.includes('servedStale'), 'it is told')
    clocks.goTo(expiry * 1000)
    t.equal((await t.rejects(provider.getKs({ timeoutMs: 50 }))).code, 'ERR_TIMEOUT')
  }
  await withServer(0, waits, { hangs: () => hangs, provider: { timeoutMs: 50 } })
})

test('a session that a store holds is renewed as early as any other', async (t) => {
  const store = memoryStore()
  const renews = async ({ provider, kaltura, told, clocks }) => {
    const { ks, expiry } = await provider.getSession()
    await settled()
    clocks.goTo((expiry - SOFT_S + 1) * 1000)
    t.equal(await provider.getKs(), ks)
    await t.until(async () => (await provider.getKs()) !== ks)
    t.equal(kaltura.requests, 4)
    t.deepEqual(told, ['minted', 'renewed'])
  }
  await withServer(0, renews, { provider: { store } })
})

test('a machine that has slept through a session hands it out no more', async (t) => {
  await withServer(0, async ({ provider, clocks }) => {
    const { ks, expiry } = await provider.getSession()
    t.equal(await provider.getKs(), ks)
    clocks.sleepTo(expiry * 1000)
    const next = await provider.getSession()
    t.ok(next.ks !== ks, 'a new one')
    t.equal(next.expiry, expiry + LIFE_S)
  })
})

test('a wall clock that is set back prolongs no session', async (t) => {
  await withServer(0, async ({ provider, clocks }) => {
    const { ks, expiry } = await provider.getSession()
    t.equal(await provider.getKs(), ks)
    clocks.setBy(-LIFE_S * 1000)
    clocks.goTo(expiry * 1000)
    t.ok((await provider.getKs()) !== ks, 'a new one')
  })
})

test('a session that has ended before it can be handed out is asked for again', async (t) => {
  for (const method of ['getSession', 'startSessions']) {
    let clocks
    let minted = 0
    const onEvent = ({ type, expiresAt }) => {
      if (!['minted', 'renewed'].includes(type)) return
      minted += 1
      // The process was stopped just then.
      if (minted === 1) clocks.pass(expiresAt - Date.now())
    }
    const asks = async (scene) => {
      clocks = scene.clocks
      const { provider } = scene
      const session =
        method === 'getSession' ? await provider.getSession() : (await provider.startSessions([{}]))[0].session
      t.ok(session.expiresAt > Date.now(), 'it lives')
      t.equal(minted, 2)
    }
    await withServer(0, asks, { provider: { onEvent } })
  }
})

test('of many sessions those that have ended while the last was waited for are asked for again', async (t) => {
  let clocks
  const minted = []
  const onEvent = ({ type, expiresAt }) => {
    if (!['minted', 'renewed'].includes(type)) return
    minted.push(expiresAt)
    if (minted.length === 2) clocks.pass(minted[0] - Date.now())
  }
  const asks = async (scene) => {
    clocks = scene.clocks
    const outcomes = await scene.provider.startSessions([{ expiry: 60 }, { expiry: 600 }])
    for (const { session } of outcomes) t.ok(session.expiresAt > Date.now(), 'it lives')
    t.equal(minted.length, 3)
  }
  await withServer(0, asks, { provider: { onEvent, batchSize: 1, batchesInFlight: 1 } })
})

test('sessions that end before the others are started are asked for three times, and no more', async (t) => {
  let clocks
  const ends = []
  /** Lets time pass until the session has ended that was minted as the `nth`. */
  const outlive = (nth) => clocks.pass(ends[nth - 1] - Date.now())
  const onEvent = ({ type, expiresAt }) => {
    if (!['minted', 'renewed'].includes(type)) return
    ends.push(expiresAt)
    const outlived = { 4: 3, 7: 6, 9: 8 }[ends.length]
    if (outlived) outlive(outlived)
  }
  const asks = async (scene) => {
    clocks = scene.clocks
    const lives = [60, 120, 300, 3600].map((expiry) => ({ expiry }))
    const [first, ...others] = await scene.provider.startSessions(lives)
    t.equal(ends.length, 9)
    t.equal(first.error?.code, 'ERR_TIMEOUT')
    t.equal(first.error.retryable, true)
    t.match(first.error.message, /longer expiry/)
    for (const { session } of others) t.ok(session.expiresAt > Date.now(), 'it lives')
  }
  await withServer(0, asks, { provider: { onEvent, batchSize: 1, batchesInFlight: 1 } })
})

test('who gives a call more time than is usual gets it, also who comes first', async (t) => {
  let open
  const gate = new Promise((resolve) => {
    open = resolve
  })
  const waits = async ({ provider }) => {
    const patient = provider.getKs({ timeoutMs: PLENTY_MS })
    t.equal((await t.rejects(provider.getKs({ userId: 'ada' }))).code, 'ERR_TIMEOUT')
    open()
    t.match(await patient, /^djJ8/)
  }
  const emulator = createEmulator()
  const { id, token } = emulator.addAppToken()
  const fetch = async (...request) => {
    await gate
    return emulator.fetch(...request)
  }
  const options = { partnerId: emulator.partnerId, appTokenId: id, appToken: token, fetch, timeoutMs: 50 }
  await waits({ provider: createSessionProvider({ ...options, serviceUrl: emulator.serviceUrl }) })
})

// Stores of machines whose clocks are off.
import { test } from './harness.js'
import { openStore } from './open-store.js'
import { providerOf } from './store-helpers.js'

/**
 * Runs with a local clock that is ahead by so much.
 * @param {number} ms
 * @param {() => unknown} run
 */
async function ahead(ms, run) {
  const { now } = Date
  Date.now = () => now.call(Date) + ms
  try {
    return await run()
  } finally {
    Date.now = now
  }
}

const HOUR_MS = 3_600_000

test('a machine whose clock is off makes no other serve a session after its end', async (t) => {
  const kaltura = await t.kaltura()
  for (const off of [HOUR_MS, -HOUR_MS]) {
    const store = openStore()
    const ks = await ahead(off, async () => {
      const ks = await providerOf(kaltura, { store }).provider.getKs({ expiry: 60 })
      await t.until(() => store.kept.size === 1)
      return ks
    })
    const read = await providerOf(kaltura, { store }).provider.getSession({ expiry: 60 })
    t.equal(read.ks, ks)
    t.ok(read.expiresAt <= read.expiry * 1000, 'not after its end')
    t.ok(read.expiresAt > Date.now() + 50_000, 'and not long before')
  }
})

test('a reader whose clock is off goes by the server time that it has seen', async (t) => {
  const kaltura = await t.kaltura()
  for (const off of [HOUR_MS, -HOUR_MS]) {
    const store = openStore()
    const ks = await providerOf(kaltura, { store }).provider.getKs({ expiry: 60 })
    await t.until(() => store.kept.size === 1)
    await ahead(off, async () => {
      const reader = providerOf(kaltura, { store }).provider
      // Ahead it seems to have ended, and behind to live for an hour more.
      await reader.getKs({ userId: 'ada' })
      const read = await reader.getSession({ expiry: 60 })
      t.equal(read.ks, ks)
      const leftMs = read.expiresAt - Date.now()
      t.ok(leftMs > 50_000 && leftMs <= 61_000, `${leftMs} ms`)
    })
  }
})

test('an API call with a stored session tells the time as well', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const minter = providerOf(kaltura, { store }).provider
  await minter.getKs({ userId: 'ada' })
  await t.until(() => store.kept.size === 1)
  // So old that a clock that is this much behind does not show.
  const off = -1500
  await ahead(off, async () => {
    const reader = providerOf(kaltura, { store }).provider
    const before = await reader.getSession({ userId: 'ada' })
    await reader.call('user', 'get', {}, { userId: 'ada' })
    t.equal((await kaltura.requests()).length, 3)
    await minter.getKs({ userId: 'bob' })
    await t.until(() => store.kept.size === 2)
    const after = await reader.getSession({ userId: 'bob' })
    // Each ends by the clock that was known when it was taken.
    /** @param {import('kaltura-app-token').AppTokenSession} it */
    const early = (it) => it.expiry * 1000 - it.expiresAt
    t.ok(early(before) < 1000, 'by its own clock')
    t.ok(early(after) > 400, 'by the server time')
    t.equal((await kaltura.requests()).length, 4)
  })
})

test('a new process whose clock is seen to be behind asks Kaltura for the time first', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const ks = await providerOf(kaltura, { store }).provider.getKs({ expiry: 60 })
  await t.until(() => store.kept.size === 1)
  await ahead(-HOUR_MS, async () => {
    const read = await providerOf(kaltura, { store }).provider.getSession({ expiry: 60 })
    t.equal(read.ks, ks)
    t.ok(read.expiresAt <= Date.now() + 61_000, 'by the server time')
  })
  t.equal((await kaltura.requests()).length, 3)
})

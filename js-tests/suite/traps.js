// What becomes of everything else when WebAssembly traps in the midst of a call.
import {
  createAppTokenManager,
  createSessionProvider,
  generateKs,
  hashAppToken,
  inspectKs,
  startAppTokenSession,
} from 'kaltura-app-token'
import { createEmulator } from 'kaltura-app-token/emulator'
import { test } from './harness.js'
import { memories, modules, occurrencesIn, overflowNext } from './memory.js'

const KS = 'djJ8MTAyfIOer4PKo_qwzIFP3E15TU4pWMgGOfGnKTPylK7tlAAkPxGo'
const WIDGET_KS = 'djJ8MTAyfOer4PKo_qwzIFP3E15TU4pWMgGOfGnKTPylK7tlAAkPxGp'
const TOKEN = '599d54237bca94c1db5746efd0416795'
const SECRET = 'a-secret-of-an-administrator'
const options = { partnerId: 102, appTokenId: '0_c6eputqa', appToken: TOKEN }
const privileges = 'sessionid:0_c6eputqa,apptoken:0_c6eputqa'
/** No deadline ends this call before the test's own does. */
const FOREVER = 2 ** 31 - 1

const turn = () => new Promise((resolve) => setTimeout(resolve))

/** A fetch that is Kaltura; `before` is called with the name of each action. */
const kaltura =
  (before = () => {}) =>
  async (url, { body }) => {
    await turn()
    const [, action] = url.match(/\/action\/(\w+)/) ?? []
    const asked = JSON.parse(body)
    const answer = () => {
      if (action === 'startWidgetSession') return { ks: WIDGET_KS, partnerId: 102, userId: 0 }
      if (action !== 'startSession') return true
      const userId = asked.userId ?? 'ada'
      const expiry = Math.floor(Date.now() / 1000) + 86_400
      const objectType = 'KalturaSessionInfo'
      return { objectType, ks: `${KS}${userId}`, partnerId: '102', userId, sessionType: 0, privileges, expiry }
    }
    const response = Response.json(answer())
    await before(action, asked)
    return response
  }

const silent = () => new Promise(() => {})

/** Starts a session, and lets the core trap when it is to read the answer. */
async function trap(t, wanted = {}) {
  const sent = []
  const fetch = kaltura((action, asked) => {
    sent.push(...[asked.ks, asked.tokenHash].filter(Boolean))
    if (action === 'startSession') overflowNext()
  })
  const error = await t.rejects(startAppTokenSession({ ...options, ...wanted, timeoutMs: FOREVER, fetch }))
  return { error, sent }
}

function isTrap(t, error) {
  t.equal(error.name, 'AppTokenError')
  t.equal(error.code, 'ERR_INTERNAL')
  t.equal(error.retryable, true)
}

/** The memory of an instance that has just been made, in which the next sessions are started. */
async function freshMemory(t) {
  await trap(t)
  hashAppToken(KS, TOKEN)
  return memories().at(-1)
}

test('a call that traps ends at once, and so does each that is under way beside it', async (t) => {
  const started = t.rejects(startAppTokenSession({ ...options, timeoutMs: FOREVER, fetch: silent }))
  const provider = createSessionProvider({ ...options, timeoutMs: FOREVER, fetch: silent })
  const asked = [provider.getKs(), provider.getSession({ userId: 'bob' }), provider.call('user', 'get')]
  const waiting = asked.map((it) => t.rejects(it))
  const many = provider.startSessions([{ userId: 'eve' }, { userId: 'ada' }])
  await turn()
  isTrap(t, (await trap(t)).error)
  for (const error of [await started, ...(await Promise.all(waiting))]) isTrap(t, error)
  for (const { error } of await many) isTrap(t, error)
})

test('a trap while many sessions are asked for ends each of them alike', async (t) => {
  const provider = createSessionProvider({ ...options, timeoutMs: FOREVER, fetch: silent })
  const requests = Array.from({ length: 60 }, (_, index) => ({ userId: `${index}` }))
  overflowNext()
  for (const { error } of await provider.startSessions(requests)) isTrap(t, error)
})

test('the fetches of the calls that a trap ends are aborted', async (t) => {
  let signal
  const fetch = (_, init) => {
    signal = init.signal
    return silent()
  }
  const call = t.rejects(startAppTokenSession({ ...options, timeoutMs: FOREVER, fetch }))
  await turn()
  t.equal(signal.aborted, false)
  await trap(t)
  await call
  t.equal(signal.aborted, true)
})

test('the next call after a trap succeeds', async (t) => {
  const hash = hashAppToken(KS, TOKEN)
  const before = modules()
  await trap(t)
  t.equal(hashAppToken(KS, TOKEN), hash)
  t.equal((await startAppTokenSession({ ...options, fetch: kaltura() })).userId, 'ada')
  t.equal(modules(), before + 1)
})

test('a trap leaves no secret in the memory that is given up', async (t) => {
  const memory = await freshMemory(t)
  const found = (secret) => occurrencesIn(memory.buffer, secret)
  // Has the token for as long as it goes on.
  const stuck = t.rejects(startAppTokenSession({ ...options, timeoutMs: FOREVER, fetch: silent }))
  await turn()
  t.ok(found(TOKEN) > 0)
  const { sent } = await trap(t)
  await stuck
  await turn()
  t.equal(sent.length, 2)
  for (const secret of [TOKEN, ...sent]) t.equal(found(secret), 0)
  t.ok(new Int32Array(memory.buffer).every((word) => word === 0))
})

test('a provider that has seen a trap goes on', async (t) => {
  const events = []
  let isTrapping = false
  const fetch = kaltura((action) => {
    if (isTrapping && action === 'startSession') overflowNext()
  })
  const onEvent = ({ type }) => events.push(type)
  const provider = createSessionProvider({ ...options, timeoutMs: FOREVER, fetch, onEvent })
  const ks = await provider.getKs()
  isTrapping = true
  const asked = Array.from({ length: 3 }, () => turn().then(() => provider.getKs({ userId: 'bob' })))
  for (const error of await Promise.all(asked.map((it) => t.rejects(it)))) isTrap(t, error)
  isTrapping = false
  t.equal(await provider.getKs({ userId: 'bob' }), `${KS}bob`)
  // What was handed out before is as good as ever, and asks nobody.
  const minted = events.filter((type) => type === 'minted').length
  t.equal(await provider.getKs(), ks)
  t.equal(events.filter((type) => type === 'minted').length, minted)
  t.equal(await provider.call('user', 'get'), true)
  const [{ session }] = await provider.startSessions([{ userId: 'eve' }])
  t.equal(session.userId, 'eve')
  provider.invalidate(ks)
  t.equal(await provider.getKs(), ks)
  provider.clear()
})

test('a manager that has seen a trap goes on', async (t) => {
  const manager = createAppTokenManager({ partnerId: 102, adminSecret: SECRET, fetch: kaltura() })
  const id = '0_c6eputqa'
  await t.rejects(manager.get(id))
  const sabotaged = createAppTokenManager({
    ...{ partnerId: 102, adminSecret: SECRET, timeoutMs: FOREVER },
    fetch: kaltura(() => overflowNext()),
  })
  isTrap(t, await t.rejects(sabotaged.get(id)))
  t.equal((await t.rejects(manager.get(id))).code, 'ERR_BAD_RESPONSE')
})

test('what reads KSs traps, and reads the next one', (t) => {
  const fields = { partnerId: 102, sessionType: 'admin', expiry: 2_000_000_000, userId: 'ada' }
  const ks = generateKs(fields, SECRET)
  overflowNext()
  isTrap(
    t,
    t.throws(() => inspectKs(ks, [SECRET])),
  )
  t.equal(inspectKs(ks, [SECRET]).verified, true)
})

test('an emulator whose module has trapped says so, and takes a state', async (t) => {
  const emulator = createEmulator({ random: (bytes) => void crypto.getRandomValues(bytes) })
  const state = emulator.state()
  const beside = createEmulator()
  overflowNext()
  t.match(t.throws(() => emulator.addAppToken()).message, /trapped.*restore/)
  for (const use of [() => emulator.state(), () => beside.addAppToken(), () => beside.flushCaches()]) {
    t.match(t.throws(use).message, /trapped.*restore/)
  }
  const ping = 'https://kaltura.test/api_v3/service/system/action/ping?format=1'
  t.match((await t.rejects(emulator.fetch(ping))).message, /trapped.*restore/)
  emulator.restore(state)
  t.deepEqual(emulator.state(), state)
  t.equal(await (await createEmulator().fetch(ping)).text(), 'true')
})

test('an emulator that is called by its own random says so, and others go on', (t) => {
  const beside = createEmulator()
  const emulator = createEmulator({ random: () => void emulator.state() })
  t.match(t.throws(() => emulator.addAppToken()).message, /must not call/)
  t.ok(beside.addAppToken().token)
})

test('traps, however many, leave no memories behind', async (t) => {
  const collect = globalThis.gc ?? (globalThis.Bun && (() => Bun.gc(true)))
  if (!collect) return
  const MANY = 50
  const remaining = async (most) => {
    for (let tries = 0; tries < 50 && memories().length > most; tries += 1) {
      // What a WeakRef has given is kept until the turn is over.
      await turn()
      collect()
      await turn()
    }
    return memories().length
  }
  const before = await remaining(0)
  for (let count = 0; count < MANY; count += 1) isTrap(t, (await trap(t)).error)
  hashAppToken(KS, TOKEN)
  const after = await remaining(before)
  t.ok(after <= before + 5, `${after} memories instead of ${before}`)
})

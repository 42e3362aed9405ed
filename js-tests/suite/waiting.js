// What it costs to wait: counted timers and listeners, since time and memory differ from machine to
// machine. js-tests/crowd.mjs measures the rest.
import { createSessionProvider, startAppTokenSession } from 'kaltura-app-token'
import { PLENTY_MS, test } from './harness.js'

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const never = () => new Promise(() => {})
const NOWHERE = { partnerId: 102, appTokenId: '0_ab12cd34', appToken: 'token' }

/** A signal that knows its listeners; `broken` names methods that throw. */
function fakeSignal(...broken) {
  const listeners = new Set()
  const heardOnce = new Set()
  const does = (name, run) => (_type, listener) => {
    if (broken.includes(name)) throw new Error('mine')
    run(listener)
  }
  const signal = {
    aborted: false,
    reason: undefined,
    most: 0,
    listeners,
    addEventListener(_type, listener, { once }) {
      listeners.add(listener)
      if (once) heardOnce.add(listener)
      signal.most = Math.max(signal.most, listeners.size)
    },
    removeEventListener: does('removeEventListener', (listener) => listeners.delete(listener)),
    abort(reason) {
      Object.assign(signal, { aborted: true, reason })
      for (const listener of listeners) {
        if (heardOnce.has(listener)) listeners.delete(listener)
        listener()
      }
    },
  }
  return signal
}

/** Calls of each kind, all with one signal. */
function callAll(options, signal, users = 20) {
  const provider = createSessionProvider(options)
  const calls = Array.from({ length: users }, (_, n) => [
    startAppTokenSession({ ...options, signal }),
    provider.getKs({ userId: `user${n}`, signal }),
    provider.startSessions([{ userId: `user${n}`, signal }, { userId: 'ada' }], { signal }),
    provider.call('user', 'get', {}, { userId: `user${n}`, signal }),
  ])
  return Promise.allSettled(calls.flat())
}

test('many calls with one signal listen to it once, and not any more when the last is over', async (t) => {
  const kaltura = await t.kaltura()
  const signal = fakeSignal()
  const outcomes = await callAll(kaltura.credentials, signal, 5)
  t.equal(outcomes.find(({ reason }) => reason)?.reason.message, undefined)
  t.equal(signal.most, 1)
  t.equal(signal.listeners.size, 0)
})

test('one signal ends every call that it was given to, and the next ones too', async (t) => {
  for (const signal of [fakeSignal(), fakeSignal('removeEventListener')]) {
    const options = { ...NOWHERE, fetch: never }
    for (let round = 0; round < 2; round += 1) {
      Object.assign(signal, { aborted: false })
      const called = callAll(options, signal)
      await sleep(20)
      signal.abort(new Error('enough'))
      for (const { value, reason } of await called) {
        const error = value ? value[0].error : reason
        t.equal(error?.code, 'ERR_ABORTED')
        t.equal(error.cause.message, 'enough')
      }
    }
    t.ok(signal.most <= 2, `${signal.most} listeners`)
  }
})

test('a signal is heard whatever has got into Object.prototype', async (t) => {
  // Its addEventListener takes a signal from there whatever it is given.
  if (globalThis.Deno) return
  const controller = new AbortController()
  let called
  Object.prototype.signal = AbortSignal.abort()
  try {
    const { signal } = controller
    called = t.rejects(startAppTokenSession({ ...NOWHERE, fetch: never, signal, timeoutMs: PLENTY_MS }))
  } finally {
    delete Object.prototype.signal
  }
  controller.abort()
  t.equal((await called).code, 'ERR_ABORTED')
})

test('calls one after the other leave nothing on a signal that lives long', async (t) => {
  const signal = fakeSignal()
  const refuse = async () => new Response('{}', { status: 404 })
  const provider = createSessionProvider({ ...NOWHERE, fetch: refuse, retry: 0 })
  for (let n = 0; n < 200; n += 1) await t.rejects(provider.getKs({ userId: `user${n}`, signal }))
  t.equal(signal.most, 1)
  t.equal(signal.listeners.size, 0)
})

/** Counts the timers that `run` sets, and those that it leaves. */
async function countTimers(run) {
  const names = ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval']
  const usual = Object.fromEntries(names.map((name) => [name, globalThis[name]]))
  const live = new Set()
  const counts = { set: 0, most: 0, live }
  const setting =
    (name, isOnce) =>
    (callback, ...args) => {
      const set = usual[name]
      const timer = set(
        () => {
          if (isOnce) live.delete(timer)
          callback()
        },
        ...args,
      )
      live.add(timer)
      counts.set += 1
      counts.most = Math.max(counts.most, live.size)
      return timer
    }
  const clearing = (name) => (timer) => {
    live.delete(timer)
    const clear = usual[name]
    clear(timer)
  }
  globalThis.setTimeout = setting('setTimeout', true)
  globalThis.setInterval = setting('setInterval', false)
  globalThis.clearTimeout = clearing('clearTimeout')
  globalThis.clearInterval = clearing('clearInterval')
  try {
    // As bare functions: workerd's timers of old are illegal invocations as methods.
    const { setTimeout } = usual
    return await run(counts, (ms) => new Promise((resolve) => void setTimeout(resolve, ms)))
  } finally {
    Object.assign(globalThis, usual)
  }
}

const USERS = 100
/** Its own time, that of the request that is made for it, and what looks and gives signs. */
const MOST_TIMERS = 4
/** The runtime's own. */
const LEFT_TIMERS = 2
// Where requests have contexts of their own, those who wait take over from leaders that seem dead,
// and on a busy machine many do.
const MAY_TAKE_OVER = globalThis.navigator?.userAgent === 'Cloudflare-Workers' || globalThis.EdgeRuntime !== undefined
const most = (count) => (MAY_TAKE_OVER ? Infinity : count)
const usersOf = (count) => Array.from({ length: count }, (_, n) => ({ userId: `user${n}` }))

test('who waits sets no timer for each look, and leaves none', async (t) => {
  await countTimers(async (counts, pause) => {
    const provider = createSessionProvider({ ...NOWHERE, fetch: never })
    const [leaders, followers] = [new AbortController(), new AbortController()]
    const ask = ({ signal }, timeoutMs) =>
      Promise.allSettled(usersOf(USERS / 2).map((user) => provider.getKs({ ...user, signal, timeoutMs })))
    const settled = Promise.all([ask(leaders, 20_000), ask(followers, 21_000)])
    await pause(50)
    const before = counts.set
    t.ok(counts.live.size <= most(MOST_TIMERS * USERS), `${counts.live.size} timers`)
    await pause(350)
    t.ok(counts.set - before < most(USERS), `${counts.set - before} timers while waiting`)
    followers.abort()
    await pause(20)
    leaders.abort()
    await settled
    await pause(20)
    t.ok(counts.live.size <= most(LEFT_TIMERS), `${counts.live.size} timers are left`)
  })
})

test('requests of startSessions cost no timer each, and those that wait for their turn none', async (t) => {
  await countTimers(async (counts, pause) => {
    const provider = createSessionProvider({
      ...NOWHERE,
      fetch: never,
      ...{ batchSize: 10, batchesInFlight: 2 },
    })
    const controller = new AbortController()
    const started = provider.startSessions(usersOf(300), { signal: controller.signal })
    await pause(400)
    t.ok(counts.set <= most(20), `${counts.set} timers`)
    controller.abort()
    const outcomes = await started
    t.equal(outcomes.length, 300)
    for (const { error } of outcomes) t.equal(error?.code, 'ERR_ABORTED')
    await pause(20)
    t.ok(counts.live.size <= most(LEFT_TIMERS), `${counts.live.size} timers are left`)
  })
})

test('a user whose turn has not come in startSessions is served at once to who asks meanwhile', async (t) => {
  const kaltura = await t.kaltura()
  let calls = 0
  const provider = createSessionProvider({
    ...kaltura.credentials,
    ...{ batchSize: 1, batchesInFlight: 1 },
    // The first session takes for ever; the widget session before it does not.
    fetch: (...request) => ((calls += 1) === 2 ? never() : fetch(...request)),
  })
  const controller = new AbortController()
  const started = provider.startSessions(usersOf(3), { signal: controller.signal })
  while (calls < 2) await sleep(5)
  const ks = await provider.getKs({ userId: 'user2', timeoutMs: PLENTY_MS })
  controller.abort()
  for (const { error } of await started) t.equal(error?.code, 'ERR_ABORTED')
  t.equal(await provider.getKs({ userId: 'user2' }), ks)
})

test('a request that changes while it is read never gets one user the session of another', async (t) => {
  const kaltura = await t.kaltura()
  for (let changesAfter = 1; changesAfter <= 4; changesAfter += 1) {
    const provider = createSessionProvider(kaltura.credentials)
    let reads = 0
    const request = {
      get userId() {
        reads += 1
        return reads > changesAfter ? 'eve' : 'ada'
      },
    }
    await provider.getSession(request)
    t.equal((await provider.getSession({ userId: 'ada' })).userId, 'ada')
    t.equal((await provider.getSession({ userId: 'eve' })).userId, 'eve')
  }
})

const SECRET = 'ffffffffffffffffffffffffffffffff'
const brokenWaits = {
  throws: () => {
    throw new TypeError(`Illegal invocation ${SECRET}`)
  },
  rejects: async () => {
    throw new TypeError(SECRET)
  },
  'throws what throws': () => {
    throw new Proxy(
      {},
      {
        get: () => {
          throw new Error(SECRET)
        },
      },
    )
  },
  // biome-ignore lint/nursery/usePromiseRejectErrors: callers do it, and that is what is tried
  'throws nothing': () => Promise.reject(),
}

for (const [how, waitUntil] of Object.entries(brokenWaits)) {
  test(`a waitUntil that ${how} fails no call, and is told without its words`, async (t) => {
    const kaltura = await t.kaltura()
    const events = []
    const onEvent = (event) => void events.push(event)
    const provider = createSessionProvider({ ...kaltura.credentials, waitUntil, onEvent })
    t.ok(await provider.getKs())
    const [{ session }] = await provider.startSessions([{ userId: 'ada' }])
    t.ok(session)
    const failures = () => events.filter(({ type }) => type === 'waitUntilFailed')
    await t.until(() => failures().length >= 2)
    const told = failures()
    t.equal(told.length, 2)
    t.match(told[0].problem, ['throws', 'rejects'].includes(how) ? /TypeError/ : /^it failed$/)
    t.ok(!JSON.stringify(events).includes(SECRET), 'its words are told')
  })
}

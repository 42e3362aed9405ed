// Stores that fail, hang or talk rubbish.
import { PLENTY_MS, test } from './harness.js'
import { openStore } from './open-store.js'
import { providerOf, sleep, watched } from './store-helpers.js'

test('a store that fails, hangs or talks rubbish fails no call, and is reported', async (t) => {
  const kaltura = await t.kaltura()
  const fail = async () => {
    throw new Error('s3cret')
  }
  const throwing = () => {
    throw new Error('s3cret')
  }
  const hang = () => new Promise(() => {})
  const reported = [fail, throwing, hang, () => 'rubbish']
  for (const broken of [...reported, () => 5, () => ({})]) {
    const store = openStore({ get: broken, set: broken, lock: broken })
    const { provider, told } = providerOf(kaltura, { store })
    t.ok(await provider.getKs({ timeoutMs: PLENTY_MS }))
    if (reported.includes(broken)) await t.until(() => told().includes('storeFailed'))
  }
})

test("a value that a store is too small for stops nobody else's", async (t) => {
  const kaltura = await t.kaltura()
  let isFirst = true
  const kept = openStore({
    set: async (name, text) => {
      if (!isFirst) return void kept.kept.set(name, text)
      isFirst = false
      throw new TypeError('Value too large (max 65536 bytes)')
    },
  })
  const { store, count } = watched(kept)
  const { provider, problems } = providerOf(kaltura, { store })
  await provider.getKs({ userId: 'ada' })
  await t.until(() => problems().length > 0)
  t.match(problems().join(), /^set: too large for it: \d+ characters$/)
  const ks = await provider.getKs({ userId: 'bob' })
  await t.until(() => kept.kept.size === 1)
  t.equal(count('get'), 4)
  t.equal(await providerOf(kaltura, { store: kept }).provider.getKs({ userId: 'bob' }), ks)
})

test('of what has been put into a store, or deleted there, nothing is remembered', async (t) => {
  const kaltura = await t.kaltura()
  const { Map: Original } = globalThis
  const made = []
  globalThis.Map = class extends Original {
    constructor(...args) {
      super(...args)
      made.push(this)
    }
  }
  try {
    const store = openStore()
    const { provider } = providerOf(kaltura, { store })
    for (const userId of ['ada', 'bob', 'eve']) await provider.getKs({ userId })
    await t.until(() => store.kept.size === 3)
    provider.invalidate({ userId: 'bob' })
    await t.until(() => store.kept.size === 2)
    const waiting = (map) => [...map.values()].some((value) => value instanceof Promise)
    await t.until(() => !made.some(waiting))
  } finally {
    globalThis.Map = Original
  }
})

test('values that are too large say nothing of the store, of however many users they are', async (t) => {
  const kaltura = await t.kaltura()
  const full = openStore({
    set: async () => {
      throw new TypeError('Value too large (max 65536 bytes)')
    },
  })
  const { store, count } = watched(full)
  const { provider, problems } = providerOf(kaltura, { store })
  for (let users = 1; users <= 6; users += 1) {
    await provider.getKs({ userId: `user${users}` })
    await t.until(() => problems().length === users)
    t.equal(count('set'), users)
    t.equal(count('get'), 2 * users)
  }
})

test('a method that fails for one name is left alone for that name', async (t) => {
  const kaltura = await t.kaltura()
  const failing = openStore({
    set: async () => {
      throw new Error('no')
    },
  })
  const { store, count } = watched(failing)
  const { provider, problems } = providerOf(kaltura, { store })
  const mint = async (userId, isReported) => {
    const before = problems().length
    await provider.getKs({ userId })
    // What comes of it is known after its answer.
    if (isReported) await t.until(() => problems().length > before)
    else await sleep(50)
    provider.invalidate({ userId })
    t.equal(problems().length > before, isReported)
  }
  await mint('ada', true)
  await mint('ada', false)
  t.equal(count('set'), 1)
  await mint('bob', true)
  await mint('eve', true)
  t.equal(count('set'), 3)
  // That is no fault of one name.
  await mint('joe', false)
  t.equal(count('set'), 3)
  // Other methods go on.
  const before = count('get')
  await mint('eve', false)
  t.ok(count('get') > before)
})

test('a store that is out of order is left alone for a while', async (t) => {
  const kaltura = await t.kaltura()
  const fail = async () => {
    throw new Error('no connection')
  }
  const failing = watched({ get: fail, set: fail, delete: fail, lock: fail })
  const { provider } = providerOf(kaltura, { store: failing.store })
  t.ok(await provider.getKs({ userId: 'ada' }))
  t.deepEqual(
    failing.calls.map((call) => call.split(' ')[0]),
    ['get', 'get', 'lock'],
  )
  t.ok(await provider.getKs({ userId: 'bob' }))
  t.equal(failing.calls.length, 3)

  const never = () => new Promise(() => {})
  const hanging = watched({ get: never, set: never, delete: never, lock: never })
  const other = providerOf(kaltura, { store: hanging.store }).provider
  t.ok(await other.getKs({ userId: 'ada' }))
  t.ok(await other.getKs({ userId: 'bob' }))
  t.equal(hanging.calls.length, 2)
  await sleep(2000)
  t.ok(await other.getKs({ userId: 'eve' }))
  t.equal(hanging.calls.length, 4)
})

test('a store that gives bytes is read, and one that gives anything else is reported', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const ks = await providerOf(kaltura, { store }).provider.getKs()
  await t.until(() => store.kept.size === 1)
  const giving = (change) =>
    openStore({ get: async (name) => (store.kept.has(name) ? change(store.kept.get(name)) : undefined) })
  const encode = (text) => new TextEncoder().encode(text)
  for (const change of [encode, (text) => encode(text).buffer]) {
    const { provider, problems } = providerOf(kaltura, { store: giving(change) })
    t.equal(await provider.getKs(), ks)
    t.deepEqual(problems(), [])
  }
  for (const wrong of [5, {}, [], true, new Uint8Array([0xff, 0xfe])]) {
    const { provider, problems } = providerOf(kaltura, { store: giving(() => wrong) })
    t.ok((await provider.getKs()) !== ks)
    t.deepEqual(problems().slice(0, 1), ['get: neither text nor bytes of text'])
  }
  for (const nothing of [undefined, null, false]) {
    const { provider, problems } = providerOf(kaltura, { store: giving(() => nothing) })
    t.ok((await provider.getKs()) !== ks)
    t.deepEqual(problems(), [])
  }
})

/** Whether time passes while code runs. */
function passesWhileBusy() {
  const started = performance.now()
  for (let turns = 0; turns < 1e6; turns += 1) if (performance.now() > started) return true
  return false
}

test('an answer that comes while the event loop is busy counts', async (t) => {
  if (typeof MessageChannel === 'undefined') return
  const burn = (ms) => {
    const until = performance.now() + ms
    for (let turns = 0; turns < 1e9 && performance.now() < until; turns += 1);
  }
  // Where time stands still while code runs, no answer comes too late.
  if (!passesWhileBusy()) return
  const kaltura = await t.kaltura()
  const store = openStore()
  const ks = await providerOf(kaltura, { store }).provider.getKs()
  await t.until(() => store.kept.size === 1)
  // What comes by a channel is seen after the timers that are due, as what comes by a socket is.
  const onMessage = (run) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      run()
    }
    port2.postMessage('')
  }
  const get = (name) =>
    new Promise((resolve) => {
      onMessage(() => {
        onMessage(() => resolve(store.kept.get(name)))
        burn(700)
      })
    })
  const { provider, problems } = providerOf(kaltura, { store: openStore({ get }) })
  t.equal(await provider.getKs(), ks)
  t.deepEqual(problems(), [])
})

test('a slow store is waited for once it is known to be slow', async (t) => {
  const kaltura = await t.kaltura()
  const store = openStore()
  const slow = (give) => async (name, text) => {
    // The first time just longer than it is waited for, however busy the machine is.
    if (problems().length > 0) await sleep(700)
    else await t.until(() => problems().length > 0)
    return give(name, text)
  }
  const changes = { get: slow(store.get), set: slow(store.set) }
  const { provider, problems } = providerOf(kaltura, { store: { ...store, ...changes } })
  t.ok(await provider.getKs({ userId: 'ada' }))
  t.equal(problems()[0], 'get: no answer in time')
  // Its answers come all the same, and end the pause.
  await sleep(1500)
  const before = problems().length
  t.ok(await provider.getKs({ userId: 'bob' }))
  await t.until(() => store.kept.size === 1)
  t.equal(problems().length, before)
})

test('a store that takes longer than it may ever take is not waited for longer', async (t) => {
  const kaltura = await t.kaltura()
  let answered = 0
  const get = async () => {
    await sleep(3500)
    answered += 1
  }
  const { provider, problems } = providerOf(kaltura, { store: openStore({ get }) })
  t.ok(await provider.getKs({ userId: 'ada' }))
  await t.until(() => answered > 0)
  const before = problems().length
  const started = performance.now()
  const other = provider.getKs({ userId: 'bob' })
  await t.until(() => problems().length > before)
  const waitedMs = performance.now() - started
  t.ok(await other)
  t.ok(waitedMs < 2900, `${waitedMs} ms`)
})

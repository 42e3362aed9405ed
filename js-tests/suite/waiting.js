// What it costs to wait: counted timers and listeners, since time and memory differ from machine to
// machine. js-tests/crowd.mjs measures the rest.
import { createSessionProvider, startAppTokenSession } from 'kaltura-app-token'
import { test } from './harness.js'

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const never = () => new Promise(() => {})
const NOWHERE = { partnerId: 102, appTokenId: '0_ab12cd34', appToken: 'token' }

/** A signal that knows its listeners; `broken` names methods that throw. */
function fakeSignal(...broken) {
  const listeners = new Set()
  const does = (name, run) => (type, listener) => {
    if (broken.includes(name)) throw new Error('mine')
    run(listener)
  }
  const signal = {
    aborted: false,
    reason: undefined,
    most: 0,
    listeners,
    addEventListener(type, listener) {
      listeners.add(listener)
      signal.most = Math.max(signal.most, listeners.size)
    },
    removeEventListener: does('removeEventListener', (listener) => listeners.delete(listener)),
    abort(reason) {
      Object.assign(signal, { aborted: true, reason })
      for (const listener of listeners) listener()
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

test('calls one after the other leave nothing on a signal that lives long', async (t) => {
  const signal = fakeSignal()
  const refuse = async () => new Response('{}', { status: 404 })
  const provider = createSessionProvider({ ...NOWHERE, fetch: refuse, retry: 0 })
  for (let n = 0; n < 200; n += 1) await t.rejects(provider.getKs({ userId: `user${n}`, signal }))
  t.equal(signal.most, 1)
  t.equal(signal.listeners.size, 0)
})

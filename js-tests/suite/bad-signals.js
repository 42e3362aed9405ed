// Signals: aborted at any moment, and such as only look like one.
import { createSessionProvider, isAppTokenError, startAppTokenSession } from 'kaltura-app-token'
import { PLENTY_MS, test } from './harness.js'

const ways = {
  startAppTokenSession: (options, signal) => startAppTokenSession({ ...options, signal }),
  getSession: (options, signal) => createSessionProvider(options).getSession({ signal }),
  startSessions: async (options, signal) => {
    const [outcome] = await createSessionProvider(options).startSessions([{ userId: 'ada' }], { signal })
    if (outcome.error) throw outcome.error
    return outcome.session
  },
  call: (options, signal) => createSessionProvider(options).call('user', 'get', {}, { signal }),
}

const REASON = new Error('enough')

async function aborted(t, promise) {
  const error = await t.rejects(promise)
  t.ok(isAppTokenError(error), error?.stack ?? String(error))
  t.equal(error.code, 'ERR_ABORTED')
  t.equal(error.cause, REASON)
}

for (const [name, call] of Object.entries(ways)) {
  test(`${name} makes no request when its signal is aborted already`, async (t) => {
    let sent = 0
    const options = {
      partnerId: 102,
      appTokenId: '0_a',
      appToken: 't',
      fetch: async () => {
        sent += 1
      },
    }
    await aborted(t, call(options, AbortSignal.abort(REASON)))
    t.equal(sent, 0)
  })

  test(`${name} ends at once whenever its signal is aborted`, async (t) => {
    const kaltura = await t.kaltura()
    // How many moments there are; then each of them is tried.
    const moments = await steps(kaltura, call, Infinity)
    t.ok(moments.count > 6, `${moments.count} moments`)
    for (let at = 0; at < moments.count; at += 1) {
      const { promise, sentAfter } = await steps(kaltura, call, at)
      await aborted(t, promise)
      t.equal(sentAfter(), 0)
    }
  })

  test(`${name} works with what only looks like a signal, and survives it`, async (t) => {
    const kaltura = await t.kaltura()
    const options = { ...kaltura.credentials, timeoutMs: PLENTY_MS }
    const fake = { aborted: false, addEventListener() {}, removeEventListener() {} }
    const refuse = () => {
      throw new Error('mine')
    }
    t.ok(await call(options, fake))
    t.ok(await call(options, { ...fake, removeEventListener: refuse }))
    const refusing = await t.rejects(call(options, { ...fake, addEventListener: refuse }))
    t.equal(refusing.code, 'ERR_INVALID_OPTIONS')
    t.equal(refusing.path, 'signal')
    const atOnce = { ...fake, addEventListener: (_, listener) => listener() }
    t.equal((await t.rejects(call(options, atOnce))).code, 'ERR_ABORTED')
    const mute = {
      ...fake,
      aborted: true,
      get reason() {
        return refuse()
      },
    }
    t.equal((await t.rejects(call(options, mute))).code, 'ERR_ABORTED')
  })
}

/** Calls with a signal that is aborted when something of the caller's is used for the `at`th time. */
async function steps(kaltura, call, at) {
  const controller = new AbortController()
  let count = 0
  let after = 0
  const step = () => {
    if (count === at) controller.abort(REASON)
    count += 1
  }
  const stepping = (object, name) => {
    const method = object[name].bind(object)
    return (...args) => {
      step()
      return method(...args)
    }
  }
  const options = {
    ...kaltura.credentials,
    appToken: async () => {
      step()
      return kaltura.credentials.appToken
    },
    // When it is told that there is a session, there is one.
    onEvent: ({ type }) => void (type !== 'minted' && step()),
    fetch: async (url, init) => {
      if (controller.signal.aborted) after += 1
      step()
      const answer = await fetch(url, { method: 'POST', headers: init.headers, body: init.body })
      step()
      const reader = answer.body.getReader()
      const watched = { read: stepping(reader, 'read'), cancel: (...args) => reader.cancel(...args) }
      return { status: answer.status, headers: answer.headers, body: { getReader: () => watched } }
    },
  }
  const promise = call(options, controller.signal)
  promise.catch(() => {})
  if (at === Infinity) await promise
  return { promise, count, sentAfter: () => after }
}

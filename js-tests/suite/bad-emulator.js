// The emulator, handed anything: it may refuse, but it never traps, and goes on answering.
import { createEmulator } from 'kaltura-app-token/emulator'
import { test } from './harness.js'
import { hostileValues } from './hostile.js'

const PING = 'https://kaltura.test/api_v3/service/system/action/ping?format=1'

const options = [
  'partners',
  'appTokens',
  'state',
  'now',
  'random',
  'serviceUrl',
  'sleep',
  'cache',
  'itemMs',
  'latencyMs',
  'rateLimits',
]
const methods = {
  addAppToken: (emulator, it) => emulator.addAppToken(it),
  'addAppToken({ token })': (emulator, it) => emulator.addAppToken({ token: it }),
  'addAppToken({ expiry })': (emulator, it) => emulator.addAppToken({ expiry: it }),
  addPartner: (emulator, it) => emulator.addPartner(it),
  setPartner: (emulator, it) => emulator.setPartner(it, it),
  setUser: (emulator, it) => emulator.setUser(emulator.partnerId, it, it),
  setAppToken: (emulator, it) => emulator.setAppToken(it, it),
  set: (emulator, it) => emulator.set(it),
  'set({ latencyMs })': (emulator, it) => emulator.set({ latencyMs: it }),
  setFaults: (emulator, it) => emulator.setFaults(it),
  'setFaults({ headers })': (emulator, it) => emulator.setFaults({ on: 'user.get', headers: it }),
  restore: (emulator, it) => emulator.restore(it),
  fetch: (emulator, it) => emulator.fetch(it),
  'fetch(url, init)': (emulator, it) => emulator.fetch(PING, it),
}

// Who runs out of memory with a test's own list may as well be told so by the runtime.
const values = () => hostileValues().filter(([kind]) => kind !== 'an endless array')

/** A trap of WebAssembly's. */
const isTrap = (error) => error instanceof WebAssembly.RuntimeError || /unreachable|has trapped/.test(error?.message)

async function survives(t, kind, call) {
  try {
    return await call()
  } catch (error) {
    t.ok(!isTrap(error), `${kind}: ${error?.stack}`)
    return undefined
  }
}

async function answers(t, kind, emulator) {
  const response = await emulator.fetch(PING)
  t.equal(`${kind}: ${await response.text()}`, `${kind}: true`)
}

for (const name of options) {
  test(`createEmulator survives anything for ${name}`, async (t) => {
    for (const [kind, value] of values()) {
      const emulator = await survives(t, kind, () => createEmulator({ [name]: value }))
      if (emulator) await survives(t, kind, () => emulator.fetch(PING))
    }
    await answers(t, 'another', createEmulator())
  })
}

for (const [name, call] of Object.entries(methods)) {
  test(`an emulator goes on whatever ${name} is handed`, async (t) => {
    for (const [kind, value] of values()) {
      const emulator = createEmulator()
      const seed = emulator.state()
      await survives(t, kind, () => call(emulator, value))
      emulator.restore(seed)
      await answers(t, kind, emulator)
    }
  })
}

test('an emulator outlives a clock and a source of bytes that misbehave', async (t) => {
  let emulator
  const start = () =>
    emulator.fetch('https://kaltura.test/api_v3/service/session/action/start?format=1', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ secret: emulator.adminSecret, partnerId: emulator.partnerId, type: 2 }),
    })
  const misbehaving = {
    throwing: () => {
      throw new Error('mine')
    },
    meddling: () => emulator.state(),
    restoring: () => emulator.restore(emulator.state()),
    detaching: (bytes) => void structuredClone(bytes.buffer, { transfer: [bytes.buffer] }),
  }
  for (const [kind, random] of Object.entries(misbehaving)) {
    let fill = random
    emulator = createEmulator({ random: (bytes) => fill(bytes) })
    await survives(t, kind, start)
    fill = (bytes) => bytes.fill(7)
    t.match(await (await start()).text(), /^"djJ8/)
  }
  for (const now of [NaN, Infinity, -Infinity, 1e300, -1e300, 2 ** 53, 8.64e15, undefined, 'soon', 10n, {}]) {
    emulator = createEmulator({ now: () => now })
    await survives(t, String(now), start)
    await survives(t, String(now), () => emulator.fetch(PING))
  }
})

test('requests that are nested, repeated or referred to without end are answered', async (t) => {
  const emulator = createEmulator()
  const post = (type, body) =>
    emulator.fetch('https://kaltura.test/api_v3/?format=1', { method: 'POST', headers: { 'content-type': type }, body })
  const FORM = 'application/x-www-form-urlencoded'
  const JSON_TYPE = 'application/json'
  const { adminSecret: secret, partnerId } = emulator
  const ks = await (
    await post(JSON_TYPE, JSON.stringify({ service: 'session', action: 'start', secret, partnerId, type: 2 }))
  ).json()
  // Each item doubles the description of the one before.
  const doubling = Array.from({ length: 60 }, (_, index) => ({
    service: 'appToken',
    action: 'add',
    appToken: {
      sessionUserId: 'ada',
      description: index === 0 ? 'x'.repeat(1000) : `{${index}:result:description}`.repeat(2),
    },
  }))
  const items = Object.fromEntries(doubling.map((item, index) => [index + 1, item]))
  const bodies = [
    [FORM, `service=user&a${'[x]'.repeat(100_000)}=1`],
    [FORM, `service=user&a${'[]'.repeat(100_000)}=1`],
    [FORM, 'a=1&'.repeat(100_000)],
    [JSON_TYPE, `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    [JSON_TYPE, JSON.stringify({ service: 'multirequest', ks, ...items })],
  ]
  for (const [type, body] of bodies) {
    const response = await post(type, body)
    t.equal(response.status, 200)
    t.ok((await response.text()).length < 20_000_000)
  }
  await answers(t, 'afterwards', emulator)
})

test('createEmulator refuses a list of app tokens that it could not keep, without reading it', (t) => {
  let read = 0
  const appTokens = Array.from({ length: 10_001 }, () => ({
    toJSON() {
      read += 1
      return {}
    },
  }))
  t.match(t.throws(() => createEmulator({ appTokens })).message, /at most 10000/)
  t.equal(read, 0)
})

// node unhandled.mjs: whatever callers, stores, vaults and networks do, and however late, no
// promise of this package is rejected without anybody to hear it. Node ends a process for one.
import { createSessionProvider, startAppTokenSession } from 'kaltura-app-token'
import { createEmulator } from 'kaltura-app-token/emulator'
import { memoryStore } from 'kaltura-app-token/stores'

// Until it is known that all is well: what is thrown here is collected too.
process.exitCode = 1
const unheard = []
let scene
process.on('unhandledRejection', (reason) => unheard.push([scene, reason]))
process.on('uncaughtException', (error) => unheard.push([scene, error]))

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const failLate =
  (ms = 60) =>
  async () => {
    await sleep(ms)
    throw new Error('late')
  }
const fail = async () => {
  throw new Error('at once')
}
const throwing = () => {
  throw new Error('thrown')
}
const never = () => new Promise(() => {})

/** Thenables are no promises: these reject late, twice, or while they are looked at. */
const oddly = [
  () => ({ then: (_, reject) => setTimeout(() => reject(new Error('thenable')), 30) }),
  () => ({
    then: (_, reject) => {
      reject(new Error('twice'))
      reject(new Error('twice'))
      throw new Error('thrice')
    },
  }),
  () => ({
    get then() {
      throw new Error('looked at')
    },
  }),
]
const failures = [fail, throwing, failLate(), ...oddly]

function answering(make) {
  return async () => new Response(new ReadableStream({ pull: make }))
}
const networks = [
  ...failures,
  never,
  answering(failLate()),
  answering(throwing),
  answering(never),
  async () => ({ status: 200, headers: { get: throwing }, body: null, text: fail }),
  async () => ({ status: 200, headers: new Headers(), body: { getReader: throwing } }),
  async () => ({
    status: 200,
    headers: new Headers(),
    body: { getReader: () => ({ read: failLate(), cancel: fail }) },
  }),
  async () => ({
    status: 200,
    headers: new Headers(),
    body: {
      getReader: () => ({ read: async () => ({ value: new Uint8Array(2_000_000) }), cancel: failLate() }),
    },
  }),
]

const kaltura = createEmulator()
const { id, token } = kaltura.addAppToken()
const credentials = {
  partnerId: kaltura.partnerId,
  appTokenId: id,
  appToken: token,
  serviceUrl: kaltura.serviceUrl,
  fetch: kaltura.fetch,
}
const slowly = async (...args) => {
  await sleep(50)
  return kaltura.fetch(...args)
}

/** All that can be asked of a provider, with callers who leave at every moment. */
async function useInEveryWay(options) {
  const provider = createSessionProvider({ ...credentials, timeoutMs: 150, ...options })
  const asked = []
  // Callers hear what becomes of their calls from the beginning.
  const ask = (promise) => void asked.push(promise.catch(() => {}))
  const leave = (ms) => AbortSignal.timeout(ms)
  for (const ms of [1, 20, 60, 110]) {
    ask(provider.getKs({ signal: leave(ms) }))
    ask(provider.getKs({ timeoutMs: ms + 5 }))
    ask(provider.getSession({ userId: 'ada', signal: leave(ms) }))
    ask(provider.startSessions([{ userId: 'a' }, { userId: 'b' }, 5], { signal: leave(ms) }))
    ask(provider.call('user', 'get', { userId: 'eve' }, { userId: 'eve', signal: leave(ms) }))
  }
  ask(provider.getKs({ signal: AbortSignal.abort() }))
  ask(provider.getKs(5))
  await sleep(30)
  provider.invalidate()
  provider.clear()
  ask(provider.getKs())
  ask(provider.getKs({ userId: 'ada' }))
  await Promise.all(asked)
}

async function startInEveryWay(options) {
  const asked = [1, 20, 60, 110].map((ms) =>
    startAppTokenSession({ ...credentials, signal: AbortSignal.timeout(ms), ...options }),
  )
  asked.push(startAppTokenSession({ ...credentials, timeoutMs: 150, ...options }))
  await Promise.allSettled(asked)
}

const scenes = {
  'callers who leave': () => useInEveryWay({ fetch: slowly }),
  'a deadline before the answer': () => useInEveryWay({ fetch: slowly, timeoutMs: 20 }),
}
for (const [index, fetch] of networks.entries()) {
  scenes[`network ${index}`] = () => useInEveryWay({ fetch, retry: 1 })
  scenes[`network ${index} of one session`] = () => startInEveryWay({ fetch, retry: 1 })
}
for (const [index, broken] of [...failures, never].entries()) {
  scenes[`listener ${index}`] = () => useInEveryWay({ fetch: slowly, onEvent: broken, expiry: 1 })
  scenes[`waitUntil ${index}`] = () => useInEveryWay({ fetch: slowly, waitUntil: broken })
  scenes[`vault ${index}`] = () => useInEveryWay({ fetch: slowly, appToken: broken })
  scenes[`vault ${index} of one session`] = () => startInEveryWay({ fetch: slowly, appToken: broken })
  scenes[`signer ${index}`] = () => useInEveryWay({ fetch: slowly, appToken: { hash: broken } })
  scenes[`signer ${index} of one session`] = () => startInEveryWay({ fetch: slowly, appToken: { hash: broken } })
  scenes[`second vault ${index}`] = () =>
    useInEveryWay({ appTokenId: '0_gone0000', fallback: { appTokenId: id, appToken: broken } })
  for (const method of ['get', 'set', 'lock']) {
    scenes[`${method} of store ${index}`] = () =>
      useInEveryWay({ fetch: slowly, store: { ...memoryStore(), [method]: broken } })
  }
  scenes[`release of store ${index}`] = () =>
    useInEveryWay({ fetch: slowly, store: { ...memoryStore(), lock: async () => broken } })
}

const AT_ONCE = 10
const left = Object.entries(scenes)
while (left.length > 0) {
  const together = left.splice(0, AT_ONCE)
  scene = together.map(([name]) => name).join(', ')
  await Promise.all(together.map(([, play]) => play()))
}
// What was late comes by then: a store's and a release's time is 500 ms.
await sleep(1000)

for (const [name, reason] of unheard) console.log(`one of ${name}: ${reason?.stack ?? reason}`)
if (unheard.length > 0) process.exit()
process.exitCode = 0
console.log(`${Object.keys(scenes).length} hostile scenes, and nothing was left unheard`)

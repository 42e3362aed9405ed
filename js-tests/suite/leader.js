// Who fetches a session for others, and goes away before it has come.
import { createSessionProvider } from 'kaltura-app-token'
import { memoryStore } from 'kaltura-app-token/stores'
import { PLENTY_MS, test } from './harness.js'

const FOLLOWERS = 20
/** More than followers need, and less than a leader has: none is rescued by the leader's deadline. */
const FOLLOWERS_MS = PLENTY_MS
const LEADERS_MS = 10 * PLENTY_MS

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const never = () => new Promise(() => {})

/** A fetch whose `nth` call, from 1, is made by `instead`. */
function odd(nth, instead) {
  let calls = 0
  return (url, init) => {
    calls += 1
    return calls === nth ? instead(url, init) : fetch(url, init)
  }
}

const halfABody = async () =>
  new Response(
    new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"partnerId":')),
      pull: never,
    }),
  )

function slowStore(ms) {
  const slowly =
    (run) =>
    async (...args) => {
      await sleep(ms)
      return run(...args)
    }
  return Object.fromEntries(Object.entries(memoryStore()).map(([name, run]) => [name, slowly(run)]))
}

const scenes = {
  'before the headers': { options: () => ({ fetch: odd(1, never) }) },
  'in the midst of the body': { options: () => ({ fetch: odd(1, halfABody) }) },
  'before the headers of the second answer': { options: () => ({ fetch: odd(2, never) }) },
  'while a slow store is read': { options: () => ({ store: slowStore(150) }), afterMs: 75 },
  'while a slow store locks': { options: () => ({ store: slowStore(150) }), afterMs: 225 },
  'with the lock of a store': {
    options: () => ({ store: memoryStore(), fetch: odd(1, never) }),
    afterMs: 100,
  },
  'while a vault is silent': {
    options: ({ credentials: { appToken } }) => {
      let asked = 0
      return { appToken: () => ((asked += 1) === 1 ? never() : appToken) }
    },
  },
}

for (const [name, { options, afterMs = 50 }] of Object.entries(scenes)) {
  test(`a leader that is aborted ${name} leaves no follower behind`, async (t) => {
    const kaltura = await t.kaltura()
    const provider = createSessionProvider({ ...kaltura.credentials, timeoutMs: LEADERS_MS, ...options(kaltura) })
    const controller = new AbortController()
    const leader = t.rejects(provider.getKs({ signal: controller.signal }))
    const followers = Array.from({ length: FOLLOWERS }, (_, index) =>
      provider.getKs({ timeoutMs: FOLLOWERS_MS + index }),
    )
    const settled = Promise.allSettled(followers)
    await sleep(afterMs)
    controller.abort()
    t.equal((await leader).code, 'ERR_ABORTED')
    const outcomes = await settled
    t.equal(outcomes.find(({ reason }) => reason)?.reason.message, undefined)
    t.equal(new Set(outcomes.map(({ value }) => value)).size, 1)
  })
}

test('what the leader is told after all serves those who have taken over from it', async (t) => {
  const kaltura = await t.kaltura()
  const provider = createSessionProvider({
    ...kaltura.credentials,
    timeoutMs: LEADERS_MS,
    fetch: odd(1, async (url, init) => {
      await sleep(1500)
      return fetch(url, init)
    }),
  })
  const controller = new AbortController()
  const leader = t.rejects(provider.getKs({ signal: controller.signal }))
  const follower = provider.getKs({ timeoutMs: FOLLOWERS_MS })
  await sleep(20)
  controller.abort()
  await leader
  const ks = await follower
  await sleep(2000)
  t.equal(await provider.getKs(), ks)
})

test('the late failure of a leader that was replaced fails nobody who comes after', async (t) => {
  const kaltura = await t.kaltura()
  let answer
  const late = new Promise((resolve) => {
    answer = () => resolve(new Response('', { status: 503 }))
  })
  const provider = createSessionProvider({
    ...kaltura.credentials,
    timeoutMs: LEADERS_MS,
    fetch: odd(1, () => late),
    retry: false,
  })
  const controller = new AbortController()
  const both = provider.startSessions([{ userId: 'ada', signal: controller.signal }, { userId: 'bob' }])
  const follower = provider.getKs({ userId: 'ada' })
  await sleep(50)
  controller.abort()
  t.ok(await follower, 'a session from its own try')
  answer()
  const [ada, bob] = await both
  t.equal(ada.error.code, 'ERR_ABORTED')
  t.equal(bob.error?.message, undefined)
  t.ok(await provider.getKs({ userId: 'eve' }))
})

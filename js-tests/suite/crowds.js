// Many long answers at once.
import { createSessionProvider } from 'kaltura-app-token'
import { test } from './harness.js'
import { memorySize } from './memory.js'

const MB = 1_000_000
const CHUNK = 50_000
const options = { partnerId: 102, appTokenId: '0_c6eputqa', appToken: '599d54237bca94c1db5746efd0416795' }
const session = {
  ...{ ks: 'djJ8MTAyfIOer4PK', partnerId: '102', userId: 'ada', sessionType: 0 },
  privileges: 'sessionid:0_c6eputqa,apptoken:0_c6eputqa',
  objectType: 'KalturaSessionInfo',
}

/** Kaltura, whose lists come in pieces as `list` gives them. */
const kaltura = (list) => async (url) => {
  if (url.includes('startWidgetSession')) return Response.json({ ks: 'a-widget-session', partnerId: 102, userId: 0 })
  if (url.includes('startSession')) {
    return Response.json({ ...session, expiry: Math.floor(Date.now() / 1000) + 86_400 })
  }
  return new Response(new ReadableStream(list()))
}

const encoder = new TextEncoder()
const PIECES = Array.from({ length: MB / CHUNK }, (_, index) => {
  const last = index === MB / CHUNK - 1
  return encoder.encode(`${index === 0 ? '"' : 'x'}${'x'.repeat(CHUNK - 2)}${last ? '"' : 'x'}`)
})

/** A list of a megabyte. */
function long() {
  const pieces = PIECES.values()
  return {
    async pull(controller) {
      // All of them come on by turns.
      await new Promise((resolve) => setTimeout(resolve))
      const { value } = pieces.next()
      if (value) controller.enqueue(value.slice())
      else controller.close()
    },
  }
}

test('many answers of a megabyte at once are all read, within bounded memory', async (t) => {
  const provider = createSessionProvider({ ...options, timeoutMs: 50_000, fetch: kaltura(long) })
  await provider.getKs()
  const before = memorySize()
  const calls = Array.from({ length: 150 }, () => provider.call('media', 'list'))
  for (const text of await Promise.all(calls)) t.equal(text.length, MB - 2)
  const grown = memorySize() - before
  t.ok(grown < 80 * MB, `${grown} bytes more`)
})

test('short answers are read while long ones take all the room, and those who wait end in time', async (t) => {
  const ends = []
  const stuck = () => ({
    start(controller) {
      ends.push(controller)
      controller.enqueue(PIECES[0].slice())
    },
  })
  const signal = new AbortController()
  const provider = createSessionProvider({ ...options, timeoutMs: 50_000, fetch: kaltura(stuck) })
  await provider.getKs()
  const calls = Array.from({ length: 40 }, () =>
    t.rejects(provider.call('media', 'list', {}, { signal: signal.signal })),
  )
  while (ends.length < 40) await new Promise((resolve) => setTimeout(resolve, 5))
  t.equal(await provider.getKs({ userId: 'ada' }), session.ks)
  signal.abort()
  for (const error of await Promise.all(calls)) t.equal(error.code, 'ERR_ABORTED')
  // They have left no room taken.
  const other = createSessionProvider({ ...options, timeoutMs: 50_000, fetch: kaltura(long) })
  const lists = Array.from({ length: 33 }, () => other.call('media', 'list'))
  for (const text of await Promise.all(lists)) t.equal(text.length, MB - 2)
})

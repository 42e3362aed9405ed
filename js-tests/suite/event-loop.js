// No answer holds the event loop: timers fire while the longest ones are read.
import { createSessionProvider, startAppTokenSession } from 'kaltura-app-token'
import { test } from './harness.js'
import { unblocked, undisturbed } from './heartbeat.js'

/** Fails if `run` keeps the event loop for long, each time that it is tried. */
async function isNotHeld(t, run) {
  const { problem } = await undisturbed(() => unblocked(run))
  t.equal(problem, undefined)
}

/** A fetch that answers calls of `media` with `text`, and asks Kaltura for all else. */
const answering = (text) => (url, init) =>
  url.includes('/media/') ? Promise.resolve(new Response(text)) : fetch(url, init)

async function providerOf(t, text) {
  const { credentials } = await t.kaltura()
  const provider = await createSessionProvider({ ...credentials, fetch: answering(text), retry: false })
  await provider.getKs()
  return provider
}

const entry = (number) => ({
  objectType: 'KalturaMediaEntry',
  id: `0_${number}`,
  partnerId: 102,
  name: `Lecture ${number}: “Waves”`,
  description: 'Of "waves"\n'.repeat(90),
  duration: number,
  rank: 4.5,
  plays: null,
  capabilities: [],
  mediaType: { value: 1 },
})

const list = () =>
  JSON.stringify({
    objectType: 'KalturaMediaListResponse',
    objects: Array.from({ length: 500 }, (_, number) => entry(number)),
    totalCount: 500,
  })

const answers = {
  'a list of 500 entries': list(),
  '400 KB of numbers': `[${'1,'.repeat(200_000)}1]`,
  '900 KB of lists': `[${'[],'.repeat(300_000)}1]`,
  '900 KB of fields': `{${'"a":1,'.repeat(150_000)}"b":1}`,
  '900 KB of one digit after another': `[0.${'1'.repeat(900_000)}]`,
  '900 KB of escapes': `["${'\\"'.repeat(450_000)}"]`,
}

for (const [name, text] of Object.entries(answers)) {
  test(`a call that is answered with ${name} does not hold the event loop`, async (t) => {
    const provider = await providerOf(t, text)
    let answer
    await isNotHeld(t, async () => {
      answer = await provider.call('media', 'list')
    })
    t.equal(JSON.stringify(answer), JSON.stringify(JSON.parse(text)))
  })
}

const refusal = (message, args) => JSON.stringify({ objectType: 'KalturaAPIException', code: 'X', message, args })

/** Each value is found in the names of others. */
const nested = (length, count) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const [value, name] = [index, index + 1].map((it) => String.fromCharCode(97 + it))
      return [name.repeat(length), value]
    }),
  )

const refusals = {
  'whose arguments are found in each other': refusal('a'.repeat(100), nested(10, 6)),
  'with one long name': refusal('a'.repeat(1000), nested(100_000, 1)),
  'with many arguments': refusal(
    'a'.repeat(9000),
    Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [n, 'aa'])),
  ),
  'with a long value': refusal('a'.repeat(9000), { KS: 'a'.repeat(400_000), ID: `${'a'.repeat(4000)}b` }),
  'with a long message': refusal('startSession '.repeat(70_000), {}),
}

for (const [name, text] of Object.entries(refusals)) {
  test(`a refusal ${name} does not hold the event loop, and its message is short`, async (t) => {
    const provider = await providerOf(t, text)
    let refused
    await isNotHeld(t, async () => {
      refused = await t.rejects(provider.call('media', 'list'))
    })
    t.equal(refused.kalturaCode, 'X')
    t.ok(refused.message.length < 1000, `${refused.message.length} characters`)
  })
}

/** Starts a session whose answer has the privileges `granted`. */
async function start(t, asked, granted) {
  const { credentials } = await t.kaltura()
  const fetching = async (url, init) => {
    const response = await fetch(url, init)
    if (!url.includes('/appToken/')) return response
    const answer = await response.json()
    return Response.json({ ...answer, privileges: [answer.privileges, granted].join(',') })
  }
  let session
  await isNotHeld(t, async () => {
    session = await startAppTokenSession({
      ...credentials,
      ...{ sessionPrivileges: asked, grants: 'report', fetch: fetching },
    })
  })
  return session
}

const ids = (count) => Array.from({ length: count }, (_, number) => `${10_000 + number}`)

test('a session with 100 KB of ids does not hold the event loop', async (t) => {
  const asked = `edit:${ids(16_000).join('/')}`
  const session = await start(t, asked, `edit:${ids(16_000).reverse().join('/')}`)
  t.deepEqual(session.differences, [])
})

test('of privileges that differ, 50 are listed and the rest is counted', async (t) => {
  const asked = ids(16_000).join(',')
  const { differences } = await start(
    t,
    asked,
    ids(16_000)
      .map((id) => `${id}:x`)
      .join(','),
  )
  t.equal(differences.length, 51)
  const { field, more, effect } = differences[50]
  t.deepEqual({ field, more, effect }, { field: 'sessionPrivileges', more: 15_950, effect: 'broader' })
})

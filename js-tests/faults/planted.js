// Is the matrix able to fail? Secrets are put wherever they could get to, and calls come to what
// they should not: each must be noticed.
import { AppTokenError, createSessionProvider, isAppTokenError } from 'kaltura-app-token'
import { exposures } from './exposure.js'
import { judge } from './judge.js'
import { SESSION, WIDGET } from './rows/row.js'
import { lookAtMemory, lookForSecrets, memorySearcher } from './search.js'
import { ALL } from './secrets.js'
import { watch } from './watch.js'

const TOKEN = '8d1f0c4be0a34c0f9b1d3e5a7c9e2b46'
const KS = 'djJ8MTAyfIOer4PKo_qwzIFP3E15TU4pWMgGOfGnKTPylK7tlAAkPxGo-Mfbiu0Ql_5dfBIIrLh4vu4D'
const HASH = '0a4d55a8d778e5022fab701977c5d840bbc486d0'
const SECRETS = [
  { kind: 'token', text: TOKEN },
  { kind: 'ks', text: KS },
  { kind: 'hash', text: HASH },
]

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const errorWith = (changes) => Object.assign(new Error('failed'), changes)
const hidden = (key) => Object.defineProperty(new Error('failed'), key, { value: TOKEN })

class Inherited extends Error {
  get token() {
    return TOKEN
  }
}

const inErrors = {
  'the message': new Error(`no ${TOKEN}`),
  'the stack': errorWith({ stack: `Error: at ${TOKEN}` }),
  'the cause of the cause': new Error('a', { cause: new Error('b', { cause: new Error(TOKEN) }) }),
  'a property': errorWith({ details: { request: [{ body: TOKEN }] } }),
  'the name of a property': errorWith({ [TOKEN]: 1 }),
  'a hidden property': hidden('token'),
  'a property that is a symbol': hidden(Symbol('token')),
  'the name of a symbol': hidden(Symbol(TOKEN)),
  'an inherited getter': new Inherited('failed'),
  'a getter that throws': Object.defineProperty(new Error('x'), 'a', {
    get() {
      throw new Error(TOKEN)
    },
  }),
  'a map': errorWith({ map: new Map([['token', TOKEN]]) }),
  bytes: errorWith({ body: new TextEncoder().encode(TOKEN) }),
  toJSON: errorWith({ toJSON: () => ({ token: TOKEN }) }),
  toString: errorWith({ toString: () => TOKEN }),
  'a template': errorWith({ [Symbol.toPrimitive]: () => TOKEN }),
  'its first half': new Error(TOKEN.slice(0, 16)),
  'its second half': new Error(TOKEN.slice(16)),
  'capital letters': new Error(TOKEN.toUpperCase()),
  base64: new Error(btoa(TOKEN)),
  'a hash': new Error(HASH),
  'a KS': new Error(KS),
  'the end of a KS': new Error(KS.slice(-20)),
  'something that is no error': TOKEN,
}
// Only runtimes that have `inspect` ask for it.
if (exposures({ a: 1 }).some(([place]) => place.startsWith('inspect'))) {
  inErrors.inspect = errorWith({ [Symbol.for('nodejs.util.inspect.custom')]: () => TOKEN })
}

const request = { url: '/', headers: [], body: '{}', at: SESSION }
const session = { ks: KS, userId: 'ada', privileges: `of:${TOKEN}` }

const elsewhere = {
  'a session': { outcomes: [{ session }] },
  'the answer to get': { column: 'manager.get', outcomes: [{ answer: { token: TOKEN } }] },
  'the answer to add': { column: 'manager.add', outcomes: [{ answer: { ks: KS } }] },
  'another of the batch': { others: [{ error: new Error(TOKEN) }] },
  'an event': { events: [{ type: 'retried', reason: new Error(KS) }] },
  'a URL': { requests: [{ ...request, url: `/?ks=${KS}` }] },
  'a header': { requests: [{ ...request, headers: [['authorization', `KS ${KS}`]] }] },
  'the body, the token': { requests: [{ ...request, body: TOKEN }] },
  "another request's body, the hash": { requests: [{ ...request, at: WIDGET, body: HASH }] },
  'a name in the store': { store: { told: [['get', HASH]] } },
  'a value in the store': { store: { told: [['set', 'a', KS, 1]] } },
  'the provider': { provider: { settings: { token: TOKEN }, clear() {} } },
}

const seenOf = ({ column = 'startAppTokenSession', outcomes = [], others = [], ...more }) => ({
  column,
  settled: { outcomes, others },
  under: { store: more.store, provider: more.provider },
  events: more.events ?? [],
  report: { requests: more.requests ?? [], secrets: SECRETS },
  watched: more.watched ?? { said: [], uncaught: [] },
})

/** The places in which a secret was not found, and the failures that were taken for successes. */
export async function blindSpots() {
  const places = [
    ...Object.entries(inErrors).map(([place, error]) => [`an error: ${place}`, { outcomes: [{ error }] }]),
    ...Object.entries(elsewhere),
    ...(await outLoud()),
  ]
  const blind = []
  for (const [place, seen] of places) {
    const { leaks } = await lookForSecrets(seenOf(seen))
    if (leaks.length === 0) blind.push(`a secret in ${place} was not found`)
  }
  const { leaks } = await lookForSecrets(seenOf({ requests: [{ ...request, body: KS + HASH }] }))
  if (leaks.length > 0) blind.push('a KS and a hash were found where they belong')
  return [...blind, ...(await inMemory()), ...misjudged()]
}

/** What is said on the console, and by errors that nobody catches. */
async function outLoud() {
  const watched = watch()
  console.error('failed', new Error(TOKEN))
  void Promise.reject(new Error(TOKEN))
  // Runtimes tell of it in their own time.
  for (let tries = 0; tries < 100 && watched.uncaught.length === 0; tries += 1) await sleep(50)
  watched.stop()
  const { said, uncaught } = watched
  return [
    ['the console', { watched: { said, uncaught: [] } }],
    ['an unhandled rejection', { watched: { said: [], uncaught } }],
  ]
}

/** A provider's session is in the memory of wasm for as long as it is kept. */
async function inMemory() {
  const findInMemory = memorySearcher(SECRETS)
  const isThere = () => findInMemory(['ks']).length > 0
  const provider = createSessionProvider({
    ...{ partnerId: 102, appTokenId: '0_ab12cd34', appToken: TOKEN },
    fetch: async (url) =>
      new Response(
        JSON.stringify({
          ...(url.includes('Widget') ? { ks: 'a-widget-session' } : { ks: KS, objectType: 'KalturaSessionInfo' }),
          ...{ partnerId: 102, userId: '', sessionType: 0, privileges: 'apptoken:0_ab12cd34' },
          expiry: Math.floor(Date.now() / 1000) + 86_400,
        }),
      ),
  })
  await provider.getKs()
  const wasThere = isThere()
  provider.clear()
  const stays = await lookAtMemory(findInMemory, ALL)
  return [
    ...(wasThere ? [] : ['a secret in the memory of wasm was not found']),
    ...(stays.length > 0 ? ['a secret stays in the memory of wasm'] : []),
  ]
}

/** Calls that come to something else than their row expects. */
function misjudged() {
  const row = { at: SESSION, fault: {}, expect: 'session', requests: 2 }
  const good = { expiresAt: Date.now() + 3_600_000 }
  const told = (one, others) => ({ outcomes: [one], others })
  const refused = (details) => told({ error: new AppTokenError({ message: 'x', ...details }) })
  const two = { requests: [request, request], wandered: false }
  const judged = (changes, settled, report = two, events = []) =>
    judge({
      ...{ row: { ...row, ...changes }, column: 'getKs', settled, report, events },
      isAppTokenError,
    })
  const fine = {
    'a session': judged({}, told({ session: good })),
    'an error': judged({ expect: 'ERR_HTTP_STATUS 503' }, refused({ code: 'ERR_HTTP_STATUS', status: 503 })),
  }
  const wrong = {
    'an error for a session': judged({}, refused({ code: 'ERR_NETWORK' })),
    'a session for an error': judged({ expect: 'ERR_NETWORK' }, told({ session: good })),
    'another code': judged({ expect: 'ERR_NETWORK' }, refused({ code: 'ERR_TIMEOUT' })),
    'another status': judged({ expect: 'ERR_HTTP_STATUS 503' }, refused({ code: 'ERR_HTTP_STATUS', status: 500 })),
    'an error of another kind': judged({ expect: 'ERR_X' }, told({ error: errorWith({ code: 'ERR_X' }) })),
    'nothing at all': judged({}, told({})),
    'too many requests': judged({ requests: 1 }, told({ session: good })),
    'too few requests': judged({ requests: 3 }, told({ session: good })),
    'a redirect': judged({}, told({ session: good }), { ...two, wandered: true }),
    'a life that is too long': judged({}, told({ session: { expiresAt: Date.now() + 7_200_000 } })),
    'a failed neighbour': judged({}, told({ session: good }, [{ error: new Error('x') }])),
    'a hasty retry': judged({ delayMs: 1000 }, told({ session: good }), two, [{ type: 'retried', delayMs: 5 }]),
  }
  return [
    ...Object.entries(fine).flatMap(([what, found]) =>
      found.length > 0 ? [`${what} was taken for wrong: ${found}`] : [],
    ),
    ...Object.entries(wrong).flatMap(([what, found]) => (found.length === 0 ? [`${what} was taken for right`] : [])),
  ]
}

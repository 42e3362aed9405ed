// Visitors who end what they were given: whoever holds a KS may call session.end with it.
import { createSessionProvider } from 'kaltura-app-token'
import { createEmulator } from 'kaltura-app-token/emulator'
import { createKsHandler, TOKEN_PRIVILEGES } from 'kaltura-app-token/handler'
import { withClocks } from './clocks.js'
import { HERE, session } from './endpoint.js'
import { test } from './harness.js'

const MINUTE_MS = 60_000

/**
 * A site on clocks that the test holds: a Kaltura in this process, a handler, and visitors. `asked` are
 * the calls that have reached Kaltura, by service and action.
 */
async function withSite(run, { appToken, provider, handler, answer } = {}) {
  await withClocks(async (clocks) => {
    const kaltura = createEmulator({ now: clocks.elsewhere })
    const { id, token } = kaltura.addAppToken({ sessionPrivileges: 'sview:*', ...appToken })
    const [asked, told, events] = [[], [], []]
    const sessions = createSessionProvider({
      partnerId: kaltura.partnerId,
      appTokenId: id,
      appToken: token,
      serviceUrl: kaltura.serviceUrl,
      fetch: async (url, init) => {
        const name = /service\/(\w+)\/action\/(\w+)/.exec(url).slice(1).join('.')
        asked.push(name)
        return answer?.(name) ?? kaltura.fetch(url, init)
      },
      onEvent: ({ type }) => told.push(type),
      ...provider,
    })
    const handle = createKsHandler({
      provider: sessions,
      authorize: (request) => ({
        userId: request.headers.get('x-user'),
        sessionPrivileges: TOKEN_PRIVILEGES,
      }),
      rateLimit: false,
      onEvent: (event) => events.push(event),
      ...handler,
    })
    const visit = async (user) => {
      const request = new Request(`${HERE}/ks`, { method: 'POST', headers: { 'x-user': user } })
      const response = await handle(request)
      return { status: response.status, headers: response.headers, ...(await response.json()) }
    }
    const call = async (name, ks) => {
      const [service, action] = name.split('.')
      const response = await kaltura.fetch(`${kaltura.serviceUrl}/api_v3/service/${service}/action/${action}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ format: 1, nocache: 1, ks }),
      })
      return response.json()
    }
    const isAlive = async (ks) => (await call('session.get', ks)).code === 'SERVICE_FORBIDDEN'
    const end = (ks) => call('session.end', ks)
    await run({ ...clocks, kaltura, sessions, asked, told, events, visit, isAlive, end })
  })
}

const countOf = (list, item) => list.filter((it) => it === item).length

test('in an hour of visitors who end what they get, no session is handed out that has been dead for a minute', async (t) => {
  await withSite(async ({ pass, elsewhere, asked, told, events, visit, isAlive, end }) => {
    const start = elsewhere()
    let endedAt
    for (let second = 0; second < 3600; second += 20) {
      const { status, ks, error, headers } = await visit(`visitor ${second % 7}`)
      if (status === 200) {
        const isGood = await isAlive(ks)
        t.ok(isGood || elsewhere() - endedAt < MINUTE_MS, `dead at ${second} s`)
        // For five minutes all visitors are harmless.
        if (isGood && second >= 300) {
          await end(ks)
          endedAt ??= elsewhere()
        }
      } else {
        t.deepEqual({ status, error }, { status: 503, error: 'unavailable' })
        t.ok(Number(headers.get('retry-after')) > 0)
        t.equal(events.at(-1).type, 'revoked')
        t.equal(events.at(-1).error.code, 'ERR_SESSION_REVOKED')
      }
      pass(20_000)
    }
    t.ok(endedAt - start < 320_000, 'the token was ended')
    const types = events.map(({ type }) => type)
    t.equal(countOf(types, 'served'), 15 + 3)
    t.equal(countOf(types, 'exposed'), 1)
    t.ok(told.includes('revoked'), 'the provider tells it too')
    t.ok(countOf(asked, 'session.get') <= 60 + 1, `${countOf(asked, 'session.get')} proofs in an hour`)
  })
})

for (const isolate of ['user', 'session']) {
  test(`with sessions that end alone, by ${isolate}, hostile visitors log out nobody but themselves`, async (t) => {
    const options = {
      appToken: { sessionPrivileges: 'sview:*,sessionid:*' },
      provider: { isolate },
      handler: { isolate },
    }
    await withSite(async ({ pass, elsewhere, told, events, visit, isAlive, end }) => {
      const harmless = new Map()
      const endedAt = new Map()
      const everyThird = ['ada', 'bob', 'mallory', 'cy', 'eve']
      for (let second = 0; second < 3600; second += 20) {
        const user = everyThird[(second / 20) % everyThird.length]
        const { status, ks } = await visit(user)
        t.equal(status, 200)
        const isGood = await isAlive(ks)
        if (['mallory', 'eve'].includes(user)) {
          t.ok(isGood || elsewhere() - endedAt.get(ks) < MINUTE_MS, `${user}'s is dead at ${second} s`)
          await end(ks)
          if (isGood) endedAt.set(ks, elsewhere())
        } else {
          t.ok(isGood, `${user} was logged out by ${second} s`)
          harmless.set(ks, user)
        }
        pass(20_000)
      }
      t.ok(endedAt.size > 20, `${endedAt.size} sessions were ended`)
      // A page that is still open has the first one that it was given.
      for (const [ks, user] of harmless) t.ok(await isAlive(ks), `${user} was logged out`)
      t.deepEqual([...new Set(events.map(({ type }) => type))], ['served'])
      t.ok(!told.includes('revoked'), 'the token is not taken for revoked')
    }, options)
  })
}

test('a handler is not made with a provider that leaves exposed who is to be isolated', async (t) => {
  const provider = (isolate) => createSessionProvider({ partnerId: 1, appTokenId: '0_a', appToken: 'a', isolate })
  const authorize = () => null
  for (const [wanted, made] of [
    ['user', undefined],
    ['session', 'user'],
    ['user', 'session'],
  ]) {
    const error = t.throws(() => createKsHandler({ provider: provider(made), authorize, isolate: wanted }))
    t.equal(error.path, 'isolate')
  }
  for (const isolate of ['user', 'session']) {
    t.equal(typeof createKsHandler({ provider: provider(isolate), authorize, isolate }), 'function')
    t.equal(typeof createKsHandler({ provider: provider(isolate), authorize }), 'function')
  }
})

test('a handler proves at most one session a minute, however many it hands out', async (t) => {
  await withSite(async ({ pass, asked, visit }) => {
    for (let visitor = 0; visitor < 50; visitor += 1) await visit(`visitor ${visitor % 5}`)
    t.equal(countOf(asked, 'session.get'), 1)
    pass(MINUTE_MS - 1)
    await visit('visitor 1')
    t.equal(countOf(asked, 'session.get'), 1)
    pass(1)
    await Promise.all([visit('visitor 1'), visit('visitor 2'), visit('visitor 3')])
    t.equal(countOf(asked, 'session.get'), 2)
  })
})

test('a token whose sessions were ended is told in the first answer, and tried again after a minute', async (t) => {
  await withSite(async ({ pass, visit, asked, isAlive, end, sessions, events, kaltura }) => {
    const before = kaltura.state()
    await end(await sessions.getKs({ userId: 'eve' }))
    sessions.clear()
    t.equal((await visit('ada')).status, 503)
    const requests = asked.length
    t.equal((await visit('bob')).status, 503)
    t.equal(asked.length, requests)
    t.deepEqual(
      events.map(({ type }) => type),
      ['exposed', 'revoked', 'revoked'],
    )
    // As when the day is over for which Kaltura remembers.
    kaltura.restore(before)
    pass(MINUTE_MS)
    const served = await visit('ada')
    t.equal(served.status, 200)
    t.ok(await isAlive(served.ks), 'it is dead')
  })
})

test("after a change of the partner's secret nobody is handed a session of the old one for longer than a minute", async (t) => {
  await withSite(async ({ kaltura, pass, visit, isAlive }) => {
    const visitors = ['ada', 'bob', 'cy']
    for (const visitor of visitors) t.equal((await visit(visitor)).status, 200)
    kaltura.setPartner(kaltura.partnerId, { adminSecret: 'another secret' })
    pass(MINUTE_MS)
    for (const visitor of visitors) {
      const { status, ks } = await visit(visitor)
      t.equal(status, 200)
      t.ok(await isAlive(ks), visitor)
    }
  })
})

test('a session is not used up, and not asked where it may not answer, to prove that it lives', async (t) => {
  for (const closed of ['actionslimit:1', 'urirestrict:/api_v3/service/media/*', 'iprestrict:10.0.0.1']) {
    const appToken = { sessionPrivileges: `sview:*,${closed}` }
    await withSite(
      async ({ visit, asked, events }) => {
        t.equal((await visit('ada')).status, 200)
        t.equal(countOf(asked, 'session.get'), 0)
        t.equal(events.at(-1).type, 'served')
      },
      { appToken },
    )
  }
})

test('where Kaltura does not tell whether a session lives, it is handed out', async (t) => {
  const silences = [
    () => new Response('', { status: 500 }),
    () => Promise.reject(new TypeError('no network')),
    () => Response.json({ objectType: 'KalturaAPIException', code: 'ACTION_BLOCKED', message: '' }),
    () => Response.json({ objectType: 'KalturaAPIException', code: 'INTERNAL_DATABASE_ERROR', message: '' }),
  ]
  for (const silence of silences) {
    const answer = (name) => (name === 'session.get' ? silence() : undefined)
    await withSite(async ({ visit }) => t.equal((await visit('ada')).status, 200), { answer })
  }
})

test("a provider of the caller's own that proves nothing is taken as it is", async (t) => {
  const getSession = async ({ userId }) => session({ userId })
  await withSite(async ({ visit }) => t.equal((await visit('ada')).status, 200), {
    handler: { provider: { getSession } },
  })
})

test('whoever hands out sessions in another way may have them proved too', async (t) => {
  await withSite(async ({ sessions, pass, end, asked }) => {
    const request = { userId: 'ada', expiry: 1800 }
    const { ks, userId, differences } = await sessions.getProvenSession(request)
    t.equal(userId, 'ada')
    t.deepEqual(differences, [])
    t.equal((await sessions.getProvenSession(request)).ks, ks)
    await end(ks)
    pass(MINUTE_MS)
    t.equal((await t.rejects(sessions.getProvenSession(request))).code, 'ERR_SESSION_REVOKED')
    const error = await t.rejects(sessions.getProvenSession({ user: 'ada' }))
    t.equal(error.code, 'ERR_INVALID_OPTIONS')
    t.ok(countOf(asked, 'session.get') >= 2)
  })
})

test('a caller who gives up does not wait for a proof', async (t) => {
  const controller = new AbortController()
  const answer = (name) => {
    if (name !== 'session.get') return undefined
    queueMicrotask(() => controller.abort())
    return new Promise(() => {})
  }
  await withSite(
    async ({ sessions }) => {
      const waiting = sessions.getProvenSession({ userId: 'ada', signal: controller.signal })
      t.equal((await t.rejects(waiting)).code, 'ERR_ABORTED')
    },
    { answer },
  )
})

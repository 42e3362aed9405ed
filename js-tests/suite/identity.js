// Is the session that comes the one that was asked for, and does it carry what is said of it?
import { createSessionProvider, generateKs, startAppTokenSession } from 'kaltura-app-token'
import { createEmulator } from 'kaltura-app-token/emulator'
import { memoryStore } from 'kaltura-app-token/stores'
import { test } from './harness.js'

const SECRET = 'the-secret-of-the-partner'
const GRANTS = ['guard', 'exact', 'report']
const SMUGGLED = 'mallory;edit:*,disableentitlement'

/** A Kaltura in this process; `meddle` changes a session that it has started. */
function kalturaOf(ksVersion, { meddle = (session) => session, ...appToken } = {}) {
  const kaltura = createEmulator({ partners: [{ id: 102, adminSecret: SECRET, ksVersion }], cache: false })
  const { id, token } = kaltura.addAppToken({ sessionPrivileges: 'sview:*', ...appToken })
  const bodies = []
  const fetch = async (url, init) => {
    bodies.push(init.body)
    const answer = await (await kaltura.fetch(url, init)).json()
    const isSession = ({ objectType }) => objectType === 'KalturaSessionInfo'
    const asked = JSON.parse(init.body)
    const changed = (one) => (isSession(one) ? meddle(one, asked) : one)
    return Response.json(Array.isArray(answer) ? answer.map(changed) : changed(answer))
  }
  const { partnerId, serviceUrl } = kaltura
  return { bodies, credentials: { partnerId, appTokenId: id, appToken: token, serviceUrl, fetch, retry: 0 } }
}

/** The error of each way to a session. */
async function errorsOf(t, credentials, request) {
  const provider = createSessionProvider(credentials)
  const shared = createSessionProvider({ ...credentials, store: memoryStore() })
  const batch = await provider.startSessions([request, { userId: 'ada' }])
  return {
    startAppTokenSession: await t.rejects(startAppTokenSession({ ...credentials, ...request })),
    getKs: await t.rejects(provider.getKs(request)),
    'getSession, store': await t.rejects(shared.getSession(request)),
    call: await t.rejects(provider.call('user', 'get', {}, request)),
    startSessions: batch[0].error,
    others: batch[1].error,
  }
}

test('a user or a privilege with a semicolon is not sent to a partner of version 1', async (t) => {
  for (const grants of GRANTS) {
    for (const [path, request] of [
      ['userId', { userId: SMUGGLED }],
      ['sessionPrivileges', { userId: 'ada', sessionPrivileges: 'mine:1;2' }],
    ]) {
      const { bodies, credentials } = kalturaOf(1)
      const { others, ...errors } = await errorsOf(t, { ...credentials, grants }, request)
      t.equal(others, undefined)
      for (const [way, error] of Object.entries(errors)) {
        t.equal(error.code, 'ERR_INVALID_OPTIONS', way)
        t.equal(error.path, path)
        t.equal(error.retryable, false)
        t.ok(!error.message.includes('mallory'))
      }
      for (const body of bodies) t.ok(!body.includes(';'))
    }
  }
})

test('for a partner of version 2 a semicolon is a character like any other', async (t) => {
  const { credentials } = kalturaOf(2)
  const provider = createSessionProvider({ ...credentials, grants: 'exact' })
  const { userId, differences } = await provider.getSession({ userId: SMUGGLED })
  t.equal(userId, SMUGGLED)
  t.deepEqual(differences, [])
})

test('a KS of version 1 is refused unless it carries what is said of it, whatever is granted', async (t) => {
  const carrying = (changes) => (session) => {
    const { userId, sessionType, expiry, privileges } = session
    const fields = { partnerId: 102, version: 1, userId, sessionType, expiry, privileges, ...changes(session) }
    return { ...session, ks: generateKs(fields, SECRET) }
  }
  const changes = {
    userId: () => ({ userId: 'mallory' }),
    sessionType: () => ({ sessionType: 2 }),
    expiry: ({ expiry }) => ({ expiry: expiry + 86_400 }),
    sessionPrivileges: ({ privileges }) => ({ privileges: `${privileges},edit:*` }),
  }
  for (const grants of GRANTS) {
    for (const version of [1, 2]) {
      const good = kalturaOf(version, { meddle: carrying(() => ({})) })
      const session = await startAppTokenSession({ ...good.credentials, grants, userId: 'ada' })
      t.deepEqual(session.differences, [])
    }
    for (const [field, change] of Object.entries(changes)) {
      const { credentials } = kalturaOf(1, { meddle: carrying(change) })
      const errors = await errorsOf(t, { ...credentials, grants }, { userId: 'ada' })
      for (const [way, error] of Object.entries(errors)) {
        t.equal(error.code, 'ERR_NOT_GRANTED', `${way}, ${field}, ${grants}`)
        t.deepEqual(error.differences, [{ field, effect: 'broader' }])
        t.equal(error.retryable, false)
        t.match(error.message, /the KS itself/)
      }
    }
  }
})

test('a token with a semicolon in its privileges has no sessions where it would cut off what follows', async (t) => {
  const sessionPrivileges = 'mine:1;2,iprestrict:10.0.0.1'
  for (const grants of GRANTS) {
    const first = kalturaOf(1, { sessionPrivileges })
    const error = await t.rejects(startAppTokenSession({ ...first.credentials, grants }))
    t.equal(error.code, 'ERR_NOT_GRANTED')
    t.deepEqual(error.differences, [{ field: 'sessionPrivileges', effect: 'broader' }])
    const second = kalturaOf(2, { sessionPrivileges })
    const { privileges } = await startAppTokenSession({ ...second.credentials, grants })
    t.ok(privileges.endsWith(sessionPrivileges))
  }
})

test('an answer is refused unless it says that it is a session of this application token', async (t) => {
  const meddlers = {
    'no type': ({ objectType, ...rest }) => rest,
    'no privileges': ({ privileges, ...rest }) => rest,
    'no application token': (session) => ({ ...session, privileges: 'sview:*' }),
    "another's": (session) => ({ ...session, privileges: 'sessionid:0_zzzzzzzz,apptoken:0_zzzzzzzz' }),
    'the widget session': (session, { ks }) => ({ ...session, ks }),
  }
  for (const [what, meddle] of Object.entries(meddlers)) {
    for (const grants of GRANTS) {
      const { credentials } = kalturaOf(2, { meddle })
      const errors = await errorsOf(t, { ...credentials, grants }, { userId: 'ada' })
      for (const [way, error] of Object.entries(errors)) t.equal(error.code, 'ERR_BAD_RESPONSE', `${what}, ${way}`)
    }
  }
})

test('requests that say other privileges share no session, whatever is granted', async (t) => {
  for (const [one, other] of [
    ['mine:1', ' mine:1'],
    ['sview:0_ab/0_c', 'sview:0_c/0_ab'],
    ['mine:1', 'mine:1 '],
  ]) {
    const { credentials } = kalturaOf(2)
    for (const store of [undefined, memoryStore()]) {
      const first = createSessionProvider({ ...credentials, grants: 'report', store })
      const second = createSessionProvider({ ...credentials, grants: 'report', store })
      const session = await first.getSession({ sessionPrivileges: one })
      t.ok((await first.getSession({ sessionPrivileges: other })).ks !== session.ks, other)
      t.ok((await second.getSession({ sessionPrivileges: other })).ks !== session.ks, other)
    }
  }
})

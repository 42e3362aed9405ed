// The ways to a session, and what else calls Kaltura. Each gives `{ settled, provider, store }`: a
// promise of `{ outcomes, others }`, each `{ session }`, `{ answer }` or `{ error }`, and what
// lives on.
import { createAppTokenManager, createSessionProvider, startAppTokenSession } from 'kaltura-app-token'
import { CALL } from './rows/row.js'

/** So long that a row which isn't about time never meets it, however busy the machine is. */
export const USUAL_MS = 300_000
const USUAL = { timeoutMs: USUAL_MS, retry: 1 }

const wishOf = (userId, signal) => ({ userId, sessionType: 'user', expiry: 3600, signal })

const outcome = (promise) =>
  promise.then(
    (session) => ({ session }),
    (error) => ({ error }),
  )

function providerOf({ credentials, options, onEvent }, more) {
  return createSessionProvider({ ...credentials, ...USUAL, ...options, onEvent, ...more })
}

async function oneOf(provider, { users, signal }) {
  const { error } = await outcome(provider.getKs(wishOf(users[1], signal)))
  if (error) return { outcomes: [{ error }] }
  // From where the KS is, so without a request.
  return { outcomes: [{ session: await provider.getSession(wishOf(users[1])) }] }
}

const answerOf = (promise) =>
  promise.then(
    (answer) => ({ outcomes: [{ answer }] }),
    (error) => ({ outcomes: [{ error }] }),
  )

function managerOf({ credentials: { serviceUrl, partnerId }, adminSecret, options, onEvent }) {
  return createAppTokenManager({ ...{ serviceUrl, partnerId, adminSecret, onEvent }, ...USUAL, ...options })
}

/** A store that keeps everything it is ever told. */
function openStore() {
  const kept = new Map()
  const told = []
  const tell = (...args) => void told.push(args)
  return {
    told,
    async get(name) {
      tell('get', name)
      return kept.get(name)
    },
    async set(name, text, ttlMs) {
      tell('set', name, text, ttlMs)
      kept.set(name, text)
    },
    async delete(name) {
      tell('delete', name)
      kept.delete(name)
    },
    async lock(name) {
      tell('lock', name)
      return () => tell('unlock', name)
    },
  }
}

export const columns = {
  startAppTokenSession({ credentials, options, onEvent, users, signal }) {
    const started = startAppTokenSession({
      ...{ ...credentials, ...USUAL, ...options, onEvent },
      ...wishOf(users[1], signal),
    })
    return { settled: outcome(started).then((one) => ({ outcomes: [one] })) }
  },

  getKs(given) {
    const provider = providerOf(given)
    return { settled: oneOf(provider, given), provider }
  },

  'getKs, store'(given) {
    const store = openStore()
    const provider = providerOf(given, { store })
    return { settled: oneOf(provider, given), provider, store }
  },

  call(given) {
    const provider = providerOf(given)
    const called = provider.call('user', 'get', { nocache: 1 }, wishOf(given.users[1], given.signal))
    return { settled: answerOf(called), provider }
  },

  'manager.get': (given) => ({
    settled: answerOf(managerOf(given).get(given.credentials.appTokenId, { signal: given.signal })),
  }),

  'manager.add': (given) => ({
    settled: answerOf(managerOf(given).add({ sessionUserId: given.users[1] }, { signal: given.signal })),
  }),

  startSessions(given) {
    const provider = providerOf(given)
    const started = provider.startSessions(
      given.users.map((userId) => wishOf(userId)),
      { signal: given.signal },
    )
    return {
      settled: started.then(([first, second, third]) => ({
        outcomes: [second],
        others: [first, third],
      })),
      provider,
    }
  },
}

/** What the API is called by, with a session of its own or as an administrator. */
const CALLERS = ['call', 'manager.get', 'manager.add']

/** Those that a row is about: what happens to a call of the API happens to nothing else. */
export const columnsOf = ({ at, columns: chosen }) =>
  chosen ?? (at === CALL ? CALLERS : Object.keys(columns).filter((name) => !name.startsWith('manager.')))

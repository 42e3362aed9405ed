// A session for each of many users.
import { createSessionProvider } from 'kaltura-app-token'
import { createSessionProvider as createNodeProvider } from 'kaltura-app-token/node'
import * as byHand from '../peers/by-hand.mjs'
import client from '../peers/kaltura-client.cjs'
import { inTurns, part } from '../measure.mjs'
import { credentials } from '../server/kaltura.mjs'
import { reset } from '../server/index.mjs'

const USERS = 1000
/** Of 100 at most; 25 where nothing is said. */
const BATCH = 50
const LATENCIES_MS = [0, 20, 100]
const GROWTH = [10, 100, 1000]

const wishes = (users) => Array.from({ length: users }, (_, n) => ({ userId: `viewer-${n}@example.org` }))

async function ours(create, options, users) {
  const outcomes = await create({ ...options, batchSize: BATCH }).startSessions(wishes(users))
  return outcomes.map(({ session, error }) => {
    if (error) throw error
    return session.ks
  })
}

function contenders(options, users) {
  const kss = (sessions) => sessions.map(({ ks }) => ks)
  return {
    'kaltura-app-token': () => ours(createSessionProvider, options, users),
    'kaltura-app-token/node': () => ours(createNodeProvider, options, users),
    'fetch by hand': async () => kss(await byHand.startMany(options, wishes(users))),
    'kaltura-client': async () => kss(await client.startMany(options, wishes(users))),
  }
}

/** Time and requests of each contender, in turns. */
async function raced(url, users, latencyMs, rounds) {
  const options = { ...credentials, serviceUrl: url, timeoutMs: 60_000 }
  const timed = Object.entries(contenders(options, users)).map(([name, run]) => [
    name,
    async () => {
      await reset(url, { latencyMs })
      const start = performance.now()
      const kss = await run()
      const wallMs = performance.now() - start
      if (new Set(kss).size !== users) throw new Error(`${name} has not as many sessions as users`)
      return { wallMs, requests: await reset(url) }
    },
  ])
  return inTurns(Object.fromEntries(timed), { rounds })
}

export async function measure({ url, rounds, quick }) {
  const rows = []
  const users = quick ? 50 : USERS
  for (const latencyMs of quick ? [0] : LATENCIES_MS) {
    const samples = await raced(url, users, latencyMs, rounds(7))
    if (latencyMs === 0) {
      rows.push({
        id: 'users-requests',
        name: `${users} users, ${BATCH} a request: HTTP requests`,
        unit: '',
        samples: part(samples, 'requests'),
        wanted: [{ ours: 'kaltura-app-token', peer: 'kaltura-client', ratio: 1 / 40 }],
      })
    }
    rows.push({
      id: `users-${latencyMs}`,
      name: `${users} users, ${BATCH} a request: ${latencyMs} ms latency`,
      unit: 'ms',
      samples: part(samples, 'wallMs'),
      wanted: [],
    })
  }
  const points = []
  const growing = quick ? GROWTH.slice(0, 2) : GROWTH
  for (const count of growing) points.push(part(await raced(url, count, 20, rounds(5)), 'wallMs'))
  return {
    rows,
    growth: [{ id: 'users', name: 'sessions for so many users at 20 ms', unit: 'ms', at: growing, points }],
  }
}

// Many callers at once, and nothing at hand yet.
import { memoize } from '@smithy/property-provider'
import { createSessionProvider } from 'kaltura-app-token'
import { createSessionProvider as createNodeProvider } from 'kaltura-app-token/node'
import * as byHand from '../peers/by-hand.mjs'
import { inTurns, part } from '../measure.mjs'
import { credentials } from '../server/kaltura.mjs'
import { reset } from '../server/index.mjs'

const CALLERS = 10_000
const LATENCY_MS = 20
const GROWTH = [100, 1000, 10_000]

/** Each gives a function to call, with an empty cache behind it. */
const ways = (options) => ({
  'kaltura-app-token'() {
    const sessions = createSessionProvider(options)
    return () => sessions.getKs()
  },
  'kaltura-app-token/node'() {
    const sessions = createNodeProvider(options)
    return () => sessions.getKs()
  },
  'a promise by hand'() {
    let started
    return () => (started ??= byHand.start(options))
  },
  'AWS memoize': () =>
    memoize(
      () => byHand.start(options),
      ({ expiry }) => expiry * 1000 - Date.now() < 300_000,
      () => true,
    ),
})

async function raced(url, callers, rounds) {
  const options = { ...credentials, serviceUrl: url, timeoutMs: 60_000 }
  const timed = Object.entries(ways(options)).map(([name, way]) => [
    name,
    async () => {
      await reset(url, { latencyMs: LATENCY_MS })
      const get = way()
      const start = performance.now()
      await Promise.all(Array.from({ length: callers }, () => get()))
      const wallMs = performance.now() - start
      return { wallMs, requests: await reset(url) }
    },
  ])
  return inTurns(Object.fromEntries(timed), { rounds })
}

export async function measure({ url, rounds, quick }) {
  const callers = quick ? 100 : CALLERS
  const samples = await raced(url, callers, rounds(15))
  const points = []
  for (const count of GROWTH) points.push(part(await raced(url, count, rounds(9)), 'wallMs'))
  return {
    rows: [
      {
        id: 'callers-requests',
        name: `${callers} callers at once: HTTP requests`,
        unit: '',
        samples: part(samples, 'requests'),
        wanted: [],
      },
      {
        id: 'callers',
        name: `${callers} callers at once: time at ${LATENCY_MS} ms of latency`,
        unit: 'ms',
        samples: part(samples, 'wallMs'),
        wanted: [],
      },
    ],
    growth: [{ id: 'callers', name: 'so many callers at once, nothing cached', unit: 'ms', at: GROWTH, points }],
  }
}

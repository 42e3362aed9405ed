// A credential that is at hand already, without a request and with one.
import { generateKeyPairSync } from 'node:crypto'
import { createAppAuth } from '@octokit/auth-app'
import { request } from '@octokit/request'
import { memoize } from '@smithy/property-provider'
import { OAuth2Client } from 'google-auth-library'
import { createSessionProvider } from 'kaltura-app-token'
import { inTurns, perAwaitedCall } from '../measure.mjs'
import { credentials, localFetch } from '../server/kaltura.mjs'

const USERS = 1000
const GROWTH = [10, 100, 1000]
const HOUR_MS = 3_600_000

const user = (number) => `viewer-${number}@example.org`
const privileges = (number) => `sview:0_${String(number).padStart(8, '0')}`

async function provider() {
  return createSessionProvider({ ...credentials, fetch: localFetch, maxEntries: 10_000 })
}

async function ours() {
  const sessions = await provider()
  await sessions.getKs()
  return () => sessions.getKs()
}

/** What everybody would write who needs no more. */
function map() {
  const sessions = new Map([['', { ks: 'ks', expiresAt: Date.now() + HOUR_MS }]])
  const getKs = async (key = '') => {
    const session = sessions.get(key)
    if (session && Date.now() < session.expiresAt) return session.ks
    throw new Error('expired')
  }
  return () => getKs()
}

function aws() {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b', expiration: new Date(Date.now() + HOUR_MS) }
  return memoize(
    async () => credentials,
    ({ expiration }) => expiration.getTime() - Date.now() < 300_000,
    ({ expiration }) => expiration !== undefined,
  )
}

function google() {
  const client = new OAuth2Client()
  client.setCredentials({ access_token: 'a', expiry_date: Date.now() + HOUR_MS })
  return () => client.getAccessToken()
}

/** Not an export: what is exported signs a request with the token, which is more work. */
async function azure() {
  const place = new URL('util/tokenCycler.js', import.meta.resolve('@azure/core-rest-pipeline'))
  const { createTokenCycler } = await import(place)
  const token = { token: 'a', expiresOnTimestamp: Date.now() + HOUR_MS }
  const getToken = createTokenCycler({ getToken: async () => token })
  await getToken(['scope'], {})
  return () => getToken(['scope'], {})
}

async function oursByUser(users) {
  const sessions = await provider()
  const wish = (number) => ({ userId: user(number), sessionPrivileges: privileges(number) })
  const outcomes = await sessions.startSessions(Array.from({ length: users }, (_, i) => wish(i)))
  if (outcomes.some(({ error }) => error)) throw new Error('a session is missing')
  return (call) => sessions.getKs(wish(call % users))
}

/** An installation for each user, with permissions in the place of privileges. */
async function octokitByUser(users) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const fetch = async () =>
    Response.json(
      {
        token: 'ghs_a',
        expires_at: new Date(Date.now() + HOUR_MS).toISOString(),
        permissions: { contents: 'read' },
        repository_selection: 'all',
      },
      { status: 201 },
    )
  const auth = createAppAuth({
    appId: 1,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    request: request.defaults({ request: { fetch } }),
  })
  const token = (number) =>
    auth({ type: 'installation', installationId: number + 1, permissions: { contents: 'read' } })
  for (let number = 0; number < users; number += 1) await token(number)
  return (call) => token(call % users)
}

/** A map by hand, keyed by what is asked for. */
async function mapByUser(users) {
  const sessions = new Map()
  const keyOf = ({ userId, sessionPrivileges }) => `${userId}\n${sessionPrivileges}`
  const wish = (number) => ({ userId: user(number), sessionPrivileges: privileges(number) })
  for (let number = 0; number < users; number += 1) {
    sessions.set(keyOf(wish(number)), { ks: 'ks', expiresAt: Date.now() + HOUR_MS })
  }
  const getKs = async (request) => {
    const session = sessions.get(keyOf(request))
    if (session && Date.now() < session.expiresAt) return session.ks
    throw new Error('expired')
  }
  return (call) => getKs(wish(call % users))
}

const timed = (ways, batchMs) =>
  Object.fromEntries(Object.entries(ways).map(([name, run]) => [name, perAwaitedCall(run, batchMs)]))

const byUser = async (users) => ({
  'kaltura-app-token': await oursByUser(users),
  'a map by hand': await mapByUser(users),
  '@octokit/auth-app': await octokitByUser(users),
})

export async function measure({ rounds, batchMs, quick }) {
  const users = quick ? 10 : USERS
  const one = {
    'kaltura-app-token': await ours(),
    'a map by hand': map(),
    'AWS memoize': aws(),
    'google-auth-library': google(),
    'Azure token cycle': await azure(),
  }
  const settings = { rounds: rounds(101) }
  const points = []
  const growing = quick ? GROWTH.slice(0, 1) : GROWTH
  for (const count of growing) {
    points.push(await inTurns(timed(await byUser(count), batchMs), settings))
  }
  return {
    rows: [
      {
        id: 'hot',
        name: 'getKs() with a session at hand',
        unit: 'µs',
        samples: await inTurns(timed(one, batchMs), settings),
        wanted: [{ ours: 'kaltura-app-token', peer: 'a map by hand', ratio: 2 }],
      },
      {
        id: 'hot-by-user',
        name: `getKs() for one of ${users} users`,
        unit: 'µs',
        samples: await inTurns(timed(await byUser(users), batchMs), settings),
        wanted: [{ ours: 'kaltura-app-token', peer: '@octokit/auth-app', ratio: 1 / 2 }],
      },
    ],
    growth: [{ id: 'hot', name: 'getKs for one of so many users', unit: 'µs', at: growing, points }],
  }
}

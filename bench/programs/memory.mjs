// node --expose-gc memory.mjs CONTENDER COUNT: the bytes that each of so many sessions takes.
import { createSessionProvider } from 'kaltura-app-token'
import * as byHand from '../peers/by-hand.mjs'
import { credentials, localFetch } from '../server/kaltura.mjs'

const WARM_UP = 500

const [name, count] = [process.argv[2], Number(process.argv[3])]
const options = { ...credentials, fetch: localFetch, serviceUrl: 'https://localhost' }

async function bytesUsed() {
  for (let time = 0; time < 4; time += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    globalThis.gc()
  }
  // The memories of WebAssembly are among what is external.
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Each gives a cache, and how a session for a user gets into it. */
const contenders = {
  'kaltura-app-token'() {
    const sessions = createSessionProvider({ ...options, maxEntries: 200_000 })
    return [sessions, (userId) => sessions.getKs({ userId })]
  },
  'a map by hand'() {
    const sessions = new Map()
    const fetch = async (userId) => {
      const ks = await byHand.startWidgetSession(options)
      sessions.set(userId, await byHand.startSession(options, ks, { userId }))
    }
    return [sessions, fetch]
  },
}

async function fill(get, first, end) {
  for (let number = first; number < end; number += 1) await get(`viewer-${number}@example.org`)
}

const [cache, get] = contenders[name]()
await fill(get, 0, WARM_UP)
const before = await bytesUsed()
await fill(get, WARM_UP, WARM_UP + count)
const bytes = ((await bytesUsed()) - before) / count
// The cache is named here, so that it lives until now.
process.stdout.write(JSON.stringify({ bytes, of: cache.constructor.name }))

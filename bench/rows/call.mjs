// A call whose answer is a list as long as any that is read: what checking it costs beside parsing it.
import { createSessionProvider } from 'kaltura-app-token'
import { inTurns, perAwaitedCall, perCall } from '../measure.mjs'
import { credentials, localFetch } from '../server/kaltura.mjs'

/** The longest answer that is read, unless `maxResponseBytes` says otherwise. */
const LONGEST = 1_000_000

const entry = (number) => ({
  objectType: 'KalturaMediaEntry',
  id: `0_${String(number).padStart(8, '0')}`,
  name: `Lecture ${number}: \u201cWaves\u201d`,
  description: 'About waves on strings, in "water" and in the air.\n'.repeat(12),
  tags: 'physics, waves, lecture, first year',
  partnerId: 102,
  userId: 'ada@example.org',
  status: 2,
  createdAt: 1_795_579_658 + number,
  duration: 3412,
  votes: 0,
  rank: 4.5,
  plays: 12_345,
  thumbnailUrl: `https://cdn.example.org/p/102/thumbnail/entry_id/0_${number}/version/100002`,
  capabilities: [],
  displayInSearch: 1,
})

function list() {
  const objects = []
  const written = () => JSON.stringify({ objectType: 'KalturaMediaListResponse', totalCount: 9999, objects })
  const each = JSON.stringify(entry(1)).length + 8
  for (let number = 0; number < LONGEST / each - 20; number += 1) objects.push(entry(number))
  return written()
}

export async function measure({ rounds, batchMs }) {
  const text = list()
  const bytes = new TextEncoder().encode(text)
  if (bytes.length > LONGEST || bytes.length < 0.9 * LONGEST) throw new Error(`${bytes.length} bytes`)
  const fetch = (url, init) => (url.includes('/media/') ? Promise.resolve(new Response(bytes)) : localFetch(url, init))
  const sessions = createSessionProvider({ ...credentials, fetch })
  const ours = () => sessions.call('media', 'list')
  if (JSON.stringify(await ours()) !== text) throw new Error('call() gave something else')
  const samples = {
    'kaltura-app-token': perAwaitedCall(ours, batchMs),
    'fetch by hand': perAwaitedCall(async () => (await fetch('/media/')).json(), batchMs),
    'JSON.parse alone': perCall(() => JSON.parse(text), batchMs),
  }
  return {
    rows: [
      {
        id: 'call-1mb',
        name: `call() answered by a list of ${(bytes.length / 1e6).toFixed(1)} MB`,
        unit: 'µs',
        samples: await inTurns(samples, { rounds: rounds(51) }),
        wanted: [{ ours: 'kaltura-app-token', peer: 'JSON.parse alone', ratio: 5 }],
      },
    ],
  }
}

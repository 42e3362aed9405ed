// A Worker that starts a session for each request, on workerd.
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { bundleWorker } from '../../js-tests/bundle.mjs'
import { serveWorker } from '../../js-tests/workerd.mjs'
import { inTurns, part } from '../measure.mjs'
import { credentials } from '../server/kaltura.mjs'

const REQUESTS = 1000
const GROWTH = [1, 10, 100]
const CONTENDERS = { 'kaltura-app-token': 'kaltura-app-token.js', 'fetch by hand': 'by-hand.js' }

const bundled = (file) => bundleWorker(fileURLToPath(new URL(`../worker/${file}`, import.meta.url)), { minify: true })

async function timeOf(run) {
  const start = performance.now()
  const value = await run()
  return [performance.now() - start, value]
}

function serve({ script, modules }, url) {
  const bindings = { OPTIONS: JSON.stringify({ ...credentials, serviceUrl: url }) }
  return serveWorker({ script, modules, bindings, compatibilityDate: '2026-01-01' })
}

async function askFor(url) {
  const response = await fetch(url)
  if (typeof (await response.json()).ks !== 'string') throw new Error('no KS')
}

/** The life of one Worker. */
async function served(bundle, url, requests) {
  const [startMs, worker] = await timeOf(() => serve(bundle, url))
  try {
    const ask = () => askFor(worker.url)
    const [firstMs] = await timeOf(ask)
    const times = []
    for (let request = 0; request < requests; request += 1) times.push((await timeOf(ask))[0])
    times.sort((a, b) => a - b)
    return { startMs, firstMs, middleMs: times[times.length >> 1], longestMs: times.at(-1) }
  } finally {
    await worker.stop()
  }
}

/** How long so many requests at once take a Worker that has been serving for a while. */
async function crowds(bundles, url, growing, rounds) {
  const workers = []
  try {
    for (const [name, bundle] of Object.entries(bundles)) {
      workers.push({ name, ...(await serve(bundle, url)) })
    }
    const points = []
    for (const count of growing) {
      const timed = workers.map((worker) => [
        worker.name,
        async () => {
          const all = () => Promise.all(Array.from({ length: count }, () => askFor(worker.url)))
          return (await timeOf(all))[0]
        },
      ])
      points.push(await inTurns(Object.fromEntries(timed), { rounds: rounds(35) }))
    }
    return points
  } finally {
    for (const worker of workers) await worker.stop()
  }
}

export async function measure({ url, rounds, quick }) {
  const requests = quick ? 50 : REQUESTS
  const bundles = {}
  const workers = {}
  const sizes = {}
  for (const [name, file] of Object.entries(CONTENDERS)) {
    const bundle = await bundled(file)
    const files = [bundle.script, ...bundle.modules.map(({ contents }) => contents)]
    sizes[name] = [files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0) / 1e3]
    bundles[name] = bundle
    workers[name] = () => served(bundle, url, requests)
  }
  const samples = await inTurns(workers, { rounds: rounds(7) })
  const growing = quick ? GROWTH.slice(0, 2) : GROWTH
  const points = await crowds(bundles, url, growing, rounds)
  const row = (measure, name) => ({
    ...{ id: `worker-${measure}`, name, unit: 'ms' },
    ...{ samples: part(samples, measure), wanted: [] },
  })
  return {
    rows: [
      { id: 'worker-size', name: 'a Worker: bundle, gzip', unit: 'KB', samples: sizes, wanted: [] },
      row('startMs', 'a Worker: until it listens'),
      row('firstMs', 'a Worker: first request'),
      row('middleMs', `a Worker: median of ${requests} requests`),
      row('longestMs', `a Worker: longest of ${requests} requests`),
    ],
    growth: [{ id: 'worker', name: 'a Worker: so many requests at once', unit: 'ms', at: growing, points }],
  }
}

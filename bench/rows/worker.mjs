// A Worker that starts a session for each request, on workerd.
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { bundleWorker } from '../../js-tests/bundle.mjs'
import { serveWorker } from '../../js-tests/workerd.mjs'
import { inTurns, part } from '../measure.mjs'
import { credentials } from '../server/kaltura.mjs'

const REQUESTS = 1000
const CONTENDERS = { 'kaltura-app-token': 'kaltura-app-token.js', 'fetch by hand': 'by-hand.js' }

const bundled = (file) =>
  bundleWorker(fileURLToPath(new URL(`../worker/${file}`, import.meta.url)), { minify: true })

async function timeOf(run) {
  const start = performance.now()
  const value = await run()
  return [performance.now() - start, value]
}

/** The life of one Worker. */
async function served({ script, modules }, url, requests) {
  const bindings = { OPTIONS: JSON.stringify({ ...credentials, serviceUrl: url }) }
  const settings = { script, modules, bindings, compatibilityDate: '2026-01-01' }
  const [startMs, worker] = await timeOf(() => serveWorker(settings))
  try {
    const ask = async () => {
      const response = await fetch(worker.url)
      if (typeof (await response.json()).ks !== 'string') throw new Error('no KS')
    }
    const [firstMs] = await timeOf(ask)
    const times = []
    for (let request = 0; request < requests; request += 1) times.push((await timeOf(ask))[0])
    times.sort((a, b) => a - b)
    return { startMs, firstMs, middleMs: times[times.length >> 1], longestMs: times.at(-1) }
  } finally {
    await worker.stop()
  }
}

export async function measure({ url, rounds, quick }) {
  const requests = quick ? 50 : REQUESTS
  const workers = {}
  const sizes = {}
  for (const [name, file] of Object.entries(CONTENDERS)) {
    const bundle = await bundled(file)
    const files = [bundle.script, ...bundle.modules.map(({ contents }) => contents)]
    sizes[name] = [files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0) / 1e3]
    workers[name] = () => served(bundle, url, requests)
  }
  const samples = await inTurns(workers, { rounds: rounds(5) })
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
  }
}

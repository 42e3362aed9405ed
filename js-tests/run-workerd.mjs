// node run-workerd.mjs [--date=COMPATIBILITY_DATE] HOST
import { once } from 'node:events'
import { request } from 'node:http'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bundleWorker } from './bundle.mjs'
import { report } from './report.mjs'
import { require } from './runtimes/index.mjs'
import { serveWorker } from './workerd.mjs'

const { values, positionals } = parseArgs({
  options: { date: { type: 'string' } },
  allowPositionals: true,
})
const [host] = positionals
/** @type {{ version: string }} */
const { version } = require('workerd/package.json')
// A workerd is named after the day up to which it knows compatibility dates.
const today = version.split('.')[1].replace(/(....)(..)(..)/, '$1-$2-$3')
const compatibilityDate = values.date ?? today

const entry = fileURLToPath(new URL('bundled.js', import.meta.url))
const suite = await bundleWorker(entry, {
  // The package has no side effects; the tests in its folders have nothing else.
  ignoreAnnotations: true,
})
const worker = await serveWorker({ ...suite, compatibilityDate })
try {
  // fetch gives up after five minutes without an answer, which comes when all tests are done.
  const asked = request(worker.url, { method: 'POST' }).end(host)
  const [response] = await once(asked, 'response')
  if (response.statusCode !== 200) throw new Error(`the worker answers ${response.statusCode}`)
  report(
    `workerd ${version} at ${compatibilityDate}`,
    /** @type {Parameters<typeof report>[1]} */ (await json(response)),
  )
} finally {
  await worker.stop()
}

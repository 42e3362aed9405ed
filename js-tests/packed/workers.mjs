// Workers: what their bundlers may miss, and what their requests have in common.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle, bundleWorker } from '../bundle.mjs'
import { test } from '../suite/harness.js'
import { serveWorker } from '../workerd.mjs'
import { project } from './project.mjs'

const COMPATIBILITY_DATE = '2024-01-01'

/** Bundles worker.js by `make`, serves it, and hands its address to `use`. */
async function served(worker, make, use) {
  const { folder } = await project({ 'worker.js': worker })
  const made = await make(join(folder, 'worker.js'), folder)
  const running = await serveWorker({ ...made, compatibilityDate: COMPATIBILITY_DATE })
  try {
    await use(running.url)
  } finally {
    await running.stop()
  }
}

/** As for no host in particular: the default entry, which compiles at run time. */
const withoutConditions = (entry) => bundle(entry, 'none', { format: 'esm', platform: 'neutral' })

test('a Worker bundled without the condition workerd is told of it, and of slim', (t) =>
  served(
    `import { startAppTokenSession } from 'kaltura-app-token'
export default {
  async fetch(request) {
    const { code, message } = await startAppTokenSession(await request.json()).catch((error) => error)
    return Response.json({ code, message })
  },
}`,
    withoutConditions,
    async (url) => {
      const { credentials } = await t.kaltura()
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(credentials) })
      const { code, message } = await response.json()
      t.equal(code, 'ERR_WASM')
      t.match(message, /kaltura-app-token\/slim.*'workerd'/)
    },
  ))

test('a Worker bundled without the condition workerd starts a session by way of slim', (t) =>
  served(
    `import module from './kaltura_app_token.wasm'
import { instantiate } from 'kaltura-app-token/slim'

const { startAppTokenSession } = instantiate(module)
export default {
  async fetch(request) {
    const { ks, partnerId } = await startAppTokenSession(await request.json())
    return Response.json({ ks: typeof ks, partnerId })
  },
}`,
    async (entry, folder) => {
      const { script } = await bundle(entry, 'none', {
        ...{ format: 'esm', platform: 'neutral', external: ['*.wasm'] },
      })
      const name = 'kaltura_app_token.wasm'
      const contents = readFileSync(join(folder, 'node_modules/kaltura-app-token/pkg', name))
      return { script, modules: [{ name, contents }] }
    },
    async (url) => {
      const { credentials, partnerId } = await t.kaltura()
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(credentials) })
      t.deepEqual(await response.json(), { ks: 'string', partnerId })
    },
  ))

const WHERE_MADE = {
  'at the first request': 'let provider\nconst sessions = () => (provider ??= createSessionProvider(options))',
  // Nothing may be sent, drawn at random or timed there.
  'where it is loaded, outside of any request':
    'const provider = createSessionProvider(options)\nconst sessions = () => provider',
}

const workerWith = (options, made) => `import { createSessionProvider } from 'kaltura-app-token'

const options = ${JSON.stringify(options)}
${WHERE_MADE[made]}
export default { fetch: async () => new Response(await sessions().getKs()) }
`

// What one request has promised may not be awaited by another.
for (const made of Object.keys(WHERE_MADE)) {
  test(`requests of a Worker whose provider is made ${made} share a session`, async (t) => {
    const { credentials, requests } = await t.kaltura()
    await served(
      workerWith(credentials, made),
      (entry) => bundleWorker(entry),
      async (url) => {
        const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(url)))
        const sessions = await Promise.all(answers.map((answer) => answer.text()))
        t.equal(new Set(sessions).size, 1)
        t.match(sessions[0], /^[\w+/=-]{50,}$/)
      },
    )
    t.equal((await requests()).length, 2)
  })
}

// The examples of docs/provider.md, as they stand, with a stand-in for
// www.kaltura.com, a real Redis, and a namespace of Cloudflare's in memory.
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorker } from '../bundle.mjs'
import { section } from '../pages.mjs'
import { startRedis } from '../redis.mjs'
import { node } from '../runtimes/index.mjs'
import { test } from '../suite/harness.js'
import { serveWorker } from '../workerd.mjs'
import { project } from './project.mjs'

const clients = fileURLToPath(new URL('../fleet/node_modules', import.meta.url))

/** Sends what is meant for Kaltura to `url`; the emulator has no media to list. */
const standIn = (url) => `
const { fetch } = globalThis
globalThis.fetch = async (input, init) => {
  if (input.endsWith('/media/action/list')) {
    const { ks, pager } = JSON.parse(init.body)
    return Response.json({ totalCount: ks ? 1 : 0, objects: [], pager })
  }
  return fetch(input.replace('https://www.kaltura.com', ${JSON.stringify(url)}), init)
}
`

/** One program of fragments: what they import first, and each in a scope of its own. */
function programOf(fragments) {
  const lines = fragments.map((text) => text.split('\n'))
  const isImport = (line) => line.startsWith('import ')
  const imports = new Set(lines.flat().filter(isImport))
  const bodies = lines.map((those) => those.filter((line) => !isImport(line)).join('\n'))
  return [...imports, ...bodies].join('\n')
}

async function run(t, program, env = {}) {
  const { credentials, requests } = await t.kaltura()
  const installed = await project({ 'start.mjs': program, 'network.mjs': standIn(credentials.serviceUrl) })
  for (const name of ['redis', '@redis']) {
    symlinkSync(join(clients, name), join(installed.folder, 'node_modules', name))
  }
  const said = await installed.run(node(20), ['--import', './network.mjs', 'start.mjs'], {
    KALTURA_PARTNER_ID: String(credentials.partnerId),
    KALTURA_APP_TOKEN_ID: credentials.appTokenId,
    KALTURA_APP_TOKEN: credentials.appToken,
    ...env,
  })
  return { said: said.trim().split('\n'), requests: (await requests()).length }
}

const [oneProcess] = section('One process')

test("the guide's session provider for one process gets a KS and calls the API", async (t) => {
  const { said, requests } = await run(t, programOf([oneProcess, 'console.log(typeof ks, JSON.stringify(list))']))
  t.deepEqual(said, ['string {"totalCount":1,"objects":[],"pager":{"pageSize":10}}'])
  t.equal(requests, 2)
})

test("the guide's sessions for each user are their own", async (t) => {
  const [forUsers] = section('A session for each user')
  const { said } = await run(t, programOf([oneProcess, "const userIds = ['ada', 'bob']", `{\n${forUsers}\n}`]))
  t.deepEqual(said, ['ada', 'bob'])
})

test("the guide's fleet shares its sessions through Redis", async (t) => {
  const [withRedis] = section('A fleet with Redis')
  const redis = await startRedis()
  try {
    const { said, requests } = await run(
      t,
      programOf([
        "import { createSessionProvider } from 'kaltura-app-token'",
        `const options = {
          partnerId: process.env.KALTURA_PARTNER_ID,
          appTokenId: process.env.KALTURA_APP_TOKEN_ID,
          appToken: process.env.KALTURA_APP_TOKEN,
        }`,
        withRedis,
        `const mine = await sessions.getKs()
        for (let tries = 0; (await client.keys('*')).length === 0 && tries < 100; tries += 1) {
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
        const other = createSessionProvider({ ...options, store: redisStore(client) })
        console.log((await other.getKs()) === mine)
        await client.close()`,
      ]),
      { REDIS_URL: `redis://127.0.0.1:${redis.port}` },
    )
    t.deepEqual(said, ['true'])
    t.equal(requests, 2)
  } finally {
    await redis.stop()
  }
})

test("the guide's Worker keeps its sessions in KV", async (t) => {
  const { credentials, requests } = await t.kaltura()
  const [program] = section('Workers with KV')
  const installed = await project({
    'worker.js': program,
    'entry.js': `${standIn(credentials.serviceUrl)}
import worker from './worker.js'
const kept = new Map()
const SESSIONS = {
  get: async (name) => kept.get(name) ?? null,
  put: async (name, text) => void kept.set(name, text),
  delete: async (name) => void kept.delete(name),
}
export default {
  async fetch(request, env, context) {
    const response = await worker.fetch(request, { ...env, SESSIONS }, context)
    return Response.json({ answer: await response.json(), kept: kept.size })
  },
}
`,
  })
  const worker = await serveWorker({
    ...(await bundleWorker(`${installed.folder}/entry.js`)),
    compatibilityDate: '2024-01-01',
    bindings: {
      KALTURA_PARTNER_ID: String(credentials.partnerId),
      KALTURA_APP_TOKEN_ID: credentials.appTokenId,
      KALTURA_APP_TOKEN: credentials.appToken,
    },
  })
  try {
    await fetch(worker.url)
    const { answer, kept } = await (await fetch(worker.url)).json()
    t.deepEqual(answer, { totalCount: 1, objects: [], pager: { pageSize: 10 } })
    t.equal(kept, 1)
    t.equal((await requests()).length, 2)
  } finally {
    await worker.stop()
  }
})

test("the guide's line for kaltura-client hands it the session", async (t) => {
  const [line] = section('With `kaltura-client`')
  const { said } = await run(
    t,
    programOf([
      oneProcess,
      'const client = { setKs: (given) => console.log(given === ks && given.length > 20) }',
      line,
    ]),
  )
  t.deepEqual(said, ['true'])
})

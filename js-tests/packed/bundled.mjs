// Programs bundled with the package in them, and run where nothing is installed.
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build as esbuild } from 'esbuild'
import { bundlerNode, packages, vite, wrangler } from '../bundlers/index.mjs'
import { bun, node } from '../runtimes/index.mjs'
import { run } from '../../scripts/build/process.mjs'
import { test } from '../suite/harness.js'
import { serveWorker } from '../workerd.mjs'
import { project } from './project.mjs'

const PROGRAM = `import { startAppTokenSession } from 'kaltura-app-token'

const { ks, partnerId } = await startAppTokenSession(JSON.parse(process.env.CREDENTIALS))
console.log(JSON.stringify({ ks: typeof ks, partnerId }))
`

/**
 * After compression, which is what Cloudflare's limits count. 1.6 KB of it are the names of functions, for
 * each of which wrangler adds a call that keeps it.
 */
const LARGEST_WORKER = 119 * 1024

/** Each makes out/start.mjs of start.mjs. */
const waysToBundle = {
  'esbuild for Node': ({ folder }) => esbuilt(folder, { platform: 'node' }),
  'esbuild for no platform': ({ folder }) => esbuilt(folder, { platform: 'neutral' }),
  async 'Vite for a server'(installed) {
    await installed.run(bundlerNode(), [vite, 'build'])
  },
  async 'Bun for Node'(installed) {
    const to = ['--target=node', '--outfile=out/start.mjs']
    await installed.run(bun(), ['build', 'start.mjs', ...to])
  },
  async 'webpack for Node'(installed) {
    await installed.run(bundlerNode(), ['webpack.mjs'])
  },
}

const FILES = {
  'start.mjs': PROGRAM,
  'vite.config.mjs': `export default {
  logLevel: 'error',
  ssr: { noExternal: true },
  build: {
    ssr: 'start.mjs',
    outDir: 'out',
    rollupOptions: { output: { entryFileNames: 'start.mjs' } },
  },
}`,
  'webpack.mjs': `import { createRequire } from 'node:module'
const webpack = createRequire(${JSON.stringify(`${packages}/`)})('webpack')

webpack({
  mode: 'production',
  target: 'node20',
  context: import.meta.dirname,
  entry: './start.mjs',
  experiments: { outputModule: true },
  output: { path: import.meta.dirname + '/out', filename: 'start.mjs', module: true },
}, (error, stats) => {
  if (error ?? stats.hasErrors()) throw error ?? new Error(stats.toString('errors-only'))
})`,
}

function esbuilt(folder, options) {
  return esbuild({
    ...{ entryPoints: [join(folder, 'start.mjs')], outfile: join(folder, 'out/start.mjs') },
    ...{ bundle: true, format: 'esm', minify: true, logLevel: 'error' },
    ...options,
  })
}

for (const [name, bundle] of Object.entries(waysToBundle)) {
  test(`a program bundled by ${name} runs by itself`, async (t) => {
    const installed = await project(FILES)
    await bundle(installed)
    const alone = mkdtempSync(join(tmpdir(), 'bundled-'))
    try {
      // As a serverless platform has it: in another place, and nothing of the project is left.
      renameSync(join(installed.folder, 'out'), join(alone, 'out'))
      rmSync(installed.folder, { recursive: true })
      const { credentials, partnerId } = await t.kaltura()
      const said = await run(node(20), ['start.mjs'], {
        cwd: join(alone, 'out'),
        env: { CREDENTIALS: JSON.stringify(credentials) },
        timeoutMs: 60_000,
      })
      t.equal(said.trim(), JSON.stringify({ ks: 'string', partnerId }))
    } finally {
      rmSync(alone, { recursive: true })
    }
  })
}

for (const [name, bundle] of Object.entries(waysToBundle)) {
  test(`the manager is not in a bundle by ${name} that doesn't use it`, async (t) => {
    for (const used of ['startAppTokenSession', 'createAppTokenManager']) {
      const text = `import { ${used} } from 'kaltura-app-token'\n\nconsole.log(${used})\n`
      const installed = await project({ ...FILES, 'start.mjs': text })
      await bundle(installed)
      const out = join(installed.folder, 'out')
      const texts = readdirSync(out).map((file) => readFileSync(join(out, file), 'utf8'))
      t.equal(texts.join().includes('knownUser'), used === 'createAppTokenManager')
    }
  })
}

test('a program that uses the entry for Node alone is bundled for any platform', async (t) => {
  const text = PROGRAM.replace(`'kaltura-app-token'`, `'kaltura-app-token/node'`)
  for (const platform of ['node', 'neutral']) {
    const installed = await project({ 'start.mjs': text })
    await esbuilt(installed.folder, { platform })
    const { credentials, partnerId } = await t.kaltura()
    const env = { CREDENTIALS: JSON.stringify(credentials) }
    const said = await installed.run(node(20), ['out/start.mjs'], env)
    t.equal(said.trim(), JSON.stringify({ ks: 'string', partnerId }))
  }
})

test('a Worker as wrangler would deploy it starts a session, and is small', async (t) => {
  const installed = await project({
    'worker.js': readFileSync(new URL('worker.js', import.meta.url), 'utf8'),
    'wrangler.json': JSON.stringify({
      name: 'worker',
      main: 'worker.js',
      compatibility_date: '2024-01-01',
      send_metrics: false,
    }),
  })
  await installed.run(bundlerNode(), [wrangler, 'deploy', '--dry-run', '--outdir', 'out'], {
    CI: '1',
    WRANGLER_SEND_METRICS: 'false',
  })
  const out = join(installed.folder, 'out')
  const modules = readdirSync(out)
    .filter((name) => name.endsWith('.wasm'))
    .map((name) => ({ name, contents: readFileSync(join(out, name)) }))
  const script = readFileSync(join(out, 'worker.js'), 'utf8')
  t.equal(modules.length, 1)
  const parts = [script, ...modules.map(({ contents }) => contents)]
  const size = parts.reduce((sum, part) => sum + gzipSync(part).length, 0)
  t.ok(size <= LARGEST_WORKER, `${size} bytes, over ${LARGEST_WORKER}`)
  const worker = await serveWorker({ script, modules, compatibilityDate: '2024-01-01' })
  try {
    const { credentials, partnerId } = await t.kaltura()
    const response = await fetch(worker.url, { method: 'POST', body: JSON.stringify(credentials) })
    t.deepEqual(await response.json(), { ks: 'string', partnerId })
  } finally {
    await worker.stop()
  }
})

// The package more than once in one program, as package managers and bundlers bring about.
import { cpSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { bundlerNode, packages, vite } from '../bundlers/index.mjs'
import { node } from '../runtimes/index.mjs'
import { test } from '../suite/harness.js'
import { project } from './project.mjs'

test("two copies in one process work side by side, and know each other's errors", async (t) => {
  const installed = await project({
    'start.mjs': `import * as one from 'kaltura-app-token'
import * as other from 'copy'

const credentials = JSON.parse(process.env.CREDENTIALS)
const ks = await Promise.all([one, other].map(async (copy) => {
  const provider = copy.createSessionProvider(credentials)
  return [await provider.getKs(), (await copy.startAppTokenSession(credentials)).ks]
}))
const error = await other.startAppTokenSession({}).catch((error) => error)
console.log(JSON.stringify({
  sessions: new Set(ks.flat()).size,
  apart: one.startAppTokenSession !== other.startAppTokenSession,
  known: one.isAppTokenError(error),
}))`,
  })
  const modules = join(installed.folder, 'node_modules')
  cpSync(join(modules, 'kaltura-app-token'), join(modules, 'copy'), { recursive: true })
  const { credentials } = await t.kaltura()
  const said = await installed.run(node(20), ['start.mjs'], {
    CREDENTIALS: JSON.stringify(credentials),
  })
  t.deepEqual(JSON.parse(said), { sessions: 4, apart: true, known: true })
})

const CHUNK = `import { startAppTokenSession } from 'kaltura-app-token'
export const start = () => startAppTokenSession(JSON.parse(process.env.CREDENTIALS))`
const TWO_PROGRAMS = {
  'chunk.mjs': CHUNK,
  'late.mjs': `${CHUNK}\nexport const name = 'late'`,
  'a.mjs': `import { start } from './chunk.mjs'
const late = await import('./late.mjs')
console.log((await start()).partnerId === (await late.start()).partnerId)`,
  'b.mjs': CHUNK,
  'vite.config.mjs': `export default {
  logLevel: 'error',
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir: 'out',
    rollupOptions: {
      input: ['a.mjs', 'b.mjs'],
      output: { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
    },
  },
}`,
}

const splitters = {
  async Vite(installed) {
    await installed.run(bundlerNode(), [vite, 'build'])
  },
  async esbuild({ folder }) {
    await build({
      entryPoints: ['a', 'b'].map((name) => join(folder, `${name}.mjs`)),
      ...{ outdir: join(folder, 'out'), outExtension: { '.js': '.mjs' }, absWorkingDir: folder },
      ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', logLevel: 'error' },
    })
  },
}

for (const [name, split] of Object.entries(splitters)) {
  test(`programs split into chunks by ${name} carry the module once, and run`, async (t) => {
    const installed = await project(TWO_PROGRAMS)
    await split(installed)
    const inline = readFileSync(join(installed.folder, 'node_modules/kaltura-app-token/pkg/inline.js'), 'utf8')
    const [piece] = inline.match(/[\w+/]{400}/)
    const out = join(installed.folder, 'out')
    const carrying = readdirSync(out, { recursive: true })
      .filter((file) => file.endsWith('.mjs'))
      .flatMap((file) => readFileSync(join(out, file), 'utf8').split(piece).slice(1))
    t.equal(carrying.length, 1)

    const { credentials } = await t.kaltura()
    const said = await installed.run(node(20), ['out/a.mjs'], {
      CREDENTIALS: JSON.stringify(credentials),
    })
    t.equal(said.trim(), 'true')
  })
}

for (const noExternal of [false, true]) {
  const way = noExternal ? 'transformed' : 'left alone'
  test(`Vite's development server runs it ${way}, and again after a change`, async (t) => {
    const installed = await project({
      'chunk.mjs': CHUNK,
      'serve.mjs': `import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const vite = createRequire(${JSON.stringify(`${packages}/`)}).resolve('vite')
const { createServer } = await import(pathToFileURL(vite))
const server = await createServer({
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, ws: false, watch: null },
  ssr: { noExternal: ${noExternal} || undefined },
})
const load = () => server.ssrLoadModule('/chunk.mjs')
const first = await (await load()).start()
server.moduleGraph.invalidateAll()
const second = await (await load()).start()
console.log(first.ks !== second.ks)
await server.close()
process.exit()`,
    })
    const { credentials } = await t.kaltura()
    const said = await installed.run(bundlerNode(), ['serve.mjs'], {
      CREDENTIALS: JSON.stringify(credentials),
    })
    t.equal(said.trim(), 'true')
  })
}

// package.json's exports: what each host is led to, and what loading it does.
import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { node, NODE_VERSIONS } from '../runtimes/index.mjs'
import { test } from '../suite/harness.js'
import { project } from './project.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Those that are JavaScript, as specifiers. */
const specifiers = Object.entries(entries)
  .filter(([, targets]) => targets.types)
  .map(([name]) => name.replace('.', 'kaltura-app-token'))

const ORDER = ['types', 'workerd', 'edge-light', 'browser', 'default']

test('the conditions of every export stand in the order that their readers need', (t) => {
  for (const [name, targets] of Object.entries(entries)) {
    if (typeof targets === 'string') continue
    const conditions = Object.keys(targets)
    const wanted = ORDER.filter((condition) => conditions.includes(condition))
    t.ok(
      conditions.join() === wanted.join() && wanted.at(0) === 'types' && wanted.at(-1) === 'default',
      `${name} has ${conditions}`,
    )
  }
})

// The conditions that each host's own tools resolve by.
const HOSTS = {
  'Node, by import': [['node', 'import', 'module-sync'], 'index'],
  'Node, by require': [['node', 'require', 'module-sync'], 'index'],
  Deno: [['deno', 'node', 'import'], 'index'],
  Bun: [['bun', 'node', 'import'], 'index'],
  'wrangler and Vite for Workers': [['workerd', 'worker', 'browser', 'module', 'import'], 'workerd'],
  'Next.js for the edge': [['edge-light', 'worker', 'browser', 'module', 'import'], 'edge-light'],
  'a page': [['browser', 'module', 'import'], 'browser'],
}

for (const [host, [conditions, entry]] of Object.entries(HOSTS)) {
  test(`the conditions of ${host} lead to the entry ${entry}`, async (t) => {
    const { folder } = await project({ 'start.js': "export * from 'kaltura-app-token'" })
    const { metafile } = await build({
      ...{ entryPoints: [join(folder, 'start.js')], bundle: true, write: false, metafile: true },
      ...{ platform: 'neutral', format: 'esm', conditions, absWorkingDir: folder },
      external: ['*.wasm', '*.wasm?module'],
    })
    const [{ path }] = metafile.inputs['start.js'].imports
    t.equal(relative('node_modules/kaltura-app-token', path), `pkg/${entry}.js`)
  })
}

for (const version of NODE_VERSIONS) {
  // A single await at the top level of any module, and require() refuses it.
  test(`Node ${version} requires every entry: none awaits anything while it loads`, async (t) => {
    const script = `for (const name of ${JSON.stringify(specifiers)}) {
  if (Object.keys(require(name)).length === 0) throw new Error(name + ' has no exports')
}
console.log('all')`
    const installed = await project({ 'start.cjs': script })
    t.equal((await installed.run(node(version), ['--no-warnings', 'start.cjs'])).trim(), 'all')
  })
}

test('no entry sends, draws at random, sets a timer or compiles while it is loaded', async (t) => {
  const script = `
Error.stackTraceLimit = Infinity
const used = []
const forbid = (owner, name) => {
  const original = owner[name]
  Object.defineProperty(owner, name, {
    value(...args) {
      // Node loads things of its own meanwhile.
      if (new Error().stack.includes('kaltura-app-token/pkg')) used.push(name)
      return new.target ? new original(...args) : original.apply(this, args)
    },
  })
}
for (const name of ['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']) forbid(globalThis, name)
for (const name of ['getRandomValues', 'randomUUID']) forbid(crypto, name)
forbid(Math, 'random')
forbid(Date, 'now')
for (const name of ['Module', 'Instance', 'compile', 'instantiate']) forbid(WebAssembly, name)
for (const name of ${JSON.stringify(specifiers)}) require(name)
console.log(JSON.stringify(used))
process.exit()`
  const installed = await project({ 'start.cjs': script })
  t.equal((await installed.run(node(22), ['--no-warnings', 'start.cjs'])).trim(), '[]')
})

test('every entry exports the values that it declares, and declares all that it exports', async (t) => {
  const installed = await project({ 'names.mjs': NAMES })
  const said = await installed.run(node(22), ['names.mjs', JSON.stringify(specifiers)])
  const lists = JSON.parse(said)
  for (const [i, specifier] of specifiers.entries()) {
    const targets = entries[specifier.replace('kaltura-app-token', '.')]
    if (isLentFile(targets)) lists[i] = await namesOf(installed.folder, targets.workerd)
  }
  const all = [...new Set(lists.flat())]
  t.ok(all.length > 10)
  const known = all.map((name) => `'${name}'`).join(' | ')
  const lines = specifiers.flatMap((specifier, i) => [
    `import * as m${i} from '${specifier}'`,
    `const other${i}: [Exclude<keyof typeof m${i}, ${known}>] extends [never] ? true : false = true`,
    `void other${i}`,
    ...all.flatMap((name) => [
      ...(lists[i].includes(name) ? [] : [`// @ts-expect-error: ${specifier} doesn't export it`]),
      `void m${i}.${name}`,
    ]),
  ])
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2022', lib: ['es2022'], strict: true, noEmit: true },
    ...{ types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
  }
  const checked = await project({
    'names.ts': lines.join('\n'),
    'tsconfig.json': JSON.stringify({ compilerOptions, files: ['names.ts'] }),
  })
  await checked.run(join(root, 'node_modules/.bin/tsc'), ['-p', '.'])
})

const NAMES = `const lists = []
for (const name of JSON.parse(process.argv[2])) lists.push(Object.keys(await import(name)))
console.log(JSON.stringify(lists))`

test('the entries of one export have the same names, whatever the condition', async (t) => {
  const { folder } = await project({})
  for (const targets of Object.values(entries)) {
    if (typeof targets === 'string') continue
    const { types, ...files } = targets
    if (isLentFile(targets)) for (const name of ['default', 'browser']) delete files[name]
    const [wanted, ...others] = await Promise.all(Object.values(files).map((target) => namesOf(folder, target)))
    for (const names of others) t.deepEqual(names, wanted)
  }
})

/** An export of less than another whose files it is given, since that costs no host anything. */
const isLentFile = (targets) => targets !== entries['.'] && targets.default === entries['.'].default

/** What a file of the package that is installed in `folder` exports. */
async function namesOf(folder, target) {
  const { metafile } = await build({
    entryPoints: [join(folder, 'node_modules/kaltura-app-token', target)],
    ...{ bundle: true, write: false, metafile: true, outdir: folder, absWorkingDir: folder },
    ...{ platform: 'neutral', format: 'esm', external: ['*.wasm', '*.wasm?module', 'node:*'] },
  })
  return Object.values(metafile.outputs)[0].exports.sort()
}

test('no public declaration says any', (t) => {
  const folder = join(root, 'pkg')
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.d.ts'))
  t.ok(files.length >= 5)
  for (const name of files) {
    const code = readFileSync(join(folder, name), 'utf8').replaceAll(/\/\*.*?\*\/|\/\/.*/gs, (comment) =>
      comment.startsWith('//') ? '' : ' ',
    )
    const line = code.split('\n').find((text) => /\bany\b(?!\?)/.test(text))
    t.ok(line === undefined, `pkg/${name}: ${line}`)
  }
})

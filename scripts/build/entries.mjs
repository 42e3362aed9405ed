// Bundles the package's files into as few as possible, because Node takes half a millisecond for every file, and small,
// because a Worker is uploaded without being minified, and every byte is installed.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { readable } from './javascript.mjs'
import { importOf, publishedName, withPublishedImports } from './places.mjs'

/** Parts of several entries, which go into shared.js, so that they exist once. */
const SHARED = [
  ...['common/options.js', 'common/deadline.js', 'common/error.js', 'common/hex.js', 'common/host.js'],
  ...['runtime/load.js', 'stores/guarded-store.js', 'stores/seal.js', 'session/bind.js'],
  ...['common/tls.js', 'runtime/trap.js', 'ks/shell.js', 'manager/bind.js'],
]

/** Smaller when copied into the files that use it than as an export of shared.js. */
const COPIED = 'common/codes.js'

/** Contains a copy of parts of shared.js, to be small alone. */
const ALONE = ['entries/browser.js']

/** Contain `@__PURE__` comments, which are lost if white space is removed. */
const BINDING = [
  ...['index.js', 'node.js', 'workerd.js', 'edge-light.js'].map((name) => `entries/${name}`),
  ...['entries/sessions/workerd.js', 'entries/sessions/edge-light.js'],
  ...['emulator/index.js', 'emulator/workerd.js', 'emulator/edge-light.js'],
]

const ENTRIES = [
  ...BINDING,
  ...['entries/slim.js', 'stores/index.js', 'handler/index.js', 'emulator/node.js'],
  ...['emulator/shell.js', 'runtime/unpack.js'],
]

/** Only the types of these are imported, which Deno finds by the JavaScript. */
const TYPED = ['provider/index.js', 'manager/index.js']

/** Files that stay as they are, because the build has made them. */
const MADE = /^(.+\/)?(inline|kaltura_\w+)\.js$/

/**
 * The command line's files stay separate, because a command loads only what it needs.
 * @param {string} name
 */
const isOfCommandLine = (name) => /^cli\/.*\.js$/.test(name)

/**
 * Bundles `folder`, which contains src/js and what is generated for it, into `out`, which already contains the glue and the
 * inline modules.
 * @param {string} folder
 * @param {string} out
 */
export async function bundleEntries(folder, out) {
  const names = namesOf(folder)
  const entries = [...ENTRIES, ...names.filter(isOfCommandLine)]
  const contents = SHARED.map((name) => `export * from './${name}'`).join('\n')
  const shared = await bundle(folder, out, '.', {
    stdin: { contents, resolveDir: folder, sourcefile: 'shared.js' },
    ...{ outfile: join(out, 'shared.js'), outdir: undefined, metafile: true },
  })
  /** @param {string} name */
  const isShared = (name) => name !== COPIED && name in (shared.metafile?.inputs ?? {})
  /** @param {string} name */
  const placeOf = (name) => (isShared(name) ? 'shared.js' : entries.includes(name) && publishedName(name))
  const made = [shared, await bundle(folder, out, '.', { entries: ALONE })]
  /** @param {string} name */
  const folderOf = (name) => dirname(publishedName(name))
  for (const within of new Set(entries.map(folderOf))) {
    const here = entries.filter((name) => folderOf(name) === within)
    for (const minifyWhitespace of [true, false]) {
      const some = here.filter((name) => BINDING.includes(name) !== minifyWhitespace)
      made.push(await bundle(folder, out, within, { entries: some, minifyWhitespace }, placeOf))
    }
  }

  const files = made.flatMap(({ outputFiles = [] }) => outputFiles)
  const texts = new Map(files.map(({ path, text }) => [nameIn(out, path), text]))
  for (const name of TYPED) {
    const place = publishedName(name)
    texts.set(place, `export * from '${importOf('index.js', dirname(place))}'\n`)
  }
  for (const name of [...entries, ...ALONE, ...TYPED]) {
    const place = publishedName(name)
    texts.set(place, headOf(folder, name) + texts.get(place))
  }
  writeTexts(out, texts)
  writeTypes(folder, out)
  await checkImports(out, entries.map(publishedName))
}

/** Declarations that are published in the place where another file exports them all. */
const PARTS = ['common/error-types.d.ts', 'ks/types.d.ts', 'session/events.d.ts']

/**
 * The declarations of the file `name` in `folder`, its parts among them.
 * @param {string} folder
 * @param {string} name
 * @returns {string}
 */
function declarationsIn(folder, name) {
  const text = readFileSync(join(folder, name), 'utf8')
  /** @param {string} path */
  const partAt = (path) => PARTS.find((part) => part === posix.join(posix.dirname(name), path).replace(/js$/, 'd.ts'))
  return text
    .replace(/(?:^import type .* from '.+'\n)+\n/m, (lines) => (PARTS.includes(name) ? '' : lines))
    .replace(/(?:^import type .* from '(.+)'\n)+\n/m, (lines, path) => (partAt(path) ? '' : lines))
    .replace(/^export \* from '(.+)'\n/gm, (line, path) => {
      const part = partAt(path)
      return part ? declarationsIn(folder, part) : line
    })
}

/**
 * Copies the declarations of `folder`, which is laid out like src/js, to where they are published in `out`.
 * @param {string} folder
 * @param {string} out
 */
export function writeTypes(folder, out) {
  const names = namesOf(folder).filter((name) => name.endsWith('.d.ts') && !PARTS.includes(name))
  /** @param {string} name */
  const published = (name) => withPublishedImports(declarationsIn(folder, name), name)
  writeTexts(
    out,
    names.map((name) => [publishedName(name), published(name)]),
  )
}

/**
 * @param {string} out
 * @param {Iterable<[name: string, text: string]>} texts
 */
function writeTexts(out, texts) {
  for (const [name, text] of texts) {
    mkdirSync(dirname(join(out, name)), { recursive: true })
    writeFileSync(join(out, name), text)
  }
}

/**
 * Throws if a file imports something that another doesn't export, because SHARED may be incomplete.
 * @param {string} out
 * @param {string[]} entries
 */
async function checkImports(out, entries) {
  const { build } = await import('esbuild')
  await build({
    entryPoints: entries.map((name) => join(out, name)),
    ...{ bundle: true, write: false, format: 'esm', logLevel: 'error' },
    ...{ outdir: out, external: ['node:*', '*.wasm', '*.wasm?module'] },
  })
}

/**
 * Bundles for the folder `within` of `out`. Files for which `placeOf` returns a place are imported from there.
 * @param {string} folder
 * @param {string} out
 * @param {string} within
 * @param {import('esbuild').BuildOptions & { entries?: string[] }} options
 * @param {(name: string) => string | false | undefined} [placeOf]
 */
async function bundle(folder, out, within, { entries, ...options }, placeOf = () => undefined) {
  return readable({
    entryPoints: entries?.map((name) => ({ in: join(folder, name), out: publishedName(name).replace(/\.js$/, '') })),
    ...{ absWorkingDir: folder, outdir: out, external: ['node:*'] },
    ...{ logLevel: 'error', legalComments: 'inline' },
    banner: { js: '// Generated by `npm run build`.' },
    plugins: [apart(folder, within, placeOf)],
    ...options,
  })
}

/**
 * @param {string} folder
 * @param {string} within
 * @param {(name: string) => string | false | undefined} placeOf
 * @returns {import('esbuild').Plugin}
 */
const apart = (folder, within, placeOf) => ({
  name: 'apart',
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind === 'entry-point') return undefined
      const name = nameIn(folder, join(resolveDir, path))
      const isMade = MADE.test(name) || !name.endsWith('.js')
      const place = isMade ? name : placeOf(name)
      if (!place) return undefined
      return { path: importOf(place, within), external: true }
    })
  },
})

/**
 * @param {string} folder
 * @param {string} file
 */
const nameIn = (folder, file) => relative(folder, file).split(sep).join('/')

/** @param {string} folder */
function namesOf(folder) {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.split(sep).join('/'))
  return all.filter((name) => /\.(js|d\.ts)$/.test(name))
}

/**
 * The line that names the types for JSR, which must be the first.
 * @param {string} folder
 * @param {string} name
 */
function headOf(folder, name) {
  const file = join(folder, name)
  if (!existsSync(file)) return ''
  const [head = ''] = readFileSync(file, 'utf8').match(/^\/\/ @ts-self-types=.*\n/) ?? []
  return withPublishedImports(head, name)
}

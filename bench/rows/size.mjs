// What is installed, and what a bundle for a server carries.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const bench = fileURLToPath(new URL('..', import.meta.url))
const lock = JSON.parse(readFileSync(join(bench, 'package-lock.json'), 'utf8'))

/** The folders of a package and of all that it depends on, as the lock file lays them out. */
function closure(name) {
  const found = new Set()
  const add = (path) => {
    if (found.has(path)) return
    found.add(path)
    const { dependencies = {}, optionalDependencies = {} } = lock.packages[path]
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const place = resolved(path, needed)
      if (place) add(place)
    }
  }
  add(`node_modules/${name}`)
  return [...found]
}

function resolved(from, name) {
  for (let within = from; ; within = within.slice(0, within.lastIndexOf('node_modules/'))) {
    const place = `${within.replace(/\/?$/, '/')}node_modules/${name}`.replace(/^\//, '')
    if (place in lock.packages) return place
    if (within === '') return undefined
  }
}

/** The bytes of a package's own files. */
function bytesIn(folder) {
  let bytes = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue
    const path = join(folder, entry.name)
    bytes += entry.isDirectory() ? bytesIn(path) : statSync(path).size
  }
  return bytes
}

async function bundled(program) {
  const { outputFiles } = await build({
    entryPoints: [join(bench, 'programs', program)],
    ...{ bundle: true, write: false, minify: true, platform: 'node', format: 'esm' },
  })
  return gzipSync(outputFiles[0].contents, { level: 9 }).length
}

export async function measure() {
  const packages = closure('kaltura-client')
  const theirs = packages.reduce((sum, path) => sum + bytesIn(join(bench, path)), 0)
  const ours = bytesIn(join(bench, 'node_modules/kaltura-app-token'))
  const row = (id, name, unit, own, peer, ratio) => ({
    ...{ id, name, unit },
    samples: { 'kaltura-app-token': [own], 'kaltura-client': [peer] },
    wanted: [{ ours: 'kaltura-app-token', peer: 'kaltura-client', ratio }],
  })
  const bundles = [await bundled('start.mjs'), await bundled('start-kaltura-client.cjs')]
  return {
    rows: [
      row('installed', 'installed', 'MB', ours / 1e6, theirs / 1e6, 1 / 10),
      row('packages', 'packages installed', '', 1, packages.length, 1 / packages.length),
      row('bundle', 'bundle for a server, minified, gzip', 'KB', bundles[0] / 1e3, bundles[1] / 1e3, 1 / 3),
    ],
  }
}

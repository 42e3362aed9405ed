// npm run docs: docs/api, from the types of every entry that the package exports.
// npm run docs -- --check: makes it in a temporary folder, and compares.
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeTypes } from './build/entries.mjs'
import { installPackages } from './build/npm.mjs'

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const docs = join(root, 'docs/api')
const again = '`npm run docs` makes it anew'

/** `{ 'kaltura-app-token/slim': 'slim.d.ts' }` and so on. */
function entries() {
  const { name, exports } = JSON.parse(fs.readFileSync(join(root, 'package.json'), 'utf8'))
  return Object.fromEntries(
    Object.entries(exports)
      .filter(([, target]) => target.types)
      .map(([path, { types }]) => [path.replace('.', name), types.replace('./pkg/', '')]),
  )
}

/**
 * @param {string} types
 * @param {string} out
 */
async function generate(types, out) {
  await installPackages(join(root, 'scripts/docs'), (line) => console.log(`docs: ${line}`))
  const { writeReference } = await import('./docs/reference.mjs')
  writeTypes(join(root, 'src/js'), types)
  fs.copyFileSync(join(root, 'scripts/docs/tsconfig.json'), join(types, 'tsconfig.json'))
  await writeReference(types, entries(), out)
}

/**
 * @param {string} folder
 * @returns {[name: string, text: string][]}
 */
const textsIn = (folder) =>
  fs.existsSync(folder)
    ? fs
        .readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => [file.slice(folder.length + 1), fs.readFileSync(file, 'utf8')])
    : []

/**
 * @param {[name: string, text: string][]} made
 * @param {[name: string, text: string][]} kept
 */
function faults(made, kept) {
  const [want, have] = [new Map(made), new Map(kept)]
  const names = new Set([...want.keys(), ...have.keys()])
  return [...names].filter((name) => want.get(name) !== have.get(name)).sort()
}

const folder = fs.mkdtempSync(join(tmpdir(), 'kaltura-app-token-docs-'))
const temporary = join(folder, 'api')
try {
  await generate(join(folder, 'types'), temporary)
  if (process.argv.includes('--check')) {
    const found = faults(textsIn(temporary), textsIn(docs))
    if (found.length > 0) throw new Error(`docs/api is not of these types (${found.join(', ')}): ${again}`)
    console.log(`docs/api is what the types say, ${textsIn(docs).length} pages`)
  } else {
    fs.rmSync(docs, { recursive: true, force: true })
    fs.cpSync(temporary, docs, { recursive: true })
    console.log(`docs/api is written, ${textsIn(docs).length} pages`)
  }
} catch (error) {
  console.error(`docs: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
} finally {
  fs.rmSync(folder, { recursive: true, force: true })
}

// The layers of src/js: which folders a folder may import.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix, sep } from 'node:path'

/** Made by the build; it imports nothing. */
const GENERATED = /(^|\/)(inline|inflate|kaltura_\w+)\.(js|wasm)$/

/** The folders that a folder may import, besides itself and generated files. */
/** @type {Record<string, string[]>} */
const ARROWS = {
  common: [],
  runtime: ['common'],
  stores: ['common'],
  ks: ['common', 'runtime'],
  provider: ['common', 'runtime', 'stores'],
  session: ['common', 'runtime', 'provider'],
  manager: ['common', 'runtime', 'session'],
  handler: ['common', 'stores'],
  emulator: ['runtime'],
  entries: ['common', 'runtime', 'ks', 'session', 'manager'],
  cli: ['common', 'runtime', 'ks', 'emulator', 'entries'],
}

/**
 * Declarations are published together, so one may name another folder's types.
 * @param {string} name
 */
const isCode = (name) => name.endsWith('.js')

/**
 * Throws if an import in src/js is not allowed, or files import each other in a cycle.
 * @param {string} root
 */
export function importsFollowArrows(root) {
  const folder = join(root, 'src/js')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.split(sep).join('/'))
  const imports = new Map(names.filter(isCode).map((name) => [name, importsOf(folder, name)]))
  const faults = [...imports].flatMap(([name, targets]) => targets.map((it) => faultOf(folder, name, it)))
  const found = [...faults, circleIn(imports)].filter(Boolean)
  if (found.length > 0) throw new Error(found.join('\n'))
  return `${imports.size} files of JavaScript`
}

/**
 * The files that a file imports, statically or dynamically, as names in `folder`.
 * @param {string} folder
 * @param {string} name
 */
function importsOf(folder, name) {
  // In comments there are types, which nothing loads.
  const text = readFileSync(join(folder, name), 'utf8').replaceAll(/\/\*.*?\*\//gs, '')
  const specifiers = [...text.matchAll(/\b(?:from|import) ?\(?'(\.[^'?]*)/g)].map(([, specifier]) => specifier)
  return specifiers.map((specifier) => posix.join(posix.dirname(name), specifier))
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {string} target
 */
function faultOf(folder, name, target) {
  if (GENERATED.test(target)) return undefined
  if (!existsSync(join(folder, target))) return `src/js/${name} imports ${target}, which is not there`
  const [from, to] = [name, target].map((it) => it.split('/')[0])
  if (!Object.hasOwn(ARROWS, from)) return `scripts/test/imports.mjs has no arrows for src/js/${from}`
  return from === to || ARROWS[from].includes(to) ? undefined : `src/js/${name} must not import from ${to}: ${target}`
}

/**
 * Describes a cycle of imports.
 * @param {Map<string, string[]>} imports
 */
function circleIn(imports) {
  const done = new Set()
  /**
   * @param {string} name
   * @param {string[]} path
   * @returns {string | undefined}
   */
  const visit = (name, path) => {
    if (path.includes(name)) return `a circle of imports: ${[...path.slice(path.indexOf(name)), name].join(' -> ')}`
    if (done.has(name)) return undefined
    for (const target of imports.get(name) ?? []) {
      const circle = visit(target, [...path, name])
      if (circle) return circle
    }
    done.add(name)
    return undefined
  }
  for (const name of imports.keys()) {
    const circle = visit(name, [])
    if (circle) return circle
  }
  return undefined
}

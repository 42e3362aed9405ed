// The layers of src: a Rust file may use its own folder, and folders further down in this list.
import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'

/** Folders on one line must not use each other. */
const LAYERS = [
  ['wasm'],
  ['provider', 'manager', 'emulator'],
  ['options'],
  ['call'],
  ['exchange'],
  ['error'],
  ['session'],
  ['retry'],
  ['kaltura'],
  ['ks'],
  ['audit', 'clock', 'ending', 'redact'],
  ['derive', 'secret'],
  ['base64', 'decimal', 'intake', 'text', 'work'],
]
const LAYER_OF = new Map(LAYERS.flatMap((names, layer) => names.map((name) => [name, layer])))

/**
 * Throws if a `use` is not allowed, or files of the pure modules use each other in a cycle.
 * @param {string} root
 */
export function usesFollowArrows(root) {
  const files = rustFiles(root)
  const modules = new Set(files.map(({ module }) => module.join('/')))
  const used = new Map(files.map((file) => [file.module.join('/'), usesOf(file, modules)]))
  const faults = [...used].flatMap(([from, targets]) => targets.map((to) => faultOf(from, to)))
  const found = [...faults, circleIn(used)].filter(Boolean)
  if (found.length > 0) throw new Error(found.join('\n'))
  return `${files.length} files of Rust`
}

/**
 * The files of src without tests: path, module path, and text without comments.
 * @param {string} root
 */
export function rustFiles(root) {
  const folder = join(root, 'src')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.split(sep).join('/'))
  return names
    .filter((name) => name.endsWith('.rs') && !/(^|\/)(tests|mint\/(model|scenes))(\.rs|\/)/.test(name))
    .map((name) => {
      const text = readFileSync(join(folder, name), 'utf8').replace(/^#\[cfg\(test\)\]\nmod \w+ \{[\s\S]*/m, '')
      const module = name
        .replace(/\.rs$/, '')
        .split('/')
        .filter((it) => it !== 'mod' && it !== 'lib')
      return { path: `src/${name}`, module, text, code: text.replaceAll(/\/\/.*$/gm, '') }
    })
}

/**
 * The modules that a file names by `crate::` or `super::`.
 * @param {{ module: string[], code: string }} file
 * @param {Set<string>} modules
 */
function usesOf({ module, code }, modules) {
  const targets = new Set()
  for (const [, start, path] of code.matchAll(/\b(crate|super(?:::super)*)::((?:\w+::)*\w*)/g)) {
    const above = start === 'crate' ? [] : module.slice(0, module.length - start.split('::').length)
    const target = [...above, ...path.split('::')]
    while (!modules.has(target.join('/'))) target.pop()
    targets.add(target.join('/'))
  }
  return [...targets]
}

/**
 * @param {string} from
 * @param {string} to
 */
function faultOf(from, to) {
  const [here, there] = [from, to].map((it) => it.split('/')[0])
  // The crate's root only declares modules.
  if (here === '' || there === '' || here === there) return undefined
  const [upper, lower] = [here, there].map((name) => LAYER_OF.get(name))
  if (upper === undefined) return `scripts/test/layers.mjs has no layer for src/${here}`
  return lower !== undefined && upper < lower ? undefined : `src/${from} must not use ${to}`
}

/**
 * Describes a cycle of files. A module that uses its parent is not a cycle, because the parent consists of its parts.
 * @param {Map<string, string[]>} used
 */
function circleIn(used) {
  const done = new Set()
  /**
   * @param {string} name
   * @param {string[]} path
   * @returns {string | undefined}
   */
  const visit = (name, path) => {
    if (path.includes(name)) return `a circle: ${[...path.slice(path.indexOf(name)), name].join(' -> ')}`
    if (done.has(name)) return undefined
    for (const target of used.get(name) ?? []) {
      if (target === name || `${name}/`.startsWith(`${target}/`) || target === '') continue
      const circle = visit(target, [...path, name])
      if (circle) return circle
    }
    done.add(name)
    return undefined
  }
  for (const name of used.keys()) {
    const circle = visit(name, [])
    if (circle) return circle
  }
  return undefined
}

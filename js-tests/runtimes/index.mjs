// Where the runtimes' programs are: in the registry package for this machine's platform.
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const folder = dirname(fileURLToPath(import.meta.url))
const packages = join(folder, 'node_modules')

export const NODE_VERSIONS = [20, 22, 24, 26]

/** @param {number} version */
export const node = (version) => program('', `node-${version}-`, 'bin/node')
export const deno = () => program('@deno', '', 'deno')
export const bun = () => program('@oven', 'bun-', 'bin/bun')
export const workerd = () => program('@cloudflare', 'workerd-', 'bin/workerd')

/** A package of this folder's, such as `edge-runtime`. */
export const require = createRequire(import.meta.url)

/**
 * @param {string} scope
 * @param {string} prefix
 * @param {string} path
 */
function program(scope, prefix, path) {
  const within = join(packages, scope)
  const found = (existsSync(within) ? readdirSync(within) : [])
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(within, name, path))
    .find((file) => existsSync(file))
  if (!found) throw new Error(`no ${scope}/${prefix}* with ${path} in ${packages}`)
  return found
}

// Where the bundlers are, and the Node that they run on.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { node } from '../runtimes/index.mjs'

/** The folder that their packages are in. */
export const packages = fileURLToPath(new URL('node_modules', import.meta.url))

export const vite = join(packages, 'vite/bin/vite.js')
export const wrangler = join(packages, 'wrangler/bin/wrangler.js')

/** wrangler asks for a newer Node than the package does. */
export const bundlerNode = () => node(24)

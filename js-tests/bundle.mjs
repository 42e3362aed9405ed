// Code as a bundler makes one file of it, for a host with a given `exports` condition.
import { basename, dirname } from 'node:path'
import { build } from 'esbuild'

/**
 * `{ script, modules }`: the text, and the WebAssembly modules by the name it has for them.
 * @param {string} entry
 * @param {string} condition
 * @param {import('esbuild').BuildOptions} [options]
 */
export async function bundle(entry, condition, options) {
  const { outputFiles = [] } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    outdir: dirname(entry),
    conditions: [condition],
    assetNames: '[name]',
    logLevel: 'error',
    ...options,
  })
  const script = outputFiles.find(({ path }) => path.endsWith('.js'))?.text ?? ''
  const modules = outputFiles.filter(({ path }) => path.endsWith('.wasm'))
  return {
    script,
    modules: modules.map(({ path, contents }) => ({ name: basename(path), contents })),
  }
}

/**
 * A Worker's: an ES module, and the WebAssembly modules that it imports.
 * @param {string} entry
 * @param {import('esbuild').BuildOptions} [options]
 */
export const bundleWorker = (entry, options) =>
  bundle(entry, 'workerd', {
    format: 'esm',
    loader: { '.wasm': 'copy' },
    external: ['cloudflare:*'],
    ...options,
  })

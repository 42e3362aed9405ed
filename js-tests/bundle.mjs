// The suite as one file, as a bundler makes it for a host with the given `exports` condition.
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))

/** `{ script, modules }`: the text, and the WebAssembly modules by the name it has for them. */
export async function bundleSuite(condition, options) {
  const { outputFiles } = await build({
    entryPoints: [join(here, 'bundled.js')],
    bundle: true,
    write: false,
    outdir: here,
    conditions: [condition],
    // The package has no side effects; its tests, in the same folder tree, have nothing else.
    ignoreAnnotations: true,
    assetNames: '[name]',
    logLevel: 'error',
    ...options,
  })
  const { text: script } = outputFiles.find(({ path }) => path.endsWith('bundled.js'))
  const modules = outputFiles.filter(({ path }) => path.endsWith('.wasm'))
  return {
    script,
    modules: modules.map(({ path, contents }) => ({ name: basename(path), contents })),
  }
}

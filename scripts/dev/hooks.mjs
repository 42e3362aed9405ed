// Resolves `kaltura-app-token` to src/js. The build's output (WebAssembly and its glue) comes from target/dev if that was
// built, otherwise from pkg/.
import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { sourceNames } from '../build/places.mjs'

const root = new URL('../../', import.meta.url)
const source = new URL('src/js/', root).href
const packed = new URL('pkg/', root).href
const built = [new URL('target/dev/', root).href, packed]

/** @param {URL} url */
const isFile = (url) => existsSync(fileURLToPath(url))

/**
 * Where the source is of the file that pkg/ has by this name, or the file itself if it is generated.
 * @param {string} name
 */
function placeOf(name) {
  const sources = sourceNames(name).map((it) => new URL(it, source))
  return [...sources, ...built.map((folder) => new URL(name, folder))].find(isFile)?.href
}

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, next) {
  const parent = context.parentURL
  const folder = [source, ...built].find((it) => parent?.startsWith(it))
  if (folder && specifier.startsWith('.')) {
    const name = new URL(specifier, parent).href.slice(folder.length)
    const url = placeOf(name)
    if (url) return { url, shortCircuit: true }
    // Inflates where there is no node:zlib, which Node has.
    if (name === 'runtime/inflate.js') return { url: 'data:text/javascript,export let inflate', shortCircuit: true }
  }
  const resolved = await next(specifier, context)
  if (!resolved.url.startsWith(packed)) return resolved
  const url = placeOf(resolved.url.slice(packed.length))
  return url ? { ...resolved, url: pathToFileURL(fileURLToPath(url)).href } : resolved
}

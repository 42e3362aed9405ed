// Maps files of src/js to their places in pkg/, and back.
import { posix } from 'node:path'

/** The folders that differ: `[in src/js, in pkg/]`. */
const MOVED = [
  ['entries/', ''],
  ['provider/index.', 'provider.'],
  ['runtime/unpack.', 'unpack.'],
]

/**
 * The name in pkg/ of the file `source` of src/js, or of a folder with the same layout.
 * @param {string} source
 */
export function publishedName(source) {
  const [from, to] = MOVED.find(([from]) => source.startsWith(from)) ?? ['', '']
  return to + source.slice(from.length)
}

/**
 * The possible names in src/js of the file `published` of pkg/.
 * @param {string} published
 */
export const sourceNames = (published) => [
  ...MOVED.filter(([, to]) => published.startsWith(to)).map(([from, to]) => from + published.slice(to.length)),
  published,
]

/**
 * The import path of `name` from a file in the folder `within` of the same tree.
 * @param {string} name
 * @param {string} within
 */
export function importOf(name, within) {
  const path = posix.relative(within, name)
  return path.startsWith('.') ? path : `./${path}`
}

/**
 * The text of the source file `source`, with relative imports for pkg/.
 * @param {string} text
 * @param {string} source
 */
export function withPublishedImports(text, source) {
  const within = posix.dirname(publishedName(source))
  return text.replace(/((?:from|import) '|ts-self-types=")(\.[^'"]+)/g, (_, lead, path) => {
    const target = publishedName(posix.join(posix.dirname(source), path))
    return lead + importOf(target, within)
  })
}

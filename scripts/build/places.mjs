// Where in pkg/ a file of src/js is published, and where in src/js the source of a published one is.
import { posix } from 'node:path'

/** Published in another folder than the source's: `[of src/js, of pkg/]`. */
const MOVED = [
  ['entries/', ''],
  ['provider/index.', 'provider.'],
  ['runtime/unpack.', 'unpack.'],
]

/**
 * The name in pkg/ of the file that src/js, or a folder laid out like it, calls `source`.
 * @param {string} source
 */
export function publishedName(source) {
  const [from, to] = MOVED.find(([from]) => source.startsWith(from)) ?? ['', '']
  return to + source.slice(from.length)
}

/**
 * The names that what pkg/ calls `published` may have in src/js.
 * @param {string} published
 */
export const sourceNames = (published) => [
  ...MOVED.filter(([, to]) => published.startsWith(to)).map(([from, to]) => from + published.slice(to.length)),
  published,
]

/**
 * How `name` is imported from a file in the folder `within`, both of one tree.
 * @param {string} name
 * @param {string} within
 */
export function importOf(name, within) {
  const path = posix.relative(within, name)
  return path.startsWith('.') ? path : `./${path}`
}

/**
 * The text of the source file `source`, with relative imports as they are to be in pkg/.
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

// A generated part of README.md, between two marks.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * `{ file, before, written, after }`: `what` names that part in errors.
 * @param {string} root
 * @param {{ begin: string, end: string, what: string }} options
 */
export function partOfReadme(root, { begin, end, what }) {
  const file = join(root, 'README.md')
  const text = readFileSync(file, 'utf8')
  const from = text.indexOf(begin) + begin.length
  const to = text.indexOf(end)
  if (from < begin.length || to < from)
    throw new Error(`README.md has no ${what} between ${begin.trim()} and ${end.trim()}`)
  return { file, before: text.slice(0, from), written: text.slice(from, to), after: text.slice(to) }
}

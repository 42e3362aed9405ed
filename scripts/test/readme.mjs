// The part of README.md that a script writes, between two marks.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `{ file, before, written, after }`: `what` is in it, for who finds it gone. */
export function partOfReadme(root, { begin, end, what }) {
  const file = join(root, 'README.md')
  const text = readFileSync(file, 'utf8')
  const from = text.indexOf(begin) + begin.length
  const to = text.indexOf(end)
  if (from < begin.length || to < from) throw new Error(`README.md has lost its ${what}`)
  return { file, before: text.slice(0, from), written: text.slice(from, to), after: text.slice(to) }
}

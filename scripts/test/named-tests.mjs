// Checks that the tests that pages name exist.
//
// A section begins with a heading of `level`, and has lines such as
//   - `suite/secrets.js`: no secret stays in the memory of wasm after a call
// Names of Rust tests are written with blanks; `…` stands for a variable part.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Returns the headings of the sections in `text`; throws unless each names tests, and all of them exist.
 * @param {string} text
 * @param {string} level
 * @param {(file: string) => string} folderOf
 */
export function sectionsWithTests(text, level, folderOf) {
  const [, ...sections] = text.split(new RegExp(`^${level} `, 'm'))
  const headings = sections.map((section) => section.split('\n')[0])
  const missing = sections.flatMap((section, index) => {
    const tests = [...section.matchAll(/^ *- `(.+?)`: (.+)$/gm)]
    if (tests.length === 0) return [`no test for ${headings[index]}`]
    return tests
      .filter(([, file, name]) => !isNamed(readFileSync(join(folderOf(file), file), 'utf8'), file, name))
      .map(([, file, name]) => `${file} has no test named: ${name}`)
  })
  if (missing.length > 0) throw new Error(missing.join('\n'))
  return headings
}

/**
 * Whether the parts of the name occur in order; quotes may be escaped.
 * @param {string} source
 * @param {string} file
 * @param {string} name
 */
function isNamed(source, file, name) {
  const isRust = file.endsWith('.rs')
  const text = source.replaceAll("\\'", "'")
  const words = isRust ? `fn ${name.replaceAll(' ', '_')}(` : name
  let at = 0
  return words.split('…').every((part) => {
    at = text.indexOf(part, at)
    return at !== -1
  })
}

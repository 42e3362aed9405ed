// js-tests/complaints.md names tests: whether they are still there, by those names.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const HOW_MANY = 15

export function complaintsAreTested(root) {
  const folder = join(root, 'js-tests')
  const [, ...complaints] = readFileSync(join(folder, 'complaints.md'), 'utf8').split(/^## /m)
  if (complaints.length !== HOW_MANY) throw new Error(`${complaints.length} complaints instead of ${HOW_MANY}`)

  const missing = complaints.flatMap((complaint) => {
    const tests = [...complaint.matchAll(/^- `(.+?)`: (.+)$/gm)]
    if (tests.length === 0) return [`no test for ${complaint.split('\n')[0]}`]
    return tests
      .filter(([, file, name]) => !isNamed(readFileSync(join(folder, file), 'utf8'), name))
      .map(([, file, name]) => `js-tests/${file} has no test named: ${name}`)
  })
  if (missing.length > 0) throw new Error(missing.join('\n'))
  return `${HOW_MANY} complaints, each with a test`
}

/** Each part of the name, and in its order; a quote in it may be escaped there. */
function isNamed(source, name) {
  const text = source.replaceAll("\\'", "'")
  let at = 0
  return name.split('…').every((part) => {
    at = text.indexOf(part, at)
    return at !== -1
  })
}

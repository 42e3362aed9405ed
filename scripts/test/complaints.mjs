// Checks that the tests that js-tests/complaints.md names exist.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sectionsWithTests } from './named-tests.mjs'

const HOW_MANY = 15

/** @param {string} root */
export function complaintsAreTested(root) {
  const folder = join(root, 'js-tests')
  const complaints = sectionsWithTests(readFileSync(join(folder, 'complaints.md'), 'utf8'), '##', () => folder)
  if (complaints.length !== HOW_MANY) throw new Error(`${complaints.length} complaints instead of ${HOW_MANY}`)
  return `${HOW_MANY} complaints, each with a test`
}

// Checks that the tests that SECURITY.md names exist.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sectionsWithTests } from './named-tests.mjs'

const DEFENDED = /^## What is defended$(.*?)^## /ms

/** @param {string} root */
export function claimsAreTested(root) {
  const page = readFileSync(join(root, 'SECURITY.md'), 'utf8')
  const [, defended] = DEFENDED.exec(page) ?? []
  if (!defended) throw new Error('SECURITY.md has no section "What is defended"')
  /** @param {string} file */
  const folderOf = (file) => (file.startsWith('src/') || file.startsWith('scripts/') ? root : join(root, 'js-tests'))
  return `${sectionsWithTests(defended, '###', folderOf).length} claims, each with its tests`
}

// Puts one faulty file in the place of one of src/js: `MUTANT` is `{ url, file }` in JSON.
import { readFileSync } from 'node:fs'

const { url: replaced, file } = JSON.parse(process.env.MUTANT ?? '{}')

/**
 * @param {string} url
 * @param {import('node:module').LoadHookContext} context
 * @param {Parameters<import('node:module').LoadHook>[2]} next
 */
export function load(url, context, next) {
  if (url !== replaced) return next(url, context)
  return { format: 'module', source: readFileSync(file, 'utf8'), shortCircuit: true }
}

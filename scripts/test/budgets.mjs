// How large what is installed or deployed may get, in bytes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sizes, sizeTable } from '../build/sizes.mjs'

const KB = 1024
const budgets = {
  'pkg/kaltura_app_token.wasm': { raw: 172 * KB, brotli: 68 * KB },
  'pkg/ks/kaltura_ks.wasm': { raw: 96 * KB, brotli: 38 * KB },
}

export function withinBudgets(root) {
  const files = Object.keys(budgets).map((name) => ({
    name,
    bytes: readFileSync(join(root, name)),
  }))
  const over = files.flatMap(({ name, bytes }) => {
    const size = sizes(bytes)
    return Object.entries(budgets[name])
      .filter(([measure, most]) => size[measure] > most)
      .map(([measure, most]) => `${name} is ${size[measure]} bytes ${measure}, over ${most}`)
  })
  if (over.length > 0) throw new Error(`${over.join('\n')}\n\n${sizeTable(files)}`)
  return files
    .map(({ name, bytes }) => `${name}: ${sizes(bytes).raw} raw, ${sizes(bytes).brotli} brotli`)
    .join('; ')
}

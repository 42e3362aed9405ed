// A file of code has one subject, so it has at most 400 lines, without the tests in it.
import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { rustFiles } from './layers.mjs'

const MOST_LINES = 400

/**
 * Throws if a file of src or scripts is longer.
 * @param {string} root
 */
export function filesAreShort(root) {
  const scripts = ['src/js', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.split(sep).join('/')}`)
      .filter((name) => /\.m?js$/.test(name) && !name.includes('node_modules/'))
      .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })),
  )
  const long = [...rustFiles(root), ...scripts]
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > MOST_LINES)
  if (long.length > 0) throw new Error(long.map(({ path, lines }) => `${path} has ${lines} lines`).join('\n'))
}

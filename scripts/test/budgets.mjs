// Checks sizes against their budgets, and writes README.md's table of them.
import { writeFileSync } from 'node:fs'
import { measureAll } from './measures.mjs'
import { partOfReadme } from './readme.mjs'

const PART = {
  begin: '<!-- sizes: written by `npm run sizes` -->\n',
  end: '<!-- end of sizes -->\n',
  what: 'table of sizes',
}
/** @type {(keyof import('./measures.mjs').Size)[]} */
const MEASURES = ['raw', 'gzip', 'brotli']
/** The table needn't be updated for every byte. */
const TOLERANCE = 0.03

/** @param {string} root */
export async function withinBudgets(root) {
  const measured = await measureAll(root)
  const over = measured.flatMap(({ name, size, most }) =>
    MEASURES.filter((measure) => (size[measure] ?? 0) > (most[measure] ?? Infinity)).map(
      (measure) => `${name}: ${size[measure]} bytes ${measure}, over ${most[measure]}`,
    ),
  )
  if (over.length > 0) throw new Error(over.join('\n'))
  checkTable(root, measured)
  return measured.map(({ name, size }) => `${name} ${Object.values(size).map(inKb).join('/')} KB`).join('; ')
}

/** @param {string} root */
export async function writeSizeTable(root) {
  const { file, before, after } = partOfReadme(root, PART)
  writeFileSync(file, `${before}${table(await measureAll(root))}${after}`)
}

/**
 * @param {string} root
 * @param {import('./measures.mjs').Measured[]} measured
 */
function checkTable(root, measured) {
  const written = partOfReadme(root, PART).written.trim().split('\n').slice(2)
  const isRight = measured.every(({ name, size }, index) => {
    const [, said, ...numbers] = (written[index] ?? '').split('|').map((cell) => cell.trim())
    return said === name && MEASURES.every((measure, i) => isNear(numbers[i], size[measure]))
  })
  if (!isRight || written.length !== measured.length) {
    throw new Error(`README.md's table of sizes is out of date; \`npm run sizes\` puts it right\n\n${table(measured)}`)
  }
}

/**
 * @param {string} said
 * @param {number | undefined} size
 */
function isNear(said, size) {
  if (size === undefined) return said === ''
  return Math.abs(Number(said) - size / 1024) <= Math.max(0.5, (TOLERANCE * size) / 1024)
}

/** @param {import('./measures.mjs').Measured[]} measured */
function table(measured) {
  /** @param {string[]} cells */
  const row = (cells) => `| ${cells.join(' | ')} |\n`
  return [
    row(['KB', ...MEASURES]),
    row(['---', '---:', '---:', '---:']),
    ...measured.map(({ name, size }) => row([name, ...MEASURES.map((it) => inKb(size[it]))])),
  ].join('')
}

/** @param {number | undefined} bytes */
const inKb = (bytes) => (bytes === undefined ? '' : String(Math.round(bytes / 1024)))

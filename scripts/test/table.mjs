// README.md's table of runtimes, from what their runners have printed.
import { writeFileSync } from 'node:fs'
import { partOfReadme } from './readme.mjs'

const PART = {
  begin: '<!-- runtimes: written by `npm run runtimes` -->\n',
  end: '<!-- end of runtimes -->\n',
  what: 'table of runtimes',
}

/**
 * `said`: a line of each runner's, as js-tests/report.mjs prints it.
 * @param {string[]} said
 */
export function runtimeTable(said) {
  const rows = said.map((line) => {
    const [, runtime, passed] = line.match(/^(.+): (\d+) passed, 0 failed$/) ?? []
    if (!runtime) throw new Error(`this is no runner's line: ${line}`)
    return `| ${runtime} | ${passed} |\n`
  })
  return ['| runtime | tests passed |\n', '| --- | --- |\n', ...rows].join('')
}

/**
 * @param {string} root
 * @param {string[]} said
 */
export function writeRuntimeTable(root, said) {
  const { file, before, after } = partOfReadme(root, PART)
  writeFileSync(file, `${before}${runtimeTable(said)}${after}`)
}

/**
 * @param {string} root
 * @param {string[]} said
 */
export function checkRuntimeTable(root, said) {
  const { written: table } = partOfReadme(root, PART)
  const seen = runtimeTable(said)
  if (table !== seen) {
    throw new Error(
      `README.md's table of runtimes is not what they have just said; ` +
        `\`npm run runtimes\` puts it right\n\n${seen}`,
    )
  }
}

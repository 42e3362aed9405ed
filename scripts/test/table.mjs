// README.md's table of runtimes, from what their runners have printed.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const BEGIN = '<!-- runtimes: written by `npm run runtimes` -->\n'
const END = '<!-- end of runtimes -->\n'

/** `said`: a line of each runner's, as js-tests/report.mjs prints it. */
export function runtimeTable(said) {
  const rows = said.map((line) => {
    const [, runtime, passed] = line.match(/^(.+): (\d+) passed, 0 failed$/) ?? []
    if (!runtime) throw new Error(`this is no runner's line: ${line}`)
    return `| ${runtime} | ${passed} |\n`
  })
  return ['| runtime | tests passed |\n', '| --- | --- |\n', ...rows].join('')
}

export function writeRuntimeTable(root, said) {
  const { file, before, after } = readme(root)
  writeFileSync(file, `${before}${runtimeTable(said)}${after}`)
}

export function checkRuntimeTable(root, said) {
  const { table } = readme(root)
  const seen = runtimeTable(said)
  if (table !== seen) {
    throw new Error(
      `README.md's table of runtimes is not what they have just said; ` +
        `\`npm run runtimes\` puts it right\n\n${seen}`,
    )
  }
}

function readme(root) {
  const file = join(root, 'README.md')
  const text = readFileSync(file, 'utf8')
  const start = text.indexOf(BEGIN) + BEGIN.length
  const end = text.indexOf(END)
  if (start < BEGIN.length || end < start) throw new Error('README.md has lost its table of runtimes')
  return { file, before: text.slice(0, start), table: text.slice(start, end), after: text.slice(end) }
}

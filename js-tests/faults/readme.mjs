// node readme.mjs [--check]: the matrix's totals, between two marks in docs/faults.md. With --check,
// whether they are there as they should be.
import { readFileSync, writeFileSync } from 'node:fs'
import { columns, columnsOf } from './columns.js'
import { groups } from './rows/index.js'

const BEGIN = '<!-- faults: written by `node js-tests/faults/readme.mjs` -->'
const END = '<!-- end of faults -->'

const names = Object.keys(columns)
const countOf = (rows, column) => rows.filter((row) => columnsOf(row).includes(column)).length
const sum = (numbers) => numbers.reduce((all, number) => all + number, 0)

function line(what, rows) {
  const calls = names.map((column) => countOf(rows, column))
  return `| ${[what, rows.length, ...calls, sum(calls)].join(' | ')} |`
}

const all = Object.values(groups).flat()
const written = [
  `| what goes wrong | rows | ${names.map((name) => `\`${name}\``).join(' | ')} | calls |`,
  `| --- |${' ---: |'.repeat(names.length + 2)}`,
  ...Object.entries(groups).map(([what, rows]) => line(what, rows)),
  line('**all of it**', all),
].join('\n')

const file = new URL('../../docs/faults.md', import.meta.url)
const page = readFileSync(file, 'utf8')
const [before, rest] = page.split(BEGIN)
const after = rest?.split(END)[1]
if (after === undefined) throw new Error(`docs/faults.md has no ${BEGIN} and ${END}`)
const updated = `${before}${BEGIN}\n${written}\n${END}${after}`

if (!process.argv.includes('--check')) writeFileSync(file, updated)
else if (updated !== page) {
  throw new Error("docs/faults.md doesn't have the matrix's totals: run node js-tests/faults/readme.mjs")
}
console.log(`${all.length} rows, ${sum(names.map((column) => countOf(all, column)))} calls`)

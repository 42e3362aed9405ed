// The matrix in words.
import { columnsOf } from './columns.js'
import { by } from './judge.js'
import { rows } from './rows/index.js'

/** A line for each row: what happens, to what, and what each way to a session made of it. */
export function table(wanted, results) {
  const wrongs = new Map(results.map(({ row, column, wrong }) => [`${row} ${column}`, wrong]))
  const lines = wanted.map((index) => {
    const row = rows[index]
    const cells = columnsOf(row).map((column) => {
      const wrong = wrongs.get(`${index} ${column}`)
      const mark = wrong === undefined ? 'missing' : wrong.length === 0 ? 'ok' : 'WRONG'
      return `${column}: ${by(column, row.expect)} ${mark}`
    })
    return [row.name, `${row.times ?? 'every'} ${row.at}`, ...cells]
  })
  return lines.map((cells) => cells.join(' | ')).join('\n')
}

/** The total in one line, and what is wrong after it. */
export function summary(runtime, wanted, { results, faults, looks }) {
  const wrong = results.filter((one) => one.wrong.length > 0)
  const planned = wanted.flatMap((index) => columnsOf(rows[index])).length
  const lines = wrong.map(({ row, column, wrong: reasons }) => {
    const { name, times, at, expect } = rows[row]
    return `\n  ${name}, ${times ?? 'every'} ${at}, ${column}: expected ${by(column, expect)}\n    ${reasons.join('\n    ')}`
  })
  const problems = [...faults, ...(results.length < planned ? [`${planned - results.length} calls are missing`] : [])]
  const failed = wrong.length > 0 || problems.length > 0
  return {
    failed,
    text: [
      `${runtime}: ${results.length - wrong.length} of ${planned} calls in ${wanted.length} rows as expected, ` +
        `${looks} looks for secrets`,
      ...lines,
      ...problems.map((problem) => `\n  ${problem}`),
    ].join('\n'),
  }
}

// Samples as results, and results as rows of text.
import { ratios, summary } from '../measure.mjs'
import { reasons } from './reasons.mjs'

const OURS = 'kaltura-app-token'
const BEGIN = '<!-- bench: written by `npm run bench` -->'
const END = '<!-- end of bench -->'

const mapped = (object, map) => Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]))

/** What is kept of a run: medians with their quartiles. */
export function resultOf({ rows, growth }) {
  return {
    rows: rows.map(({ samples, wanted, ...row }) => ({
      ...row,
      contenders: mapped(samples, (list) => rounded(summary(list))),
      ratios: mapped(ratios(samples, OURS), rounded),
      wanted: wanted.map((goal) => {
        const { median, low, high } = rounded(ratios(samples, goal.ours)[goal.peer])
        return { ...goal, got: median, low, high, reached: median <= goal.ratio }
      }),
    })),
    growth: growth.map(({ points, ...curve }) => ({
      ...curve,
      points: points.map((samples) => mapped(samples, (list) => significant(summary(list).median))),
    })),
  }
}

const significant = (number) => Number(number.toPrecision(4))
const rounded = (numbers) => mapped(numbers, significant)

/** A number as one would say it. */
export function said(number, unit) {
  const digits = number >= 100 ? 0 : number >= 10 ? 1 : 2
  const text = Number.isInteger(number) ? String(number) : number.toFixed(digits)
  const grouped = text.replace(/\B(?=(\d{3})+$)/, '\u202f')
  return unit === '' ? grouped : `${grouped} ${unit}`
}

/** A ratio as one would say it. */
export const ratioSaid = (number) => (number < 0.1 ? number.toFixed(3) : number.toFixed(2))

/** The table for a terminal. */
export function table({ rows }) {
  const lines = rows.flatMap((row) => [
    row.name,
    ...Object.entries(row.contenders).map(([name, { median, low, high }]) => {
      const ratio = row.ratios[name]
      const against = ratio
        ? `ours is ${ratioSaid(ratio.median)} of it (${ratioSaid(ratio.low)} to ${ratioSaid(ratio.high)})`
        : ''
      const range = low === high ? '' : `(${said(low, '')} to ${said(high, '')})`
      return `    ${name.padEnd(24)} ${said(median, row.unit).padStart(12)} ${range.padEnd(20)} ${against}`.trimEnd()
    }),
    ...row.wanted.map(
      ({ ours, peer, ratio, got, reached }) =>
        `    ${reached ? 'reached:' : 'NOT REACHED:'} ${ours} at most ${ratioSaid(ratio)} of ${peer}, is ${ratioSaid(got)}`,
    ),
  ])
  return lines.join('\n')
}

/** The page with this result between its marks. */
export function intoPage(page, result) {
  const [before, rest] = page.split(BEGIN)
  const after = rest?.split(END)[1]
  if (after === undefined) throw new Error(`docs/measured.md has no ${BEGIN} … ${END}`)
  return `${before}${BEGIN}\n${markdown(result)}\n${END}${after}`
}

function markdown({ on, rows }) {
  return [
    ...markdownTable(rows.filter(({ detail }) => !detail)),
    '',
    `Medians, and in brackets quartiles of the ratio, on ${on}.`,
    ...details(rows.filter(({ detail }) => detail)),
    ...unreached(rows),
  ].join('\n')
}

function markdownTable(rows) {
  const cells = (row) => [row.name, ours(row), peers(row), goals(row)]
  return [
    '| | here | others, and our share of theirs | wanted, at most |',
    '| --- | --- | --- | --- |',
    ...rows.map((row) => `| ${cells(row).join(' | ')} |`),
  ]
}

function details(rows) {
  if (rows.length === 0) return []
  const summary = '<summary>The other lengths of a KS, and more of Node 20</summary>'
  return ['', '<details>', summary, '', ...markdownTable(rows), '', '</details>']
}

const goals = ({ wanted }) =>
  wanted
    .map(({ ours: who, peer, ratio, reached }) => {
      const whose = who === OURS ? '' : `\`${who.slice(OURS.length)}\`: `
      return `${whose}${ratioSaid(ratio)} of ${peer}${reached ? '' : ', missed'}`
    })
    .join('<br>')

/** Our own figures: of the package, and of its entry for Node where that is measured too. */
function ours({ contenders, unit }) {
  const node = contenders[`${OURS}/node`]
  const text = said(contenders[OURS].median, unit)
  return node ? `${text}<br>\`/node\`: ${said(node.median, unit)}` : text
}

function peers({ contenders, ratios: against, unit }) {
  return Object.keys(against)
    .filter((name) => name !== `${OURS}/node`)
    .map((name) => {
      const { median, low, high } = against[name]
      const spread = low === high ? '' : ` (${ratioSaid(low)}–${ratioSaid(high)})`
      return `${name} ${said(contenders[name].median, unit)}: **${ratioSaid(median)}**${spread}`
    })
    .join('<br>')
}

/** What missed, put together by why. */
function unreached(rows) {
  const byReason = new Map()
  for (const { id, name, wanted } of rows) {
    for (const { ours: who, peer, ratio, got, reached } of wanted) {
      if (reached) continue
      const what = `${name}${who === OURS ? '' : `, ${who}`}: ${ratioSaid(got)} of ${peer} (wanted: ${ratioSaid(ratio)})`
      byReason.set(reasonFor(id), [...(byReason.get(reasonFor(id)) ?? []), what])
    }
  }
  const lines = [...byReason].map(([reason, missed]) => `- ${missed.join('; ')}. ${reason}`)
  return lines.length === 0 ? [] : ['', 'Not reached, and why:', '', ...lines]
}

function reasonFor(id) {
  const [, reason] = reasons.find(([pattern]) => pattern.test(id)) ?? []
  return reason ?? 'Why is not known yet.'
}

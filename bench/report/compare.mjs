// Whether two runs tell the same: who is ahead of whom, and what was reached.
import { ratioSaid } from './table.mjs'

/** As text, what differs in `later`, and how each ratio has changed. */
export function compared(earlier, later) {
  const before = new Map(earlier.rows.map((row) => [row.id, row]))
  const pairs = later.rows.flatMap((row) => (before.has(row.id) ? [[before.get(row.id), row]] : []))
  const found = pairs.map(([was, is]) => {
    const changed = changes(was, is)
    return { ...changed, lines: lines(was, is, changed) }
  })
  const total = (what) => found.reduce((sum, changed) => sum + changed[what].length, 0)
  const differ = found.filter(({ order, verdict }) => order.length + verdict.length > 0).length
  const fresh = later.rows.filter(({ id }) => !before.has(id)).map(({ id }) => id)
  return [
    ...(earlier.on === later.on ? [] : [`not the same machine: ${earlier.on}; ${later.on}`]),
    ...found.flatMap((changed) => changed.lines),
    '',
    ...(fresh.length === 0 ? [] : [`new, so not compared: ${fresh.join(', ')}`]),
    'A tie is a difference within the spread, the quartiles, of either run. It counts as no change.',
    `${pairs.length} rows compared: ${pairs.length - differ} with the same order and verdict, ${differ} that differ`,
    `${total('order')} changes of order, ${total('verdict')} of a verdict; ${total('ties')} ties that came out the other way round`,
  ].join('\n')
}

function changes(was, is) {
  const names = Object.keys(is.contenders).filter((name) => name in was.contenders)
  const order = []
  const ties = []
  names.forEach((one, index) => {
    for (const other of names.slice(index + 1)) {
      const [then, now] = [was, is].map(({ contenders }) => places(contenders[one], contenders[other]))
      if (then.sign === now.sign) continue
      const [first, second] = now.sign < 0 ? [one, other] : [other, one]
      const what = `${first} is now ${now.sign === 0 ? 'level with' : 'ahead of'} ${second}`
      if (then.tied || now.tied) ties.push(what)
      else order.push(what)
    }
  })
  const verdict = []
  for (const goal of is.wanted) {
    const old = was.wanted.find(({ ours, peer }) => ours === goal.ours && peer === goal.peer)
    if (!old || old.reached === goal.reached) continue
    const what = `${goal.ours} at most ${ratioSaid(goal.ratio)} of ${goal.peer}: ${verdictOf(old)}, now ${verdictOf(goal)}`
    if (isTied(old) || isTied(goal)) ties.push(what)
    else verdict.push(what)
  }
  return { order, verdict, ties }
}

const places = (one, other) => ({
  sign: Math.sign(one.median - other.median),
  tied: one.low <= other.high && other.low <= one.high,
})

const isTied = ({ ratio, low, high }) => low <= ratio && ratio <= high
const verdictOf = ({ reached, got }) => `${reached ? 'reached' : 'missed'} (${ratioSaid(got)})`

function lines(was, is, { order, verdict, ties }) {
  const known = Object.keys(is.ratios).filter((name) => name in was.ratios)
  const ratios = known.map(
    (name) => `${name} ${ratioSaid(was.ratios[name].median)} -> ${ratioSaid(is.ratios[name].median)}`,
  )
  const verdictSaid = order.length + verdict.length > 0 ? 'DIFFERS' : 'same'
  return [
    `${verdictSaid.padEnd(8)} ${is.id}: ${ratios.join('; ')}`,
    ...order.map((what) => `    order: ${what}`),
    ...verdict.map((what) => `    verdict: ${what}`),
    ...ties.map((what) => `    tie: ${what}`),
    ...unmatched(was, is).map((name) => `    only in one of the runs: ${name}`),
  ]
}

function unmatched({ contenders: was }, { contenders: is }) {
  const names = new Set([...Object.keys(was), ...Object.keys(is)])
  return [...names].filter((name) => !(name in was && name in is))
}

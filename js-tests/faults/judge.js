// What came of a call, against what its row expects.
import { CALL, WIDGET } from './rows/row.js'

/** How far a session's end may be from the truth, on a machine that is busy. */
const SLACK_MS = 60_000

/** What is wrong, in words; nothing, if all is as expected. */
export function judge({ row, column, settled, events, report, isAppTokenError }) {
  const wrong = []
  const [told] = settled.outcomes
  const expected = by(column, row.expect)
  if (!matches(expected, told)) wrong.push(`came to ${nameOf(told)}`)
  const { others = row.fault.answer && row.at !== WIDGET ? 'session' : expected } = row
  for (const other of settled.others ?? []) {
    if (!matches(others, other)) wrong.push(`of the batch, another came to ${nameOf(other)}`)
  }
  for (const { error } of [told, ...(settled.others ?? [])]) {
    if (error !== undefined && !isAppTokenError(error)) wrong.push(`an error of another kind: ${error}`)
  }
  if (row.requests !== undefined) wrong.push(...judgeRequests(row, column, told, report.requests.length))
  if (report.wandered) wrong.push('followed a redirect')
  if (row.delayMs !== undefined) {
    const retries = events.filter(({ type }) => type === 'retried')
    if (!retries.some(({ delayMs }) => delayMs >= row.delayMs)) {
      wrong.push(`no retry was told to wait ${row.delayMs} ms: ${JSON.stringify(retries)}`)
    }
  }
  const { session } = told
  if (session && row.life !== false) {
    const off = session.expiresAt - (Date.now() + 3_600_000)
    if (Math.abs(off) > SLACK_MS) wrong.push(`ends ${off} ms from when it should`)
  }
  return wrong
}

function judgeRequests(row, column, told, made) {
  const wrong = []
  const said = by(column, row.requests)
  const isOneMore = column === 'call' && told.error === undefined && row.at !== CALL
  const expected = typeof row.requests !== 'object' && isOneMore ? said + 1 : said
  const most = row.resent ? expected + 1 : expected
  if (made < expected || made > most) wrong.push(`${made} requests instead of ${expected}`)
  // What found nobody, or was sent again by the runtime, is not counted here as it is there.
  const isCounted = column === 'startAppTokenSession' && expected > 0 && !row.fault.refuse
  if (isCounted && told.error && made === expected && told.error.attempts !== made) {
    wrong.push(`tells of ${told.error.attempts} attempts, and made ${made}`)
  }
  return wrong
}

/** What is said for a column, or for all. */
export const by = (column, said) => (typeof said === 'object' ? (said[column] ?? said.else) : said)

function matches(expected, told) {
  const name = nameOf(told)
  return expected.split(' or ').some((one) => one === name || (GOOD.includes(one) && name === 'session'))
}

/** A retried session is told by the number of requests. */
const GOOD = ['session', 'retried session', 'answer']

function nameOf({ error, session, answer }) {
  if (error === undefined) return session !== undefined || answer !== undefined ? 'session' : 'nothing'
  const { code, status, kalturaCode, ksRefusal } = error ?? {}
  return [code, status, kalturaCode, ksRefusal].filter((part) => part !== undefined).join(' ')
}

// Whether an answer is the recorded one, but for what the server itself never says twice.
import { replaceKss } from './ks.mjs'

/** @import { Answer, Answered, Partner } from './seeds.mjs' */

const HEADERS = [
  'Access-Control-Allow-Headers',
  'Access-Control-Allow-Methods',
  'Access-Control-Allow-Origin',
  'Access-Control-Expose-Headers',
  'Access-Control-Max-Age',
  'Cache-Control',
  'Content-Type',
  'Expires',
  'Last-Modified',
  'Pragma',
  'X-Kaltura-App',
]

/**
 * What tells the time, and how: in unix seconds.
 * @type {[name: string, plain: (value: string | null) => number | null][]}
 */
const TIMES = [
  ['Date', (value) => Date.parse(value ?? '') / 1000],
  ['X-Kaltura-Session', (value) => (value ? Number(value.split(', ')[1]) : null)],
]

/**
 * The differences, in words; none if it is the recorded one.
 * @param {Answer} recorded
 * @param {Answered} actual
 * @param {Partner[]} partners
 */
export function differencesBetween(recorded, actual, partners) {
  /** @type {string[]} */
  const found = []
  /**
   * @param {string} what
   * @param {unknown} was
   * @param {unknown} is
   */
  const differ = (what, was, is) => found.push(`${what}: recorded ${show(was)}, got ${show(is)}`)
  if (recorded.status !== actual.status) differ('status', recorded.status, actual.status)

  const was = new Headers(recorded.headers)
  const is = actual.headers
  for (const name of HEADERS) {
    if (was.get(name) !== is.get(name)) differ(name, was.get(name), is.get(name))
  }
  for (const [name, plain] of TIMES) {
    const [a, b] = [plain(was.get(name)), plain(is.get(name))]
    if (!sameTime(a, b)) differ(name, was.get(name), is.get(name))
  }
  for (const name of ['X-Kaltura', 'X-Kaltura-Part-Of-MultiRequest']) {
    const [a, b] = [kinds(was.get(name)), kinds(is.get(name))]
    if (a !== b) differ(name, a, b)
  }

  const [a, b] = [plainBody(recorded.body, partners), plainBody(actual.body, partners)]
  if (!sameText(a, b)) {
    const at = [...a].findIndex((letter, index) => letter !== b[index])
    /** @param {string} text */
    const around = (text) => text.slice(Math.max(0, at - 60))
    differ('body', around(a), around(b))
  }
  return found
}

/**
 * The name of a cache's key is a digest, and how long it took is a measurement.
 * @param {string | null} value
 */
const kinds = (value) => value?.replace(/[0-9a-f]{32}/g, 'KEY').replace(/KEY,[-+.\dE]+/g, 'KEY') ?? null

/**
 * @param {string} body
 * @param {Partner[]} partners
 */
const plainBody = (body, partners) =>
  replaceKss(body, partners, ({ partnerId, fields }) => `<KS of ${partnerId}: ${fields}>`).replace(
    /<executionTime>[^<]*/,
    '<executionTime>',
  )

/**
 * The recorder wrote whole seconds down, and the server's clock went on meanwhile.
 * @param {number | null} a
 * @param {number | null} b
 */
const sameTime = (a, b) => a === b || Math.abs(Number(a) - Number(b)) <= 1

/**
 * @param {string} a
 * @param {string} b
 */
function sameText(a, b) {
  const time = /\b1[78]\d{8}\b/g
  if (a.replace(time, 'TIME') !== b.replace(time, 'TIME')) return false
  const [was, is] = [a.match(time) ?? [], b.match(time) ?? []]
  return was.every((value, index) => sameTime(Number(value), Number(is[index])))
}

/** @param {unknown} value */
const show = (value) => {
  const text = JSON.stringify(value)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

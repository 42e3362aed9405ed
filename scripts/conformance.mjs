// npm run conformance: replays exchanges recorded from a real server against the emulator.
// npm run conformance -- FILE: those in FILE, one JSON object a line. Partners, users and app
// tokens are read from the files beside it, or else from the project's own. Where the partners
// are the project's own, FILE is taken for a part of the same recording, and the project's
// records fill the gaps between those that are judged.
import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { Replay } from './conformance/replay.mjs'

const own = fileURLToPath(new URL('../js-tests/vectors/transcripts', import.meta.url))
const file = process.argv[2] ?? join(own, 'exchanges.jsonl')

/** @param {string} name */
const pathOf = (name) => {
  const beside = join(dirname(file), name)
  return fs.existsSync(beside) ? beside : join(own, name)
}
/** @param {string} path */
const jsonOf = (path) => JSON.parse(fs.readFileSync(path, 'utf8'))
/** @param {string} path */
const recordsOf = (path) =>
  fs
    .readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line))

const judgedRecords = recordsOf(file)
const isSameRecording = isDeepStrictEqual(jsonOf(pathOf('partners.json')), jsonOf(join(own, 'partners.json')))
const isJudged = new Set(judgedRecords.map(({ seq }) => seq))
const others = isSameRecording ? recordsOf(join(own, 'exchanges.jsonl')) : []
const records = [...judgedRecords, ...others.filter(({ seq }) => !isJudged.has(seq))].sort((a, b) => a.seq - b.seq)

const replay = new Replay(records, {
  partners: jsonOf(pathOf('partners.json')),
  users: jsonOf(pathOf('users.json')),
  appTokens: [...jsonOf(pathOf('apptokens.json')), ...(isSameRecording ? jsonOf(join(own, 'apptokens.json')) : [])],
})
const outcomes = []
for (const record of records) {
  const { name, seq } = record
  const outcome = await replay.next(record)
  if (isJudged.has(seq)) outcomes.push({ ...outcome, name, leftOut: leftOut(record) })
}

/**
 * Why a record is left out of the count, if it is.
 * @param {import('./conformance/seeds.mjs').Recorded} options
 */
function leftOut({ request, response }) {
  if (response.status !== 200) return `a ${response.status} of the web server's own`
  if (request.method === 'OPTIONS') return undefined
  const isJson = new Headers(response.headers).get('Content-Type') === 'application/json'
  // The error that an unread body gets: it says nothing of a format, so it gets the default.
  const isUnread = response.body.includes('SERVICE_NOT_SPECIFIED')
  return isJson || isUnread ? undefined : 'a format other than JSON'
}

const judged = outcomes.filter((outcome) => !outcome.leftOut)
const same = judged.filter(({ differences }) => differences.length === 0)
console.log(`${same.length} of ${judged.length} exchanges answered as recorded`)
for (const { name, differences } of judged) {
  if (differences.length > 0) console.log(`  differs   ${name}: ${differences.join('; ')}`)
}
for (const { name, leftOut, differences } of outcomes) {
  const verdict = differences.length === 0 ? ' (the same, too)' : ''
  if (leftOut) console.log(`  left out  ${name}: ${leftOut}${verdict}`)
}
for (const { name, given } of outcomes) {
  for (const what of given) console.log(`  given     ${name}: ${what}`)
}
if (same.length < judged.length * 0.97) process.exitCode = 1

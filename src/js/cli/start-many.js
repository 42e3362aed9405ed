// A session for each user of a file.
import { readFileSync } from 'node:fs'
import { createSessionProvider } from '../entries/index.js'
import { Failure, fileFailure, GIVEN_UP, usage } from './failure.js'
import { restOfInput } from './input.js'
import { createProgress } from './progress.js'

// Between two slices what came of the first is written: as many as a provider has under way.
const SLICE = 100
const FIELDS = ['userId', 'sessionType', 'expiry', 'sessionPrivileges']

/** Starts them all; gives the exit code. */
export async function startMany({ file, options, terminal }) {
  const requests = await readRequests(file)
  const progress = createProgress(terminal, requests.length)
  const onEvent = ({ type }) => (type === 'minted' || type === 'failed') && progress.step()
  const sessions = createSessionProvider({ ...options, onEvent, maxEntries: SLICE })
  let failed = 0
  try {
    for (let start = 0; start < requests.length; start += SLICE) {
      const slice = requests.slice(start, start + SLICE)
      const lines = linesOf(slice, await sessions.startSessions(slice))
      progress.to(start + slice.length)
      progress.above(() => lines.forEach(terminal.result))
      failed += lines.filter(({ error }) => error).length
      const left = requests.length - start - slice.length
      if (left > 0 && isHopeless(lines)) throw givenUp(slice.length, left)
    }
  } finally {
    progress.end()
  }
  const started = requests.length - failed
  terminal.note(`${started} started, ${failed} failed${failed > 0 ? '; each line says why' : ''}`)
  return failed > 0 ? 1 : 0
}

const linesOf = (slice, outcomes) =>
  outcomes.map(({ session, error }, index) => {
    const { userId } = slice[index]
    return error ? { userId, error: Failure.of(error) } : { userId, session }
  })

/** Whether all were refused for one reason that won't pass: then it isn't the users'. */
const isHopeless = (lines) => {
  const [{ error: first }] = lines
  const isSame = ({ error }) => error?.message === first?.message
  return first !== undefined && !first.details.retryable && lines.every(isSame)
}

const givenUp = (tried, left) =>
  new Failure(`${tried} in a row were refused for the same reason; ${left} were not tried`, {
    code: GIVEN_UP,
    hint: 'each line says why; kaltura-app-token doctor finds the cause',
  })

async function readRequests(file) {
  let content
  try {
    content = file === '-' ? await restOfInput() : readFileSync(file, 'utf8')
  } catch (error) {
    throw fileFailure('read', file, error)
  }
  const lines = content.replace(/^\uFEFF/, '').split(/\r?\n/)
  const requests = lines.map(requestOf).filter(Boolean)
  if (requests.length === 0)
    throw usage(`no user in ${file === '-' ? 'standard input' : file}`)
  return requests
}

function requestOf(line, index) {
  const told = line.trim()
  if (!told.startsWith('{')) return told && { userId: told }
  const request = readJson(told)
  if (!request) throw usage(`line ${index + 1} of --users is not valid JSON`)
  const unknown = Object.keys(request).find((name) => !FIELDS.includes(name))
  if (unknown === undefined) return request
  throw usage(`line ${index + 1} of --users has an unknown field: the fields are ${FIELDS.join(', ')}`)
}

function readJson(told) {
  try {
    return JSON.parse(told)
  } catch {
    return undefined
  }
}

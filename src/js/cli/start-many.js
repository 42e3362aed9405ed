// Starts a session for each user in a file.
import { readFileSync } from 'node:fs'
import { unknownIn } from '../common/options.js'
import { createSessionProvider } from '../entries/index.js'
import { Failure, fileFailure, GIVEN_UP, usage } from './failure.js'
import { restOfInput } from './input.js'
import { createProgress } from './progress.js'

/**
 * @import { AppTokenSession, StartOptions } from '../entries/index.js'
 * @import { ProviderRequest, SessionOutcome } from '../provider/index.js'
 * @import { Terminal } from './terminal.js'
 */

// Results are written slice by slice; a slice is what a provider has under way.
const SLICE = 100
const FIELDS = ['userId', 'sessionType', 'expiry', 'sessionPrivileges']

/**
 * The result for one user.
 * @typedef {{ userId: string | undefined, session?: AppTokenSession, error?: Failure }} Line
 */

/**
 * Starts all sessions; returns the exit code.
 * @param {{ file: string, options: StartOptions, terminal: Terminal }} from
 */
export async function startMany({ file, options, terminal }) {
  const requests = await readRequests(file)
  const progress = createProgress(terminal, requests.length)
  /** @param {{ type: string }} event */
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

/**
 * @param {ProviderRequest[]} slice
 * @param {SessionOutcome[]} outcomes
 * @returns {Line[]}
 */
const linesOf = (slice, outcomes) =>
  outcomes.map(({ session, error }, index) => {
    const { userId } = slice[index]
    return error ? { userId, error: Failure.of(error) } : { userId, session }
  })

/**
 * Whether all were refused for the same permanent reason, which then isn't about the users.
 * @param {Line[]} lines
 */
const isHopeless = (lines) => {
  const [{ error: first }] = lines
  /** @param {Line} line */
  const isSame = ({ error }) => error?.message === first?.message
  return first !== undefined && !first.details.retryable && lines.every(isSame)
}

/**
 * @param {number} tried
 * @param {number} left
 */
const givenUp = (tried, left) =>
  new Failure(`${tried} in a row were refused for the same reason; ${left} were not tried`, {
    code: GIVEN_UP,
    hint: 'each line says why; kaltura-app-token doctor finds the cause',
  })

/** @param {string} file */
async function readRequests(file) {
  /** @type {string} */
  let content
  try {
    content = file === '-' ? await restOfInput() : readFileSync(file, 'utf8')
  } catch (error) {
    throw fileFailure('read', file, error)
  }
  const lines = content.replace(/^\uFEFF/, '').split(/\r?\n/)
  const requests = lines.map(requestOf).filter((request) => request !== undefined)
  if (requests.length === 0) throw usage(`no user in ${file === '-' ? 'standard input' : file}`)
  return requests
}

/**
 * @param {string} line
 * @param {number} index
 * @returns {ProviderRequest | undefined}
 */
function requestOf(line, index) {
  const text = line.trim()
  if (!text.startsWith('{')) return text === '' ? undefined : { userId: text }
  const request = readJson(text)
  if (!request) throw usage(`line ${index + 1} of --users is not valid JSON`)
  const unknown = unknownIn(request, FIELDS)
  if (unknown === undefined) return request
  throw usage(`line ${index + 1} of --users has an unknown field: the fields are ${FIELDS.join(', ')}`)
}

/** @param {string} text */
function readJson(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// Each row of the matrix by each way to a session, in whatever runtime this is. It needs nothing
// but fetch and timers. The first import is to see the memory of wasm.
import { overflowNext } from '../suite/memory.js'
import { isAppTokenError } from 'kaltura-app-token'
import { columns, columnsOf, USUAL_MS } from './columns.js'
import { unblocked, undisturbed } from '../suite/heartbeat.js'
import { blockingInputs } from './inputs.js'
import { judge } from './judge.js'
import { rows } from './rows/index.js'
import { placeOf } from './rows/row.js'
import { lookForSecrets } from './search.js'
import { watch } from './watch.js'

const AT_ONCE = 24
/** What a call may take beyond its own deadline, on a machine that is busy. */
const GRACE_MS = 120_000

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** `{ results, faults, looks }`: for each row and column what is wrong, if anything is. */
export async function runMatrix(proxy) {
  const watched = watch()
  const { wanted, withInputs } = await ask(proxy, 'GET', '/rows')
  const jobs = wanted.flatMap((index) => columnsOf(rows[index]).map((column) => ({ row: rows[index], index, column })))
  const results = []
  let looks = 0
  const take = async (left) => {
    for (const job of left) {
      const seen = await tryOne(proxy, job, watched)
      looks += seen.looks
      results.push({ row: job.index, column: job.column, wrong: seen.wrong })
    }
  }
  const small = jobs.filter(({ row }) => !row.large && !row.heavy && !row.traps).values()
  await Promise.all(Array.from({ length: AT_ONCE }, () => take(small)))
  // One after the other: the memory that they take is looked through again and again.
  await take(jobs.filter(({ row }) => row.large).values())
  // Alone: a trap ends all that is under way.
  await take(jobs.filter(({ row }) => row.traps).values())
  // Alone: how long each takes is measured.
  await take(jobs.filter(({ row }) => row.heavy).values())
  const blocking = withInputs ? await blockingInputs() : []
  await sleep(100)
  watched.stop()
  const faults = [
    ...blocking,
    ...watched.uncaught.map(([kind, reason]) => `${kind}: ${reason?.stack ?? reason}`),
    ...watched.said.map(([method, args]) => `${method}: ${args.map(String).join(' ')}`),
  ]
  return { results, faults, looks }
}

async function tryOne(proxy, job, watched) {
  const { wrong, problem, looks } = await undisturbed(() => tryOnce(proxy, job, watched))
  return { wrong: problem ? [...wrong, problem] : wrong, looks }
}

async function tryOnce(proxy, { row, index, column }, watched) {
  const { id, ...given } = await ask(proxy, 'POST', '/', { row: index, column })
  const events = []
  const onEvent = (event) => void events.push(event)
  const { abortMs, ...options } = row.options ?? {}
  if (row.traps) options.fetch = trappingAt(row.at)
  const controller = new AbortController()
  const signal = abortMs && controller.signal
  if (abortMs) setTimeout(() => controller.abort(), abortMs)
  let under
  const call = async () => {
    try {
      under = columns[column]({ ...given, options, onEvent, signal })
      return await inTime(under.settled, (options.timeoutMs ?? USUAL_MS) + GRACE_MS)
    } catch (thrown) {
      return { broken: `${thrown?.stack ?? thrown}` }
    }
  }
  const { value: settled, problem } = row.heavy ? await unblocked(call) : { value: await call() }
  const report = await ask(proxy, 'DELETE', `/${id}`)
  const wrong = settled.broken ? [settled.broken] : judge({ row, column, settled, events, report, isAppTokenError })
  const { leaks, looks } = settled.broken
    ? { leaks: [], looks: 0 }
    : await lookForSecrets({ column, settled, under, events, report, watched })
  return { wrong: [...wrong, ...leaks.map(({ kind, place }) => `${kind} in ${place}`)], problem, looks }
}

/** A fetch: the core traps when it reads the answer from there. */
const trappingAt = (at) => async (url, init) => {
  const response = await fetch(url, init)
  if (placeOf(url) === at) overflowNext()
  return response
}

function inTime(promise, ms) {
  let timer
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms, { broken: `not settled within ${ms} ms` })
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

async function ask(proxy, method, path, body) {
  const response = await fetch(`${proxy}${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`the proxy refuses ${method} ${path}: ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

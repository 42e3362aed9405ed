// Everywhere that a secret could get to in a call.
import { memorySearch } from '../suite/memory.js'
import { exposures } from './exposure.js'
import { CALL, SESSION } from './rows/row.js'
import { ALL, but, searcher, traces } from './secrets.js'

/** The core lets go in the turns after a call has ended, which take long on a busy machine. */
const LETTING_GO_MS = 30_000

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** What belongs into the body of a request, beside the KS. */
const inBody = { [SESSION]: ['hash', 'userId'], 'manager.add': ['userId'] }

/** Everywhere, but for the one place where each kind belongs. */
export async function lookForSecrets({ column, settled, under, events, report, watched }) {
  const find = searcher(report.secrets)
  const findInMemory = memorySearcher(report.secrets)
  const leaks = []
  let looks = 0
  const search = (texts, kinds) => {
    looks += texts.length
    leaks.push(...find(texts, kinds))
  }
  const named = (name, value) => exposures(value).map(([place, text]) => [`${name}${place}`, text])

  for (const { error, session, answer } of [...settled.outcomes, ...(settled.others ?? [])]) {
    if (error !== undefined) search(named('the error: ', error), ALL)
    // What the caller gets is the place for the KS and the user.
    if (session !== undefined) search(named('the session: ', session), but('ks', 'userId'))
    // A token is told once, by who makes it. What else `call` gives is as Kaltura says it.
    if (answer !== undefined && column === 'manager.get') search(named('the answer: ', answer), ALL)
    if (answer !== undefined && column === 'manager.add') {
      search(named('the answer: ', answer), but('token', 'userId'))
    }
  }
  search(named('an event: ', events), ALL)
  search(named('the console: ', watched.said), ALL)
  search(named('an uncaught error: ', watched.uncaught), ALL)
  for (const { url, headers, body, at } of report.requests) {
    search([['a URL', url], ...headers.map(([name, value]) => [`the header ${name}`, value])], ALL)
    search([[`the body of ${at}`, body]], but('ks', ...(inBody[at === CALL ? column : at] ?? [])))
  }
  if (under.store) search(named('the store: ', under.store.told), ALL)
  if (under.provider) search(named('the provider: ', under.provider), ALL)

  // A provider keeps sessions, and for whom they are; nothing else, and nothing once it is
  // cleared.
  if (under.provider) {
    leaks.push(...(await lookAtMemory(findInMemory, but('ks', 'userId'))))
    under.provider.clear()
  }
  // A manager keeps the KS that it has made.
  leaks.push(...(await lookAtMemory(findInMemory, column.startsWith('manager.') ? but('ks') : ALL)))
  return { leaks, looks: looks + 1 }
}

/** Finds secrets of some kinds in the memory of wasm, where none has another spelling. */
export function memorySearcher(secrets) {
  const sought = secrets.map((secret) => ({ kind: secret.kind, parts: traces(secret).parts }))
  const search = memorySearch(sought.flatMap(({ parts }) => parts))
  return (kinds) => {
    const found = search()
    return sought
      .filter(({ kind, parts }) => kinds.includes(kind) && parts.some((part) => found.has(part)))
      .map(({ kind }) => ({ kind, place: 'the memory of wasm' }))
  }
}

export async function lookAtMemory(findInMemory, kinds, lettingGoMs = LETTING_GO_MS) {
  for (let waited = 0; ; waited += 10) {
    const leaks = findInMemory(kinds)
    if (leaks.length === 0 || waited >= lettingGoMs) return leaks
    await sleep(10)
  }
}

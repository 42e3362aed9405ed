// Fetches sessions: from the store that a fleet shares, and the rest from Kaltura.
import { createHost, heard, now } from '../common/host.js'
import { wipe } from '../common/token.js'
import { drive } from '../runtime/drive.js'
import { UNTOLD } from './flight.js'
import { fetchWidget } from './widget.js'

/**
 * @import { Host } from '../common/host.js'
 * @import { AppTokenEvent, FetchInit } from '../entries/index.js'
 * @import { Outcome, ProviderCore } from '../kaltura_app_token.js'
 * @import { SharedSessions, Taken } from '../stores/shared-sessions.js'
 * @import { Flights } from './flights.js'
 * @import { ProviderEvent } from './index.js'
 * @import { Leader } from './leader.js'
 * @import { FlightSettings } from './options.js'
 */

/** @typedef {FlightSettings & { shared: SharedSessions }} SharedSettings */

/**
 * Returns an outcome for each of the leader's flights, `ids`.
 * @param {ProviderCore} core
 * @param {Flights} flights
 * @param {FlightSettings} settings
 * @param {Leader} leader
 * @param {number[]} ids
 * @returns {Promise<Outcome[]>}
 */
export async function fetchSessions(core, flights, settings, leader, ids) {
  const { shared } = settings
  const { deadline } = leader
  const host = hostOf(leader, settings)
  /** @type {Promise<number | undefined> | undefined} */
  let widget
  const learnTime = () => (widget ??= fetchWidget(core, flights, leader, host))
  const taken = shared
    ? await takeShared(core, /** @type {SharedSettings} */ (settings), { leader, ids, host, learnTime })
    : []
  const left = shared ? ids.filter((_, index) => !taken[index]?.outcome) : ids
  /** @type {Outcome[]} */
  let minted = []
  try {
    if (left.length > 0) {
      const waitedFor = await learnTime()
      minted =
        core.failForWidget(left, waitedFor, now()) ?? (await deadline.within(drive(core.mint(left, deadline.at), host)))
    }
  } finally {
    // Not awaited: the others get it later.
    flights.tellNews()
    for (const { put } of taken) if (put) flights.keepAlive(put())
    host.wipe()
  }
  if (!shared) return minted
  const rest = minted.values()
  return ids.map((_, index) => /** @type {Outcome} */ (taken[index]?.outcome ?? rest.next().value))
}

/**
 * The store's result for each flight; see {@link SharedSessions.take}.
 * @param {ProviderCore} core
 * @param {SharedSettings} settings
 * @param {{ leader: Leader, ids: number[], host: ReturnType<typeof hostOf>, learnTime: () => Promise<unknown> }} fetching
 * @returns {Promise<Taken[]>}
 */
async function takeShared(core, { shared, isolate, sealSecret }, { leader, ids, host, learnTime }) {
  const { deadline } = leader
  const checks = isolate ? ids.map((id) => core.isCheck(id)) : []
  const taken = checks.map(
    (isCheck) => /** @type {Taken} */ (/** @type {unknown} */ (isCheck && { __proto__: null, outcome: UNTOLD })),
  )
  const isBare = taken.length > 0 && taken.every(Boolean)
  const { hasOwnKeys } = shared
  const isNeeded = !isBare && (isolate || !hasOwnKeys)
  const secret = isNeeded ? await host.askForSealSecret().catch(() => undefined) : undefined
  const hasSecret = typeof secret === 'string'
  deadline.progress.waitsFor('the store')
  if (isolate) {
    // A token that couldn't be fetched once must not change anybody's id.
    if (hasSecret || (!isBare && hasOwnKeys && !sealSecret)) core.isolateWith(secret)
    await deadline.within(Promise.all(ids.map((id) => shared.check(id))))
    checks.forEach((isCheck, index) => isCheck && core.abandon(ids[index], false, now()))
  }
  if (isBare || (!hasSecret && !hasOwnKeys)) return taken
  const token = hasOwnKeys ? undefined : secret
  const epoch = shared.learnEpoch(token)
  /**
   * @param {number} id
   * @param {number} index
   */
  const take = (id, index) => taken[index] || shared.take(id, token, leader, epoch, learnTime)
  return deadline.within(Promise.all(ids.map(take)))
}

/**
 * The host of a flight, which gives signs of life for each response.
 * @param {Leader} leader
 * @param {FlightSettings} options
 */
function hostOf(leader, { fetch, onEvent, tokens, sealSecret, allowUnverified, leases }) {
  const { deadline } = leader
  const host = createHost({ deadline, fetch, onEvent, tokens, allowUnverified })
  /** @type {Promise<string | Uint8Array>[]} */
  const asked = []
  /**
   * @template T
   * @param {Promise<T>} promise
   */
  const signing = (promise) => {
    leader.progress()
    return heard(promise.finally(() => leader.progress()))
  }
  /** @param {number} credential */
  const askForAppToken = (credential) => (asked[credential] ??= signing(host.askForAppToken(credential)))
  return {
    ...host,
    /** @param {AppTokenEvent | ProviderEvent} event */
    emit: (event) => {
      // The sessions of a revoked token are dead, including leased ones.
      if (event.type === 'revoked') leases.forget()
      host.emit(event)
    },
    /**
     * @param {string} url
     * @param {FetchInit} init
     */
    fetch: (url, init) => signing(host.fetch(url, init)),
    /** @param {unknown} value */
    within: (value) => signing(host.within(value)),
    /** @param {number} ms */
    sleep: (ms) => heard(leader.rest(host.sleep(ms))),
    askForAppToken,
    /** @type {Host['askForHash']} */
    askForHash: (...what) => signing(host.askForHash(...what)),
    askForSealSecret: async () => sealSecret?.(() => askForAppToken(0)),
    /** Wipes bytes; the caller's array stays. */
    wipe: () => asked.forEach((one) => void one.then(wipe, () => {})),
  }
}

// The session provider. The core decides what to do; this does it: callers' promises, deadlines and fetches, and the
// leases with which sessions are handed out without asking the core.
import { tellOf } from '../common/audit.js'
import { now } from '../common/host.js'
import { checkFunctions, guarded } from '../common/options.js'
import { STORE_KEY } from '../stores/seal.js'
import { call } from './call.js'
import { endSessions } from './ending.js'
import { startMany } from './many.js'
import { readOptions } from './options.js'
import { provenSession } from './proof.js'
import { readRequest } from './request.js'
import { copyOf } from './sessions.js'

/**
 * @import { SealSecret } from '../common/token.js'
 * @import { Fetch, Signal } from '../entries/index.js'
 * @import { ClientExports } from '../kaltura_app_token.js'
 * @import { Loaded } from '../runtime/load.js'
 * @import { ProviderOptions, ProviderRequest, SessionProvider as Provider } from './index.js'
 * @import { Internals } from './options.js'
 * @import { Wanted } from './request.js'
 */

/**
 * @param {() => Loaded<ClientExports>} wasm
 * @param {ProviderOptions} options
 * @param {Fetch} [usualFetch]
 * @returns {Provider}
 */
export const createSessionProvider = (wasm, options, usualFetch) =>
  new SessionProvider(readOptions(wasm, options, usualFetch))

/** @implements {Provider} */
class SessionProvider {
  #leases
  #sessions
  #internals

  /** @param {Internals} internals */
  constructor(internals) {
    this.#internals = internals
    this.#leases = internals.leases
    this.#sessions = internals.sessions
  }

  /** The option: which sessions end together. */
  get isolate() {
    return this.#internals.settings.isolate
  }

  /** @param {ProviderRequest} [request] */
  async getKs(request) {
    const wanted = readRequest(request)
    return (this.#leases.sessionFor(wanted) ?? (await this.#sessions.get(wanted))).ks
  }

  /** @param {ProviderRequest} [request] */
  async getSession(request) {
    return this.#copyFor(readRequest(request))
  }

  /** @param {Wanted} wanted */
  async #copyFor(wanted) {
    return copyOf(this.#leases.sessionFor(wanted) ?? (await this.#sessions.get(wanted)))
  }

  /**
   * @param {ProviderRequest} [request]
   * @param {(() => void)} [onExposed]
   */
  async getProvenSession(request, onExposed) {
    checkFunctions({ onExposed })
    return provenSession(this.#internals, (wanted) => this.#copyFor(wanted), request, onExposed)
  }

  /**
   * @param {readonly ProviderRequest[]} requests
   * @param {{ signal?: Signal }} [options]
   */
  async startSessions(requests, options = {}) {
    return startMany(this.#internals, requests, options)
  }

  /**
   * @param {string} service
   * @param {string} action
   * @param {object} [params]
   * @param {ProviderRequest} [request]
   */
  async call(service, action, params = {}, request) {
    return call(this, this.#internals, { service, action, params }, request)
  }

  /** @param {ProviderRequest} [request] */
  async endSessions(request) {
    return endSessions(this.#internals, request)
  }

  /** @param {ProviderRequest | string} [requestOrKs] */
  invalidate(requestOrKs) {
    const wanted = typeof requestOrKs === 'string' ? undefined : readRequest(requestOrKs)
    const { settings, parts } = this.#internals
    const { core, flights } = parts()
    const held = guarded(() =>
      wanted ? core.invalidate(wanted.request, now()) : core.invalidateKs(/** @type {string} */ (requestOrKs), now()),
    )
    if (held) tellOf(core, settings, 'invalidated', held)
    flights.tellNews()
    this.#sessions.forget()
  }

  clear() {
    this.#sessions.forget()
    const { core, flights } = this.#internals.parts()
    flights.forget()
    guarded(() => core.clear(now()))
    flights.tellNews()
  }

  /** Returns 32 bytes derived from the key or the token; undefined if this process has neither. */
  get [STORE_KEY]() {
    const { settings, parts } = this.#internals
    const { sealSecret, hasOwnKeys } = settings
    if (!sealSecret && !hasOwnKeys) return undefined
    return async () => {
      const secret = hasOwnKeys ? undefined : await /** @type {SealSecret} */ (sealSecret)()
      return parts().core.deriveKey(typeof secret === 'string' ? secret : undefined)
    }
  }
}

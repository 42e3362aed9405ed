// @ts-self-types="./index.d.ts"
// A live session at hand. What to do is decided in the core; here it is done: the caller's
// promises, deadlines and fetches, and the leases by which the core lets a session be handed out
// without being asked.
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

export const createSessionProvider = (wasm, options, usualFetch) =>
  new SessionProvider(readOptions(wasm, options, usualFetch))

class SessionProvider {
  #leases
  #sessions
  #internals

  constructor(internals) {
    this.#internals = internals
    this.#leases = internals.leases
    this.#sessions = internals.sessions
  }

  /** Which sessions end together: the option. */
  get isolate() {
    return this.#internals.settings.isolate
  }

  async getKs(request) {
    const wanted = readRequest(request)
    return (this.#leases.sessionFor(wanted) ?? (await this.#sessions.get(wanted))).ks
  }

  async getSession(request) {
    return this.#copyFor(readRequest(request))
  }

  async #copyFor(wanted) {
    return copyOf(this.#leases.sessionFor(wanted) ?? (await this.#sessions.get(wanted)))
  }

  async getProvenSession(request, onExposed) {
    checkFunctions({ onExposed })
    return provenSession(this.#internals, (wanted) => this.#copyFor(wanted), request, onExposed)
  }

  async startSessions(requests, options = {}) {
    return startMany(this.#internals, requests, options)
  }

  async call(service, action, params = {}, request) {
    return call(this, this.#internals, { service, action, params }, request)
  }

  async endSessions(request) {
    return endSessions(this.#internals, request)
  }

  invalidate(requestOrKs) {
    const wanted = typeof requestOrKs === 'string' ? undefined : readRequest(requestOrKs)
    const { settings, parts } = this.#internals
    const { core, flights } = parts()
    const held = guarded(() =>
      wanted ? core.invalidate(wanted.request, now()) : core.invalidateKs(requestOrKs, now()),
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

  /** Gives 32 bytes that only who has the key, or the token, can tell; none if this process has neither. */
  get [STORE_KEY]() {
    const { settings, parts } = this.#internals
    const { sealSecret, hasOwnKeys } = settings
    if (!sealSecret && !hasOwnKeys) return undefined
    return async () => {
      const secret = hasOwnKeys ? undefined : await sealSecret()
      return parts().core.deriveKey(typeof secret === 'string' ? secret : undefined)
    }
  }
}

// Reads the options of a provider, and makes its parts.
import { now, tell } from '../common/host.js'
import { checkFunctions, guarded, ownOptions, takeShellOptions } from '../common/options.js'
import { sealSecretOf, takeToken } from '../common/token.js'
import { remade } from '../runtime/load.js'
import { checkStore } from '../stores/guarded-store.js'
import { readSeal } from '../stores/seal.js'
import { SharedSessions } from '../stores/shared-sessions.js'
import { Flights } from './flights.js'
import { Leases } from './leases.js'
import { Sessions } from './sessions.js'

/**
 * @import { SealSecret, Token } from '../common/token.js'
 * @import { Fetch } from '../entries/index.js'
 * @import { ClientExports, ProviderCore } from '../kaltura_app_token.js'
 * @import { Loaded } from '../runtime/load.js'
 * @import { Instance } from '../runtime/trap.js'
 * @import { ProviderOptions } from './index.js'
 */

/** The options that the core doesn't see. */
const SHELL_OPTIONS = /** @type {const} */ ([
  'timeoutMs',
  'fetch',
  'onEvent',
  'auditKey',
  'waitUntil',
  'fallback',
  'store',
  'seal',
])

/**
 * The options that the core doesn't use, and what was made of them.
 * @typedef {object} Settings
 * @property {Fetch | undefined} fetch
 * @property {ProviderOptions['onEvent']} onEvent
 * @property {() => Uint8Array} auditKey
 * @property {ProviderOptions['waitUntil']} waitUntil
 * @property {boolean} allowUnverified
 * @property {Leases} leases
 * @property {Token[]} tokens
 * @property {SealSecret | undefined} sealSecret
 * @property {boolean} hasOwnKeys
 * @property {ProviderOptions['isolate']} isolate
 * @property {number} timeoutMs
 * @property {(expiresAt: number) => boolean} isOver
 */

/** @typedef {Settings & { shared?: SharedSessions | undefined, instance: Instance }} FlightSettings */

/**
 * The core and the parts that belong to it.
 * @typedef {{ core: ProviderCore, instance: Instance, flights: Flights }} Parts
 */

/** @typedef {{ parts: () => Parts, leases: Leases, settings: Settings, sessions: Sessions }} Internals */

/**
 * Reads the options of a provider. `wasm` returns the core's functions; `usualFetch` is the default of `fetch`.
 *
 * Returns `parts`, a function that returns the core and its parts, new ones after a trap; the `leases` and `sessions`;
 * and the `settings`, which the core doesn't use.
 * @param {() => Loaded<ClientExports>} wasm
 * @param {ProviderOptions} options
 * @param {Fetch} [usualFetch]
 * @returns {Internals}
 */
export function readOptions(wasm, options, usualFetch) {
  const own = ownOptions(options)
  const given = takeShellOptions(own, SHELL_OPTIONS, usualFetch)
  const { fetch, onEvent, auditKey, waitUntil, allowUnverified, fallback, store, seal } = given
  const { timeoutMs } = given.limits
  checkFunctions({ waitUntil })
  if (store !== undefined) checkStore(store)
  const second = fallback === undefined ? undefined : ownOptions(fallback, 'fallback', 'fallback.')
  const keys = seal === undefined ? [] : readSeal(seal)
  const tokens = [own, second].filter((from) => from !== undefined).map(takeToken)
  const hasOwnKeys = keys.length > 0
  const sealSecret = sealSecretOf(tokens[0], store !== undefined && !hasOwnKeys)
  const leases = new Leases(own.maxEntries ?? 10_000)
  /** @type {Settings} */
  const settings = {
    ...{ fetch, onEvent, auditKey, waitUntil, allowUnverified },
    ...{ leases, tokens, sealSecret, hasOwnKeys, isolate: own.isolate },
    timeoutMs,
    /** @param {number} expiresAt */
    isOver: (expiresAt) => wasm().ProviderCore.isOver(expiresAt, now()),
  }
  // The core numbers the flights, so a new core, after a trap, has flights of its own.
  const parts = remade(wasm, ({ ProviderCore, instance }) => {
    for (const [index, { copy }] of tokens.entries()) {
      if (copy) guarded(() => ProviderCore.checkToken(index === 0 ? 'appToken' : 'fallback.appToken', copy))
    }
    /** @type {[kind: number, fallbackKind: number]} */
    const kinds = [tokens[0].kind, tokens[1]?.kind ?? 0]
    const core = guarded(() => new ProviderCore(own, second, ...kinds, leases.ofNewCore(), keys))
    const shared = store && new SharedSessions(core, store, (event) => tell(onEvent, event), timeoutMs)
    const flights = new Flights(core, ProviderCore.checkEveryMs(), { ...settings, shared, instance })
    return { core, instance, flights }
  })
  parts()
  return { parts, leases, settings, sessions: new Sessions(parts, leases, settings) }
}

/**
 * A Kaltura server in memory, for tests and for development without an account: real sessions,
 * real rules, the real server's error bodies and caches. Nothing leaves the process.
 *
 * @example
 * ```js
 * import { startAppTokenSession } from 'kaltura-app-token'
 * import { createEmulator } from 'kaltura-app-token/emulator'
 *
 * const kaltura = createEmulator()
 * const appToken = kaltura.addAppToken({ sessionUserId: 'viewer@example.org' })
 * const session = await startAppTokenSession({
 *   partnerId: kaltura.partnerId,
 *   appTokenId: appToken.id,
 *   appToken: appToken.token,
 *   serviceUrl: kaltura.serviceUrl,
 *   fetch: kaltura.fetch,
 * })
 * ```
 */
export function createEmulator(options?: EmulatorOptions): Emulator

/** What an emulator begins with. */
export interface EmulatorOptions {
  /** The partners; without, one whose id and secrets are always the same. */
  partners?: PartnerSeed[]
  /** App tokens to begin with, as for {@link Emulator.addAppToken}. */
  appTokens?: NewAppToken[]
  /** What {@link Emulator.state} gave, in place of `partners`. */
  state?: EmulatorState
  /** The server's clock, in milliseconds since 1970. `Date.now` by default. */
  now?: () => number
  /**
   * Waits `ms` before an answer goes on, and rejects when `signal` is aborted; a timer by default.
   * A virtual clock moves itself forward here instead: with `sleep: async (ms) => void (clock += ms)`
   * and `now: () => clock` slow answers take no time.
   */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>
  /** Fills what it is given with random bytes; for answers that are the same at each run. */
  random?: (bytes: Uint8Array) => void
  /** What {@link Emulator.serviceUrl} says; `https://kaltura.test` by default. */
  serviceUrl?: string
  /** {@link Switches.cache} */
  cache?: boolean
  /** {@link Switches.itemMs} */
  itemMs?: number
  /** {@link Switches.latencyMs} */
  latencyMs?: number
  /** {@link Switches.rateLimits} */
  rateLimits?: RateLimit[]
}

/**
 * A Kaltura server in memory. It serves for days without growing: it keeps at most 10,000 cached
 * answers (32 MB), 10,000 app tokens and, of each partner, 100,000 users that came to be by their
 * sessions. A request that asks for too much gets an empty 500, as from a server out of memory.
 */
export interface Emulator {
  /** For the option `serviceUrl` of a client that gets {@link Emulator.fetch}. */
  readonly serviceUrl: string
  /** The id of the first partner. */
  readonly partnerId: number
  /** The admin secret of the first partner. */
  readonly adminSecret: string
  /** How many HTTP requests have come so far. */
  readonly requests: number
  /**
   * Answers a request. It does as the option `fetch` of a client, and as the handler of
   * `Deno.serve`, `Bun.serve` or a Worker. A {@link Fault} that cuts the connection rejects;
   * `listen` of `kaltura-app-token/emulator/node` cuts it.
   */
  fetch(input: Request | URL | string, init?: unknown): Promise<Response>
  /** Adds an app token without asking the API. What is left out is made up. */
  addAppToken(wanted?: NewAppToken): AppToken
  /** Adds a partner. */
  addPartner(partner: PartnerSeed): void
  /** Changes a partner: its status, its secrets, what it allows. */
  setPartner(id: number, changes: Partial<PartnerSeed>): void
  /** Makes or changes a user: blocks it with `{ status: 0 }`, promotes it with `isAdmin`. */
  setUser(partnerId: number, userId: string, changes: Partial<User>): void
  /** Changes an app token in ways that the API doesn't allow: disables it with `{ status: 1 }`. */
  setAppToken(id: string, changes: Partial<AppToken>): void
  /** Turns switches. */
  set(switches: Partial<Switches>): void
  /** Orders faults, in place of those ordered before; with none, ends them. */
  setFaults(...faults: Fault[]): void
  /** Forgets everything that the server keeps for speed, as a restart would. */
  flushCaches(): void
  /** All that it knows, for `JSON.stringify`. It holds the secrets in the clear. */
  state(): EmulatorState
  /**
   * Begins anew with what {@link Emulator.state} gave; also after a trap of WebAssembly (no memory left),
   * when everything else fails.
   */
  restore(state: EmulatorState): void
}

/** A partner to begin with. */
export interface PartnerSeed {
  /** Its number. */
  id: number
  /** What it is for, in words. */
  description?: string
  /** Signs its sessions, and starts an administrator's. */
  adminSecret: string
  /** Verify sessions as well, but never sign one. */
  additionalAdminSecrets?: string[]
  /** Starts a user's session. */
  userSecret?: string | null
  /** The version of the sessions it gets; 2 by default. */
  ksVersion?: 1 | 2
  /** The longest life of a session in seconds; a day by default, no limit with `null`. */
  ksMaxExpiry?: number | null
  /** Whether the API is refused to it over http. */
  httpsOnly?: boolean
  /** Whether app tokens may leave their user open. */
  userlessAppTokens?: boolean
  /** 1 active; anything else is blocked. */
  status?: number
  /** Its users by id. Others come to be when a session of theirs is first used. */
  users?: Record<string, User>
  /** When it came to be, in unix time. */
  createdAt?: number
}

/** A user of a partner's. */
export interface User {
  screenName?: string
  fullName?: string
  firstName?: string
  lastName?: string
  email?: string
  /** 0 blocked, 1 active, 2 deleted. */
  status?: 0 | 1 | 2
  /** Whether it may do what administrators may, in a user's session too. */
  isAdmin?: boolean
  isAccountOwner?: boolean
  createdAt?: number
  updatedAt?: number
  deletedAt?: number
}

/** An app token, with the names of Kaltura's own object. */
export interface AppToken {
  /** Such as `0_x7k2m9qa`. */
  id: string
  /** The secret itself. */
  token: string
  partnerId: number
  /** Unix time. */
  createdAt: number
  /** Unix time. */
  updatedAt: number
  /** 1 disabled, 2 active, 3 deleted. */
  status: 1 | 2 | 3
  /** When it ends, in unix time; never without. */
  expiry?: number
  /** The type of its sessions, 0 user or 2 admin; the caller's choice without. */
  sessionType?: 0 | 2
  /** The user of its sessions; the caller's choice without. */
  sessionUserId?: string
  /** The longest life of its sessions, in seconds; they are born dead without. */
  sessionDuration?: number
  /** The privileges of its sessions. */
  sessionPrivileges?: string
  /** The digest that proves it. */
  hashType: 'SHA1' | 'MD5' | 'SHA256' | 'SHA512'
  description?: string
}

/**
 * An app token to be added: active, of the first partner, with SHA1 and the partner's longest
 * sessions, unless it says otherwise.
 */
export type NewAppToken = Partial<AppToken>

/** What may be changed between two requests. */
export interface Switches {
  /** Whether answers are cached, as on the real server; true by default. */
  cache: boolean
  /** Whether the database answers; true by default. */
  database: boolean
  /** The rate limits; none by default. */
  rateLimits: RateLimit[]
  /** Milliseconds before each answer; none by default. */
  latencyMs: number
  /**
   * Milliseconds that each call takes, and each item of a multirequest; none by default. The
   * first item's expiry is reckoned `itemMs` after the request began, the second's twice that
   * later, and so on. As on the real server, `X-Kaltura-Session` carries the second in which the
   * request began, and `Date` the one in which the answer was written. The answer is delayed by
   * what all of its items took; what comes from the cache takes no time.
   */
  itemMs: number
}

/** How many calls are let through in a time. */
export interface RateLimit {
  /** The service, such as `appToken`. */
  service: string
  /** The action, such as `startSession`. */
  action: string
  /** How many calls are let through. */
  max: number
  /** In how many seconds; 10 by default. */
  window?: number
  /** The parameter whose values are counted apart, such as `id`. */
  per?: string
  /** Whether failed calls alone are counted. */
  errorsOnly?: boolean
}

/** Something that goes wrong with the next requests it meets. */
export interface Fault {
  /** The call it meets, such as `appToken.startSession`; every call without. */
  on?: string
  /** How many such calls pass before it begins. */
  skip?: number
  /** How many calls it meets; all without. */
  times?: number
  /** Milliseconds before the answer. */
  delayMs?: number
  /** An HTTP status in place of the API's answer: the call is not carried out. */
  status?: number
  /** A body in place of the API's. */
  body?: string
  /** Headers that are added, or replace those of the same name. */
  headers?: Record<string, string> | Array<[string, string]> | Headers
  /**
   * Cuts the connection: `before` the call is carried out, `after` it, so that its answer is
   * lost, or half-way through the `body`.
   */
  drop?: 'before' | 'after' | 'body'
  /** How many bytes are left of the body, which then ends as if it were whole. */
  truncate?: number
  /** At how many bytes a second the body trickles. */
  bytesPerSecond?: number
}

/** All that an emulator knows. */
export interface EmulatorState {
  partners: PartnerSeed[]
  appTokens?: AppToken[]
  switches?: Partial<Switches>
  /** Faults, revocations, counters and caches: to be kept as they are. */
  [internal: string]: unknown
}

/**
 * Makes a Kaltura server in memory, for tests and for development without an account. It has real sessions,
 * real rules, and the real server's error bodies and caches. Nothing leaves the process.
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

/** The initial state of an emulator. */
export interface EmulatorOptions {
  /** The partners; by default one whose id and secrets are always the same. */
  partners?: PartnerSeed[]
  /** The initial app tokens, as for {@link Emulator.addAppToken}. */
  appTokens?: NewAppToken[]
  /** A result of {@link Emulator.state}, in place of `partners`. */
  state?: EmulatorState
  /** The server's clock, in milliseconds since 1970; by default `Date.now`. */
  now?: () => number
  /**
   * Waits `ms` before a response continues, and rejects when `signal` is aborted; by default a timer. A
   * virtual clock can move forward here instead: with `sleep: async (ms) => void (clock += ms)` and
   * `now: () => clock`, slow responses take no time.
   */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>
  /** Fills the array with random bytes. Replace it to get the same responses at each run. */
  random?: (bytes: Uint8Array) => void
  /** The value of {@link Emulator.serviceUrl}; by default `https://kaltura.test`. */
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
 * A Kaltura server in memory. It can serve for days without growing: it keeps at most 10,000 cached
 * responses (32 MB), 10,000 app tokens and, for each partner, 100,000 users that were created by their
 * sessions. A request that asks for too much gets an empty 500, as from a server that is out of memory.
 */
export interface Emulator {
  /** For the option `serviceUrl` of a client that uses {@link Emulator.fetch}. */
  readonly serviceUrl: string
  /** The id of the first partner. */
  readonly partnerId: number
  /** The admin secret of the first partner. */
  readonly adminSecret: string
  /** The number of HTTP requests so far. */
  readonly requests: number
  /**
   * Answers a request. Use it as the option `fetch` of a client, or as the handler of `Deno.serve`,
   * `Bun.serve` or a Worker. With a {@link Fault} that cuts the connection, the promise rejects; `listen` of
   * `kaltura-app-token/emulator/node` cuts the real connection.
   */
  fetch(input: Request | URL | string, init?: unknown): Promise<Response>
  /** Adds an app token without a call to the API. Missing fields get defaults. */
  addAppToken(wanted?: NewAppToken): AppToken
  /** Adds a partner. */
  addPartner(partner: PartnerSeed): void
  /** Changes a partner: its status, its secrets, its permissions. */
  setPartner(id: number, changes: Partial<PartnerSeed>): void
  /** Adds or changes a user: `{ status: 0 }` blocks it, `isAdmin` makes it an administrator. */
  setUser(partnerId: number, userId: string, changes: Partial<User>): void
  /** Changes an app token in ways that the API doesn't allow: `{ status: 1 }` disables it. */
  setAppToken(id: string, changes: Partial<AppToken>): void
  /** Changes the given switches. */
  set(switches: Partial<Switches>): void
  /** Sets the faults, in place of earlier ones; without arguments, removes them. */
  setFaults(...faults: Fault[]): void
  /** Clears all caches, as a restart would. */
  flushCaches(): void
  /** Returns the whole state, ready for `JSON.stringify`. It contains the secrets in the clear. */
  state(): EmulatorState
  /**
   * Restores a result of {@link Emulator.state}. This works even after a trap of WebAssembly (no memory
   * left), when everything else fails.
   */
  restore(state: EmulatorState): void
}

/** An initial partner. */
export interface PartnerSeed {
  /** The partner's number. */
  id: number
  /** A description. */
  description?: string
  /** Signs the partner's sessions, and starts administrators' sessions. */
  adminSecret: string
  /** Further secrets that verify sessions but don't sign them. */
  additionalAdminSecrets?: string[]
  /** Starts users' sessions. */
  userSecret?: string | null
  /** The version of its KSs; by default 2. */
  ksVersion?: 1 | 2
  /** The maximum lifetime of a session in seconds; by default a day. `null` sets no limit. */
  ksMaxExpiry?: number | null
  /** Whether the API refuses its calls over http. */
  httpsOnly?: boolean
  /** Whether its app tokens may leave the user open. */
  userlessAppTokens?: boolean
  /** 1 is active; anything else is blocked. */
  status?: number
  /** Users by id. Other users are created when a session of theirs is first used. */
  users?: Record<string, User>
  /** When the partner was created, in unix seconds. */
  createdAt?: number
}

/** A user of a partner. */
export interface User {
  screenName?: string
  fullName?: string
  firstName?: string
  lastName?: string
  email?: string
  /** 0 blocked, 1 active, 2 deleted. */
  status?: 0 | 1 | 2
  /** Whether the user may do what administrators may, even in a user's session. */
  isAdmin?: boolean
  isAccountOwner?: boolean
  createdAt?: number
  updatedAt?: number
  deletedAt?: number
}

/** An app token, with the names of Kaltura's own object. */
export interface AppToken {
  /** The id, such as `0_x7k2m9qa`. */
  id: string
  /** The token's value, a secret. */
  token: string
  partnerId: number
  /** In unix seconds. */
  createdAt: number
  /** In unix seconds. */
  updatedAt: number
  /** 1 disabled, 2 active, 3 deleted. */
  status: 1 | 2 | 3
  /** When the token expires, in unix seconds; by default never. */
  expiry?: number
  /** The type of its sessions, 0 user or 2 admin; without it the caller chooses. */
  sessionType?: 0 | 2
  /** The user of its sessions; without it the caller chooses. */
  sessionUserId?: string
  /** The maximum lifetime of its sessions, in seconds; without it they have already expired when started. */
  sessionDuration?: number
  /** The privileges of its sessions. */
  sessionPrivileges?: string
  /** The digest that proves the token. */
  hashType: 'SHA1' | 'MD5' | 'SHA256' | 'SHA512'
  description?: string
}

/**
 * An app token to add. By default it is active, belongs to the first partner, and has SHA1 and the partner's
 * maximum lifetime of sessions.
 */
export type NewAppToken = Partial<AppToken>

/** Settings that may be changed between requests. */
export interface Switches {
  /** Whether responses are cached, as on the real server; by default true. */
  cache: boolean
  /** Whether the database works; by default true. */
  database: boolean
  /** The rate limits; by default none. */
  rateLimits: RateLimit[]
  /** The delay of each response in milliseconds; by default 0. */
  latencyMs: number
  /**
   * How long each call, and each item of a multirequest, takes in milliseconds; by default 0. The first
   * item's expiry is computed `itemMs` after the request began, the second's after twice that time, and so
   * on. As on the real server, `X-Kaltura-Session` carries the second in which the request began, and `Date`
   * the second in which the response was written. The response is delayed by the time of all its items;
   * cached items take no time.
   */
  itemMs: number
}

/** A limit on the number of calls in a period. */
export interface RateLimit {
  /** The service, such as `appToken`. */
  service: string
  /** The action, such as `startSession`. */
  action: string
  /** How many calls are allowed. */
  max: number
  /** The period in seconds; by default 10. */
  window?: number
  /** The parameter whose values are counted separately, such as `id`. */
  per?: string
  /** Whether only failed calls are counted. */
  errorsOnly?: boolean
}

/** A fault that affects the next matching calls. */
export interface Fault {
  /** The call to affect, such as `appToken.startSession`; by default every call. */
  on?: string
  /** How many matching calls pass before the fault begins. */
  skip?: number
  /** How many calls to affect; by default all. */
  times?: number
  /** The delay of the response in milliseconds. */
  delayMs?: number
  /** An HTTP status in place of the API's response. The call is not carried out. */
  status?: number
  /** A body in place of the API's. */
  body?: string
  /** Headers to add, or to replace those of the same name. */
  headers?: Record<string, string> | Array<[string, string]> | Headers
  /**
   * Cuts the connection: `before` the call is carried out, `after` it (so that the response is lost), or
   * half-way through the `body`.
   */
  drop?: 'before' | 'after' | 'body'
  /** The number of bytes after which the body ends as if it were complete. */
  truncate?: number
  /** The speed at which the body is sent, in bytes a second. */
  bytesPerSecond?: number
}

/** The whole state of an emulator. */
export interface EmulatorState {
  partners: PartnerSeed[]
  appTokens?: AppToken[]
  switches?: Partial<Switches>
  /** Faults, revocations, counters and caches, in an internal form. */
  [internal: string]: unknown
}

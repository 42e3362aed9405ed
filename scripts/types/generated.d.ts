// What src/js imports and the build makes: the modules, and the functions of src/wasm in them.

declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}

declare module '*.wasm?module' {
  const module: WebAssembly.Module
  export default module
}

declare module '*/inline.js' {
  export const compile: () => WebAssembly.Module
}

declare module '*/inflate.js' {
  export const inflate: (bytes: Uint8Array, size: number) => Uint8Array
}

declare module '*/kaltura_app_token.js' {
  import type { AppTokenSession, SessionAudit } from 'kaltura-app-token'
  import type { Details } from '../../src/js/common/error.js'
  import type { plain } from '../../src/js/runtime/plain.js'
  import type { Instance } from '../../src/js/runtime/trap.js'

  /** The moment, by both clocks. */
  export interface Now {
    wall: number
    steady: number
  }
  /** Until when a session may be handed out without asking, and what the core knows it by. */
  export interface Lease extends Now {
    ticket: number
  }
  /** What came of a flight. */
  export interface Outcome {
    session?: AppTokenSession
    lease?: Lease
    failure?: Details
    stale?: boolean
    renewed?: boolean
    adopted?: boolean
    /** It must be asked for again. */
    lost?: unknown
    silentChecks?: number
  }
  /** What somebody who asks is to do: take the session, or lead a flight, or follow it. */
  export interface Decision extends Outcome {
    flight?: number
    lead?: boolean
  }
  export type Served = Outcome & { session: AppTokenSession }
  /** What came of a call of Kaltura's API. */
  export interface Answer {
    text?: string
    failure?: Details
    dead?: boolean
    loggedOut?: boolean
    isUnsure?: boolean
    clockOffsetMs?: number
  }
  /** What a task is to do next. */
  export type Step = ReturnType<(typeof plain)['send' | 'token' | 'hash' | 'wait' | 'tell' | 'done']>
  /** What takes requests or waiting, and comes to a `T`; see src/js/runtime/drive.js. */
  export interface Task<T> {
    /** Nothing after a trap, as for `claim`. */
    next(wall: number, steady: number): Step | undefined
    claim(total: number, steady: number): number | undefined
    park(come: () => void): void
    push(bytes: Uint8Array): void
    takeResponse(
      status: number,
      date: string | undefined,
      hasAge: boolean,
      retryAfter: string | undefined,
      kalturaSession: string | undefined,
      headWall: number,
      headSteady: number,
      wall: number,
      steady: number,
    ): Details | undefined
    takeLoss(problem: number, causes: string, wall: number, steady: number): Details | undefined
    takeGiven(
      value: unknown,
      bytes: Uint8Array | undefined,
      causes: string | undefined,
      wall: number,
      steady: number,
    ): void
    free(): void
    /** Never set: it declares what `drive` resolves to. */
    readonly result?: T
  }
  /** Where sessions are in a store, the likeliest first. */
  export interface Place {
    names: string[]
    key: string
  }
  export interface ProviderCore {
    readonly batchSize: number
    readonly batchesInFlight: number
    readonly epoch: number
    readonly hasNews: boolean
    readonly hasOwnKeys: boolean
    readonly hasUnpublished: boolean
    abandon(flight: number, timedOut: boolean, now: Now): void
    abandonWidget(flight: number, now: Now): void
    adopt(
      flight: number,
      token: string | undefined,
      sealed: string,
      now: Now,
    ): (Outcome & { needsTime?: boolean; rejected?: boolean; obsolete?: boolean }) | undefined
    ask(request: object, followed: number, silentChecks: number, now: Now): Decision
    askForWidget(followed: number, silentChecks: number, now: Now): Decision | undefined
    audit(key: Uint8Array, ks: string, userId: string, privileges: string): Omit<SessionAudit, 'expiresAt'>
    beginEnding(request: object): number
    call(service: string, action: string, body: string, ks: string, attempts: number): Task<Answer>
    checkCall(service: string, action: string): void
    clear(now: Now): void
    deriveKey(token: string | undefined): Uint8Array | undefined
    ended(request: object, privileges: string, now: Now): void
    endSession(body: string, ks: string, deadlineMs: number): Task<Answer>
    epochNames(token: string | undefined): string[]
    failForWidget(flights: number[], waitedFor: number | undefined, now: Now): Outcome[] | undefined
    fetchWidget(flight: number, deadlineMs: number, now: Now): Task<void>
    generationName(flight: number, now: Now): string | undefined
    invalidate(request: object, now: Now): AppTokenSession | undefined
    invalidateKs(ks: string, now: Now): AppTokenSession | undefined
    isCheck(flight: number): boolean
    isDead(key: string, token: string | undefined, sealed: string): boolean
    isExposed(privileges: string): boolean
    isolateWith(secret: string | undefined): void
    lastResort(request: object, now: Now): Decision | undefined
    learnEpoch(
      token: string | undefined,
      texts: string[],
      now: Now,
    ): { rejected: boolean; text?: string; ttlMs: number }
    learnGeneration(flight: number, text: string, now: Now): void
    mint(flights: number[], deadlineMs: number): Task<Outcome[]>
    place(flight: number, token: string | undefined): Place | undefined
    proofIsDue(ks: string, privileges: string, now: Now): boolean
    prove(ks: string, privileges: string): Task<Details | undefined>
    revoke(privileges: string, now: Now): string
    seal(
      key: string,
      token: string | undefined,
      epoch: number,
      now: Now,
    ): { text?: string; ttlMs: number; tooLong?: boolean } | undefined
    takeObsolete(token: string | undefined): Place[]
    takeUnpublished(): string[]
    useStore(): void
  }
  export interface Caller {
    call(name: string, body: string, ks: string, repeatable: boolean, deadlineMs: number): Task<Answer>
  }
  export interface ClientExports {
    startAppTokenSession(
      options: object,
      kind: number,
      auditKey: Uint8Array | undefined,
      deadlineMs: number,
    ): Task<AppTokenSession>
    hashAppToken(joined: string, hashType: number): string
    hashTypeNumber(name: string): number
    ProviderCore: {
      new (
        options: object,
        fallback: object | undefined,
        kind: number,
        fallbackKind: number,
        uses: () => Float64Array | undefined,
        keys: (string | Uint8Array | undefined)[],
      ): ProviderCore
      checkToken(path: string, bytes: Uint8Array): void
      checkEveryMs(): number
      isOver(expiresAt: number, now: Now): boolean
    }
    Caller: new (options: object) => Caller
  }
  export const instantiate: (instance: Instance, module: WebAssembly.Module) => ClientExports
}

declare module '*/kaltura_ks.js' {
  import type { AppTokenPage, AppTokenWarning, KsInfo, NewAppToken } from 'kaltura-app-token'
  import type { Instance } from '../../src/js/runtime/trap.js'

  /** What a call is made with, as JSON. */
  export interface Wanted {
    args: string
    warnings: AppTokenWarning[]
  }
  export interface Judgement {
    deadKs?: boolean
    isDone?: boolean
    isOpen?: boolean
    advice?: string
  }
  export interface ManagerCore {
    add(fields: object, knownUser: boolean, nowMs: number): Wanted
    update(id: string, fields: object, knownUser: boolean, nowMs: number): Wanted
    successor(text: string, nowMs: number): Wanted
    body(args: string, ks: string): string
    checkKs(ks: unknown): void
    keptKs(nowMs: number): string | undefined
    makeKs(secret: unknown, nowMs: number): string
    forgetKs(ks: string): void
    setClock(offsetMs: number): void
  }
  export interface Rules {
    new (options: object): ManagerCore
    checkSecret(secret: unknown): void
    isIsolated(privileges: string): boolean
    identify(id: string): { args: string }
    deletionWarnings(text: string): AppTokenWarning[]
    list(filter: object, pager: object, all: boolean, further: number): { args: string; size: number; index: number }
    goesOn(size: number, index: number, received: number, total: number): boolean
    mostPages(): number
    appToken(text: string, withToken: boolean): NewAppToken | undefined
    page(text: string): AppTokenPage | undefined
    isRepeatable(action: string): boolean
    isNothing(text: string): boolean
    judge(
      action: string,
      code: string,
      kalturaCode: string,
      ksRefusal: string,
      status: number,
      open: number,
      madeKs: boolean,
    ): Judgement
  }
  export interface KsExports {
    inspectKs(ks: string, secrets: unknown[]): KsInfo
    generateKs(fields: object, secret: unknown): string
    parsePrivileges(text: string): string
    formatPrivileges(list: unknown): string
    predictPrivileges(appTokenId: string, tokenPrivileges: string | null, requested: string | null): string
    ManagerCore: Rules
  }
  export const instantiate: (instance: Instance, module: WebAssembly.Module) => KsExports
}

declare module '*/kaltura_emulator.js' {
  import type { Instance } from '../../src/js/runtime/trap.js'

  /** What the emulator answers, with what is to happen to the transport. */
  export interface Answered {
    status: number
    headers: [name: string, value: string][]
    body: Uint8Array<ArrayBuffer>
    delayMs: number
    bytesPerSecond: number | null
    cut: 'before' | 'body' | null
  }
  export type Random = (bytes: Uint8Array<ArrayBuffer>) => void
  export interface Emulator {
    state(): string
    restore(json: string): void
    part(name: string): string
    replace(json: string): void
    addAppTokens(json: string, nowMs: number, random: Random): string
    flushCaches(): void
    handle(
      method: string,
      url: string,
      headers: string[],
      body: Uint8Array,
      ip: string,
      https: boolean,
      nowMs: number,
      random: Random,
    ): Answered
  }
  export interface EmulatorExports {
    Emulator: new (json: string) => Emulator
  }
  export const instantiate: (instance: Instance, module: WebAssembly.Module) => EmulatorExports
}

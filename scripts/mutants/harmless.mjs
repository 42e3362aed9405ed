// Faults that nobody could notice, each with the reason.

/** In src/js: the lines as they are, and as the fault makes them. */
export const harmless = [
  {
    file: 'handler/limit.js',
    was: '#filled({ tokens, at } = { tokens: this.#burst, at: 0 }, now) {',
    now: '#filled({ tokens, at } = { tokens: this.#burst, at: 1 }, now) {',
    why: 'a full bucket stays full, whenever it was filled',
  },
  {
    file: 'handler/limit.js',
    was: 'const wait = bucket.tokens < 1 ? Math.ceil((1 - bucket.tokens) / this.#perMs / 1000) : 0',
    now: 'const wait = bucket.tokens < 2 ? Math.ceil((1 - bucket.tokens) / this.#perMs / 1000) : 0',
    why: 'with a token or more the wait comes to 0 either way',
  },
  {
    file: 'handler/limit.js',
    was: 'const wait = bucket.tokens < 1 ? Math.ceil((1 - bucket.tokens) / this.#perMs / 1000) : 0',
    now: 'const wait = bucket.tokens <= 1 ? Math.ceil((1 - bucket.tokens) / this.#perMs / 1000) : 0',
    why: 'with one token the wait comes to 0 either way',
  },
  {
    file: 'handler/limit.js',
    was: 'const bucket = own.tokens < others.tokens ? own : others',
    now: 'const bucket = own.tokens <= others.tokens ? own : others',
    why: 'of two that are the same either will do',
  },
  {
    file: 'common/error.js',
    was: 'return new AppTokenError(internal(name))',
    now: 'return undefined;',
    why: 'nothing that the core throws today comes here; it is for what nobody has thought of',
  },
  {
    file: 'common/error.js',
    was: "if (typeof (/** @type {Details | undefined} */ (thrown)?.code) === 'string') {",
    now: 'if (true) {',
    why: 'nothing that the core throws today is without a code',
  },
  {
    file: 'common/host.js',
    was: "export const SEPARATE_CONTEXTS = globalThis.navigator?.userAgent === 'Cloudflare-Workers'",
    now: "export const SEPARATE_CONTEXTS = globalThis.navigator?.userAgent !== 'Cloudflare-Workers'",
    why: 'what Workers need serves others too; that it is done in Workers is what js-tests/leader.mjs plays',
  },
  {
    file: 'provider/leader.js',
    was: 'return this.#isResting || steady() - /** @type {number} */ (this.#lastProgressAt) < this.trustedMs',
    now: 'return this.#isResting || steady() - /** @type {number} */ (this.#lastProgressAt) <= this.trustedMs',
    why: 'a moment more or less',
  },
  {
    file: 'provider/leader.js',
    was: 'if (HAS_ONE_CONTEXT) return this.isGone',
    now: 'if (true) return this.isGone',
    why: 'where there is one context that is what is asked; js-tests/leader.mjs plays it where there are more',
  },
  {
    file: 'provider/leader.js',
    was: 'if (this.keep || this.#isLeft) return',
    now: 'if (this.keep && this.#isLeft) return',
    why: 'nobody waits for a renewal as its leader, and a leader leaves once',
  },
  {
    file: 'provider/join.js',
    was: 'decision = wanted.ask(flight, outcome.silentChecks ?? 0)',
    now: 'decision = wanted.ask(flight, outcome.silentChecks ?? 1)',
    why: 'the core acts on three checks in a row and not on fewer',
  },
  {
    file: 'provider/leases.js',
    was: 'this.#uses += 1',
    now: 'this.#uses += 2',
    why: 'the order is what counts',
  },
  {
    file: 'provider/leases.js',
    was: 'age = 0',
    now: 'age = 1',
    why: 'it is only compared with itself',
  },
  {
    file: 'provider/leases.js',
    was: 'this.#cores += 1',
    now: 'this.#cores += 2',
    why: 'it is only compared with itself',
  },
  {
    file: 'provider/request.js',
    was: 'if (value === undefined) continue',
    now: 'if (false) continue',
    why: 'the core is asked then, and says the same',
  },
  {
    file: 'provider/request.js',
    was: "if (typeof value === 'string') key += `${name}:${value.length}:${value}`",
    now: 'if (false) key += `${name}:${value.length}:${value}`',
    why: 'the core is asked then, and says the same',
  },
  {
    file: 'manager/shell.js',
    was: 'if (deadline.error) throw deadline.error',
    now: 'if (false) throw deadline.error',
    why: 'what comes next is ended by the same deadline, before anything is sent',
  },
  {
    file: 'session/bind.js',
    was: 'if (deadline.error) throw deadline.error',
    now: 'if (false) throw deadline.error',
    why: 'what comes next is ended by the same deadline, before anything is sent',
  },
  {
    file: 'provider/widget.js',
    was: 'flight.end(/** @type {Outcome} */ ({ __proto__: null, lost: true }))',
    now: 'flight.end(/** @type {Outcome} */ ({ __proto__: null, }))',
    why: 'who has waited for a widget session in vain fetches one with his own',
  },
]

/** In the Rust: as cargo-mutants names them. */
export const harmlessInRust = [
  {
    file: 'src/ks/v2.rs',
    name: 'replace < with <= in inspect',
    why: 'the length at which they differ is no multiple of a block, which is refused as well',
  },
  {
    file: 'src/ks/v2.rs',
    name: 'replace + with * in write',
    why: 'it is room that is reserved, and what has to grow is wiped too',
  },
  {
    file: 'src/provider/flights.rs',
    name: 'replace FlightId::hash -> u32 with 1',
    why: 'a table whose keys all hash alike finds them too, later',
  },
  {
    file: 'src/provider/entry.rs',
    name: 'replace Entries::seed with ()',
    why: 'a seed only keeps others from choosing keys that hash alike',
  },
  {
    file: 'src/provider/entry.rs',
    name: 'replace > with >= in Entry::is_backing_off',
    why: 'what has just been renewed is not to be renewed again before that moment either',
  },
  {
    file: 'src/provider/table.rs',
    name: 'replace < with <= in Index::insert',
    why: 'it grows one value sooner',
  },
]

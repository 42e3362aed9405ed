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
    was: "const kept = [this.#buckets.get(name), typeof shared === 'string' ? read(shared) : undefined]",
    now: 'const kept = [this.#buckets.get(name), true ? read(shared) : undefined]',
    why: 'what is no text never looks like a bucket either',
  },
  {
    file: 'handler/limit.js',
    was: 'const bucket = own.tokens < others.tokens ? own : others',
    now: 'const bucket = own.tokens <= others.tokens ? own : others',
    why: 'of two that are the same either will do',
  },
]

/** In the Rust: as cargo-mutants names them. */
export const harmlessInRust = []

// Must be imported before anything is called: it sees the memories of the package's modules.
// Runtimes have modules of their own, such as the HTTP parser of Node's fetch.

// Short, as all names of the modules are that get deployed; and what wasm-bindgen says.
const OURS = ['a', './k_bg.js']
/** Weak, so that what has been given up can be collected, where the runtime has such references. */
const weak = (object) => (globalThis.WeakRef ? new WeakRef(object) : { deref: () => object })
const seen = []
const { Instance } = WebAssembly
/** What the next function does that WebAssembly calls. */
let sabotage

WebAssembly.Instance = new Proxy(Instance, {
  construct(target, [module, imports = {}, ...rest]) {
    const from = OURS.find((name) => name in imports)
    if (from === undefined) return new target(module, imports, ...rest)
    const functions = Object.entries(imports[from]).map(([name, run]) => [name, sabotaged(run)])
    const instance = new target(module, { [from]: Object.fromEntries(functions) }, ...rest)
    // An emulator knows all the secrets that there are.
    const isEmulator = Object.keys(instance.exports).some((name) => name.startsWith('emulator_'))
    const memory = Object.values(instance.exports).find((it) => it instanceof WebAssembly.Memory)
    if (!isEmulator) seen.push(weak(memory))
    return instance
  },
})

const sabotaged =
  (run) =>
  (...args) => {
    const now = sabotage
    sabotage = undefined
    now?.()
    return run(...args)
  }

const deeper = () => deeper() + 1

/**
 * The next time that WebAssembly calls a function, the stack overflows, which takes all frames
 * with it.
 */
export function overflowNext() {
  sabotage = deeper
}

/** Each of the memories that there are. */
export const memories = () => seen.map((it) => it.deref()).filter((it) => it !== undefined)

/** How often `text`, or bytes, are found there. */
export function occurrences(text) {
  return memories().reduce((sum, { buffer }) => sum + occurrencesIn(buffer, text), 0)
}

/** How often text, or bytes, are found in one of them. */
export function occurrencesIn(buffer, wanted) {
  const bytes = typeof wanted === 'string' ? new TextEncoder().encode(wanted) : wanted
  if (bytes.length < SHORTEST) return count(new Uint8Array(buffer), bytes)
  return new Set(placesIn(buffer, wordsOf([bytes])).map(({ from }) => from)).size
}

/** The shortest text that has a whole word of every two in it, wherever in the memory it begins. */
const SHORTEST = 11
const OFFSETS = [0, 1, 2, 3, 4, 5, 6, 7]

/**
 * Makes a function that gives those of `texts` that are in the memory when it is called. It goes over
 * the memory once, however many they are, and looks at every second word of four bytes.
 */
export function memorySearch(texts) {
  const all = texts.map((text) => new TextEncoder().encode(text))
  const short = texts.find((_, index) => all[index].length < SHORTEST)
  if (short !== undefined) throw new Error(`${short} is too short to be looked for`)
  const words = wordsOf(all)
  return () => new Set(memories().flatMap(({ buffer }) => placesIn(buffer, words).map(({ index }) => texts[index])))
}

/** For each word that is looked at in one of `all`, in which of them it is, and where. */
function wordsOf(all) {
  const words = new Map()
  const known = new Uint8Array(1 << 16)
  for (const [index, bytes] of all.entries()) {
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    for (const offset of OFFSETS) {
      const word = view.getInt32(offset, true)
      known[mixed(word)] = 1
      words.set(word, [...(words.get(word) ?? []), { index, bytes, offset }])
    }
  }
  return { words, known }
}

const mixed = (word) => (word ^ (word >>> 16)) & 0xffff

/** `{ index, from }` of each that is in there, more than once for each place. */
function placesIn(buffer, { words, known }) {
  const memory = new Int32Array(buffer)
  const all = new Uint8Array(buffer)
  const found = []
  for (let at = 0; at < memory.length; at += 8) {
    const [a, b, c, d] = [memory[at], memory[at + 2], memory[at + 4], memory[at + 6]]
    // Most of it is zeros.
    if ((a | b | c | d) === 0) continue
    if ((known[mixed(a)] | known[mixed(b)] | known[mixed(c)] | known[mixed(d)]) === 0) continue
    for (const start of [at, at + 2, at + 4, at + 6]) {
      for (const { index, bytes, offset } of words.get(memory[start]) ?? []) {
        const from = 4 * start - offset
        if (bytes.every((byte, i) => all[from + i] === byte)) found.push({ index, from })
      }
    }
  }
  return found
}

/** What is in it, but for stretches of zeros, as text: a character for each byte. */
export function memoryText() {
  const decoder = new TextDecoder('latin1')
  const texts = memories().flatMap(({ buffer }) =>
    stretches(new Int32Array(buffer)).map(([start, end]) =>
      decoder.decode(new Uint8Array(buffer, 4 * start, 4 * (end - start))),
    ),
  )
  return texts.join('\0')
}

/** From where to where there are words other than 0, with but few zeros between. */
function stretches(words) {
  const STEP = 8
  const FEW = 1024
  const found = []
  let last
  for (let at = 0; at < words.length; at += STEP) {
    const either = words[at] | words[at + 1] | words[at + 2] | words[at + 3]
    if ((either | words[at + 4] | words[at + 5] | words[at + 6] | words[at + 7]) === 0) continue
    if (last && at - last[1] < FEW) last[1] = at + STEP
    else found.push((last = [at, at + STEP]))
  }
  return found
}

/** How many instances have been seen. */
export const modules = () => seen.length

function count(bytes, needle) {
  let found = 0
  let at = bytes.indexOf(needle[0])
  while (at !== -1) {
    if (needle.every((byte, i) => bytes[at + i] === byte)) found += 1
    at = bytes.indexOf(needle[0], at + 1)
  }
  return found
}

/** Its size in bytes. */
export const memorySize = () => memories().reduce((sum, { buffer }) => sum + buffer.byteLength, 0)

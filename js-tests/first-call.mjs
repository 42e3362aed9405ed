// node js-tests/first-call.mjs [ROUNDS]: how long the first call takes after the import, with all
// that comes with it (unpacking, compiling, instantiating), against no more than a bare
// WebAssembly.Module and Instance of the same bytes. Each in a process of its own, in turns.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { node } from './runtimes/index.mjs'

const rounds = Number(process.argv[2] ?? 31)
const pkg = fileURLToPath(new URL('../pkg/', import.meta.url))

const TIMED = 'const start = performance.now()'
const TOLD = 'console.log(performance.now() - start)'
const programs = {
  'first call': `
    const { hashAppToken } = await import('${pkg}index.js')
    ${TIMED}
    hashAppToken('djJ8MTAy'.repeat(20), '0123456789abcdef0123456789abcdef')
    ${TOLD}`,
  bare: `
    const { readFileSync } = await import('node:fs')
    const bytes = readFileSync('${pkg}kaltura_app_token.wasm')
    const imports = {}
    for (const { module, name } of WebAssembly.Module.imports(new WebAssembly.Module(bytes))) {
      ;(imports[module] ??= {})[name] = () => {}
    }
    // V8 keeps what it has compiled, and would find it by its bytes.
    const others = Uint8Array.from([...bytes, 0, 2, 1, 65 + Math.random() * 26])
    ${TIMED}
    new WebAssembly.Instance(new WebAssembly.Module(others), imports)
    ${TOLD}`,
}

/** @param {number[]} numbers */
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

for (const version of [20, 24]) {
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(Object.keys(programs).map((name) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, text] of Object.entries(programs)) {
      const said = execFileSync(node(version), ['--input-type=module', '-e', text])
      times[name].push(Number(said))
    }
  }
  const [first, bare] = Object.values(times).map(median)
  /** @param {number} time */
  const ms = (time) => `${time.toFixed(2)} ms`
  console.log(`Node ${version}: first call ${ms(first)}, bare ${ms(bare)}, ${(first / bare).toFixed(2)} times`)
}

// npm run dev:wasm [-- client|ks|emulator…]: the modules compiled quickly and unoptimised into target/dev,
// for `npm run dev:test`. Remove that folder to go back to pkg/.
import * as fs from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { modules } from './build/modules.mjs'
import { findTools } from './build/tools.mjs'
import { compileQuickly } from './build/wasm.mjs'
import { findWasmTarget } from './build/wasm-target.mjs'

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const wanted = process.argv.slice(2)
/** @param {import('./build/modules.mjs').Module} module */
const namesOf = ({ name, features }) => [...features, name]
const unknown = wanted.filter((name) => !modules.some((module) => namesOf(module).includes(name)))
if (unknown.length > 0) {
  const known = modules.flatMap(({ features }) => features)
  console.error(`there is no module ${unknown.join(', ')}; there are ${known.join(', ')}`)
  process.exit(2)
}
const chosen = modules.filter((it) => wanted.length === 0 || wanted.some((name) => namesOf(it).includes(name)))
/** @param {string} line */
const log = (line) => console.log(`dev: ${line}`)

const target = await findWasmTarget(root, log)
const tools = await findTools(root, log)
for (const module of chosen) {
  const out = join(root, 'target/dev', module.folder)
  fs.mkdirSync(out, { recursive: true })
  await compileQuickly({ root, target, tools, module, out })
  fs.writeFileSync(
    join(out, 'inline.js'),
    `import { readFileSync } from 'node:fs'
const file = new URL('./${module.name}.wasm', import.meta.url)
export const compile = () => new WebAssembly.Module(readFileSync(file))
`,
  )
  log(`${module.name} is in target/dev`)
}

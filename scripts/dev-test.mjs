// npm run dev:test [-- --only=PATTERN]: the suite on this Node against src/js as it stands, with
// the WebAssembly of pkg/, or of target/dev if `npm run dev:wasm` was run since. No Rust needed.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startedHost, stopHost } from './test/runtimes.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const register = new URL('./dev/register.mjs', import.meta.url).href

// The host and the suite inherit it.
process.env.NODE_OPTIONS = `--import=${register} ${process.env.NODE_OPTIONS ?? ''}`
const only = process.argv.find((it) => it.startsWith('--only='))?.slice('--only='.length)
const { url } = await startedHost(root)
const args = [`${root}js-tests/run-node.mjs`, url, ...(only === undefined ? [] : [only])]
const { status } = spawnSync(process.execPath, ['--expose-gc', ...args], { stdio: 'inherit' })
await stopHost()
process.exitCode = status ?? 1

// A Worker served by workerd itself, without the tools that are built on it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { workerd } from './runtimes/index.mjs'

/**
 * @typedef {object} Served
 * @property {string} script
 * @property {{ name: string, contents: Uint8Array }[]} modules
 * @property {string} compatibilityDate
 * @property {Record<string, string>} [bindings]
 * @property {(child: import('node:child_process').ChildProcess) => void} [onStart]
 */

/**
 * Serves an ES module and what it imports, with texts for its `env`; `{ url, stop() }`. What it
 * prints is for `onStart` to read off the child, or else printed here.
 * @param {Served} served
 */
export async function serveWorker({ script, modules, compatibilityDate, bindings = {}, onStart }) {
  const folder = mkdtempSync(join(tmpdir(), 'worker-'))
  writeFileSync(join(folder, 'worker.js'), script)
  for (const { name, contents } of modules) writeFileSync(join(folder, name), contents)
  writeFileSync(join(folder, 'config.capnp'), config(modules, compatibilityDate, bindings))

  const child = spawn(workerd(), ['serve', '--control-fd=3', join(folder, 'config.capnp')], {
    stdio: ['ignore', onStart ? 'pipe' : 'inherit', onStart ? 'pipe' : 'inherit', 'pipe'],
  })
  onStart?.(child)
  const ended = once(child, 'close')
  const stop = async () => {
    child.kill()
    await ended
    rmSync(folder, { recursive: true })
  }
  const first = createInterface(/** @type {import('node:stream').Readable} */ (child.stdio[3]))
    [Symbol.asyncIterator]()
    .next()
  const heard = await Promise.race([first, ended])
  if (!('value' in heard) || !heard.value) {
    rmSync(folder, { recursive: true })
    throw new Error(`workerd ended before it listened: ${heard}`)
  }
  return { url: `http://127.0.0.1:${JSON.parse(heard.value).port}/`, stop }
}

/**
 * @param {Served['modules']} modules
 * @param {string} compatibilityDate
 * @param {Record<string, string>} bindings
 */
function config(modules, compatibilityDate, bindings) {
  const wasm = modules.map(({ name }) => `(name = "${name}", wasm = embed "${name}")`)
  const texts = Object.entries(bindings).map(([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`)
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = (
      modules = [${['(name = "worker.js", esModule = embed "worker.js")', ...wasm].join(', ')}],
      bindings = [${texts.join(', ')}],
      compatibilityDate = "${compatibilityDate}",
      globalOutbound = "loopback"
    )),
    (name = "loopback", network = (allow = ["127.0.0.0/8"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")]
);
`
}

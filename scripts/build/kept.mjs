// Keeps the compiled modules, so that a change of JavaScript needs no compiler.
import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { modules } from './modules.mjs'

/** @typedef {(module: import('./modules.mjs').Module, folder: string) => Promise<() => Promise<void>>} Compile */

/**
 * Puts all modules with their glue into `out`: the kept ones if they were compiled from the sources of `digest`, otherwise
 * new ones from `compile`.
 * @param {{ root: string, digest: string, out: string }} place
 * @param {Compile} compile
 */
export async function putModules({ root, digest, out }, compile) {
  const kept = join(root, 'target/compiled', digest)
  if (!fs.existsSync(kept)) {
    const making = join(root, 'target', `compiling-${process.pid}`)
    try {
      await compileAll(making, compile)
      fs.rmSync(dirname(kept), { recursive: true, force: true })
      fs.mkdirSync(dirname(kept))
      fs.renameSync(making, kept)
    } finally {
      fs.rmSync(making, { recursive: true, force: true })
    }
  }
  fs.cpSync(kept, out, { recursive: true })
}

/**
 * While one module is optimized, which takes one core, the next is compiled. The largest is the last
 * in the list, and takes longest.
 * @param {string} into
 * @param {Compile} compile
 */
async function compileAll(into, compile) {
  const shrinking = []
  for (const module of modules.toReversed()) {
    const folder = join(into, module.folder)
    fs.mkdirSync(folder, { recursive: true })
    const shrink = await compile(module, folder)
    const done = shrink()
    // A failure is reported where all are awaited.
    done.catch(() => {})
    shrinking.push(done)
  }
  await Promise.all(shrinking)
}

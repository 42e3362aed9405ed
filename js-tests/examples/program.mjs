// An example as its reader runs it: in its folder, configured by the environment.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../../scripts/build/process.mjs'

export { environmentOf } from '../environment.mjs'

const LONGEST_START_MS = 120_000
const examples = fileURLToPath(new URL('../../examples', import.meta.url))

export const folderOf = (example) => join(examples, example)

/** Runs a program of an example's to its end, and gives what it printed. */
export function runExample(example, program, args, env) {
  return run(program, args, { cwd: folderOf(example), env, timeoutMs: 240_000 })
}

/** Starts a server of an example's, see startProgram. */
export const startExample = (example, ...rest) => startProgram(folderOf(example), ...rest)

/** Starts a server in a folder; `{ url, stop() }`, with the first address that it prints. */
export async function startProgram(folder, program, args, env) {
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close')
  const stop = async () => {
    child.kill()
    await ended
  }
  let printed = ''
  const url = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${[program, ...args].join(' ')} ${why}:\n${printed}`))
    const timer = setTimeout(() => fail('printed no address in time'), LONGEST_START_MS)
    const read = (chunk) => {
      printed += chunk
      const found = /https?:\/\/127\.0\.0\.1:\d+/.exec(printed)
      if (!found) return
      clearTimeout(timer)
      resolve(found[0])
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('error', reject)
    ended.then(() => fail('ended'))
  }).catch(async (error) => {
    await stop()
    throw error
  })
  return { url, stop }
}

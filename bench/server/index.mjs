// The server of one run, in a process of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** `{ url, stop() }` */
export async function startServer(program) {
  const child = spawn(program, [new URL('serve.mjs', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const [url] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(() => {
      throw new Error('the server ended before it listened')
    }),
  ])
  return {
    url,
    async stop() {
      child.stdin.end()
      await ended
    },
  }
}

/** Sets how long each answer takes; gives how many requests there were since the last call. */
export async function reset(url, { latencyMs = 0 } = {}) {
  const response = await fetch(`${url}/bench?latencyMs=${latencyMs}`, { method: 'POST' })
  return Number(await response.text())
}

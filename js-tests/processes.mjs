// Programs that tests start.
import { once } from 'node:events'

/** Ends a child, if it has not ended, and waits until it has. */
export async function stop(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'close')
  child.kill(signal)
  await ended
}

// Standard output for secrets, and for results that can't be made again.
import { fchmodSync, fstatSync } from 'node:fs'
import { Failure, FILE, usage } from './failure.js'

let delivering = 0

/**
 * A reader that stops early, such as `head`, is not an error, unless something must be delivered.
 * @param {NodeJS.ErrnoException} options
 */
export function endWithReader({ code }) {
  if (delivering === 0) process.exit(code === 'EPIPE' ? 0 : 1)
}

/**
 * Writes a line; rejects if it could not be written.
 * @param {string} line
 */
export async function deliver(line) {
  delivering += 1
  try {
    await new Promise((resolve, reject) => {
      process.stdout.write(`${line}\n`, (error) => (error ? reject(error) : resolve(undefined)))
    })
  } finally {
    delivering -= 1
  }
}

/**
 * Keeps secrets on standard output private. An empty file that others can read becomes private; one with content is
 * refused, because it is in use.
 */
export function keepPrivate() {
  const stats = standardOutput()
  // Windows has no such mode.
  if (process.platform === 'win32' || !stats?.isFile() || (stats.mode & 0o077) === 0) return
  if (stats.size === 0 && makePrivate()) return
  throw usage(
    'standard output is a file that others on this machine can read, and this command prints a secret',
    'run chmod 600 on it first, or umask 077 before the redirection',
  )
}

function standardOutput() {
  try {
    return fstatSync(1)
  } catch {
    // Closed, or not supported by the runtime.
    return undefined
  }
}

function makePrivate() {
  try {
    fchmodSync(1, 0o600)
    return true
  } catch {
    return false
  }
}

/**
 * The failure for an application token that was made but whose value is lost.
 * @param {{ id: string }} appToken
 * @param {string} where
 * @param {unknown} error
 */
export function undelivered({ id }, where, error) {
  const { code, name } = /** @type {NodeJS.ErrnoException} */ (error)
  return new Failure(`${id} was made, but can't be written to ${where} (${code ?? name})`, {
    ...{ code: FILE, exitCode: 1 },
    hint: `delete it (kaltura-app-token tokens delete ${id}) and make another`,
  })
}

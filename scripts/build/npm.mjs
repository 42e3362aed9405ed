// Packages from the registry, as a lock file names them.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './process.mjs'

/**
 * Makes `folder`'s node_modules what its lock file says, unless it is so already.
 * @param {string} folder
 * @param {(line: string) => void} log
 */
export async function installPackages(folder, log) {
  const lock = readFileSync(join(folder, 'package-lock.json'))
  const digest = createHash('sha256').update(lock).digest('hex')
  const stamp = join(folder, 'node_modules/.lock-digest')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  log(`npm ci in ${folder}`)
  // Each program that is used comes inside a package: no install script is needed, so none runs.
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
  writeFileSync(stamp, digest)
}

// Installs packages by lock files.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './process.mjs'

/**
 * Installs the packages of `folder`'s lock file, unless they are installed.
 * @param {string} folder
 * @param {(line: string) => void} log
 */
export async function installPackages(folder, log) {
  const lock = readFileSync(join(folder, 'package-lock.json'))
  const digest = createHash('sha256').update(lock).digest('hex')
  const stamp = join(folder, 'node_modules/.lock-digest')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  log(`npm ci in ${folder}`)
  // All programs are inside packages, so no install script is needed.
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
  writeFileSync(stamp, digest)
}

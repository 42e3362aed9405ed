// Programs that no registry of packages for JavaScript has: Debian's own.
import { existsSync } from 'node:fs'
import { run } from '../scripts/build/process.mjs'

// For another apt-get that is at work.
const LONGEST_WAIT_S = 600

/** Installs a package of Debian's; `purpose` is told where that can't be done. */
/**
 * @param {string} name
 * @param {string} purpose
 */
export async function installDebianPackage(name, purpose) {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) {
    throw new Error(`${purpose}, and only root on Debian can have ${name} installed`)
  }
  /** @param {...string} args */
  const apt = (...args) =>
    run('apt-get', ['-q', '-o', `DPkg::Lock::Timeout=${LONGEST_WAIT_S}`, ...args], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    })
  await apt('update')
  await apt('install', '-y', '--no-install-recommends', name)
}

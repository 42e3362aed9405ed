// Installs what is measured: from lock files, and the package itself as it would be published.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pack } from '../js-tests/packed/project.mjs'
import { installPackages } from '../scripts/build/npm.mjs'
import { ask, run } from '../scripts/build/process.mjs'

const bench = fileURLToPath(new URL('.', import.meta.url))
const root = join(bench, '..')

export const pythonPackages = join(bench, '.python')

/** `{ python, php }`: whether there are contenders in these languages. */
export async function prepare(log) {
  for (const folder of ['', 'js-tests/runtimes', 'bench']) {
    await installPackages(join(root, folder), log)
  }
  await unpackOurs()
  return {
    python: await installPython(log),
    php: ask('php', ['-r', 'echo extension_loaded("openssl");']) === '1',
  }
}

async function unpackOurs() {
  const { tarball } = pack()
  const folder = join(bench, 'node_modules/kaltura-app-token')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', folder])
}

async function installPython(log) {
  if (ask('python3', ['-m', 'pip', '--version']) === undefined) return false
  const list = join(bench, 'requirements.txt')
  const digest = createHash('sha256').update(readFileSync(list)).digest('hex')
  const stamp = join(pythonPackages, '.digest')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return true
  log(`pip install in ${pythonPackages}`)
  rmSync(pythonPackages, { recursive: true, force: true })
  try {
    await run('python3', [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'],
      ...['--root-user-action=ignore', '--target', pythonPackages, '-r', list],
    ])
  } catch (error) {
    // Not every Python has wheels of all of them.
    log(`without Kaltura's client for Python: ${error.message}`)
    return false
  }
  writeFileSync(stamp, digest)
  return true
}

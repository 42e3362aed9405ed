// An empty project with the packed tarball installed, as a user would have it.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../../scripts/build/process.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'packed-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))

/** @type {ReturnType<typeof npmPack> | undefined} */
let packed
/** @type {Promise<string> | undefined} */
let installed
let made = 0

/**
 * `{ tarball, size, files, sizeOf }`: the path of the tarball, its size in bytes, the names of the
 * files in it, and the size of each.
 */
export const pack = () => (packed ??= npmPack())

function npmPack() {
  const said = execFileSync('npm', ['pack', '--json', '--pack-destination', scratch], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  /** @type {Record<string, { filename: string, size: number, files: { path: string, size: number }[] }>} */
  const packages = JSON.parse(said)
  const [{ filename, size, files }] = Object.values(packages)
  return {
    tarball: join(scratch, filename),
    size,
    files: files.map(({ path }) => path).sort(),
    sizeOf: Object.fromEntries(files.map((file) => [file.path, file.size])),
  }
}

/**
 * A folder with `files` (names to texts) and the package in its node_modules.
 * @param {Record<string, string>} files
 */
export async function project(files) {
  const folder = join(scratch, `project-${(made += 1)}`)
  // One installation does for all: npm makes the same of the same tarball.
  installed ??= install()
  cpSync(await installed, folder, { recursive: true })
  write(folder, files)
  return {
    folder,
    /**
     * @param {string} program
     * @param {string[]} args
     * @param {NodeJS.ProcessEnv} [env]
     */
    run: (program, args, env = {}) => run(program, args, { cwd: folder, env, timeoutMs: 4 * 60_000 }),
  }
}

async function install() {
  const folder = join(scratch, 'installed')
  const { tarball } = pack()
  write(folder, { 'package.json': '{ "private": true, "type": "module" }' })
  await run('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball], { cwd: folder })
  return folder
}

/**
 * @param {string} folder
 * @param {Record<string, string>} files
 */
function write(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}

// npm run mutants -- rust: cargo-mutants over the decisions, and whether the native tests notice.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../build/process.mjs'
import { harmlessInRust } from './harmless.mjs'

/** @typedef {{ file: string, name: string, span?: { start: { line: number } } }} MutantInRust */
/** @typedef {{ scenario: { Mutant: MutantInRust }, summary: string }} Tried */

const VERSION = '27.1.0'
/** The tests take a few seconds. */
const TIMEOUT_S = 120

/**
 * `shard`: which of how many parts of all faults, each `n`th of them, such as `0/4`.
 * @param {string} root
 * @param {{ only: string, shard?: string, atATime: number }} options
 * @param {(line: string) => void} log
 */
export async function rustMutants(root, { only, shard, atATime }, log) {
  const program = await cargoMutants(root, log)
  const folder = join(root, 'target/mutants')
  rmSync(join(folder, 'mutants.out'), { recursive: true, force: true })
  const args = [
    ...['mutants', '--no-shuffle', '--colors', 'never', '--output', folder, '--jobs', String(atATime)],
    ...['--baseline', 'skip', '--timeout', String(TIMEOUT_S), '--build-timeout', '600'],
    ...(shard ? ['--shard', shard, '--sharding', 'round-robin'] : []),
    ...(only ? ['--file', `**/${only}*`] : []),
  ]
  const env = { ...process.env, CARGO_PROFILE_TEST_DEBUG: '0', CARGO_PROFILE_DEV_DEBUG: '0', PROPTEST_CASES: '64' }
  const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] })
  const code = await new Promise((resolve) => child.on('close', resolve))
  const file = join(folder, 'mutants.out/outcomes.json')
  if (!existsSync(file)) throw new Error(`cargo-mutants ended with ${code}`)
  /** @type {{ outcomes: Tried[] }} */
  const { outcomes } = JSON.parse(readFileSync(file, 'utf8'))
  return outcomes
    .filter(({ scenario, summary }) => scenario.Mutant && summary !== 'Unviable')
    .map(({ scenario: { Mutant }, summary }) => {
      const [, name] = /^\S+?:\d+:\d+: (.*)$/.exec(Mutant.name) ?? [undefined, Mutant.name]
      const outcome = { file: Mutant.file, line: Mutant.span?.start.line, name }
      const isCaught = summary === 'CaughtMutant' || summary === 'Timeout'
      return { ...outcome, caughtBy: isCaught ? summary : undefined, why: isCaught ? undefined : reasonOf(outcome) }
    })
}

/** @param {{ file: string, name: string }} options */
const reasonOf = ({ file, name }) => harmlessInRust.find((one) => one.file === file && one.name === name)?.why

/** @param {{ file: string, line: number | undefined, name: string }} options */
export const shownInRust = ({ file, line, name }) => `${file}:${line}: ${name}`

/**
 * @param {string} root
 * @param {(line: string) => void} log
 */
async function cargoMutants(root, log) {
  const folder = join(root, '.tools', `cargo-mutants-${VERSION}`)
  const program = join(folder, 'bin/cargo-mutants')
  if (existsSync(program)) return program
  log(`installing cargo-mutants ${VERSION}`)
  const compiledIn = join(root, '.tools/compiling')
  const args = [
    'install',
    'cargo-mutants',
    '--version',
    VERSION,
    '--locked',
    '--root',
    folder,
    '--target-dir',
    compiledIn,
  ]
  const env = {
    CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
    CARGO_PROFILE_RELEASE_LTO: 'off',
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  }
  await run('cargo', args, { env })
  rmSync(compiledIn, { recursive: true, force: true })
  return program
}

// Runs child processes, which are quiet unless they fail.
import { spawn, spawnSync } from 'node:child_process'

/**
 * Runs a program; returns its output, or fails with it.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options]
 * @returns {Promise<string>}
 */
export function run(program, args, { cwd, env, timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    })
    /** @type {Buffer[]} */
    const printed = []
    child.stdout.on('data', (chunk) => printed.push(chunk))
    child.stderr.on('data', (chunk) => printed.push(chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const output = Buffer.concat(printed).toString()
      if (code === 0) return resolve(output)
      const command = [program, ...args].join(' ')
      reject(new Error(`${command}\nended with ${signal ?? `code ${code}`}\n${output}`))
    })
  })
}

/**
 * The trimmed standard output of a quick program, or undefined if it fails.
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
export function ask(program, args, env) {
  const answer = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, ...env } })
  return answer.status === 0 ? answer.stdout.trim() : undefined
}

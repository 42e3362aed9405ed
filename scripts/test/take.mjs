// Takes steps, with a line for each on standard output.
import { join } from 'node:path'
import { installPackages } from '../build/npm.mjs'
import { stopHost } from './runtimes.mjs'
import { takeAll } from './schedule.mjs'

/**
 * Takes `steps`; gives how many have failed.
 * @param {string} root
 * @param {import('./schedule.mjs').Step[]} steps
 */
export async function takeWithReport(root, steps) {
  const width = Math.max(...steps.map(({ name }) => name.length))
  let failed = 0

  /** @param {import('./schedule.mjs').Step} step @param {Promise<unknown>} installed */
  async function take({ name, run }, installed) {
    const start = performance.now()
    /** @param {string} mark @param {string} said */
    const line = (mark, said) => {
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      console.log(`${mark}  ${name.padEnd(width)} ${seconds.padStart(6)} s  ${said}`.trimEnd())
    }
    try {
      await installed
      line('ok    ', String((await run()) ?? ''))
    } catch (error) {
      failed += 1
      line('FAILED', '')
      console.log(`\n${error instanceof Error ? error.message : error}\n`)
    }
  }

  await takeAll(steps, (folder) => installPackages(join(root, folder), () => {}), take)
  await stopHost()
  console.log(`\n${steps.length - failed} passed, ${failed} failed`)
  return failed
}

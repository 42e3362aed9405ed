// Schedules the steps: side by side, as far as the machine allows.
import { availableParallelism } from 'node:os'

/**
 * What `npm test` does under a name.
 * - `needs`: the folders whose packages it needs.
 * - `waits`: it mostly waits.
 * - `alone`: it measures, so nothing else is to run.
 * - `lane`: no two steps of one lane run at a time.
 * - `after`: the names of the steps whose outcome it tells of.
 * @typedef {{
 *   name: string, needs?: string[], waits?: boolean, alone?: boolean, lane?: string, after?: string[],
 *   run(): unknown,
 * }} Step
 */

/** Two for each core: one for a step that waits, two for one that computes. */
const ROOM = 2 * Math.min(availableParallelism(), 4)

/** @param {Step} step */
const roomFor = ({ waits, alone }) => (alone ? ROOM : waits ? 1 : 2)

/**
 * Takes each of `steps`: what measures after all others, and each as soon as there is room for it and
 * what it needs is installed. `install` is called once for each folder, one after the other.
 * @template {Step} T
 * @param {T[]} steps
 * @param {(folder: string) => Promise<void>} install
 * @param {(step: T, installed: Promise<unknown>) => Promise<void>} take
 */
export async function takeAll(steps, install, take) {
  const sideBySide = steps.filter(({ alone }) => !alone)
  const waiting = new Set([...sideBySide, ...steps.filter(({ alone }) => alone)])
  /** @type {Set<T>} */
  const running = new Set()
  const installed = installer(install)
  const pending = new Map(steps.map((step) => [step, installed(step.needs ?? [])]))
  /** @type {Map<T, Promise<unknown>>} */
  const ready = new Map()
  /** @type {Set<Promise<unknown>>} */
  const changes = new Set()
  /** @param {Promise<unknown>} change */
  const watch = (change) => {
    const watched = change.then(() => void changes.delete(watched))
    changes.add(watched)
  }
  // A step whose packages can't be installed is taken nevertheless, so that it fails.
  for (const [step, its] of pending) watch(its.catch(() => {}).then(() => void ready.set(step, its)))

  /** @param {T} step */
  const fits = (step) => {
    const { lane, after = [] } = step
    const others = [...running]
    const room = others.reduce((left, it) => left - roomFor(it), ROOM)
    const isFree = !lane || others.every((it) => it.lane !== lane)
    const isDone = [...waiting, ...others].every(
      (it) => it === step || (!(step.alone && !it.alone) && !after.includes(it.name)),
    )
    return ready.has(step) && room >= roomFor(step) && isFree && isDone
  }
  while (waiting.size > 0 || running.size > 0) {
    for (let next = [...waiting].find(fits); next; next = [...waiting].find(fits)) {
      const step = next
      waiting.delete(step)
      running.add(step)
      watch(take(step, ready.get(step) ?? Promise.resolve()).finally(() => running.delete(step)))
    }
    await Promise.race(changes)
  }
}

/** @param {(folder: string) => Promise<void>} install */
function installer(install) {
  /** @type {Map<string, Promise<void>>} */
  const folders = new Map()
  let last = Promise.resolve()
  /** @param {string} folder */
  const once = (folder) => {
    const its = folders.get(folder) ?? last.then(() => install(folder))
    folders.set(folder, its)
    last = its.catch(() => {})
    return its
  }
  /** @param {string[]} needs */
  return (needs) => Promise.all(needs.map(once))
}

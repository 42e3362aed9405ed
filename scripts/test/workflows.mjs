// Whether what .github names is there: nobody runs it before it is pushed.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

const PINNED = /^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/
const SKIPPED = ['node_modules', 'target', '.tools', '.git', '.cache']

/**
 * Throws unless each script, step, action and file is there, `ci.yml` has each step once, and
 * Dependabot knows each lock file. `steps` are the names of those of `npm test`.
 * @param {string} root
 * @param {string[]} steps
 */
export function workflowsHold(root, steps) {
  /** @type {{ scripts: Record<string, string> }} */
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const files = automation(root)
  const faults = files.flatMap(({ name, text }) =>
    [
      ...named(text, /\bnpm run (?:-s )?([\w:-]+)/g)
        .filter((it) => !(it in scripts))
        .map((it) => `npm run ${it}`),
      ...named(text, /\bnpm (start|test)\b/g)
        .filter((it) => !(it in scripts))
        .map((it) => `npm ${it}`),
      ...stepsIn(text)
        .filter((it) => !steps.includes(it))
        .map((it) => `the step ${it}`),
      ...named(text, /\buses: (\S+)/g)
        .filter((it) => !isThere(root, it))
        .map((it) => `${it}, by its commit`),
      ...named(text, /\b(?:node|--prefix|path:) ([\w.-]+\/[\w./-]+)/g).filter(
        (it) => !isMade(it) && !existsSync(join(root, it)),
      ),
    ].map((what) => `${name}: there is no ${what}`),
  )
  const tested = stepsIn(files.find(({ name }) => name === 'workflows/ci.yml')?.text ?? '')
  for (const step of steps) {
    const times = tested.filter((it) => it === step).length
    if (times !== 1) faults.push(`workflows/ci.yml has the step ${step} ${times} times`)
  }
  const watched = directories(readFileSync(join(root, '.github/dependabot.yml'), 'utf8'))
  for (const folder of lockedFolders(root).filter((it) => !watched.some((pattern) => pattern.test(it)))) {
    faults.push(`dependabot.yml leaves out ${folder}`)
  }
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return `${files.length} files of .github hold, with ${steps.length} steps`
}

/**
 * The workflows and actions of .github, `{ name, text }`.
 * @param {string} root
 */
export function automation(root) {
  const folder = join(root, '.github')
  const names = readdirSync(folder, { recursive: true }).map((name) => String(name).split(sep).join('/'))
  return names
    .filter((name) => /^(workflows|actions)\/.+\.yml$/.test(name))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
}

/** @param {string} text @param {RegExp} pattern */
const named = (text, pattern) => [...text.matchAll(pattern)].map(([, name]) => name)

/** @param {string} text */
const stepsIn = (text) =>
  named(text, /(?:^ +steps: |\bnpm test -- )([\w -]+)$/gm).flatMap((list) => list.trim().split(/\s+/))

/** What a run makes. @param {string} path */
const isMade = (path) => path === 'fuzz/artifacts'

/** @param {string} root @param {string} action */
const isThere = (root, action) => (action.startsWith('./') ? existsSync(join(root, action)) : PINNED.test(action))

/** @param {string} config */
const directories = (config) =>
  named(config, /^ +(?:- |directory: )(\/\S*)$/gm).map((it) => new RegExp(`^${it.replaceAll('*', '[^/]+')}$`))

/** The folders with a lock file, from `/` on. @param {string} root @returns {string[]} */
function lockedFolders(root) {
  /** @param {string} folder @returns {string[]} */
  const under = (folder) =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return SKIPPED.includes(entry.name) ? [] : under(path)
      return ['package-lock.json', 'Cargo.lock'].includes(entry.name) ? [path] : []
    })
  return under(root).map((file) => `/${relative(root, dirname(file)).split(sep).join('/')}`)
}

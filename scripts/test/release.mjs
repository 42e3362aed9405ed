// Checks that jobs that may publish run no third-party code, and that jobs that run it may not publish.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** npm trusts this environment alone. */
const TRUSTED = /^ {4}environment: npm$/m
const MAY_PUBLISH = /^ {6}id-token: write$/m
/** What a job that publishes may run and use. */
const HARMLESS = [
  /^actions\/(setup-node|download-artifact)@[0-9a-f]{40}\b/,
  /^echo [^\n]* sha256sum --check --strict$/,
  /^npm publish \.\/\S+\.tgz .*--ignore-scripts$/,
]

/** @param {string} root */
export function publishingIsGuarded(root) {
  const workflow = readFileSync(join(root, '.github/workflows/release.yml'), 'utf8')
  const [head, body] = workflow.split(/^jobs:$/m)
  const jobs = body.split(/^ {2}(?=[\w-]+:$)/m).slice(1)
  if (!/^permissions:\n {2}contents: read\n\n/m.test(head)) {
    throw new Error('release.yml: rights are given to single jobs')
  }
  const publishing = jobs.filter((job) => MAY_PUBLISH.test(job))
  const trusted = publishing.filter((job) => TRUSTED.test(job))
  if (trusted.length !== 1 || jobs.filter((job) => TRUSTED.test(job)).length !== 1) {
    throw new Error('release.yml: one job publishes to npm')
  }
  const steps = [...trusted[0].matchAll(/^ {6}- (?:uses|run): (.+?)(?: # .+)?$/gm)].map(([, it]) => it)
  const others = steps.filter((step) => !HARMLESS.some((known) => known.test(step)))
  if (steps.length === 0 || others.length > 0) {
    throw new Error(`release.yml: the job that publishes runs more than that: ${others.join('; ')}`)
  }
  return `${steps.length} steps publish, of ${jobs.length} jobs`
}

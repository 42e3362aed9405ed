// node suite.mjs HOST cover FILE FOLDER: writes to FILE what each test of the suite runs of the
// files in FOLDER.
// node suite.mjs HOST try FILE: runs the tests that FILE names, until one fails; prints which.
import { readFileSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { runTests } from '../../js-tests/suite/index.js'

const [host, what, file, folder] = process.argv.slice(2)

if (what === 'cover') writeFileSync(file, JSON.stringify(await covered()))
else {
  const { names, deadlineMs } = JSON.parse(readFileSync(file, 'utf8'))
  const { failures } = await runTests(host, { names, deadlineMs, bail: true })
  console.log(JSON.stringify({ failed: failures[0]?.name }))
}
// What a test has left open is nobody's concern.
process.exit()

/** `{ name, ms, files }` of each test that passes; of each file, from where to where it was run. */
async function covered() {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const take = async () => {
    const { result } = await session.post('Profiler.takePreciseCoverage')
    return Object.fromEntries(
      result
        .filter(({ url }) => url.startsWith(folder))
        .map(({ url, functions }) => [
          url,
          functions.flatMap(({ ranges }) =>
            ranges.map(({ startOffset, endOffset, count }) => [startOffset, endOffset, count]),
          ),
        ]),
    )
  }
  const seen = []
  let startedAt
  const { failures } = await runTests(host, {
    async before() {
      await take()
      startedAt = performance.now()
    },
    async after(name) {
      seen.push({ name, ms: Math.ceil(performance.now() - startedAt), files: await take() })
    },
  })
  const failed = new Set(failures.map(({ name }) => name))
  return { tests: seen.filter(({ name }) => !failed.has(name)), failed: [...failed] }
}

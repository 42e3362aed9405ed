// The programs of README.md and the guides, as they stand, and what these say that they print.
import { bundleWorker } from '../bundle.mjs'
import { environmentOf } from '../environment.mjs'
import { blocksOf, pages } from '../pages.mjs'
import { bun, deno, node } from '../runtimes/index.mjs'
import { test } from '../suite/harness.js'
import { serveWorker } from '../workerd.mjs'
import { project } from './project.mjs'

const blocks = pages.flatMap((text) => blocksOf(text))

/** The one program that has `mark` in it, and the block after it: what it prints. */
function example(mark) {
  const at = blocks.findIndex((text) => text.includes('import ') && text.includes(mark))
  if (at === -1) throw new Error(`no page has a program with ${mark}`)
  return { program: blocks[at], output: blocks[at + 1] }
}

/** What differs from run to run is made the same, and Bun's punctuation Node's. */
const settled = (text) =>
  text
    .replaceAll('"', "'")
    .replaceAll(/,(?=\n})/g, '')
    .replace(/(?<=ks: ')[^']*/, 'KS')
    .replace(/(?<=token: ')[^']*/, 'TOKEN')
    .replaceAll(/\b0_[a-z0-9]{8}\b/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\b\d{10}(\d{3})?\b/g, 'TIME')
    .trim()

async function environment(t) {
  const kaltura = await t.kaltura({
    appToken: { sessionUserId: 'viewer@example.org', sessionPrivileges: 'sview:*' },
  })
  return { ...environmentOf(kaltura), KALTURA_ADMIN_SECRET: kaltura.adminSecret }
}

for (const [name, program] of [
  ['Node', () => node(20)],
  ['Bun', bun],
]) {
  test(`README's program for Node runs in ${name}`, async (t) => {
    const { program: text, output } = example('process.env.KALTURA_PARTNER_ID')
    const installed = await project({ 'start.js': text })
    const said = await installed.run(program(), ['start.js'], await environment(t))
    t.equal(settled(said), settled(output))
  })
}

test("the guide's program that makes an application token prints what it says", async (t) => {
  const { program, output } = example('createAppTokenManager')
  const installed = await project({ 'add.js': program })
  const said = await installed.run(node(20), ['add.js'], await environment(t))
  t.equal(settled(said), settled(output))
})

test("README's program for Deno runs, and passes its type check", async (t) => {
  const { program, output } = example('Deno.env.get')
  const installed = await project({ 'start.ts': program })
  const said = await installed.run(
    deno(),
    [
      ...['run', '--quiet', '--check', '--no-prompt', '--node-modules-dir=manual'],
      ...['--allow-env', '--allow-net=127.0.0.1', 'start.ts'],
    ],
    await environment(t),
  )
  t.equal(settled(said), settled(output))
})

test("README's Worker answers as it says", async (t) => {
  const { program, output } = example('export default')
  const installed = await project({ 'worker.js': program })
  const worker = await serveWorker({
    ...(await bundleWorker(`${installed.folder}/worker.js`)),
    compatibilityDate: '2024-01-01',
    bindings: await environment(t),
  })
  try {
    const response = await fetch(worker.url)
    t.equal(settled(await response.text()), settled(output))
  } finally {
    await worker.stop()
  }
})

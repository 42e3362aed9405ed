// Pages that import the package, built with what pages are built with, in a real browser.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build as esbuild } from 'esbuild'
import { bundlerNode, vite } from '../bundlers/index.mjs'
import { project } from '../packed/project.mjs'
import { test } from '../suite/harness.js'
import { serveFolder } from './serve.mjs'

const PAGE = '<!doctype html><title>loaded</title><script type="module" src="./page.js"></script>'

/** Each makes a page of index.html and page.js, and gives the folder that it is in. */
const builders = {
  async esbuild({ folder }) {
    await esbuild({
      entryPoints: [join(folder, 'page.js')],
      outfile: join(folder, 'built/page.js'),
      ...{ bundle: true, format: 'esm', minify: true, logLevel: 'error', target: 'esnext' },
      loader: { '.wasm': 'file', '.html': 'copy' },
    })
    await esbuild({
      entryPoints: [join(folder, 'index.html')],
      outdir: join(folder, 'built'),
      loader: { '.html': 'copy' },
    })
    return join(folder, 'built')
  },
  async Vite(installed) {
    const to = ['--outDir', 'built', '--logLevel', 'error', '--target', 'esnext']
    await installed.run(bundlerNode(), [vite, 'build', ...to], SECRETS)
    return join(installed.folder, 'built')
  },
}

// What a build finds in its environment, if it looks there.
const SECRETS = { KALTURA_APP_TOKEN: '7d3c0f6b7c5b4e0c9f4d1f5a0c1e2b39' }

const START = `
const { ks } = await startAppTokenSession({
  partnerId: 1234567,
  appTokenId: '0_ab12cd34',
  appToken: globalThis.process?.env.KALTURA_APP_TOKEN ?? 'none',
  serviceUrl: location.origin,
})
document.title = ks
`

/** Opens a page of `files`, made by `build`; `browser` is what launchBrowser gives. */
async function visit(browser, build, files, look) {
  const installed = await project({ 'index.html': PAGE, ...files })
  const site = await serveFolder(await build(installed))
  try {
    const opened = await browser.open(site.url)
    try {
      await look(opened)
    } finally {
      await opened.close()
    }
  } finally {
    await site.stop()
  }
}

/** It has failed by ERR_BROWSER alone, before a line of its own code ran. */
async function failsAtOnce(t, { page, errors, requests }) {
  t.deepEqual(
    errors.map(({ name, code }) => ({ name, code })),
    [{ name: 'AppTokenError', code: 'ERR_BROWSER' }],
  )
  t.match(errors[0].message, /for servers.*web page.*on your back end/)
  t.equal(await page.title(), 'loaded')
  t.deepEqual(
    requests.filter(({ method }) => method !== 'GET'),
    [],
  )
}

const inline = (path) => readFileSync(new URL(`../../pkg/${path}inline.js`, import.meta.url), 'utf8')
// A piece from the midst of each module, as it travels in text.
const PIECES = ['', 'ks/'].map((path) => {
  const longest = inline(path).match(/[\w+/=]{1000,}/)[0]
  return longest.slice(500, 560)
})
const MODULE_MAGIC = '\0asm\x01'

/** No byte that was sent is of the WebAssembly, nor of a token. */
function carriesNoSecretAndNoModule(t, { responses }) {
  t.ok(responses.length >= 2, 'too few responses were seen')
  for (const { url, body } of responses) {
    const text = body.toString('latin1')
    for (const hidden of [MODULE_MAGIC, 'WebAssembly', ...PIECES, SECRETS.KALTURA_APP_TOKEN]) {
      t.ok(!text.includes(hidden), `${url} has ${JSON.stringify(hidden)} in it`)
    }
  }
}

export function testPages(browser) {
  for (const [builder, build] of Object.entries(builders)) {
    test(`a page built by ${builder} fails at once, and carries neither module nor token`, (t) =>
      visit(
        ...[browser, build],
        { 'page.js': `import { startAppTokenSession } from 'kaltura-app-token'\n${START}` },
        async (seen) => {
          await failsAtOnce(t, seen)
          carriesNoSecretAndNoModule(t, seen)
        },
      ))

    test(`a page built by ${builder} that uses nothing of what it imports fails as well`, (t) =>
      visit(...[browser, build], { 'page.js': `import 'kaltura-app-token'\ndocument.title = 'ran on'` }, (seen) =>
        failsAtOnce(t, seen),
      ))

    test(`a page built by ${builder} that loads it late gets the error to catch`, (t) =>
      visit(
        ...[browser, build],
        {
          'page.js': `
import('kaltura-app-token').catch(async (error) => {
  document.title = [error.name, error.code].join()
})`,
        },
        async ({ page, errors }) => {
          await page.waitForFunction(() => document.title !== 'loaded')
          t.equal(await page.title(), 'AppTokenError,ERR_BROWSER')
          t.deepEqual(errors, [])
        },
      ))

    test(`a page built by ${builder} can't use the module by way of slim`, (t) =>
      visit(
        ...[browser, build],
        {
          'page.js': `import { instantiate } from 'kaltura-app-token/slim'
import address from 'kaltura-app-token/kaltura_app_token.wasm${builder === 'Vite' ? '?url' : ''}'

const bytes = await (await fetch(address)).arrayBuffer()
const { startAppTokenSession } = instantiate(bytes)
${START}`,
        },
        async (seen) => {
          await failsAtOnce(t, seen)
          t.ok(
            seen.responses.some(({ url }) => url.endsWith('.wasm')),
            'the module was not there',
          )
        },
      ))

    // They hold nobody's secrets, and a front end's own tests may want them.
    test(`a page built by ${builder} may run the emulator`, (t) =>
      visit(
        ...[browser, build],
        {
          'page.js': `import { createEmulator } from 'kaltura-app-token/emulator'

const kaltura = createEmulator()
const response = await kaltura.fetch(kaltura.serviceUrl + '/api_v3/service/session/action/startWidgetSession', {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ format: 1, widgetId: '_' + kaltura.partnerId }),
})
const { partnerId } = await response.json()
document.title = String(partnerId === kaltura.partnerId)`,
        },
        async ({ page, errors }) => {
          await page.waitForFunction(() => document.title !== 'loaded')
          t.deepEqual(errors, [])
          t.equal(await page.title(), 'true')
        },
      ))

    test(`a page built by ${builder} that imports the stores carries no module`, (t) =>
      visit(
        ...[browser, build],
        {
          'page.js': `import { memoryStore } from 'kaltura-app-token/stores'

const store = memoryStore()
await store.set('name', 'text', 60_000)
document.title = await store.get('name')`,
        },
        async (seen) => {
          await seen.page.waitForFunction(() => document.title !== 'loaded')
          t.deepEqual(seen.errors, [])
          t.equal(await seen.page.title(), 'text')
          carriesNoSecretAndNoModule(t, seen)
        },
      ))
  }

  // The browser resolves no conditions: it is given what servers are.
  const unbuilt = ({ folder }) => folder
  const entry = './node_modules/kaltura-app-token/pkg/index.js'

  test('a page that imports the entry for servers, with no build at all, fails at once', (t) =>
    visit(...[browser, unbuilt], { 'page.js': `import { startAppTokenSession } from '${entry}'\n${START}` }, (seen) =>
      failsAtOnce(t, seen),
    ))

  test("a page's worker that imports the entry for servers fails at once", (t) =>
    visit(
      ...[browser, unbuilt],
      {
        'page.js': `
const worker = new Worker('./worker.js', { type: 'module' })
worker.onmessage = ({ data }) => { document.title = data }`,
        'worker.js': `import('${entry}').then(() => 'loaded', ({ code }) => code).then(postMessage)`,
      },
      async ({ page }) => {
        await page.waitForFunction(() => document.title !== 'loaded')
        t.equal(await page.title(), 'ERR_BROWSER')
      },
    ))
}

// A headless browser without a past, and all that goes on in a page of it.
import { createRequire } from 'node:module'
import { findChromium } from './chromium.mjs'

const { chromium } = createRequire(import.meta.url)('playwright-core')

const LONGEST_WAIT_MS = 120_000

/**
 * `{ version, open(url), close() }`. Its profile is thrown away when it is closed, and it reaches
 * nothing but the loopback.
 */
export async function launchBrowser() {
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    // Root can't have one, and the pages are our own.
    chromiumSandbox: false,
    args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'],
  })
  return {
    version: browser.version(),
    open: (url) => open(browser, url),
    close: () => browser.close(),
  }
}

/**
 * A page once it is loaded, with cookies of its own:
 *   page       playwright's, to click in and to ask
 *   console    what it has written there, as `{ type, text }`
 *   errors     what nobody in it has caught, as `{ name, code, message }`
 *   requests   `{ method, url, body }`
 *   responses  `{ url, status, body }`, each body whole, as bytes
 *   settle()   waits until nothing is under way, and each body is there
 *   close()
 */
async function open(browser, url) {
  const context = await browser.newContext()
  context.setDefaultTimeout(LONGEST_WAIT_MS)
  const page = await context.newPage()
  const seen = { console: [], errors: [], requests: [], responses: [] }
  const bodies = []

  page.on('console', (message) => {
    seen.console.push({ type: message.type(), text: message.text() })
  })
  page.on('request', (request) => {
    const body = request.postDataBuffer() ?? Buffer.alloc(0)
    seen.requests.push({ method: request.method(), url: request.url(), body })
  })
  page.on('response', (response) => {
    const entry = { url: response.url(), status: response.status(), body: undefined }
    seen.responses.push(entry)
    const read = bodyOf(response).then((body) => {
      entry.body = body
    })
    // `settle` fails with it; a page that is closed before has no use for it.
    read.catch(() => {})
    bodies.push(read)
  })
  // What reaches the console of an error is its text; what a handler in the page is given has all.
  await page.exposeFunction('__reportError', (error) => void seen.errors.push(error))
  await page.addInitScript(reportErrors)

  await page.goto(url, { waitUntil: 'load' })
  const settle = async () => {
    await page.waitForLoadState('networkidle')
    await Promise.all(bodies)
  }
  await settle()
  return { page, ...seen, settle, close: () => context.close() }
}

/** A redirect has none that a browser would show, nor has what is in its cache already. */
async function bodyOf(response) {
  const status = response.status()
  return status >= 300 && status < 400 ? Buffer.alloc(0) : response.body()
}

function reportErrors() {
  const report = (error) => {
    const { name, code, message = String(error) } = error ?? {}
    window.__reportError({ name, code, message })
  }
  addEventListener('error', (event) => report(event.error ?? event))
  addEventListener('unhandledrejection', (event) => report(event.reason))
}

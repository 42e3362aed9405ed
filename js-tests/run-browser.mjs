// node run-browser.mjs
import { launchBrowser } from './browser/index.mjs'
import { testPages } from './browser/pages.mjs'
import { report } from './report.mjs'
import { runTests } from './suite/harness.js'

const browser = await launchBrowser()
try {
  testPages(browser)
  report(`Chromium ${browser.version}`, await runTests())
} finally {
  await browser.close()
}

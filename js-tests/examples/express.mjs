import { launchBrowser } from '../browser/index.mjs'
import { test } from '../suite/harness.js'
import { environmentOf, startExample } from './program.mjs'

test('the page of the Express example gets a session, and no byte of the token', async (t) => {
  const kaltura = await t.kaltura()
  const env = { ...environmentOf(kaltura), PORT: '0' }
  const server = await startExample('express', process.execPath, ['server.js'], env)
  const browser = await launchBrowser()
  try {
    const { page, requests, responses, errors, settle } = await browser.open(server.url)
    const status = page.locator('#status')
    await page.waitForFunction(() => document.querySelector('#status').textContent === 'Sign in first.')
    await page.fill('input[name=name]', 'ada')
    await page.click('button')
    await page.waitForFunction(() => /Kaltura/.test(document.querySelector('#status').textContent))
    t.equal(await status.textContent(), 'Kaltura knows you as ada, for 60 minutes.')
    await settle()

    t.deepEqual(errors, [])
    t.ok(requests.some(({ url }) => url.startsWith(`${kaltura.serviceUrl}/api_v3/service/user`)))
    t.ok(responses.some(({ url, status }) => url.endsWith('/ks') && status === 200))
    const seen = responses.map(({ url, body }) => `${url}\n${body ?? ''}`).join('\n')
    t.ok(seen.includes('"ks":"djJ8'), 'the answer was not seen')
    t.ok(!seen.includes(kaltura.appToken.token), 'the token reached the browser')
  } finally {
    await browser.close()
    await server.stop()
  }
})

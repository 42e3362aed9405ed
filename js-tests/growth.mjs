// node growth.mjs: the memory of wasm must not grow with use.
import { memorySize } from './suite/memory.js'
import { hashAppToken, startAppTokenSession } from 'kaltura-app-token'

const KS = 'djJ8MTAyfIOer4PKo_qwzIFP3E15TU4pWMgGOfGnKTPylK7tlAAkPxGo-Mfbiu0Ql_5dfBIIrLh4vu4D'
const TOKEN = '599d54237bca94c1db5746efd0416795'

const widget = JSON.stringify({ partnerId: 102, ks: 'a-widget-session', userId: 0 })
const session = JSON.stringify({
  ks: KS,
  partnerId: '102',
  userId: 'ada',
  sessionType: 0,
  expiry: Math.floor(Date.now() / 1000) + 86_400,
  privileges: 'sessionid:0_c6eputqa,apptoken:0_c6eputqa',
  objectType: 'KalturaSessionInfo',
})
const refusal = JSON.stringify({
  objectType: 'KalturaAPIException',
  code: 'APP_TOKEN_EXPIRED',
  message: 'Application token id "0_c6eputqa" expired',
  args: { ID: '0_c6eputqa' },
})

let exchanges = 0

async function exchange() {
  exchanges += 1
  const fails = exchanges % 10 === 0
  /** @param {string} url */
  const fetch = async (url) => new Response(url.includes('startWidgetSession') ? widget : fails ? refusal : session)
  try {
    await startAppTokenSession({
      ...{ partnerId: 102, appTokenId: '0_c6eputqa', appToken: TOKEN, fetch },
    })
  } catch (error) {
    if (/** @type {{ kalturaCode?: string }} */ (error).kalturaCode !== 'APP_TOKEN_EXPIRED') throw error
  }
}

/** How many bytes are added by going from `warm` to `all` calls. */
/**
 * @param {() => unknown} call
 * @param {number} warm
 * @param {number} all
 */
async function growth(call, warm, all) {
  for (let i = 0; i < warm; i += 1) await call()
  const before = memorySize()
  for (let i = warm; i < all; i += 1) await call()
  return memorySize() - before
}

const results = {
  'a million hashes': await growth(() => hashAppToken(KS, TOKEN), 1_000, 1_000_000),
  'ten thousand exchanges': await growth(exchange, 1_000, 10_000),
}
const grown = Object.entries(results).filter(([, bytes]) => bytes > 0)
for (const [what, bytes] of grown) console.log(`${what} added ${bytes} bytes`)
if (grown.length > 0) process.exit(1)
console.log(`${Object.keys(results).join(' and ')} added nothing to ${memorySize()} bytes`)

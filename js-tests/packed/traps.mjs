// What becomes of other calls when WebAssembly traps, as it does when there is no more memory.
import { readFileSync } from 'node:fs'
import { test } from '../suite/harness.js'
import { instantiate } from 'kaltura-app-token/slim'

const MEMORY_SECTION = 5

const wasm = readFileSync(new URL('../../pkg/kaltura_app_token.wasm', import.meta.url))

/** The module with a memory that can't grow by more than `pages`. */
function bounded(bytes, pages) {
  let at = 8
  for (;;) {
    const id = bytes[at]
    const size = readLeb(bytes, at + 1)
    const end = size.end + size.value
    if (id === MEMORY_SECTION) {
      // One memory, without a limit, and its least size.
      const least = readLeb(bytes, size.end + 2)
      const section = [1, 1, ...leb(least.value), ...leb(least.value + pages)]
      const before = bytes.subarray(0, at)
      return Buffer.concat([before, Buffer.from([id, ...leb(section.length), ...section]), bytes.subarray(end)])
    }
    at = end
  }
}

function readLeb(bytes, start) {
  let value = 0
  let at = start
  for (let shift = 0; ; shift += 7, at += 1) {
    value += (bytes[at] & 0x7f) << shift
    if (bytes[at] < 0x80) return { value, end: at + 1 }
  }
}

function leb(value) {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >> 7)]
}

const KS = 'djJ8MTAyfIOer4PKo_qwzIFP3E15TU4pWMgGOfGnKTPylK7tlAAkPxGo'
const TOKEN = '599d54237bca94c1db5746efd0416795'
// More than is left, and no more than an argument may be long.
const HUGE = 'x'.repeat(1_000_000)

const options = { partnerId: 102, appTokenId: '0_c6eputqa', appToken: TOKEN }
const session = {
  ...{ ks: KS, partnerId: '102', userId: 'ada', sessionType: 0 },
  privileges: 'sessionid:0_c6eputqa,apptoken:0_c6eputqa',
  objectType: 'KalturaSessionInfo',
}

/** A fetch whose answers come late, so that the core goes on in a task of its own. */
const answering = (ks) => async (url) => {
  await new Promise((resolve) => setTimeout(resolve, 20))
  if (url.includes('startWidgetSession')) return Response.json({ ks, partnerId: 102, userId: 0 })
  return Response.json({ ...session, expiry: Math.floor(Date.now() / 1000) + 86_400 })
}

test('a function that traps throws ERR_INTERNAL, and works the next time', (t) => {
  const { hashAppToken } = instantiate(bounded(wasm, 8))
  const hash = hashAppToken(KS, TOKEN)
  t.equal(t.throws(() => hashAppToken(KS, HUGE)).code, 'ERR_INTERNAL')
  t.equal(hashAppToken(KS, TOKEN), hash)
})

test('a call that runs out of memory ends at once, and the process goes on', async (t) => {
  const uncaught = []
  const listen = (error) => uncaught.push(error)
  process.on('uncaughtException', listen)
  process.on('unhandledRejection', listen)
  try {
    const { startAppTokenSession } = instantiate(bounded(wasm, 8))
    const good = () => startAppTokenSession({ ...options, fetch: answering('a-widget-session') })
    t.equal((await good()).userId, 'ada')
    const bad = { fetch: answering(HUGE), maxResponseBytes: 2 * HUGE.length, timeoutMs: 2 ** 31 - 1 }
    const beside = t.rejects(startAppTokenSession({ ...options, fetch: () => new Promise(() => {}) }))
    for (const call of [t.rejects(startAppTokenSession({ ...options, ...bad })), beside]) {
      const { code, retryable } = await call
      t.equal(code, 'ERR_INTERNAL')
      t.equal(retryable, true)
    }
    t.equal((await good()).userId, 'ada')
    t.deepEqual(uncaught, [])
  } finally {
    process.off('uncaughtException', listen)
    process.off('unhandledRejection', listen)
  }
})

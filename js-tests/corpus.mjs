// node corpus.mjs [SEED]
// What the fuzzers found, through the WebAssembly that ships: every input of their corpora, and
// changed ones for as long as there is time. Nothing may trap, and every error is one of ours.
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import {
  createSessionProvider,
  formatPrivileges,
  inspectKs,
  isAppTokenError,
  parsePrivileges,
  predictPrivileges,
  startAppTokenSession,
} from 'kaltura-app-token'
import { createEmulator } from 'kaltura-app-token/emulator'
import { readCorpus } from '../fuzz/corpus.mjs'

const LONGEST_MS = 10_000
const SECRET = '1ff6f3c05143ef42880ef4d00c38ca7c'

const seed = process.argv[2] === undefined ? randomBytes(4).readUInt32LE() : Number(process.argv[2])

const right = { partnerId: 102, appTokenId: '0_c6eputqa', appToken: 'a token', retry: 0, timeoutMs: 1000 }

const text = (bytes) => new TextDecoder().decode(bytes)
const parted = (bytes, part) => text(bytes).split(part)
const answer = (body, headers) => new Response(body, { headers })
const sha1 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha1'))

/** A KS with any content and a right signature; the first byte is for its version. */
function signed([version = 0, ...rest]) {
  const content = Buffer.from(rest)
  if (version % 2 === 1) {
    const info = Buffer.concat([Buffer.from('102;102;'), content])
    return Buffer.concat([Buffer.from(`${sha1(SECRET, info).digest('hex')}|`), info]).toString('base64')
  }
  const body = Buffer.concat([Buffer.alloc(16, 0x41), content])
  const plain = Buffer.concat([sha1(body).digest(), body])
  const padded = Buffer.concat([plain, Buffer.alloc((16 - (plain.length % 16)) % 16)])
  const key = sha1(SECRET).digest().subarray(0, 16)
  const cipher = createCipheriv('aes-128-cbc', key, Buffer.alloc(16)).setAutoPadding(false)
  return Buffer.concat([Buffer.from('v2|102|'), cipher.update(padded), cipher.final()]).toString('base64')
}

/** What each corpus is for; it may fail, with an error of ours. */
const targets = {
  ks_inspect: (bytes) => inspectKs(text(bytes), [SECRET]),
  ks_signed: (bytes) => inspectKs(signed(bytes), SECRET),
  privileges(bytes) {
    const [token, requested = ''] = parted(bytes, '\0')
    parsePrivileges(predictPrivileges('0_token', token, requested))
    return formatPrivileges(parsePrivileges(token))
  },
  answers(bytes) {
    const lines = text(bytes).split('\n').values()
    return startAppTokenSession({ ...right, grants: 'report', fetch: async () => answer(lines.next().value) })
  },
  json: (bytes) => startAppTokenSession({ ...right, fetch: async () => answer(bytes) }),
  options(bytes) {
    const value = text(bytes.subarray(1))
    const fetch = async () => answer('{}')
    const names = ['serviceUrl', 'userId', 'sessionPrivileges', 'clientTag', 'appTokenId', 'appToken']
    return each(names, (name) => startAppTokenSession({ ...right, fetch, [name]: value }))
  },
  grants(bytes) {
    const [asked, granted = ''] = parted(bytes.subarray(9), '\0')
    const own = `apptoken:${right.appTokenId},`
    const session = { partnerId: 102, userId: '', sessionType: 0, expiry: 4e9, privileges: `${own}${granted}` }
    const fetch = async (url) =>
      answer(
        JSON.stringify({
          ...session,
          ...(url.includes('Widget') ? { ks: 'w' } : { ks: 'ks', objectType: 'KalturaSessionInfo' }),
        }),
      )
    return startAppTokenSession({ ...right, sessionPrivileges: asked, fetch })
  },
  texts(bytes) {
    const message = text(bytes.subarray(16))
    const refusal = { objectType: 'KalturaAPIException', code: message, message, args: { KS: message } }
    const told = JSON.stringify(refusal)
    const header = message.replace(/[^\x20-\x7e]/g, '')
    const headers = { 'x-kaltura-session': header, date: header, 'retry-after': header }
    return startAppTokenSession({ ...right, fetch: async () => answer(told, headers) })
  },
  async sealed(bytes) {
    const held = text(bytes)
    const store = { get: async () => `3..${held}`, set: async () => {}, delete: async () => {} }
    return createSessionProvider({ ...right, store, fetch: async () => answer('{}') }).getKs()
  },
  async emulator(bytes) {
    const emulator = createEmulator({ partners: [{ id: 102, adminSecret: 'admin' }] })
    for (const request of parted(bytes.subarray(1), '\x1e')) {
      const [line, ...rest] = request.split('\n')
      const url = `https://kaltura.test/api_v3${line.slice(1)}`
      const type = { f: 'application/x-www-form-urlencoded', m: 'multipart/form-data; boundary=b' }[line[0]]
      const headers = { 'content-type': type ?? 'application/json' }
      const response = await emulator.fetch(new Request(url, { method: 'POST', headers, body: rest.join('\n') }))
      if (response.status >= 500) throw new Error(`the emulator answers ${response.status}`)
    }
  },
  async emulator_state(bytes) {
    let state
    try {
      state = JSON.parse(text(bytes))
    } catch {
      return
    }
    const emulator = createEmulator()
    emulator.restore(state)
    await emulator.fetch('https://kaltura.test/api_v3/service/system/action/ping')
    emulator.restore(emulator.state())
  },
}

async function each(items, call) {
  for (const item of items) await judged(() => call(item))
}

/** Runs it; fails if that ends in anything but a value or an error of ours. */
async function judged(call) {
  try {
    await call()
  } catch (error) {
    const isOurs = isAppTokenError(error) && error.code !== 'ERR_INTERNAL'
    // The emulator's own are JavaScript's; a trap is a RuntimeError.
    if (!isOurs && !(error instanceof TypeError)) throw error
  }
}

const corpus = readCorpus()
const inputs = Object.keys(targets).flatMap((target) => {
  const own = corpus.filter((input) => input.target === target)
  if (own.length === 0) throw new Error(`no corpus for ${target}`)
  return own
})

let state = seed || 1
function random(below) {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % below
}

/** A few bytes changed, left out, doubled, or taken from another input. */
function changed(bytes) {
  let out = Buffer.from(bytes)
  for (let left = 1 + random(4); left > 0; left -= 1) {
    const at = random(out.length + 1)
    const to = at + random(out.length - at + 1)
    const other = inputs[random(inputs.length)].bytes
    const middle = [
      () => Buffer.from([random(256)]),
      () => Buffer.alloc(0),
      () => Buffer.concat([out.subarray(at, to), out.subarray(at, to)]),
      () => other.subarray(random(other.length + 1)),
    ][random(4)]()
    out = Buffer.concat([out.subarray(0, at), middle, out.subarray(random(2) ? to : at)]).subarray(0, 50_000)
  }
  return out
}

async function feed({ target, file }, bytes, how) {
  try {
    await judged(() => targets[target](bytes))
  } catch (error) {
    console.error(`${target} with ${file}${how}: ${Buffer.from(bytes).toString('base64')}`)
    throw error
  }
}

const ends = Date.now() + LONGEST_MS
for (const input of inputs) await feed(input, input.bytes, '')
let mutations = 0
while (Date.now() < ends) {
  const input = inputs[random(inputs.length)]
  await feed(input, changed(input.bytes), `, changed by seed ${seed}`)
  mutations += 1
}
console.log(`${inputs.length} inputs and ${mutations} changed ones (seed ${seed})`)

// node signer.mjs: a process whose hashes another one makes has no copy of the application token, in no
// JavaScript string and in no memory of WebAssembly. The other one has a Kaltura, and looks.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeHeapSnapshot } from 'node:v8'

const HERE = fileURLToPath(import.meta.url)
const ROLES = { keeper: keep, signed: () => use(false), trusted: () => use(true) }
const [role, folder] = process.argv.slice(2)

await (ROLES[role] ?? prove)()

/** Keeps the token: makes hashes, and finds what others have of it. */
async function keep() {
  const { createEmulator } = await import('kaltura-app-token/emulator')
  const { listen } = await import('kaltura-app-token/emulator/node')
  const kaltura = createEmulator()
  const { id, token, hashType } = kaltura.addAppToken({ hashType: 'SHA256', sessionUserId: 'ada' })
  const { url, close } = await listen(kaltura)
  const does = {
    facts: () => ({ serviceUrl: url, partnerId: kaltura.partnerId, appTokenId: id, hashType }),
    token: () => token,
    hash: (ks) =>
      createHash('sha256')
        .update(ks + token)
        .digest('hex'),
    // Half of it would be as bad.
    find: (...files) =>
      files.flatMap((file) => [token, token.slice(0, 16), token.slice(16)].map((text) => countIn(file, text))),
  }
  process.on('message', ({ number, what, args }) => process.send({ number, gives: does[what](...args) }))
  process.on('disconnect', close)
  process.send({ number: 0 })
}

function countIn(file, text) {
  const bytes = readFileSync(file)
  return [Buffer.from(text), Buffer.from(text, 'utf16le')].reduce((sum, needle) => {
    let found = 0
    for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + 1)) found += 1
    return sum + found
  }, 0)
}

/** Starts sessions in every way, with a signer or with the token, and writes down its memory. */
async function use(hasToken) {
  const { memoryText } = await import('./suite/memory.js')
  const { createSessionProvider, startAppTokenSession } = await import('kaltura-app-token')
  const { memoryStore } = await import('kaltura-app-token/stores')
  const ask = asking(process)
  const sealKey = crypto.getRandomValues(new Uint8Array(32))
  const appToken = hasToken ? await ask('token') : { hash: (ks) => ask('hash', ks), sealKey }
  const options = { ...(await ask('facts')), appToken }
  const { ks } = await startAppTokenSession(options)
  const provider = createSessionProvider({ ...options, store: memoryStore() })
  await provider.getKs()
  await provider.startSessions([{ expiry: 600 }, { expiry: 700 }])
  await provider.call('session', 'get').catch(() => {})
  writeHeapSnapshot(join(folder, 'heap'))
  writeFileSync(join(folder, 'wasm'), memoryText())
  process.send({ number: -1, ks })
  // What was written down was in use until now.
  return [options, provider]
}

async function prove() {
  const to = mkdtempSync(join(tmpdir(), 'kaltura-signer-'))
  const keeper = await child('keeper')
  try {
    const ask = asking(keeper)
    const found = {}
    for (const name of ['signed', 'trusted']) {
      const ks = await run(name, to, ask)
      const files = ['heap', 'wasm'].map((file) => join(to, file))
      found[name] = await ask('find', ...files)
      // The search sees this process's secrets.
      assert(countIn(files[0], ks) > 0, 'the KS is in the heap')
    }
    assert.deepEqual(found.signed, [0, 0, 0, 0, 0, 0], 'the token is where it is not needed')
    assert(found.trusted[0] > 0, 'the search misses a token that is there')
  } finally {
    keeper.disconnect()
    rmSync(to, { recursive: true })
  }
  console.log('no copy of the token in a process that has a signer')
}

/** Runs `name` until it has written down its memory; what it asks for is passed on. Gives a KS of its. */
async function run(name, to, ask) {
  const one = fork(HERE, [name, to])
  try {
    return await new Promise((resolve, reject) => {
      one.on('exit', (code) => reject(new Error(`${name} ended with ${code}`)))
      one.on('message', async ({ number, what, args, ks }) => {
        if (number === -1) resolve(ks)
        else one.send({ number, gives: await ask(what, ...args) })
      })
    })
  } finally {
    one.removeAllListeners('exit')
    one.kill()
  }
}

async function child(name) {
  const one = fork(HERE, [name])
  await new Promise((resolve, reject) => {
    one.once('message', resolve)
    one.once('exit', reject)
  })
  one.removeAllListeners('exit')
  return one
}

/** Asks whoever is at the other end. */
function asking(other) {
  const waiting = new Map()
  other.on('message', ({ number, gives }) => waiting.get(number)?.(gives))
  return (what, ...args) =>
    new Promise((resolve) => {
      waiting.set(waiting.size + 1, resolve)
      other.send({ number: waiting.size, what, args })
    })
}

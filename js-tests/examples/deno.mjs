import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deno } from '../runtimes/index.mjs'
import { test } from '../suite/harness.js'
import { environmentOf, runExample, startExample } from './program.mjs'

test('the Deno service passes its type check', async () => {
  await runExample('deno', deno(), ['check', 'main.ts'], {})
})

test('the Deno service answers for each user, with sessions that outlive it in Deno KV', async (t) => {
  const kaltura = await t.kaltura()
  const folder = mkdtempSync(join(tmpdir(), 'kv-'))
  const env = {
    ...environmentOf(kaltura),
    ...{ DENO_KV_PATH: join(folder, 'kv.sqlite'), PORT: '0', DENO_NO_UPDATE_CHECK: '1' },
  }
  const serve = () => startExample('deno', deno(), ['task', 'start'], env)
  try {
    const first = await serve()
    try {
      for (const id of ['ada', 'grace@example.org']) {
        const response = await fetch(`${first.url}/users/${encodeURIComponent(id)}`)
        t.equal(/** @type {{ id: string }} */ (await response.json()).id, id)
      }
      t.equal((await fetch(first.url)).status, 404)
    } finally {
      await first.stop()
    }
    const minted = (await kaltura.requests()).length
    const second = await serve()
    try {
      t.equal(/** @type {{ id: string }} */ (await (await fetch(`${second.url}/users/ada`)).json()).id, 'ada')
      t.equal((await kaltura.requests()).length, minted + 1)
    } finally {
      await second.stop()
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

// The terminal sessions that docs/cli.md shows: each command as it stands, and its output.
import { onTerminal } from './command.mjs'
import { blocksOf, pages } from '../pages.mjs'
import { test } from '../suite/harness.js'

const mayShow = ['emulated-admin-secret']

/** `{ line, output }` of each command that is shown. */
const shown = pages
  .flatMap((page) => blocksOf(page, 'console'))
  .flatMap((text) =>
    text
      .split(/^\$ /m)
      .filter(Boolean)
      .map((part) => {
        const [line, ...output] = part.split('\n')
        return { line, output: output.join('\n') }
      }),
  )

/**
 * What differs from run to run is made the same.
 * @param {string} text
 */
const settled = (text) =>
  text
    .replaceAll(/\r|[█░]+ +\d+ % +\d+ of \d+/g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/djJ8\S{20,}/g, 'KS')
    .replaceAll(/\b[0-9a-f]{32,}\b/g, 'SECRET')
    .replaceAll(/\b0_[a-z0-9]{8}\b/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, 'TIME')
    .replaceAll(/\bin \d+ (d|h|min|s)( \d+ (h|min|s))?\b/g, 'in TIME')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')
    .replaceAll(/in \d+ ms/g, 'in MS')
    .trim()

test('the terminal sessions of the guide go as it shows them, one after the other', async (t) => {
  // What a command says is to be set is set, as a reader would; and an id is the last one's.
  /** @type {Record<string, string>} */
  const env = { NO_COLOR: '1' }
  /** @param {string} text */
  const heed = (text) => {
    for (const [, name, value] of text.matchAll(/^export (\w+)=(\S+)$/gm)) env[name] = value
  }
  let emulator
  let id
  for (const { line, output } of shown) {
    const known = id ? line.replaceAll(/\b0_[a-z0-9]{8}\b/g, id) : line
    let text
    if (line === 'kaltura-app-token emulator') {
      emulator = await onTerminal(`${known} --port 0`, { env, mayShow })
      await emulator.until(/starts a\s+session\n/)
      text = emulator.text()
    } else {
      const ended = await (await onTerminal(known, { env, mayShow })).end()
      text = ended.text
    }
    t.deepEqual([line, settled(text)], [line, settled(output)])
    heed(text)
    id ??= env.KALTURA_APP_TOKEN_ID
  }
  emulator?.type('\x03')
  t.match((await emulator?.end())?.text, /note: stopped/)
})

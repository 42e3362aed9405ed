// From an empty folder and the tarball, with nothing but what --help and the commands say.
import { command, printed, running } from './command.mjs'
import { test } from '../suite/harness.js'

const mayShow = ['emulated-admin-secret']
const npx = { program: ['npx', '--offline', 'kaltura-app-token'] }

test('a newcomer gets from npx to a session that is understood, by what the commands say', async (t) => {
  const help = await printed(['--help'], npx)
  const steps = [...help.matchAll(/^ {2}kaltura-app-token (emulator|tokens add[^\n]*?|start)(?: {2}.*)?$/gm)]
  const [emulator, tokensAdd, start] = steps.map(([, words]) => words.trim().split(' '))

  const process = await running([...emulator, '--port', '0'], { ...npx, mayShow })
  await process.until(/export KALTURA_ADMIN_SECRET=.*\n/)
  // What the first terminal shows is pasted into the second, and so on.
  /** @param {string} text */
  const paste = (text) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('export '))
      .join('\n')
  /**
   * @param {string} lines
   * @param {...string} args
   */
  const shell = (lines, ...args) =>
    command(['-c', `${lines}\nexec npx --offline kaltura-app-token ${args.join(' ')}`], {
      program: ['sh'],
      mayShow,
    })

  const first = paste(process.text())
  const added = await shell(first, ...tokensAdd)
  t.deepEqual([added.code, added.stdout.includes('KALTURA_APP_TOKEN=')], [0, true])
  const second = `${first}\n${paste(added.stdout)}`
  const started = await shell(second, ...start)
  t.equal(started.code, 0)
  const inspected = await shell(second, 'inspect', started.stdout.trim())
  t.equal(inspected.code, 0)
  t.match(inspected.stdout, /verified +yes(.|\n)*user +ada\n/)
  const examined = await shell(second, 'doctor')
  t.match(examined.stdout, /It works/)

  process.signal('SIGINT')
  await process.end()
})

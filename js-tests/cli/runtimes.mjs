// The same on Deno, with no permissions but those that docs/cli.md names, and on Bun.
import { bun, deno } from '../runtimes/index.mjs'
import { command, installed, nobodysUrl, onTerminal, printed, startVariables } from './command.mjs'
import { emulator } from './emulator.mjs'
import { test } from '../suite/harness.js'

const PROGRAMS = {
  Deno: () => [
    ...[deno(), 'run', '--quiet', '--no-prompt', '--node-modules-dir=manual'],
    ...['--allow-env', '--allow-net', 'npm:kaltura-app-token'],
  ],
  Bun: () => [bun(), 'x', '--bun', '--no-install', 'kaltura-app-token'],
}

for (const [name, programOf] of Object.entries(PROGRAMS)) {
  test(`${name} starts a session and inspects it`, async (t) => {
    await installed()
    const program = programOf()
    const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
    const env = startVariables(kaltura)
    const ks = await printed(['start'], { program, env })
    t.match(ks, /^djJ8\S+\n$/)
    const admin = { KALTURA_ADMIN_SECRET: kaltura.adminSecret }
    const said = await printed(['inspect'], { program, env: admin, input: ks })
    t.match(said, /verified +yes(.|\n)*user +ada\n/)
    t.match(await printed(['--version'], { program }), /^\d+\.\d+\.\d+\n$/)
  })

  test(`${name} says what is wrong, with the exit code`, async (t) => {
    const program = programOf()
    const kaltura = await t.kaltura({ appToken: { hashType: 'SHA256' } })
    const env = { ...startVariables(kaltura), KALTURA_HASH_TYPE: 'SHA1' }
    const refused = await command(['start'], { program, env })
    t.equal(refused.code, 1)
    t.match(refused.stderr, /^error: .*INVALID_APP_TOKEN_HASH/)
    const wrong = await command(['start', '--app-token', 'x'], { program })
    t.equal(wrong.code, 2)
    t.match(wrong.stderr, /process lists/)
    const nobody = { ...env, KALTURA_SERVICE_URL: await nobodysUrl() }
    const unreachable = await command(['doctor'], { program, env: nobody })
    t.equal(unreachable.code, 1)
    t.match(unreachable.stdout, /nothing listens at 127\.0\.0\.1:\d+/)
  })

  test(`${name} asks for a token without showing it`, async (t) => {
    const kaltura = await t.kaltura({ appToken: { sessionUserId: 'ada' } })
    const { KALTURA_APP_TOKEN: token, ...env } = startVariables(kaltura)
    const terminal = await onTerminal([...programOf(), 'start'].join(' '), { env })
    await terminal.until(/application token: /)
    terminal.type(`${token}\r`)
    const { code, text } = await terminal.end()
    t.equal(code, 0)
    t.match(text, /user +ada\n/)
  })

  test(`${name} runs the emulator until it is told to stop`, async (t) => {
    const { process, env } = await emulator([], { program: programOf() })
    const response = await fetch(`${env.KALTURA_SERVICE_URL}/api_v3/service/system/action/ping?format=1`)
    t.equal(await response.text(), 'true')
    process.signal('SIGTERM')
    // The code may be that of the runtime's own launcher.
    t.match((await process.end()).text, /note: stopped/)
  })
}

import { readFileSync } from 'node:fs'
import { command, onTerminal, printed } from './command.mjs'
import { test } from '../suite/harness.js'

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

const COMMANDS = [
  ...['start', 'inspect', 'hash', 'doctor', 'emulator'],
  ...['tokens list', 'tokens add', 'tokens show', 'tokens rotate', 'tokens delete'],
]

test('--help lists every command, and --version tells the version', async (t) => {
  const help = await printed(['--help'])
  for (const name of COMMANDS) t.ok(help.includes(`\n  ${name} `), `no ${name} in ${help}`)
  t.equal(await printed(['--version']), `${manifest.version}\n`)
})

test('the help of each command has its options, the exit codes and an example, in 80 columns', async (t) => {
  const helps = await Promise.all(
    COMMANDS.map((name) => printed([...name.split(' '), '--help']).then((help) => [name, help])),
  )
  for (const [name, help] of helps) {
    t.match(help, new RegExp(`^Usage: kaltura-app-token ${name}`))
    t.match(help, /--json/)
    t.match(help, /Exit codes:\n {2}0/)
    t.match(help, new RegExp(`Example:\n(.*\n)*.*kaltura-app-token ${name}`))
    const longest = Math.max(...help.split('\n').map((line) => line.length))
    t.ok(longest <= 80, `${name}: a line of ${longest}`)
  }
})

test('what is called wrongly ends with 2, and says what would be right', async (t) => {
  /** @type {[args: string[], pattern: RegExp][]} */
  const wrong = [
    [[], /no command.*\n.*start, inspect/],
    [['strat'], /unknown command/],
    [['tokens'], /tokens list, tokens add/],
    [['start', '--usr-id', 'ada'], /--usr-id/],
    [['start', '--user-id'], /--user-id/],
    [['start', '--json=1'], /--json/],
    [['start'], /KALTURA_PARTNER_ID.*KALTURA_APP_TOKEN_ID/],
    [['start', '--partner-id', '1', '--app-token-id', '0_a'], /application token is missing.*\n.*KALTURA_APP_TOKEN/],
    [['start', '--timeout', 'soon'], /--timeout|missing/],
    [['tokens', 'list', '--partner-id', '1', '--timeout', '0'], /--timeout.* seconds, from 1 to/],
    [['tokens', 'list', '--partner-id', '1', '--timeout', '3000000'], /seconds, from 1 to 2147483/],
    [['inspect', 'no-ks'], /KS of version/],
    [['inspect'], /no KS in standard input/],
    [['emulator', '--port', '70000'], /65535/],
    [['tokens', 'show', '--partner-id', '1'], /id of the application token is missing/],
    [['tokens', 'add'], /--user-id/],
  ]
  const outcomes = await Promise.all(wrong.map(([args]) => command(args)))
  for (const [i, [args, pattern]] of wrong.entries()) {
    const { code, stdout, stderr } = outcomes[i]
    t.deepEqual([args, code, stdout], [args, 2, ''])
    t.match(stderr, pattern)
    t.match(stderr, /^error: /)
  }
})

test('an option that the library refuses goes by its name on the command line', async (t) => {
  const env = { KALTURA_PARTNER_ID: 'ten', KALTURA_APP_TOKEN_ID: '0_a', KALTURA_APP_TOKEN: 'a' }
  const { code, stderr } = await command(['start'], { env })
  t.equal(code, 2)
  t.match(stderr, /^error: --partner-id \(KALTURA_PARTNER_ID\) must be/)
  const plain = { ...env, KALTURA_PARTNER_ID: '1', KALTURA_SERVICE_URL: 'http://kaltura.test' }
  t.match((await command(['start'], { env: plain })).stderr, /--dangerously-allow-http/)
})

test('with --json, errors are JSON on standard error, and nothing is on standard output', async (t) => {
  const { code, stdout, stderr } = await command(['start', '--json'])
  t.deepEqual([code, stdout], [2, ''])
  const { error } = JSON.parse(stderr)
  t.equal(error.code, 'ERR_USAGE')
  t.match(error.message, /KALTURA_PARTNER_ID/)
})

test('colours are for terminals, and not where NO_COLOR is set', async (t) => {
  const args = 'kaltura-app-token start'
  const coloured = await onTerminal(args)
  t.equal((await coloured.end()).code, 2)
  t.ok(coloured.raw().includes('\x1b[31m'), coloured.raw())
  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    const plain = await onTerminal(args, { env })
    await plain.end()
    t.ok(!plain.raw().includes('\x1b['), JSON.stringify(plain.raw()))
  }
  t.ok(!(await command(['start'])).stderr.includes('\x1b'))
})

test('the exit code tells what went wrong, also where nobody reads why', async (t) => {
  const line = 'exec 3>&1; { sleep 0.2; kaltura-app-token start 2>&1; echo $? >&3; } | true'
  const { stdout } = await command(['-c', line], { program: ['sh'] })
  t.equal(stdout, '2\n')
})
